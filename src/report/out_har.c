/* out_har.c - HAR 1.2: every exchange as an entry, for the network panels of browsers and what
 * reads them. SPDX-License-Identifier: MIT
 *
 * HAR knows one response per request, so interim ones stand in _interim, as names with an
 * underscore are for what a tool adds. Content is not kept, only its size. A 101 is the response
 * where no other came.
 *
 * What gives access (Authorization, cookies) is never written: such files are mailed around. The
 * names of cookies and schemes are, since they tell what was sent.
 */
#include "extent.h"
#include "json.h"
#include "line.h"
#include "output.h"

enum {
    MAX_SCRATCH = 1 << 20,
    MAX_PARTS = 1000, /* query parameters and cookies of one message that are listed */
};

struct har {
    struct wl_output out; /* first: wl_output_new */
    struct wl_json json;
    struct wl_text scratch;
    bool started;
};

#define HIDDEN "[not shown]"

static struct wl_text *scratch(struct har *h)
{
    wl_text_reset(&h->scratch);
    return &h->scratch;
}

/* Milliseconds; -1 is how HAR says that it is not known. */
static void put_ms(struct wl_json *j, const char *key, wl_ns t)
{
    wl_json_key(j, key);
    if (t < 0) {
        wl_text_put(j->text, "-1");
    } else {
        wl_text_seconds(j->text, t > INT64_MAX / 1000 ? INT64_MAX : t * 1000);
    }
}

static void put_size(struct wl_json *j, const char *key, bool known, uint64_t n)
{
    wl_json_key(j, key);
    if (known) {
        wl_text_u64(j->text, n);
    } else {
        wl_text_put(j->text, "-1");
    }
}

static void put_time(struct wl_json *j, const char *key, wl_ns t)
{
    wl_json_key(j, key);
    wl_text_char(j->text, '"');
    wl_text_rfc3339(j->text, t);
    wl_text_char(j->text, '"');
}

static void put_pair(struct wl_json *j, struct wl_span name, struct wl_span value)
{
    wl_json_open(j, NULL, '{');
    wl_json_string(j, "name", name);
    wl_json_string(j, "value", value);
    wl_json_close(j, '}');
}

/* ------------------------------------------------------------------------------------- URL */

/* RFC 3986 2: as it is in a URI. Percent is left alone: what is encoded stays encoded. */
static bool is_uri(uint8_t c)
{
    static const char marks[] = "-._~!$&'()*+,;=:@/?#%";

    return wl_is_alpha(c) || wl_is_digit(c) || (c && strchr(marks, c));
}

static void put_uri(struct wl_text *t, struct wl_span s)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        if (is_uri(s.p[i])) {
            wl_text_char(t, (char)s.p[i]);
        } else {
            wl_text_char(t, '%');
            wl_text_char(t, digits[s.p[i] >> 4]);
            wl_text_char(t, digits[s.p[i] & 15]);
        }
    }
}

/* "a.example:81", "[2001:db8::9]": what a URL may have in this place, so that every reader takes
 * it. */
static bool is_authority(struct wl_span s)
{
    bool literal = s.n && s.p[0] == '[';
    size_t n = literal ? wl_span_find(s, ']') : wl_span_find(s, ':');
    struct wl_span host = wl_span_sub(s, literal, n - literal), port;
    uint64_t number;

    if (literal && n == s.n)
        return false;
    port = wl_span_after(s, n + literal);
    for (size_t i = 0; i < host.n; i++) {
        uint8_t c = host.p[i];
        bool fits = literal ? wl_hex_value(c) >= 0 || c == ':' || c == '.'
                            : wl_is_alpha(c) || wl_is_digit(c) || c == '-' || c == '.' || c == '_';

        if (!fits)
            return false;
    }
    return host.n &&
           (port.n == 0 || (port.p[0] == ':' && wl_parse_u64(wl_span_after(port, 1), &number) &&
                            number <= UINT16_MAX));
}

/* The authority of a target in absolute-form; n == 0: it has another form, or none that can be
 * used. */
static struct wl_span authority_of(struct wl_span target)
{
    size_t n = wl_span_find(target, ':');
    struct wl_span rest = wl_span_after(target, n + 3);

    if (n == 0 || !wl_is_alpha(target.p[0]) ||
        !wl_span_starts(wl_span_after(target, n), WL_SPAN("://")))
        return wl_span(NULL, 0);
    rest = wl_span_sub(rest, 0, wl_min_size(wl_span_find(rest, '/'), wl_span_find(rest, '?')));
    return is_authority(rest) ? rest : wl_span(NULL, 0);
}

