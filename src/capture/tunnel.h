/* tunnel.h - packets inside packets: UDP tunnels and GRE.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_TUNNEL_H
#define WL_TUNNEL_H

#include "layers.h"

/* One step each, as in link.h. */
void wl_tunnel_udp(struct wl_layers *l);
void wl_tunnel_gre(struct wl_layers *l);
void wl_tunnel_vxlan(struct wl_layers *l);
void wl_tunnel_geneve(struct wl_layers *l);
void wl_tunnel_gtp(struct wl_layers *l);
void wl_tunnel_teredo(struct wl_layers *l);
void wl_tunnel_l2tp(struct wl_layers *l);
void wl_tunnel_ayiya(struct wl_layers *l);

#endif
