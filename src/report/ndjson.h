/* ndjson.h - how values, and exchanges, are written as NDJSON (docs/ndjson.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_NDJSON_H
#define WL_NDJSON_H

#include "stamp.h"
#include "wirelint/sink.h"

/** What writes an object. */
struct wl_pen {
    struct wl_text *text;
    const struct wl_sink *sink; /* names the inputs of the run */
    struct wl_stamp *stamp;
    bool raw; /* "raw":true was told in this object: it stands behind the first text that holds an
                 escaped octet, once */
};

/** Text of ours, as it is. */
#define WL_PEN(p, literal) wl_text_span_raw((p)->text, WL_SPAN(literal))

void wl_pen_u64(struct wl_pen *p, uint64_t n);
void wl_pen_bool(struct wl_pen *p, bool value);
/** A name of ours, which needs no escaping, as a string. */
void wl_pen_name(struct wl_pen *p, const char *name);
/** A string that may hold anything; true when it asks for "raw". */
bool wl_pen_string(struct wl_pen *p, struct wl_span s);
/** "raw", when it is asked for and was not told in this object yet. */
void wl_pen_raw(struct wl_pen *p, bool raw);
void wl_pen_time(struct wl_pen *p, wl_ns t);
/** "client", "proxied", "server". */
void wl_pen_ends(struct wl_pen *p, const struct wl_conn_ref *conn);
/** "findings": the ids of n rules. */
void wl_pen_findings(struct wl_pen *p, const struct wl_finding *findings, uint32_t n);
/** "suppressed": what was found and does not count, n of them behind n_before that do. */
void wl_pen_suppressed(struct wl_pen *p, const struct wl_finding *findings, uint32_t n_before,
                       uint32_t n);
/** "file" of a packet, when there are several. */
void wl_pen_file(struct wl_pen *p, uint64_t frame);

/**
 * The object of an exchange, but for its end.
 * draft  what wl_ndjson_draft has written of ex; empty: it is written now
 */
void wl_ndjson_exchange(struct wl_pen *p, const struct wl_exchange *ex, struct wl_span draft);
/** wl_sink_ops.draft of outputs that write exchanges so. */
size_t wl_ndjson_draft(const struct wl_sink *s, void *memo, const struct wl_exchange *ex,
                       uint8_t *out, size_t room);

#endif
