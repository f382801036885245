/* redact.c - what of an exchange the outputs may show: the one place where it is made unreadable.
 * SPDX-License-Identifier: MIT
 *
 * Octets are overwritten in the arena of the exchange, which belongs to the merge by now. So every
 * output, the screen and history included, has no way to show what it does not have. Spans stay
 * what they were; that a value was long remains visible.
 */
#include "redact.h"

#include "redact_text.h"
#include "table.h"

enum {
    MAX_ADDRESSES = 65536, /* that are told apart; later ones share one */
    ADDRESSES_FIRST = 64,
};

struct address {
    uint8_t ip[16];
    uint8_t family;
};

struct wl_redactor {
    struct wl_budget *budget;
    enum wl_redact level;
    struct wl_leg leg; /* the other leg as it may be shown */
    struct wl_table by_address;
    struct address *addresses;
    uint32_t n, size;
    uint64_t seed;
};

struct wl_redactor *wl_redactor_new(struct wl_budget *budget, const struct wl_config *cfg)
{
    struct wl_redactor *r = wl_alloc(budget, sizeof(*r));

    if (!r)
        return NULL;
    r->budget = budget;
    r->level = cfg->redact;
    r->seed = wl_seed();
    if (wl_table_init(&r->by_address, budget, MAX_ADDRESSES) < 0) {
        wl_redactor_free(r);
        return NULL;
    }
    return r;
}

void wl_redactor_free(struct wl_redactor *r)
{
    if (!r)
        return;
    wl_table_release(&r->by_address);
    wl_free(r->budget, r->addresses, r->size * sizeof(*r->addresses));
    wl_free(r->budget, r, sizeof(*r));
}

/* -------------------------------------------------------------------------------- credentials */

static bool is_secret(const struct wl_field *f)
{
    return (f->odd & WL_ODD_NO_COLON) || wl_redact_is_secret(f);
}

/* A mark's octets are a copy, and may be of a secret: those from the beginning of a field to that
 * of the next. */
static void redact_marks(const struct wl_message *m)
{
    for (uint32_t i = 0; i < m->n_marks; i++) {
        const struct wl_mark *mark = &m->marks[i];
        const struct wl_field *around = NULL;

        for (uint32_t k = 0; mark->octets.n && k < m->n_fields; k++) {
            if (wl_field_at(m, &m->fields[k]).offset <= mark->at.offset)
                around = &m->fields[k];
        }
        for (uint32_t k = 0; mark->octets.n && k < m->n_trailers; k++) {
            if (wl_field_at(m, &m->trailers[k]).offset <= mark->at.offset)
                around = &m->trailers[k];
        }
        if (around && is_secret(around)) {
            wl_redact_mask(mark->octets);
        } else if (mark->octets.n) {
            if (around && around->id == WL_FIELD_HOST)
                wl_redact_authority(mark->octets);
            wl_redact_line(mark->octets);
            wl_redact_url(mark->octets);
        }
    }
}

/* Lines of a head beyond max_fields are in no field: nobody knows what they are. */
static void redact_rest(const struct wl_message *m)
{
    const struct wl_field *last = m->n_fields ? &m->fields[m->n_fields - 1] : NULL;
    const uint8_t *from = last ? last->value.p ? last->value.p + last->value.n : NULL : NULL;

    if (!wl_message_mark(m, WL_MARK_FIELDS_TOO_MANY) || m->head.n == 0)
        return;
    if (from && from >= m->head.p && from <= m->head.p + m->head.n) {
        wl_redact_mask(wl_span_after(m->head, (size_t)(from - m->head.p)));
    } else {
        wl_redact_mask(m->head);
    }
}

static void redact_target(struct wl_span target)
{
    /* RFC 9112 3.2.3: of CONNECT; there is none before a scheme */
    if (target.n && target.p[0] != '/')
        wl_redact_authority(target);
    wl_redact_url(target);
}

static void redact_message(const struct wl_message *m)
{
    if (m->state == WL_ABSENT)
        return;
    redact_marks(m); /* first: it looks at names that the next may hide */
    redact_rest(m);
    for (uint32_t i = 0; i < m->n_fields; i++)
        wl_redact_field(&m->fields[i]);
    for (uint32_t i = 0; i < m->n_trailers; i++)
        wl_redact_field(&m->trailers[i]);
    redact_target(m->target);
}

