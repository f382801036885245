/* ndjson.c - how values, and exchanges, are written as NDJSON.
 * SPDX-License-Identifier: MIT
 *
 * By hand into a buffer: no printf and no allocation per object. Keys come in the order that
 * docs/ndjson.md gives and are absent when their value is not known; arrays and counting objects are
 * always there.
 *
 * An exchange is mostly a matter of its own: only the number of its connection stands before that,
 * and what was found behind it. With several shards each of them writes that part ahead, so that
 * the one thread on which all of them come together need not.
 */
#include "ndjson.h"

#include "extent.h"
#include "wirelint/names.h"

void wl_pen_u64(struct wl_pen *p, uint64_t n)
{
    wl_text_u64(p->text, n);
}

void wl_pen_bool(struct wl_pen *p, bool value)
{
    if (value) {
        WL_PEN(p, "true");
    } else {
        WL_PEN(p, "false");
    }
}

bool wl_pen_string(struct wl_pen *p, struct wl_span s)
{
    bool raw;

    WL_PEN(p, "\"");
    raw = wl_text_json(p->text, s);
    WL_PEN(p, "\"");
    return raw;
}

void wl_pen_raw(struct wl_pen *p, bool raw)
{
    if (raw && !p->raw)
        WL_PEN(p, ",\"raw\":true");
    p->raw |= raw;
}

void wl_pen_time(struct wl_pen *p, wl_ns t)
{
    WL_PEN(p, "\"");
    wl_stamp_rfc3339(p->stamp, p->text, t);
    WL_PEN(p, "\"");
}

static void put_endpoint(struct wl_pen *p, const struct wl_endpoint *e)
{
    WL_PEN(p, "{\"ip\":\"");
    wl_text_ip(p->text, e);
    WL_PEN(p, "\",\"port\":");
    wl_pen_u64(p, e->port);
    WL_PEN(p, "}");
}

void wl_pen_ends(struct wl_pen *p, const struct wl_conn_ref *conn)
{
    WL_PEN(p, ",\"client\":");
    put_endpoint(p, &conn->client);
    if (conn->proxied.family) {
        WL_PEN(p, ",\"proxied\":");
        put_endpoint(p, &conn->proxied);
    }
    WL_PEN(p, ",\"server\":");
    put_endpoint(p, &conn->server);
}

void wl_pen_name(struct wl_pen *p, const char *name)
{
    WL_PEN(p, "\"");
    wl_text_put(p->text, name);
    WL_PEN(p, "\"");
}

static void put_ids(struct wl_pen *p, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            WL_PEN(p, ",");
        wl_pen_name(p, findings[i].rule->id);
    }
    WL_PEN(p, "]");
}

void wl_pen_findings(struct wl_pen *p, const struct wl_finding *findings, uint32_t n)
{
    WL_PEN(p, ",\"findings\":[");
    put_ids(p, findings, n);
}

void wl_pen_suppressed(struct wl_pen *p, const struct wl_finding *findings, uint32_t n_before,
                       uint32_t n)
{
    if (n == 0) /* findings may be NULL */
        return;
    WL_PEN(p, ",\"suppressed\":[");
    put_ids(p, findings + n_before, n);
}

void wl_pen_file(struct wl_pen *p, uint64_t frame)
{
    unsigned file = wl_frame_file(frame);

    if (p->sink->n_inputs < 2 || file >= p->sink->n_inputs || wl_frame_number(frame) == 0)
        return;
    WL_PEN(p, ",\"file\":");
    wl_pen_raw(p, wl_pen_string(p, wl_span_text(p->sink->inputs[file].name)));
}

/* ------------------------------------------------------------------------------- exchange */

static bool is_invalid(const struct wl_message *m)
{
    return m->status == 0 && m->status_text.n != 0;
}

