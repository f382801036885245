/* bpf.c - a filter expression, compiled by libpcap once per link type.
 * SPDX-License-Identifier: MIT
 *
 * An expression means other code on every link type ("port 80" looks elsewhere behind an Ethernet
 * header than behind none), so that a capture of several needs several programs. Packets of a link
 * type that libpcap does not know match no filter.
 */
#include "bpf.h"

#include "diag.h"
#include "pcap_calls.h"

enum {
    MAX_PROGRAMS = 64, /* link types of one capture */
    FILTER_SNAPLEN = 262144,
};

struct program {
    int dlt;
    bool known; /* libpcap can filter this link type */
    struct bpf_program code;
};

struct wl_bpf {
    struct wl_budget *budget;
    struct wl_pcap_calls calls;
    const char *expression;
    size_t n_programs, last; /* last: the program used last */
    struct program programs[MAX_PROGRAMS];
};

int wl_bpf_refused(const char *expression, const char *why, struct wl_error *err)
{
    (void)wl_fail(err, WL_EINVAL, "cannot use the filter '%s': %s", expression, why);
    if (strstr(why, "unknown host") || strstr(why, "unknown network")) {
        wl_hint(err, "no name is looked up: say its address");
    } else {
        wl_hint(err, "filters are those of tcpdump, see pcap-filter(7); for statuses and servers "
                     "there is --where");
    }
    return WL_EINVAL;
}

int wl_bpf_prepare(struct wl_bpf *b, int dlt, struct wl_error *err)
{
    struct program *program;
    pcap_t *dead;
    int code = 0;

    for (size_t i = 0; i < b->n_programs; i++) {
        if (b->programs[i].dlt == dlt) {
            b->last = i;
            return 0;
        }
    }
    if (b->n_programs == MAX_PROGRAMS)
        return wl_fail(err, WL_EINVAL, "the capture has more than 64 link types to filter");
    program = &b->programs[b->n_programs];
    *program = (struct program){.dlt = dlt, .known = b->calls.datalink_val_to_name(dlt) != NULL};
    if (program->known) {
        dead = b->calls.open_dead(dlt, FILTER_SNAPLEN);
        if (!dead)
            return wl_fail(err, WL_NOMEM, "out of memory");
        if (b->calls.compile(dead, &program->code, b->expression, 1, PCAP_NETMASK_UNKNOWN) < 0)
            code = wl_bpf_refused(b->expression, b->calls.geterr(dead), err);
        b->calls.close(dead);
        if (code < 0)
            return code;
    }
    b->last = b->n_programs++;
    return 0;
}

int wl_bpf_new(const char *expression, struct wl_budget *budget, struct wl_bpf **ret,
               struct wl_error *err)
{
    struct wl_bpf *b = wl_alloc(budget, sizeof(*b));
    int code;

    if (!b)
        return wl_fail(err, WL_NOMEM, "out of memory");
    b->budget = budget;
    b->expression = expression;
    code = wl_pcap_load(&b->calls, err);
    if (code < 0) {
        wl_bpf_free(b);
        return code;
    }
    *ret = b;
    return 0;
}

int wl_bpf_match(struct wl_bpf *b, const struct wl_packet *p, struct wl_error *err)
{
    struct pcap_pkthdr header = {
        .caplen = (bpf_u_int32)p->bytes.n,
        .len = p->wire_length,
    };
    struct program *program;

    if (b->n_programs == 0 || b->programs[b->last].dlt != p->linktype) {
        int code = wl_bpf_prepare(b, p->linktype, err);

        if (code < 0)
            return code;
    }
    program = &b->programs[b->last];
    return program->known && b->calls.offline_filter(&program->code, &header, p->bytes.p) != 0;
}

void wl_bpf_free(struct wl_bpf *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->n_programs; i++)
        b->calls.freecode(&b->programs[i].code);
    wl_free(b->budget, b, sizeof(*b));
}