/* The target URI (RFC 9110 7.1), as far as it can be told: where no authority can be used, the
 * server's address is. */
static void put_url(struct har *h, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;
    const struct wl_field *host = wl_message_field(req, WL_FIELD_HOST);
    bool connect = req->method_id == WL_METHOD_CONNECT;
    struct wl_span target = req->target, authority = authority_of(target);
    struct wl_text *t = h->json.text;

    wl_json_key(&h->json, "url");
    wl_text_char(t, '"');
    if (authority.n) {
        put_uri(t, target);
        wl_text_char(t, '"');
        return;
    }
    authority = connect ? target : host ? host->value : authority;
    wl_text_put(t, ex->conn.tls ? "https://" : "http://");
    if (is_authority(authority)) {
        wl_text_span_raw(t, authority);
    } else {
        wl_text_endpoint(t, &ex->conn.server);
    }
    /* asterisk-form speaks of the server as a whole; whatever else there is, is a path */
    if (connect || wl_span_equal(target, WL_SPAN("*")))
        target = WL_SPAN("/");
    if (target.n == 0 || target.p[0] != '/')
        wl_text_char(t, '/');
    put_uri(t, target);
    wl_text_char(t, '"');
}

/* A part of a query without its percent-encoding. */
static struct wl_span decoded(struct har *h, struct wl_span s)
{
    struct wl_text *t = scratch(h);

    for (size_t i = 0; i < s.n; i++) {
        int high = i + 2 < s.n && s.p[i] == '%' ? wl_hex_value(s.p[i + 1]) : -1;
        int low = high >= 0 ? wl_hex_value(s.p[i + 2]) : -1;
        uint8_t octet = s.p[i];

        if (low >= 0) {
            octet = (uint8_t)(high << 4 | low);
            i += 2;
        } else if (octet == '+') {
            octet = ' ';
        }
        wl_text_span_raw(t, wl_span(&octet, 1));
    }
    return wl_text_span(t);
}

static void put_query(struct har *h, struct wl_span target)
{
    struct wl_json *j = &h->json;
    struct wl_span query = wl_span_after(target, wl_span_find(target, '?') + 1);

    query = wl_span_sub(query, 0, wl_span_find(query, '#'));
    wl_json_open(j, "queryString", '[');
    for (unsigned n = 0; query.n && n < MAX_PARTS; n++) {
        size_t end = wl_span_find(query, '&');
        struct wl_span part = wl_span_sub(query, 0, end);
        size_t equals = wl_span_find(part, '=');

        wl_json_open(j, NULL, '{');
        wl_json_string(j, "name", decoded(h, wl_span_sub(part, 0, equals)));
        wl_json_string(j, "value", decoded(h, wl_span_after(part, equals + 1)));
        wl_json_close(j, '}');
        query = wl_span_after(query, end + 1);
    }
    wl_json_close(j, ']');
}

/* ----------------------------------------------------------------------------------- fields */

/* The value, or what may be seen of it: the scheme of credentials, the name of a cookie. */
static struct wl_span shown(struct har *h, const struct wl_field *f)
{
    bool scheme = f->id == WL_FIELD_AUTHORIZATION || f->id == WL_FIELD_PROXY_AUTHORIZATION;
    bool cookie = f->id == WL_FIELD_COOKIE || f->id == WL_FIELD_SET_COOKIE;
    struct wl_text *t = scratch(h);

    if (!scheme && !cookie)
        return f->value;
    if (scheme && wl_span_find(f->value, ' ') < f->value.n)
        wl_text_span_raw(t, wl_span_sub(f->value, 0, wl_span_find(f->value, ' ') + 1));
    if (f->id == WL_FIELD_SET_COOKIE && wl_span_find(f->value, '=') < f->value.n)
        wl_text_span_raw(t, wl_span_sub(f->value, 0, wl_span_find(f->value, '=') + 1));
    wl_text_put(t, HIDDEN);
    return wl_text_span(t);
}

static void put_fields(struct har *h, const char *key, const struct wl_field *fields, uint32_t n)
{
    wl_json_open(&h->json, key, '[');
    for (uint32_t i = 0; i < n; i++)
        put_pair(&h->json, wl_field_sent_name(&fields[i]), shown(h, &fields[i]));
    wl_json_close(&h->json, ']');
}