static void put_invalid(struct wl_pen *p, const struct wl_exchange *ex)
{
    bool any = false, raw = false;

    /* the text of a code is kept with the head it stood in */
    for (uint32_t i = 0; i <= ex->n_interim; i++) {
        const struct wl_message *m = i < ex->n_interim ? &ex->interim[i] : &ex->res;

        if (m->state == WL_ABSENT || !is_invalid(m))
            continue;
        if (any) {
            WL_PEN(p, ",");
        } else {
            WL_PEN(p, ",\"invalid\":[");
        }
        raw |= wl_pen_string(p, m->status_text);
        any = true;
    }
    if (any)
        WL_PEN(p, "]");
    wl_pen_raw(p, raw);
}

static void put_statuses(struct wl_pen *p, const struct wl_exchange *ex)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;

    WL_PEN(p, ",\"statuses\":[");
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            WL_PEN(p, ",");
        wl_pen_u64(p, wl_exchange_interim_status(ex, i));
    }
    if (wl_message_has_status(&ex->res)) {
        if (n)
            WL_PEN(p, ",");
        wl_pen_u64(p, ex->res.status);
    }
    WL_PEN(p, "]");
    put_invalid(p, ex);
    if (wl_message_has_status(&ex->res)) {
        WL_PEN(p, ",\"final\":");
        wl_pen_u64(p, ex->res.status);
    }
}

static void put_interim(struct wl_pen *p, const struct wl_exchange *ex)
{
    uint32_t n = ex->n_interim + ex->n_interim_more;

    WL_PEN(p, ",\"interim\":[");
    for (uint32_t i = 0; i < n; i++) {
        bool whole = i < ex->n_interim;
        const struct wl_interim_note *note = whole ? NULL : &ex->interim_more[i - ex->n_interim];
        wl_ns t = whole ? ex->interim[i].t_first : note->t;

        if (i)
            WL_PEN(p, ",");
        WL_PEN(p, "{\"status\":");
        wl_pen_u64(p, wl_exchange_interim_status(ex, i));
        if (wl_extent_has_zero(ex)) {
            WL_PEN(p, ",\"after\":");
            wl_text_seconds(p->text, t - ex->req.t_head);
        }
        WL_PEN(p, ",\"frame\":");
        wl_pen_u64(p, wl_frame_number(whole ? ex->interim[i].at.frame : note->frame));
        WL_PEN(p, "}");
    }
    WL_PEN(p, "]");
}

static void put_times(struct wl_pen *p, const struct wl_exchange *ex)
{
    const struct wl_message *first = wl_extent_first(ex);
    wl_ns duration;

    if (first && wl_extent_has_zero(ex)) {
        WL_PEN(p, ",\"first_after\":");
        wl_text_seconds(p->text, first->t_first - ex->req.t_head);
        if (ex->res.state != WL_ABSENT) {
            WL_PEN(p, ",\"final_after\":");
            wl_text_seconds(p->text, ex->res.t_first - ex->req.t_head);
        }
    }
    if (wl_extent_duration(ex, &duration)) {
        WL_PEN(p, ",\"duration\":");
        wl_text_seconds(p->text, duration);
    }
}

static void put_bodies(struct wl_pen *p, const struct wl_exchange *ex)
{
    if (ex->req.state >= WL_HEAD) {
        WL_PEN(p, ",\"request_body\":");
        wl_pen_u64(p, ex->req.body_bytes);
    }
    if (ex->res.state >= WL_HEAD) {
        WL_PEN(p, ",\"response_body\":");
        wl_pen_u64(p, ex->res.body_bytes);
    }
}

static void put_frames(struct wl_pen *p, const struct wl_exchange *ex)
{
    const char *sep = "";

    WL_PEN(p, ",\"frames\":{");
    if (ex->req.state != WL_ABSENT) {
        WL_PEN(p, "\"request\":");
        wl_pen_u64(p, wl_frame_number(ex->req.at.frame));
        sep = ",";
    }
    if (ex->res.state != WL_ABSENT) {
        wl_text_put(p->text, sep);
        WL_PEN(p, "\"response\":");
        wl_pen_u64(p, wl_frame_number(ex->res.at.frame));
        sep = ",";
    }
    if (wl_extent_last_frame(ex)) {
        wl_text_put(p->text, sep);
        WL_PEN(p, "\"last\":");
        wl_pen_u64(p, wl_frame_number(wl_extent_last_frame(ex)));
    }
    WL_PEN(p, "}");
}

