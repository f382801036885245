/* suppress.c - findings that are known and accepted: they are told apart, and do not count.
 * SPDX-License-Identifier: MIT
 *
 * Two kinds. Those of a configuration say what they cover: words that must all fit, asked one after
 * the other. Those of a baseline name one finding each by its fingerprint (base/fingerprint.h), and
 * there may be very many: they stand in a table. The first kind is asked first. One that has ended
 * suppresses nothing, but is followed all the same, to tell what came back with its end.
 */
#include "suppress.h"

#include "diag.h"
#include "fingerprint.h"
#include "grammar.h"
#include "net.h"
#include "table.h"

enum {
    MAX_ITEMS = 256,   /* words of one list */
    MAX_ITEM = 255,    /* octets of one */
    WORDS_MAX = 16384, /* octets of what is hashed for a fingerprint */
};

/* One word of a list, read. */
struct item {
    const char *glob;  /* rule, method, target, host; in the arena */
    struct wl_net net; /* server; family 0: glob is a host's */
    uint16_t from, to; /* status */
};

struct list {
    struct item *items;
    uint32_t n, size;
};

/* A suppression, read; its index is that of the configuration's and of the counts. */
struct entry {
    struct list rule, server, method, target, status;
    uint8_t fingerprint[WL_FINGERPRINT_HEX];
    bool exact; /* by fingerprint alone */
};

struct wl_suppress {
    struct wl_budget *budget;
    const struct wl_config *cfg;
    struct wl_arena_pool pool;
    struct wl_arena *arena;
    struct entry *entries;
    struct wl_suppression_use *uses;
    size_t n;
    bool any_exact;
    struct wl_table by_fingerprint;
    uint64_t seed;
    uint64_t counts[WL_N_SEVERITIES];
};

/* --------------------------------------------------------------------------- reading lists */

typedef bool parse_fn(struct wl_arena *a, struct wl_span word, struct item *ret);

static bool parse_glob(struct wl_arena *a, struct wl_span word, struct item *ret)
{
    char *text;

    if (word.n > MAX_ITEM || !(text = wl_arena_alloc(a, word.n + 1)))
        return false;
    memcpy(text, word.p, word.n);
    ret->glob = text;
    return true;
}

/* A misspelt rule would suppress nothing, silently. */
static bool parse_rule(struct wl_arena *a, struct wl_span word, struct item *ret)
{
    if (!parse_glob(a, word, ret))
        return false;
    for (size_t i = 0; i < wl_rule_count(); i++) {
        if (wl_glob_match(ret->glob, wl_rule_at(i)->id))
            return true;
    }
    return false;
}

/* An address or a net; else a host, in small letters, as hosts are compared. */
static bool parse_server(struct wl_arena *a, struct wl_span word, struct item *ret)
{
    uint8_t lower[MAX_ITEM];

    if (wl_net_parse(word, &ret->net))
        return true;
    ret->net.family = 0;
    if (word.n > sizeof(lower) || wl_span_find(word, '/') < word.n)
        return false;
    for (size_t i = 0; i < word.n; i++)
        lower[i] = wl_lower(word.p[i]);
    return parse_glob(a, wl_span(lower, word.n), ret);
}

/* "103", "500-599", "5xx" */
static bool parse_status(struct wl_arena *a, struct wl_span word, struct item *ret)
{
    size_t dash = wl_span_find(word, '-');
    uint64_t from, to;

    (void)a;
    if (word.n == 3 && word.p[0] >= '1' && word.p[0] <= '5' && wl_lower(word.p[1]) == 'x' &&
        wl_lower(word.p[2]) == 'x') {
        ret->from = (uint16_t)((word.p[0] - '0') * 100);
        ret->to = (uint16_t)(ret->from + 99);
        return true;
    }
    if (!wl_parse_u64(wl_span_sub(word, 0, dash), &from) || from >= WL_N_CODES)
        return false;
    to = from;
    if (dash < word.n && (!wl_parse_u64(wl_span_after(word, dash + 1), &to) || to >= WL_N_CODES))
        return false;
    ret->from = (uint16_t)from;
    ret->to = (uint16_t)to;
    return from <= to;
}

