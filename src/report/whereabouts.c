/* whereabouts.c - where a finding can be looked at: frames, display filter, the exchange
 * it concerns. SPDX-License-Identifier: MIT
 */
#include "whereabouts.h"

#include "line.h"

/* "ip.addr == 10.0.0.2 and tcp.port == 51514" */
static void put_end_filter(struct wl_text *t, const struct wl_endpoint *e)
{
    wl_text_put(t, e->family == 6 ? "ipv6.addr == " : "ip.addr == ");
    wl_text_ip(t, e);
    wl_text_put(t, " and tcp.port == ");
    wl_text_u64(t, e->port);
}

void wl_where_filter(const struct wl_output *o, struct wl_text *t, const struct wl_finding *f,
                     const struct wl_conn_ref *conn)
{
    /* numbers of what no file holds mean nothing to another capture of the same traffic */
    if (o->sink->n_inputs && o->sink->inputs[0].is_interface) {
        put_end_filter(t, &conn->client);
        wl_text_put(t, " and ");
        put_end_filter(t, &conn->server);
        return;
    }
    /* its tcp.stream counts the connections of one whole file */
    if (!o->cfg.filtered && o->sink->n_inputs < 2) {
        wl_text_put(t, "tcp.stream eq ");
        wl_text_u64(t, conn->number);
        return;
    }
    for (uint32_t i = 0; i < f->n_frames; i++) {
        if (wl_frame_file(f->frames[i]) != wl_frame_file(f->frames[0]))
            break; /* a filter is for one file */
        wl_text_put(t, i ? " or frame.number==" : "frame.number==");
        wl_text_u64(t, wl_frame_number(f->frames[i]));
    }
}

/* " of FILE" behind the last of the frames that lie in it, when there are several files */
static void put_file(const struct wl_output *o, struct wl_text *t, const struct wl_finding *f,
                     uint32_t i)
{
    const struct wl_sink *sink = o->sink;
    unsigned file = wl_frame_file(f->frames[i]);

    if (sink->n_inputs < 2 || file >= sink->n_inputs ||
        (i + 1 < f->n_frames && wl_frame_file(f->frames[i + 1]) == file))
        return;
    wl_text_put(t, " of ");
    wl_text_terminal(t, wl_span_text(sink->inputs[file].name));
}

void wl_where_frames(const struct wl_output *o, struct wl_text *t, const struct wl_finding *f)
{
    for (uint32_t i = 0; i < f->n_frames; i++) {
        if (i)
            wl_text_put(t, ", ");
        wl_text_u64(t, wl_frame_number(f->frames[i]));
        put_file(o, t, f, i);
    }
}

void wl_where_steps(struct wl_text *t, const struct wl_conn_record *conn, uint32_t ordinal)
{
    const char *sep = " -> ";

    wl_text_printf(t, "request %u of the connection", ordinal);
    for (uint32_t i = 0; i < conn->n_steps; i++) {
        const struct wl_step *step = &conn->steps[i];

        if (ordinal < step->ordinal || ordinal - step->ordinal >= (step->repeat ? step->repeat : 1))
            continue;
        wl_text_put(t, sep);
        wl_line_status(t, step->status);
        sep = ", ";
    }
}
