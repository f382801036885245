/* interfaces.c - what can be captured from, and what to say when something cannot.
 * SPDX-License-Identifier: MIT
 *
 * libpcap lists interfaces, together with sources that carry no packets of HTTP (Bluetooth,
 * netfilter logs, USB): those are left out. How many packets have passed is read from sysfs, which
 * needs no right and is still there when all rights have been given up.
 */
#include "interfaces.h"

#include "attr.h"
#include "diag.h"
#include "pcap_calls.h"
#include "text.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NEAR = 2 /* edits that a misspelt name may be away */ };

/* ------------------------------------------------------------------------------------ listing */

/* Appends "text" after a comma; what has no room any more is left out. */
static void add_address(char *to, size_t size, const char *text)
{
    size_t n = strlen(to);

    if (n + strlen(text) + 3 > size)
        return;
    (void)snprintf(to + n, size - n, "%s%s", n ? ", " : "", text);
}

static void add_addresses(struct wl_interface *i, const pcap_addr_t *a)
{
    char text[INET6_ADDRSTRLEN];

    for (; a; a = a->next) {
        union {
            const struct sockaddr *any;
            const struct sockaddr_in *v4;
            const struct sockaddr_in6 *v6;
        } at = {.any = a->addr};

        const void *octets = NULL;

        if (at.any && at.any->sa_family == AF_INET) {
            octets = &at.v4->sin_addr;
        } else if (at.any && at.any->sa_family == AF_INET6) {
            octets = &at.v6->sin6_addr;
        }
        if (octets && inet_ntop(at.any->sa_family, octets, text, sizeof(text)))
            add_address(i->addresses, sizeof(i->addresses), text);
    }
}

static bool is_network(const pcap_if_t *dev)
{
    return strcmp(dev->name, "any") == 0 || if_nametoindex(dev->name) != 0;
}

int wl_interfaces_list(struct wl_interface *ret, size_t max, size_t *ret_n, struct wl_error *err)
{
    char text[PCAP_ERRBUF_SIZE];
    struct wl_pcap_calls pcap;
    pcap_if_t *all = NULL, *any = NULL;
    size_t n = 0;
    int rc = wl_pcap_load(&pcap, err);

    if (rc < 0)
        return rc;
    if (pcap.findalldevs(&all, text) < 0)
        return wl_fail(err, WL_EOPEN, "cannot list the interfaces: %s", text);
    for (pcap_if_t *dev = all; dev && n < max; dev = dev->next) {
        struct wl_interface *i = &ret[n];

        if (!is_network(dev))
            continue;
        if (strcmp(dev->name, "any") == 0 && !any && dev->next) {
            any = dev; /* libpcap has it in the middle */
            continue;
        }
        *i = (struct wl_interface){
            .up = (dev->flags & PCAP_IF_UP) != 0,
            .running = (dev->flags & PCAP_IF_RUNNING) != 0,
            .loopback = (dev->flags & PCAP_IF_LOOPBACK) != 0,
        };
        (void)snprintf(i->name, sizeof(i->name), "%s", dev->name);
        (void)snprintf(i->description, sizeof(i->description), "%s",
                       dev->description ? dev->description : "");
        add_addresses(i, dev->addresses);
        n++;
    }
    if (any && n < max) {
        ret[n] = (struct wl_interface){.up = true, .running = true, .is_any = true};
        (void)snprintf(ret[n].name, sizeof(ret[n].name), "any");
        (void)snprintf(ret[n].description, sizeof(ret[n].description), "all interfaces at once");
        n++;
    }
    pcap.freealldevs(all);
    wl_interfaces_count(ret, n);
    *ret_n = n;
    return 0;
}

/* ------------------------------------------------------------------------------------ counting */

/* A number from sysfs; false where there is none. */
static bool read_number(const char *interface, const char *name, uint64_t *ret)
{
    char path[128], text[32];
    ssize_t n;
    int fd;

    (void)snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/%s", interface, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, text, sizeof(text));
    (void)close(fd);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    return n > 0 && wl_parse_u64(wl_span(text, (size_t)n), ret);
}

void wl_interfaces_count(struct wl_interface *list, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        uint64_t in = 0, out = 0;

        if (list[k].is_any)
            continue;
        list[k].counted = read_number(list[k].name, "rx_packets", &in) &&
                          read_number(list[k].name, "tx_packets", &out);
        if (list[k].counted)
            list[k].packets = list[k].loopback ? in : in + out; /* there each counts twice */
    }
}

/* --------------------------------------------------------------------------------------- rights */

bool wl_interfaces_allowed(void)
{
#ifdef AF_PACKET
    int fd = socket(AF_PACKET, SOCK_RAW, 0); /* of no protocol: it receives nothing */

    if (fd < 0)
        return false;
    (void)close(fd);
#endif
    return true;
}

int wl_interfaces_no_right(const char *name, struct wl_error *err)
{
    char path[160];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    (void)wl_fail(err, WL_EPERM, "cannot capture from '%s': the capability cap_net_raw is missing",
                  name);
    if (geteuid() == 0) {
        wl_hint(err, "this is a root without it, as in a container: start that with "
                     "--cap-add=NET_RAW");
        return WL_EPERM;
    }
    path[n > 0 ? n : 0] = '\0';
    wl_hint(err, "give it with 'sudo setcap cap_net_raw=eip %s', or use sudo",
            n > 0 ? path : "wirelint");
    return WL_EPERM;
}

int wl_interfaces_unknown(const char *name, struct wl_error *err)
{
    struct wl_interface list[WL_MAX_INTERFACES];
    struct wl_nearest like = wl_nearest(name, NEAR);
    char names[160] = "";
    size_t n = 0;

    (void)wl_fail(err, WL_EOPEN, "there is no interface '%s'", name);
    if (wl_interfaces_list(list, WL_COUNT(list), &n, NULL) < 0 || n == 0)
        return WL_EOPEN;
    for (size_t k = 0; k < n; k++) {
        add_address(names, sizeof(names), list[k].name);
        (void)wl_nearest_try(&like, list[k].name);
    }
    if (like.name) {
        wl_hint(err, "did you mean '%s'? There are %s", like.name, names);
    } else {
        wl_hint(err, "there are %s", names);
    }
    return WL_EOPEN;
}