void wl_redact_credentials(struct wl_exchange *ex)
{
    redact_message(&ex->req);
    redact_message(&ex->res);
    for (uint32_t i = 0; i < ex->n_interim; i++)
        redact_message(&ex->interim[i]);
}

void wl_redact_lines(struct wl_exchange *ex)
{
    const struct wl_field *host = wl_message_field(&ex->req, WL_FIELD_HOST);

    for (; host; host = wl_message_next_field(&ex->req, host))
        wl_redact_field(host);
    redact_target(ex->req.target);
}

enum { TRIED = 1024 }; /* octets of a target or Host that are redacted on trial */

static bool spares_target(struct wl_span target)
{
    uint8_t copy[TRIED];

    if (target.n == 0)
        return true;
    if (target.n > sizeof(copy))
        return false;
    memcpy(copy, target.p, target.n);
    redact_target(wl_span(copy, target.n));
    return memcmp(copy, target.p, target.n) == 0;
}

static bool spares_field(const struct wl_field *f)
{
    struct wl_field tried = *f;
    uint8_t copy[TRIED];

    if (f->value.n == 0)
        return true;
    if (f->value.n > sizeof(copy))
        return false;
    memcpy(copy, f->value.p, f->value.n);
    tried.value = wl_span(copy, f->value.n);
    wl_redact_field(&tried);
    return memcmp(copy, f->value.p, f->value.n) == 0;
}

bool wl_redact_spares_lines(const struct wl_exchange *ex)
{
    const struct wl_field *host = wl_message_field(&ex->req, WL_FIELD_HOST);
    bool rest = wl_message_mark(&ex->req, WL_MARK_FIELDS_TOO_MANY) ||
                wl_message_mark(&ex->res, WL_MARK_FIELDS_TOO_MANY);

    for (uint32_t i = 0; i < ex->n_interim; i++)
        rest = rest || wl_message_mark(&ex->interim[i], WL_MARK_FIELDS_TOO_MANY);
    for (; host && !rest; host = wl_message_next_field(&ex->req, host))
        rest = !spares_field(host);
    return !rest && spares_target(ex->req.target);
}

/* ---------------------------------------------------------------------------- addresses, each */

/* The number of an address, from 1 on, in the order in which they are met; 0: there is no room. */
static uint32_t number_of(struct wl_redactor *r, const struct wl_endpoint *e)
{
    uint64_t hash = wl_hash(e->ip, sizeof(e->ip), r->seed ^ e->family);
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&r->by_address, hash, &probe)) != UINT32_MAX;) {
        if (r->addresses[i].family == e->family &&
            memcmp(r->addresses[i].ip, e->ip, sizeof(e->ip)) == 0)
            return i + 1;
    }
    if (r->n == r->size) {
        uint32_t larger = r->size ? r->size * 2 : ADDRESSES_FIRST;
        struct address *moved = wl_resize(r->budget, r->addresses, r->size * sizeof(*moved),
                                          larger * sizeof(*moved));

        if (!moved)
            return 0;
        r->addresses = moved;
        r->size = larger;
    }
    if (wl_table_add(&r->by_address, hash, r->n) < 0)
        return 0;
    memcpy(r->addresses[r->n].ip, e->ip, sizeof(e->ip));
    r->addresses[r->n].family = e->family;
    return ++r->n;
}

static void rename_address(struct wl_redactor *r, struct wl_endpoint *e)
{
    uint32_t number = number_of(r, e);
    unsigned last = e->family == 4 ? 3 : 15;

    if (e->family == 0)
        return;
    memset(e->ip, 0, sizeof(e->ip));
    for (unsigned i = 0; i < 3; i++)
        e->ip[last - i] = (uint8_t)(number >> 8 * i);
    if (e->family == 4) {
        e->ip[0] = 240; /* 240.0.0.0/4: reserved (RFC 1112 4) */
    } else {
        memcpy(e->ip, "\x20\x01\x0d\xb8", 4); /* for documents (RFC 3849) */
    }
}

/* ------------------------------------------------------------------------------ more than that */

/* One of the few words that everybody sends, or a number. */
static bool is_common(struct wl_span word)
{
    static const char *const words[] = {"chunked", "100-continue", "close", "keep-alive",
                                        "upgrade", "websocket",    "h2c",   "trailers"};
    uint64_t number;

    for (size_t i = 0; i < WL_COUNT(words); i++) {
        if (wl_span_equal_nocase(word, wl_span_text(words[i])))
            return true;
    }
    return wl_parse_u64(word, &number);
}