/* What can be said of a finding: the lists of struct wl_suppression, and how each is read. */
static const struct key {
    const char *name, *wanted;
    size_t from, to; /* the text in struct wl_suppression, the list in struct entry */
    parse_fn *parse;
    bool commas; /* they part words too; in a target they may stand */
} keys[] = {
    {"rule", "ids of rules; * stands for any text", offsetof(struct wl_suppression, rule),
     offsetof(struct entry, rule), parse_rule, true},
    {"server",
     "addresses (10.0.0.9, 10.0.0.0/8, 10.0.0.9:80, [2001:db8::9]:80) or hosts (*.example)",
     offsetof(struct wl_suppression, server), offsetof(struct entry, server), parse_server, true},
    {"method", "methods, such as POST", offsetof(struct wl_suppression, method),
     offsetof(struct entry, method), parse_glob, true},
    {"target", "paths without query, such as /api/*", offsetof(struct wl_suppression, target),
     offsetof(struct entry, target), parse_glob, false},
    {"status", "statuses, such as 103, 500-504 or 5xx", offsetof(struct wl_suppression, status),
     offsetof(struct entry, status), parse_status, true},
};

static const char *text_of(const struct wl_suppression *s, const struct key *key)
{
    const char *text;

    memcpy(&text, (const char *)s + key->from, sizeof(text));
    return text;
}

static int fail_about(const struct wl_suppression *s, const char *what, struct wl_error *err)
{
    return wl_fail(err, WL_EINVAL, "%s%ssuppression '%s': %s", s->source ? s->source : "",
                   s->source ? ": " : "", s->name, what);
}

static int add_item(struct wl_arena *a, const struct key *key, struct wl_span word,
                    const struct wl_suppression *given, struct list *list, struct wl_error *err)
{
    struct item *grown = wl_arena_grow(a, list->items, list->n, &list->size, MAX_ITEMS,
                                       sizeof(*grown));

    if (!grown)
        return fail_about(given, "too many words", err);
    list->items = grown;
    list->items[list->n] = (struct item){.glob = NULL};
    if (key->parse(a, word, &list->items[list->n])) {
        list->n++;
        return 0;
    }
    (void)wl_fail(err, WL_EINVAL, "%s%ssuppression '%s': %s does not take '%.*s'",
                  given->source ? given->source : "", given->source ? ": " : "", given->name,
                  key->name, (int)wl_min_size(word.n, 80), (const char *)word.p);
    wl_hint(err, "'%s' wants %s", key->name, key->wanted);
    return WL_EINVAL;
}

static int read_list(struct wl_arena *a, const struct key *key, const struct wl_suppression *given,
                     struct list *list, struct wl_error *err)
{
    const char *text = text_of(given, key);
    const char *between = key->commas ? " ,\t" : " \t";
    int rc = 0;

    while (rc == 0 && text && *(text += strspn(text, between))) {
        size_t n = strcspn(text, between);

        rc = add_item(a, key, wl_span(text, n), given, list, err);
        text += n;
    }
    return rc;
}

int wl_suppress_check(struct wl_arena *a, const struct wl_suppression *given, struct wl_error *err)
{
    int rc = 0;

    for (size_t k = 0; k < WL_COUNT(keys) && rc == 0; k++) {
        struct list list = {.n = 0};

        rc = read_list(a, &keys[k], given, &list, err);
    }
    return rc;
}

