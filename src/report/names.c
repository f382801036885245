/* names.c - the keys of NDJSON as others call them: OpenTelemetry, Elastic Common Schema, Zeek.
 * SPDX-License-Identifier: MIT
 *
 * One pass over the text: strings are passed over, and of each member at the top of an object the
 * key is held back until its value begins, because an object of two addresses
 * ("client":{"ip":..,"port":..}) becomes two members. What stands deeper is left alone.
 * docs/ndjson.md has the same table; a test compares.
 */
#include "names.h"

enum {
    EXCHANGE = 1,
    CONNECTION = 2,
    FINDING = 4,
    ANY = 8, /* of every object, those that only count included */
    RECORD = EXCHANGE | CONNECTION | FINDING,
    N_NAMES = 3,
};

struct row {
    const char *key; /* ours; of a member within an object "client.ip" */
    unsigned records;
    const char *names[N_NAMES]; /* otel, ecs, zeek; NULL: they have none */
};

/* Sorted by key. */
static const struct row rows[] = {
    {"client.ip", RECORD, {"client.address", "client.ip", "id.orig_h"}},
    {"client.port", RECORD, {"client.port", "client.port", "id.orig_p"}},
    {"community_id", CONNECTION, {NULL, "network.community_id", "community_id"}},
    {"duration", CONNECTION, {NULL, NULL, "duration"}},
    {"final", EXCHANGE, {"http.response.status_code", "http.response.status_code", "status_code"}},
    {"gaps", CONNECTION, {NULL, NULL, "missed_bytes"}},
    {"host", EXCHANGE, {NULL, NULL, "host"}},
    {"message", FINDING, {"body", "message", "msg"}},
    {"method", EXCHANGE, {"http.request.method", "http.request.method", "method"}},
    {"n", EXCHANGE | FINDING, {NULL, NULL, "trans_depth"}},
    {"octets.client", CONNECTION, {NULL, "client.bytes", "orig_bytes"}},
    {"octets.server", CONNECTION, {NULL, "server.bytes", "resp_bytes"}},
    {"request_body",
     EXCHANGE,
     {"http.request.body.size", "http.request.body.bytes", "request_body_len"}},
    {"response_body",
     EXCHANGE,
     {"http.response.body.size", "http.response.body.bytes", "response_body_len"}},
    {"rule", FINDING, {NULL, "rule.id", "note"}},
    {"server.ip", RECORD, {"server.address", "server.ip", "id.resp_h"}},
    {"server.port", RECORD, {"server.port", "server.port", "id.resp_p"}},
    {"severity", FINDING, {"severity_text", NULL, NULL}},
    {"status", FINDING, {"http.response.status_code", "http.response.status_code", "status_code"}},
    {"target", EXCHANGE, {"url.original", "url.original", "uri"}},
    {"ts", RECORD | ANY, {"timestamp", "@timestamp", "ts"}},
    {"version", EXCHANGE, {"network.protocol.version", "http.version", "version"}},
};

/* Objects whose members go one up: none of the others has anything like them. */
static const struct {
    const char *key;
    unsigned records;
} groups[] = {
    {"client", RECORD},
    {"octets", CONNECTION},
    {"proxied", RECORD},
    {"server", RECORD},
};

static const char *const vocabularies[] = {"wirelint", "otel", "ecs", "zeek"};

bool wl_names_parse(const char *text, enum wl_json_names *ret)
{
    for (size_t i = WL_NAMES_OTEL; i < WL_COUNT(vocabularies); i++) {
        if (strcmp(text, vocabularies[i]) == 0) {
            *ret = (enum wl_json_names)i;
            return true;
        }
    }
    return false;
}

const char *wl_names_name(enum wl_json_names names)
{
    return vocabularies[names];
}

/* ------------------------------------------------------------------------------------ names */

static unsigned record_of(struct wl_span type)
{
    return wl_span_equal(type, WL_SPAN("exchange"))     ? EXCHANGE
           : wl_span_equal(type, WL_SPAN("connection")) ? CONNECTION
           : wl_span_equal(type, WL_SPAN("finding")) || wl_span_equal(type, WL_SPAN("suppressed"))
               ? FINDING
               : ANY;
}