/* What frames messages and steers the connection: without it nobody could follow a report. */
static bool stays(const struct wl_field *f, enum wl_redact level)
{
    static const enum wl_field_id plain[] = {
        WL_FIELD_CONTENT_LENGTH, WL_FIELD_TRANSFER_ENCODING, WL_FIELD_CONNECTION,
        WL_FIELD_EXPECT,         WL_FIELD_UPGRADE,           WL_FIELD_TE,
    };

    for (size_t i = 0; i < WL_COUNT(plain); i++) {
        if (f->id == plain[i])
            return is_common(f->value);
    }
    return f->id == WL_FIELD_HOST && level < WL_REDACT_TARGETS;
}

static void hide_fields(const struct wl_field *fields, uint32_t n, enum wl_redact level)
{
    for (uint32_t i = 0; i < n; i++) {
        if (fields[i].odd & WL_ODD_NO_COLON) {
            wl_redact_mask(wl_field_sent_name(&fields[i]));
        } else if (!stays(&fields[i], level)) {
            wl_redact_mask(fields[i].value);
        }
    }
}

static void hide_message(const struct wl_message *m, enum wl_redact level)
{
    size_t query = wl_span_find(m->target, '?');

    if (m->state == WL_ABSENT)
        return;
    hide_fields(m->fields, m->n_fields, level);
    hide_fields(m->trailers, m->n_trailers, level);
    for (uint32_t i = 0; i < m->n_marks; i++)
        wl_redact_mask(m->marks[i].octets);
    wl_redact_mask(m->reason);
    if (level < WL_REDACT_TARGETS) {
        wl_redact_mask(wl_span_after(m->target, query + 1));
    } else if (m->target.n) {
        wl_redact_mask(wl_span_after(m->target, m->target.p[0] == '/'));
    }
}

/* Up to the last place where what stands there; all of it, when it does not. */
static struct wl_span before_last(struct wl_span s, struct wl_span what)
{
    for (size_t n = s.n; n-- > 0;) {
        if (wl_span_starts(wl_span_after(s, n), what))
            return wl_span_sub(s, 0, n);
    }
    return s;
}

/* The target in an exchange line, "GET /target HTTP/1.1 -> 200": blanks may stand in it. */
static struct wl_span target_of(struct wl_span line)
{
    struct wl_span rest = wl_span_after(line, wl_span_find(line, ' ') + 1);

    return before_last(before_last(rest, WL_SPAN(" -> ")), WL_SPAN(" HTTP/"));
}

static void hide_leg(struct wl_redactor *r, struct wl_exchange *ex)
{
    struct wl_span line, rest;

    if (!ex->leg)
        return;
    r->leg = *ex->leg;
    ex->leg = &r->leg;
    if (r->level >= WL_REDACT_ADDRESSES) {
        rename_address(r, &r->leg.client);
        rename_address(r, &r->leg.server);
    }
    line = wl_span_text(r->leg.line);
    rest = target_of(line);
    redact_target(rest);
    if (r->level >= WL_REDACT_TARGETS) {
        wl_redact_mask(rest);
    } else if (r->level >= WL_REDACT_VALUES) {
        wl_redact_mask(wl_span_after(rest, wl_span_find(rest, '?') + 1));
    }
}

void wl_redact_exchange(struct wl_redactor *r, struct wl_exchange *ex)
{
    hide_leg(r, ex);
    if (r->level < WL_REDACT_VALUES)
        return;
    hide_message(&ex->req, r->level);
    hide_message(&ex->res, r->level);
    for (uint32_t i = 0; i < ex->n_interim; i++)
        hide_message(&ex->interim[i], r->level);
}

void wl_redact_connection(struct wl_redactor *r, struct wl_conn_record *conn)
{
    for (uint32_t i = 0; i < conn->n_marks; i++) {
        if (r->level >= WL_REDACT_VALUES) {
            wl_redact_mask(conn->marks[i].octets);
        } else {
            wl_redact_line(conn->marks[i].octets);
        }
    }
}

/* ---------------------------------------------------------------------------------- addresses */

void wl_redact_addresses(struct wl_redactor *r, struct wl_conn_ref *conn)
{
    if (r->level < WL_REDACT_ADDRESSES)
        return;
    rename_address(r, &conn->client);
    rename_address(r, &conn->server);
    rename_address(r, &conn->proxied);
}