static int read_fingerprint(struct wl_suppress *s, size_t i, struct wl_error *err)
{
    const struct wl_suppression *given = &s->cfg->suppressions[i];
    struct entry *entry = &s->entries[i];
    struct wl_span text = wl_span_text(given->fingerprint);
    uint64_t hash;

    for (size_t k = 0; k < text.n; k++) {
        if (wl_hex_value(text.p[k]) < 0)
            return fail_about(given, "a fingerprint is hexadecimal", err);
    }
    if (text.n != sizeof(entry->fingerprint))
        return fail_about(given, "a fingerprint has 32 digits", err);
    for (size_t k = 0; k < text.n; k++)
        entry->fingerprint[k] = wl_lower(text.p[k]);
    entry->exact = s->any_exact = true;
    hash = wl_hash(entry->fingerprint, sizeof(entry->fingerprint), s->seed);
    return wl_table_add(&s->by_fingerprint, hash, (uint32_t)i) < 0
               ? wl_fail(err, WL_NOMEM, "out of memory")
               : 0;
}

static int read_entry(struct wl_suppress *s, size_t i, struct wl_error *err)
{
    const struct wl_suppression *given = &s->cfg->suppressions[i];
    bool any = false;
    int rc = 0;

    s->uses[i].which = given;
    s->uses[i].over = given->end && s->cfg->today && s->cfg->today >= given->end;
    if (given->fingerprint)
        return read_fingerprint(s, i, err);
    for (size_t k = 0; k < WL_COUNT(keys) && rc == 0; k++) {
        struct list list = {.n = 0};

        rc = read_list(s->arena, &keys[k], given, &list, err);
        memcpy((char *)&s->entries[i] + keys[k].to, &list, sizeof(list));
        any |= list.n > 0;
    }
    /* one that says nothing would suppress everything */
    return rc < 0 || any ? rc : fail_about(given, "it does not say what it covers", err);
}

int wl_suppress_new(struct wl_budget *budget, const struct wl_config *cfg, struct wl_suppress **ret,
                    struct wl_error *err)
{
    struct wl_suppress *s = wl_alloc(budget, sizeof(*s));
    int rc = 0;

    if (!s)
        return wl_fail(err, WL_NOMEM, "out of memory");
    s->budget = budget;
    s->cfg = cfg;
    s->n = cfg->n_suppressions;
    s->seed = wl_seed();
    wl_arena_pool_init(&s->pool, budget, 0);
    s->arena = wl_arena_new(&s->pool);
    s->entries = wl_alloc_array(budget, s->n, sizeof(*s->entries));
    s->uses = wl_alloc_array(budget, s->n, sizeof(*s->uses));
    if (!s->arena || !s->entries || !s->uses ||
        wl_table_init(&s->by_fingerprint, budget, s->n) < 0) {
        wl_suppress_free(s);
        return wl_fail(err, WL_NOMEM, "out of memory");
    }
    for (size_t i = 0; i < s->n && rc == 0; i++)
        rc = read_entry(s, i, err);
    if (rc < 0) {
        wl_suppress_free(s);
        return rc;
    }
    *ret = s;
    return 0;
}

void wl_suppress_free(struct wl_suppress *s)
{
    struct wl_budget *b;

    if (!s)
        return;
    b = s->budget;
    wl_table_release(&s->by_fingerprint);
    wl_free(b, s->entries, s->n * sizeof(*s->entries));
    wl_free(b, s->uses, s->n * sizeof(*s->uses));
    wl_arena_free(s->arena);
    wl_arena_pool_release(&s->pool);
    wl_free(b, s, sizeof(*s));
}

/* --------------------------------------------------------------------------------- matching */

/* A finding and what is known around it. */
struct subject {
    const struct wl_conn_ref *conn;
    const struct wl_exchange *ex; /* NULL: of a connection record */
    const struct wl_finding *f;
    struct wl_span method, path, authority, host; /* small letters are not made: see matches_host */
};

