/* link.h - link layers: from the link type of a packet to what it carries.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_LINK_H
#define WL_LINK_H

#include "layers.h"

/** The DLT_ of libpcap for a LINKTYPE_ of a file, and back; most are equal. */
int wl_link_dlt(uint32_t linktype);
uint16_t wl_link_linktype(int dlt);

/** False when the link type is not known; else l->next says how to read what l->left holds. */
bool wl_link_begin(struct wl_layers *l, int dlt);

/* One step each: they take their header off l->left and set l->next. */
void wl_link_ethernet(struct wl_layers *l);
void wl_link_ethertype(struct wl_layers *l, uint16_t ethertype);
void wl_link_vlan(struct wl_layers *l);
void wl_link_mpls(struct wl_layers *l);
void wl_link_pppoe(struct wl_layers *l);
void wl_link_ppp(struct wl_layers *l);
void wl_link_llc(struct wl_layers *l);
void wl_link_radio(struct wl_layers *l);

enum { WL_NULL_HEADER = 4 };
/** What follows the header of DLT_NULL: an address family (4) in the octet order of the machine that
 * captured, whichever that was. */
enum wl_next wl_link_null(const uint8_t p[WL_NULL_HEADER]);

#endif