/* The first pair of a Set-Cookie, all of a Cookie: names alone. */
static void put_cookies(struct har *h, const struct wl_message *m, enum wl_field_id id)
{
    struct wl_json *j = &h->json;
    unsigned n = 0;

    wl_json_open(j, "cookies", '[');
    for (const struct wl_field *f = wl_message_field(m, id); f; f = wl_message_next_field(m, f)) {
        struct wl_span rest = f->value;

        while (rest.n && n < MAX_PARTS) {
            size_t end = wl_span_find(rest, ';');
            struct wl_span pair = wl_span_trim(wl_span_sub(rest, 0, end));
            size_t equals = wl_span_find(pair, '=');

            put_pair(j, wl_span_sub(pair, 0, equals), WL_SPAN(HIDDEN));
            n++;
            rest = id == WL_FIELD_COOKIE ? wl_span_after(rest, end + 1) : wl_span(NULL, 0);
        }
    }
    wl_json_close(j, ']');
}

/* "httpVersion", fields, cookies and the size of the head */
static void put_head(struct har *h, const struct wl_message *m, enum wl_field_id cookie)
{
    struct wl_json *j = &h->json;

    wl_json_key(j, "httpVersion");
    if (m->major || m->minor) {
        wl_text_printf(j->text, "\"HTTP/%u.%u\"", m->major, m->minor);
    } else {
        wl_text_put(j->text, "\"\"");
    }
    put_cookies(h, m, cookie);
    put_fields(h, "headers", m->fields, m->n_fields);
    put_size(j, "headersSize", m->head.n != 0, m->head.n);
    put_size(j, "bodySize", m->state >= WL_HEAD, m->body_bytes);
    if (m->n_trailers)
        put_fields(h, "_trailers", m->trailers, m->n_trailers);
}

/* ------------------------------------------------------------------------------------ entry */

static void put_request(struct har *h, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;
    struct wl_json *j = &h->json;

    wl_json_open(j, "request", '{');
    wl_json_string(j, "method", req->method);
    put_url(h, ex);
    put_query(h, req->target);
    put_head(h, req, WL_FIELD_COOKIE);
    wl_json_close(j, '}');
}

/* What HAR takes for the response: the final one, or the 101 behind which there is no other. */
static const struct wl_message *response_of(const struct wl_exchange *ex)
{
    const struct wl_message *last = ex->n_interim ? &ex->interim[ex->n_interim - 1] : NULL;

    if (ex->res.state == WL_ABSENT && last && last->status == 101)
        return last;
    return &ex->res;
}

static void put_response(struct har *h, const struct wl_exchange *ex)
{
    const struct wl_message *res = response_of(ex);
    const struct wl_field *type = wl_message_field(res, WL_FIELD_CONTENT_TYPE);
    const struct wl_field *location = wl_message_field(res, WL_FIELD_LOCATION);
    struct wl_json *j = &h->json;

    wl_json_open(j, "response", '{');
    wl_json_u64(j, "status", res->status);
    wl_json_string(j, "statusText", res->reason);
    wl_json_open(j, "content", '{');
    wl_json_u64(j, "size", res->body_bytes);
    wl_json_string(j, "mimeType", type ? type->value : WL_SPAN("x-unknown"));
    wl_json_close(j, '}');
    wl_json_string(j, "redirectURL", location ? location->value : wl_span(NULL, 0));
    put_head(h, res, WL_FIELD_SET_COOKIE);
    if (res->state == WL_ABSENT) {
        wl_json_text(j, "_error", "no final response was captured");
    } else if (res->state != WL_WHOLE && ex->state == WL_EXCHANGE_TRUNCATED) {
        wl_json_text(j, "_error", "the response was not captured whole");
    }
    wl_json_close(j, '}');
}

static void put_interim(struct har *h, const struct wl_exchange *ex)
{
    struct wl_json *j = &h->json;
    uint32_t n = ex->n_interim + ex->n_interim_more;

    wl_json_open(j, "_interim", '[');
    for (uint32_t i = 0; i < n; i++) {
        const struct wl_message *m = i < ex->n_interim ? &ex->interim[i] : NULL;
        wl_ns t = m ? m->t_first : ex->interim_more[i - ex->n_interim].t;

        wl_json_open(j, NULL, '{');
        wl_json_u64(j, "status", wl_exchange_interim_status(ex, i));
        if (m)
            wl_json_string(j, "statusText", m->reason);
        put_time(j, "startedDateTime", t);
        if (m)
            put_fields(h, "headers", m->fields, m->n_fields);
        wl_json_close(j, '}');
    }
    wl_json_close(j, ']');
}