/* The request's own words: host as in its target or Host, path without query. */
static void read_request(struct subject *sub, const struct wl_exchange *ex)
{
    const struct wl_field *host = wl_message_field(&ex->req, WL_FIELD_HOST);
    struct wl_uri uri = {.path = {NULL, 0}}, server = {.host = {NULL, 0}};

    if (ex->req.state == WL_ABSENT)
        return;
    sub->method = ex->req.method;
    if (ex->req.method_id == WL_METHOD_CONNECT) {
        sub->path = ex->req.target;
    } else {
        (void)wl_grammar_uri(ex->req.target, &uri);
        sub->path = uri.path;
    }
    if (uri.host.n) {
        sub->host = uri.host;
        sub->authority = wl_span(uri.host.p, uri.host.n + (uri.port.n ? uri.port.n + 1 : 0));
    } else if (host && wl_grammar_authority(host->value, &server)) {
        sub->host = server.host;
        sub->authority = host->value;
    }
}

static bool lower_matches(const char *glob, struct wl_span s)
{
    uint8_t lower[MAX_ITEM];

    if (s.n == 0 || s.n > sizeof(lower))
        return false;
    for (size_t i = 0; i < s.n; i++)
        lower[i] = wl_lower(s.p[i]);
    return wl_glob_match_span(glob, wl_span(lower, s.n));
}

static bool matches_server(const struct item *item, const struct subject *sub)
{
    if (item->net.family)
        return wl_net_has(&item->net, &sub->conn->server);
    return lower_matches(item->glob, sub->host) || lower_matches(item->glob, sub->authority);
}

/* Of what was said about no response, the final one counts. */
static bool matches_status(const struct item *item, const struct subject *sub)
{
    uint16_t status = sub->f->status;

    if (status == 0 && sub->ex)
        status = sub->ex->res.status;
    return status && status >= item->from && status <= item->to;
}

static bool matches_rule(const struct item *item, const struct subject *sub)
{
    return wl_glob_match(item->glob, sub->f->rule->id);
}

static bool matches_method(const struct item *item, const struct subject *sub)
{
    return sub->ex && wl_glob_match_span(item->glob, sub->method);
}

static bool matches_target(const struct item *item, const struct subject *sub)
{
    return sub->ex && wl_glob_match_span(item->glob, sub->path);
}

static bool any_matches(const struct list *list, const struct subject *sub,
                        bool (*matches)(const struct item *, const struct subject *))
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (matches(&list->items[i], sub))
            return true;
    }
    return list->n == 0;
}

static bool covers(const struct entry *e, const struct subject *sub)
{
    return !e->exact && any_matches(&e->rule, sub, matches_rule) &&
           any_matches(&e->status, sub, matches_status) &&
           any_matches(&e->server, sub, matches_server) &&
           any_matches(&e->method, sub, matches_method) &&
           any_matches(&e->target, sub, matches_target);
}

/* The entry of a baseline for this finding; NULL: there is none. One that is still in force comes
 * first. */
static struct wl_suppression_use *find_exact(const struct wl_suppress *s, const struct subject *sub)
{
    char hex[WL_FINGERPRINT_HEX + 1];
    struct wl_suppression_use *found = NULL;
    struct wl_text words;
    size_t probe = 0;
    bool full;
    uint64_t hash;

    wl_text_init(&words, s->budget, WORDS_MAX);
    wl_fingerprint_words(&words, sub->conn, sub->ex, sub->f);
    full = words.full;
    wl_fingerprint_hash(wl_text_span(&words), hex);
    wl_text_release(&words);
    if (full)
        return NULL;
    hash = wl_hash(hex, WL_FINGERPRINT_HEX, s->seed);
    for (uint32_t i; (i = wl_table_find(&s->by_fingerprint, hash, &probe)) != UINT32_MAX;) {
        if (memcmp(s->entries[i].fingerprint, hex, WL_FINGERPRINT_HEX) == 0 &&
            (!found || found->over))
            found = &s->uses[i];
    }
    return found;
}

/* What suppresses it, or would if it had not ended; NULL: nothing. */
static struct wl_suppression_use *find_use(const struct wl_suppress *s, const struct subject *sub)
{
    struct wl_suppression_use *ended = NULL, *exact;