static void put_text_key(struct wl_pen *p, const char *key, struct wl_span value)
{
    if (value.n == 0)
        return;
    wl_text_put(p->text, key);
    wl_pen_raw(p, wl_pen_string(p, value));
}

static void put_request(struct wl_pen *p, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;
    const struct wl_field *host;

    if (req->state == WL_ABSENT)
        return;
    put_text_key(p, ",\"method\":", req->method);
    put_text_key(p, ",\"target\":", req->target);
    host = wl_message_field(req, WL_FIELD_HOST);
    if (host)
        put_text_key(p, ",\"host\":", host->value);
    if (ex->conn.proto == WL_H09) {
        WL_PEN(p, ",\"version\":\"0.9\"");
    } else if (req->major || req->minor) {
        WL_PEN(p, ",\"version\":\"");
        wl_pen_u64(p, req->major);
        WL_PEN(p, ".");
        wl_pen_u64(p, req->minor);
        WL_PEN(p, "\"");
    }
}

/* What is the same whatever comes before it in the output, and whatever is found. */
static void put_own(struct wl_pen *p, const struct wl_exchange *ex)
{
    WL_PEN(p, ",\"n\":");
    wl_pen_u64(p, ex->ordinal);
    if (ex->stream) {
        WL_PEN(p, ",\"stream\":");
        wl_pen_u64(p, ex->stream);
    }
    WL_PEN(p, ",\"ts\":");
    wl_pen_time(p, wl_extent_time(ex));
    wl_pen_ends(p, &ex->conn);
    WL_PEN(p, ",\"protocol\":");
    wl_pen_name(p, wl_proto_name(ex->conn.proto));
    if (ex->conn.tls)
        WL_PEN(p, ",\"tls\":true");
    put_request(p, ex);
    put_statuses(p, ex);
    WL_PEN(p, ",\"state\":");
    wl_pen_name(p, wl_exchange_state_name(ex->state));
    put_interim(p, ex);
    put_times(p, ex);
    put_bodies(p, ex);
    put_frames(p, ex);
}

void wl_ndjson_exchange(struct wl_pen *p, const struct wl_exchange *ex, struct wl_span draft)
{
    WL_PEN(p, "{\"type\":\"exchange\",\"conn\":");
    wl_pen_u64(p, ex->conn.number);
    if (draft.n) {
        wl_text_span_raw(p->text, draft);
    } else {
        put_own(p, ex);
    }
    wl_pen_findings(p, ex->findings, ex->n_findings);
    if (ex->unjudged != WL_JUDGED) {
        WL_PEN(p, ",\"not_judged\":");
        wl_pen_name(p, wl_unjudged_name(ex->unjudged));
    }
    wl_pen_file(p, wl_extent_frame(ex));
    wl_pen_suppressed(p, ex->findings, ex->n_findings, ex->n_suppressed);
    if (ex->leg) {
        WL_PEN(p, ",\"leg\":{\"conn\":");
        wl_pen_u64(p, ex->leg->conn);
        WL_PEN(p, ",\"n\":");
        wl_pen_u64(p, ex->leg->ordinal);
        WL_PEN(p, ",\"role\":");
        wl_pen_name(p, ex->leg->upstream ? "upstream" : "client");
        WL_PEN(p, ",\"confidence\":");
        wl_pen_name(p, wl_confidence_name(ex->leg->confidence));
        WL_PEN(p, "}");
    }
}

size_t wl_ndjson_draft(const struct wl_sink *s, void *memo, const struct wl_exchange *ex,
                       uint8_t *out, size_t room)
{
    struct wl_text text;
    struct wl_pen pen = {.text = &text, .sink = s, .stamp = memo};

    static_assert(sizeof(struct wl_stamp) <= WL_DRAFT_MEMO, "what is kept between drafts");
    wl_text_init_fixed(&text, out, room);
    put_own(&pen, ex);
    /* what is told once per object is left to who writes the rest of it */
    return text.full || pen.raw ? 0 : text.buf.n;
}