/* From the first octet of the request on: sending it, waiting for the response, receiving it. */
static void put_timings(struct har *h, const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req, *res = response_of(ex);
    struct wl_json *j = &h->json;
    wl_ns send = -1, wait = -1, receive = -1, total = 0;

    if (res->state != WL_ABSENT)
        receive = res->t_last > res->t_first ? res->t_last - res->t_first : 0;
    if (req->state != WL_ABSENT) {
        wl_ns sent = req->t_last > req->t_first ? req->t_last : req->t_first;

        /* an answer that did not wait for the end of the request ends the sending of it here */
        if (res->state != WL_ABSENT && res->t_first < sent)
            sent = res->t_first > req->t_first ? res->t_first : req->t_first;
        send = sent - req->t_first;
        if (res->state != WL_ABSENT)
            wait = res->t_first > sent ? res->t_first - sent : 0;
    }
    total += (send > 0 ? send : 0) + (wait > 0 ? wait : 0) + (receive > 0 ? receive : 0);
    put_ms(j, "time", total);
    wl_json_open(j, "timings", '{');
    put_ms(j, "blocked", -1);
    put_ms(j, "dns", -1);
    put_ms(j, "connect", -1);
    put_ms(j, "ssl", -1);
    put_ms(j, "send", send < 0 ? 0 : send); /* a format that has no word for it */
    put_ms(j, "wait", wait < 0 ? 0 : wait);
    put_ms(j, "receive", receive < 0 ? 0 : receive);
    wl_json_close(j, '}');
}

static void put_findings(struct har *h, const struct wl_exchange *ex)
{
    struct wl_json *j = &h->json;

    wl_json_open(j, "_findings", '[');
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        const struct wl_finding *f = &ex->findings[i];

        wl_json_open(j, NULL, '{');
        wl_json_text(j, "rule", f->rule->id);
        wl_json_text(j, "severity", wl_severity_name(f->severity));
        wl_text_terminal(scratch(h), f->message);
        wl_json_string(j, "message", wl_text_span(&h->scratch));
        wl_json_close(j, '}');
    }
    wl_json_close(j, ']');
}

static void start(struct har *h)
{
    struct wl_json *j = &h->json;

    if (h->started)
        return;
    h->started = true;
    wl_json_open(j, NULL, '{');
    wl_json_open(j, "log", '{');
    wl_json_text(j, "version", "1.2");
    wl_json_open(j, "creator", '{');
    wl_json_text(j, "name", "wirelint");
    wl_json_text(j, "version", WL_VERSION);
    wl_json_close(j, '}');
    wl_json_open(j, "entries", '[');
}

static int har_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct har *h = s->state;
    struct wl_json *j = &h->json;

    start(h);
    wl_json_line(j);
    wl_json_open(j, NULL, '{');
    put_time(j, "startedDateTime", wl_extent_time(ex));
    put_timings(h, ex);
    put_request(h, ex);
    put_response(h, ex);
    wl_json_open(j, "cache", '{');
    wl_json_close(j, '}');
    wl_text_ip(scratch(h), &ex->conn.server);
    wl_json_string(j, "serverIPAddress", wl_text_span(&h->scratch));
    wl_json_key(j, "connection");
    wl_text_printf(j->text, "\"%llu\"", (unsigned long long)ex->conn.number);
    wl_text_endpoint(scratch(h), &ex->conn.client);
    wl_json_string(j, "_client", wl_text_span(&h->scratch));
    wl_json_text(j, "_state", wl_exchange_state_name(ex->state));
    wl_json_u64(j, "_frame", wl_frame_number(wl_extent_frame(ex)));
    put_interim(h, ex);
    put_findings(h, ex);
    wl_json_close(j, '}');
    return wl_output_room(&h->out);
}

/* --------------------------------------------------------------------------------- the sink */

static int har_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(s, sizeof(struct har), cfg, err);

    if (status == 0) {
        struct har *h = s->state;

        wl_text_init(&h->scratch, &h->out.budget, MAX_SCRATCH);
        h->json.text = &h->out.text;
    }
    return status;
}

/* What is found when a connection is over has no entry to stand in: they are written by then. */
static int har_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    (void)s;
    (void)conn;
    return 0;
}

static int har_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct har *h = s->state;

    if (h && !wl_output_unread(st)) {
        start(h);
        wl_json_close(&h->json, ']');
        wl_json_close(&h->json, '}');
        wl_json_close(&h->json, '}');
        wl_text_char(&h->out.text, '\n');
    }
    if (h)
        wl_text_release(&h->scratch);
    return wl_output_finish(s, sizeof(struct har), err);
}

extern const struct wl_sink_ops wl_out_har;

const struct wl_sink_ops wl_out_har = {
    .name = "har",
    .summary = "HAR 1.2: an entry per exchange",
    .open = har_open,
    .exchange = har_exchange,
    .connection = har_connection,
    .close = har_close,
    .wants_exchanges = true,
};