    for (size_t i = 0; i < s->n; i++) {
        if (s->entries[i].exact || !covers(&s->entries[i], sub))
            continue;
        if (!s->uses[i].over)
            return &s->uses[i];
        ended = ended ? ended : &s->uses[i];
    }
    exact = s->any_exact ? find_exact(s, sub) : NULL;
    return exact && (!ended || !exact->over) ? exact : ended;
}

/* -------------------------------------------------------------------------------- splitting */

static void count(struct wl_suppress *s, struct wl_suppression_use *use, const struct wl_finding *f)
{
    use->n++;
    if (!use->over)
        s->counts[f->severity]++;
}

/* Moves what is marked as suppressed behind the rest; both keep their order. False: memory is
 * refused. */
static bool part(const struct wl_suppress *s, struct wl_finding *findings, uint32_t n,
                 uint32_t gone)
{
    struct wl_finding *aside = wl_alloc_array(s->budget, gone, sizeof(*aside));
    uint32_t kept = 0, n_aside = 0;

    if (!aside)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (findings[i].suppressed) {
            aside[n_aside++] = findings[i];
        } else {
            findings[kept++] = findings[i];
        }
    }
    memcpy(findings + kept, aside, gone * sizeof(*aside));
    wl_free(s->budget, aside, gone * sizeof(*aside));
    return true;
}

/* counting: s, or NULL when all this was counted before. Returns how many stand behind the rest
 * now. */
static uint32_t split(const struct wl_suppress *s, struct wl_suppress *counting,
                      struct subject *sub, struct wl_finding *findings, uint32_t n)
{
    uint32_t gone = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct wl_suppression_use *use;

        sub->f = &findings[i];
        use = find_use(s, sub);
        findings[i].suppressed = use && !use->over ? use->which : NULL;
        gone += findings[i].suppressed != NULL;
        if (use && counting)
            count(counting, use, &findings[i]);
    }
    /* one by one when there is no room to do it at once: there are at most max_findings */
    if (gone && !part(s, findings, n, gone)) {
        for (uint32_t i = 0, left = n; i < left;) {
            struct wl_finding f = findings[i];

            if (!f.suppressed) {
                i++;
                continue;
            }
            memmove(&findings[i], &findings[i + 1], (n - i - 1) * sizeof(f));
            findings[n - 1] = f;
            left--;
        }
    }
    return gone;
}

static void split_exchange(const struct wl_suppress *s, struct wl_suppress *counting,
                           struct wl_exchange *ex)
{
    struct subject sub = {.conn = &ex->conn, .ex = ex};

    if (ex->n_findings == 0)
        return;
    read_request(&sub, ex);
    ex->n_suppressed = split(s, counting, &sub, ex->findings, ex->n_findings);
    ex->n_findings -= ex->n_suppressed;
}

static void split_connection(const struct wl_suppress *s, struct wl_suppress *counting,
                             struct wl_conn_record *conn)
{
    struct subject sub = {.conn = &conn->conn};

    if (conn->n_findings == 0)
        return;
    conn->n_suppressed = split(s, counting, &sub, conn->findings, conn->n_findings);
    conn->n_findings -= conn->n_suppressed;
}

void wl_suppress_exchange(struct wl_suppress *s, struct wl_exchange *ex)
{
    split_exchange(s, s, ex);
}

void wl_suppress_connection(struct wl_suppress *s, struct wl_conn_record *conn)
{
    split_connection(s, s, conn);
}

void wl_suppress_exchange_again(const struct wl_suppress *s, struct wl_exchange *ex)
{
    split_exchange(s, NULL, ex);
}

void wl_suppress_connection_again(const struct wl_suppress *s, struct wl_conn_record *conn)
{
    split_connection(s, NULL, conn);
}

/* ---------------------------------------------------------------------------------- telling */

void wl_suppress_stats(const struct wl_suppress *s, struct wl_stats *st)
{
    memcpy(st->suppressed, s->counts, sizeof(st->suppressed));
    st->suppressions = s->uses;
    st->n_suppressions = s->n;
}