/* NULL: they have no name for it. */
static const char *find(const struct wl_renamer *r, struct wl_span path)
{
    size_t from = 0, to = WL_COUNT(rows);

    while (from < to) {
        size_t middle = (from + to) / 2;
        struct wl_span key = wl_span_text(rows[middle].key);
        int order = memcmp(path.p, key.p, wl_min_size(path.n, key.n));

        if (order == 0 && path.n == key.n)
            return rows[middle].records & r->record ? rows[middle].names[r->names - 1] : NULL;
        if (order < 0 || (order == 0 && path.n < key.n)) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    return NULL;
}

static void put_key(const struct wl_renamer *r, struct wl_text *out)
{
    char path[2 * WL_NAMES_KEY];
    size_t n = r->flat ? r->n_group : 0;
    const char *name;

    memcpy(path, r->group, n);
    if (n)
        path[n++] = '.';
    memcpy(path + n, r->key, r->n_key);
    n += r->n_key;
    name = find(r, wl_span(path, n));
    wl_text_char(out, '"');
    if (name) {
        wl_text_put(out, name);
    } else {
        wl_text_put(out, r->names == WL_NAMES_ZEEK ? "" : "wirelint.");
        wl_text_span_raw(out, wl_span(path, n));
    }
    wl_text_put(out, "\":");
}

static bool is_group(const struct wl_renamer *r)
{
    for (size_t i = 0; i < WL_COUNT(groups); i++) {
        if (groups[i].records & r->record &&
            wl_span_equal(wl_span(r->key, r->n_key), wl_span_text(groups[i].key)))
            return true;
    }
    return false;
}

/* ----------------------------------------------------------------------------------- the text */

static bool is_renamed(const struct wl_renamer *r)
{
    return r->at_key && (r->depth == 1 || (r->depth == 2 && r->flat));
}

static void enter(struct wl_renamer *r, bool object)
{
    r->depth++;
    if (r->depth < 64)
        r->objects = (r->objects & ~(UINT64_C(1) << r->depth)) | (uint64_t)object << r->depth;
    r->at_key = object;
}

/* The value of the key that was held back begins with c; true: c has become nothing. */
static bool begin_value(struct wl_renamer *r, char c, struct wl_text *out)
{
    r->colon = false;
    if (c == '{' && r->depth == 1 && is_group(r)) {
        memcpy(r->group, r->key, r->n_key);
        r->n_group = r->n_key;
        r->flat = true;
        enter(r, true);
        return true;
    }
    put_key(r, out);
    r->typed = r->record == 0 && wl_span_equal(wl_span(r->key, r->n_key), WL_SPAN("type"));
    r->n_key = 0;
    return false;
}

/* A character outside of strings. */
static void structure(struct wl_renamer *r, char c, struct wl_text *out)
{
    if (r->colon && c != ':' && begin_value(r, c, out))
        return;
    switch (c) {
    case '"':
        r->in_string = true;
        r->reading = is_renamed(r);
        if (r->reading) {
            r->n_key = 0;
            return;
        }
        break;
    case ':':
        if (r->colon)
            return;
        break;
    case '{':
    case '[': enter(r, c == '{'); break;
    case '}':
    case ']':
        r->depth -= r->depth > 0;
        r->at_key = false;
        if (r->flat && r->depth == 1) {
            r->flat = false;
            return;
        }
        break;
    case ',': r->at_key = r->depth < 64 && r->objects >> r->depth & 1; break;
    case '\n': r->record = r->depth ? r->record : 0; break;
    default: break; /* of numbers, true and false */
    }
    wl_text_char(out, c);
}

/* The string ends. */
static void end_string(struct wl_renamer *r, struct wl_text *out)
{
    r->in_string = false;
    r->at_key = false;
    if (r->reading) {
        r->reading = false;
        r->colon = true;
        return;
    }
    if (r->typed) {
        r->record = record_of(wl_span(r->key, r->n_key));
        r->typed = false;
    }
    wl_text_char(out, '"');
}

/* What of a string is in s, up to its end: how many octets. */
static size_t string(struct wl_renamer *r, struct wl_span s, struct wl_text *out)
{
    size_t n = 0;

    while (n < s.n && (r->escaped || s.p[n] != '"')) {
        r->escaped = !r->escaped && s.p[n] == '\\';
        n++;
    }
    if (!r->reading)
        wl_text_span_raw(out, wl_span(s.p, n));
    /* keys and types are ours, and short */
    for (size_t i = 0; (r->reading || r->typed) && i < n && r->n_key < sizeof(r->key); i++)
        r->key[r->n_key++] = (char)s.p[i];
    if (n < s.n) {
        end_string(r, out);
        n++;
    }
    return n;
}

void wl_names_rewrite(void *renamer, struct wl_span in, struct wl_text *out)
{
    struct wl_renamer *r = renamer;

    while (in.n) {
        size_t n = 1;

        if (r->in_string) {
            n = string(r, in, out);
        } else {
            structure(r, (char)in.p[0], out);
        }
        in = wl_span_after(in, n);
    }
}
