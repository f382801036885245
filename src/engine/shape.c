/* shape.c - what a filter asks of exchanges, each combination kept once.
 * SPDX-License-Identifier: MIT
 *
 * Shapes and links of chains are rows of two tables that only grow, up to their maximum; a row
 * never changes, so that a verdict on it stays true. The filter itself is asked through an exchange
 * made up from the shape: there is one matcher, that of filter.c.
 */
#include "shape.h"

#include "line.h"
#include "table.h"

enum {
    ROWS_FIRST = 64,
    METHOD_MAX = 32,
    TEXTS_MAX = 8 << 20, /* octets of statuses, rules and methods of all shapes */
};

/* octets of one shape */
#define DRAFT_MAX \
    (WL_SHAPE_STATUSES * sizeof(uint16_t) + WL_SHAPE_RULES * sizeof(void *) + METHOD_MAX)

enum shape_kind {
    OF_EXCHANGE,
    OF_FINDINGS,  /* of a connection's record, about exchanges */
    OF_CONN_ONLY, /* of a connection's record, about the connection as a whole */
};

struct shape {
    uint64_t hash;
    uint32_t offset;   /* in texts: statuses, rules, method */
    uint32_t sequence; /* the first shape with the same statuses */
    uint16_t n_statuses;
    uint8_t n_rules, n_method;
    uint8_t major, minor, req_state, method_id;
    uint8_t kind, n_final; /* n_final: the last status is a final one */
    uint8_t state;         /* enum wl_exchange_state; of findings 0 */
    uint16_t octets;       /* in texts */
};

/* One link of a chain. */
struct chain {
    uint32_t parent; /* 0: the first */
    uint32_t before; /* exchanges before this run; 0 for those noted once */
    uint32_t shape;
    uint8_t depth;
    bool also; /* noted once: order and number are not kept any more */
};

struct wl_shapes {
    struct wl_budget *budget;
    uint64_t seed;
    struct wl_table by_shape, by_sequence, by_chain;
    struct shape *shapes;
    struct chain *chains; /* row 0 of both is not used */
    uint32_t n_shapes, shapes_size, n_chains, chains_size;
    struct wl_buf texts;
};

/* What a shape is made of, before it is one. */
struct draft {
    struct shape shape;
    uint8_t octets[DRAFT_MAX];
};

/* ------------------------------------------------------------------------------ life cycle */

struct wl_shapes *wl_shapes_new(struct wl_budget *budget)
{
    struct wl_shapes *s = wl_alloc(budget, sizeof(*s));

    if (!s)
        return NULL;
    s->budget = budget;
    s->seed = wl_seed();
    s->n_shapes = s->n_chains = 1;
    wl_buf_init(&s->texts, budget, TEXTS_MAX);
    if (wl_table_init(&s->by_shape, budget, WL_SHAPES_MAX) < 0 ||
        wl_table_init(&s->by_sequence, budget, WL_SHAPES_MAX) < 0 ||
        wl_table_init(&s->by_chain, budget, WL_CHAINS_MAX) < 0) {
        wl_shapes_free(s);
        return NULL;
    }
    return s;
}

void wl_shapes_free(struct wl_shapes *s)
{
    if (!s)
        return;
    wl_table_release(&s->by_shape);
    wl_table_release(&s->by_sequence);
    wl_table_release(&s->by_chain);
    wl_free(s->budget, s->shapes, s->shapes_size * sizeof(*s->shapes));
    wl_free(s->budget, s->chains, s->chains_size * sizeof(*s->chains));
    wl_buf_release(&s->texts);
    wl_free(s->budget, s, sizeof(*s));
}

static void *grow(struct wl_budget *b, void *rows, uint32_t n, uint32_t *size, uint32_t max,
                  size_t row_octets)
{
    uint64_t larger = wl_min_u64(wl_max_u64((uint64_t)*size * 2, ROWS_FIRST), max);
    void *moved;

    if (n < *size)
        return rows;
    if (larger <= n)
        return NULL;
    moved = wl_resize(b, rows, *size * row_octets, (size_t)larger * row_octets);
    if (moved)
        *size = (uint32_t)larger;
    return moved;
}

/* ---------------------------------------------------------------------------------- shapes */

static struct wl_span octets_of(const struct wl_shapes *s, const struct shape *shape)
{
    return wl_span_sub(wl_buf_span(&s->texts), shape->offset, shape->octets);
}

static void draft_octets(struct draft *d, const void *octets, size_t n)
{
    memcpy(d->octets + d->shape.octets, octets, n);
    d->shape.octets = (uint16_t)(d->shape.octets + n);
}

static void draft_status(struct draft *d, uint16_t status)
{
    if (d->shape.n_statuses == WL_SHAPE_STATUSES)
        return;
    draft_octets(d, &status, sizeof(status));
    d->shape.n_statuses++;
}

/* Each rule once, in the order of the findings. */
static void draft_rules(struct draft *d, const struct wl_finding *findings, uint32_t n)
{
    size_t start = d->shape.octets;

    for (uint32_t i = 0; i < n && d->shape.n_rules < WL_SHAPE_RULES; i++) {
        const struct wl_rule *rule = findings[i].rule;
        bool known = false;

        for (size_t k = 0; k < d->shape.n_rules && !known; k++)
            known = memcmp(d->octets + start + k * sizeof(void *), &rule, sizeof(void *)) == 0;
        if (known)
            continue;
        draft_octets(d, &rule, sizeof(void *));
        d->shape.n_rules++;
    }
}

static void draft_exchange(struct draft *d, const struct wl_exchange *ex)
{
    struct wl_span method = wl_span_sub(ex->req.method, 0, METHOD_MAX);
    uint32_t kept = ex->n_interim + ex->n_interim_more;

    d->shape = (struct shape){
        .kind = OF_EXCHANGE,
        .major = ex->req.major,
        .minor = ex->req.minor,
        .req_state = (uint8_t)ex->req.state,
        .state = (uint8_t)ex->state,
        .method_id = (uint8_t)ex->req.method_id,
        .n_method = (uint8_t)method.n,
    };
    for (uint32_t i = 0; i < kept && i < WL_SHAPE_STATUSES - 1; i++)
        draft_status(d, wl_exchange_interim_status(ex, i));
    if (wl_message_has_status(&ex->res)) {
        draft_status(d, ex->res.status);
        d->shape.n_final = 1;
    }
    draft_rules(d, ex->findings, ex->n_findings);
    if (method.n)
        draft_octets(d, method.p, method.n);
}

static bool same_shape(const struct wl_shapes *s, const struct shape *a, const struct draft *d)
{
    const struct shape *b = &d->shape;

    return a->n_statuses == b->n_statuses && a->n_rules == b->n_rules &&
           a->n_method == b->n_method && a->major == b->major && a->minor == b->minor &&
           a->req_state == b->req_state && a->method_id == b->method_id && a->kind == b->kind &&
           a->n_final == b->n_final && a->state == b->state &&
           wl_span_equal(octets_of(s, a), wl_span(d->octets, b->octets));
}

/* Answered by HTTP/0.9, which has no status (RFC 1945 4.1). */
static bool is_bare(const struct shape *shape)
{
    return shape->kind == OF_EXCHANGE && !shape->n_final &&
           (shape->state == WL_EXCHANGE_COMPLETE || shape->state == WL_EXCHANGE_TRUNCATED);
}

static bool same_statuses(const struct wl_shapes *s, const struct shape *a, const struct shape *b)
{
    size_t n = a->n_statuses * sizeof(uint16_t);

    return a->kind == b->kind && a->n_statuses == b->n_statuses && a->n_final == b->n_final &&
           is_bare(a) == is_bare(b) &&
           wl_span_equal(wl_span_sub(octets_of(s, a), 0, n), wl_span_sub(octets_of(s, b), 0, n));
}

/* Finds the first shape with the same statuses; this one, when it is the first. */
static void find_sequence(struct wl_shapes *s, uint32_t id)
{
    struct shape *shape = &s->shapes[id];
    struct wl_span statuses = wl_span_sub(octets_of(s, shape), 0,
                                          shape->n_statuses * sizeof(uint16_t));
    uint64_t hash = wl_hash(statuses.n ? statuses.p : (const uint8_t *)"", statuses.n,
                            s->seed + shape->n_final + 2 * (uint64_t)shape->kind);
    size_t probe = 0;

    shape->sequence = id;
    for (uint32_t i; (i = wl_table_find(&s->by_sequence, hash, &probe)) != UINT32_MAX;) {
        if (same_statuses(s, &s->shapes[i], shape)) {
            shape->sequence = i;
            return;
        }
    }
    if (wl_table_add(&s->by_sequence, hash, id) < 0)
        return; /* later ones with the same statuses count as others */
}

static uint64_t hash_draft(const struct wl_shapes *s, const struct draft *d)
{
    const struct shape *shape = &d->shape;
    const uint8_t facts[] = {
        (uint8_t)shape->n_statuses,
        shape->n_rules,
        shape->n_method,
        shape->major,
        shape->minor,
        shape->kind,
        shape->req_state,
        shape->n_final,
        shape->state,
    };

    return wl_hash(d->octets, shape->octets, wl_hash(facts, sizeof(facts), s->seed));
}

static uint32_t intern_shape(struct wl_shapes *s, struct draft *d)
{
    uint64_t hash = hash_draft(s, d);
    struct shape *rows;
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&s->by_shape, hash, &probe)) != UINT32_MAX;) {
        if (s->shapes[i].hash == hash && same_shape(s, &s->shapes[i], d))
            return i;
    }
    rows = grow(s->budget, s->shapes, s->n_shapes, &s->shapes_size, WL_SHAPES_MAX, sizeof(*rows));
    if (!rows)
        return 0;
    s->shapes = rows;
    d->shape.hash = hash;
    d->shape.offset = (uint32_t)s->texts.n;
    if (!wl_buf_append(&s->texts, wl_span(d->octets, d->shape.octets)) ||
        wl_table_add(&s->by_shape, hash, s->n_shapes) < 0)
        return 0;
    s->shapes[s->n_shapes] = d->shape;
    find_sequence(s, s->n_shapes);
    return s->n_shapes++;
}

uint32_t wl_shape_of(struct wl_shapes *s, const struct wl_exchange *ex)
{
    struct draft d;

    draft_exchange(&d, ex);
    return intern_shape(s, &d);
}

uint32_t wl_shape_sequence(const struct wl_shapes *s, uint32_t shape)
{
    return shape ? s->shapes[shape].sequence : 0;
}

/* ---------------------------------------------------------------------------------- chains */

static uint32_t intern_chain(struct wl_shapes *s, const struct chain *c)
{
    uint64_t key[2] = {(uint64_t)c->parent << 32 | c->before, (uint64_t)c->shape << 1 | c->also};
    uint64_t hash = wl_hash(key, sizeof(key), s->seed);
    struct chain *rows;
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&s->by_chain, hash, &probe)) != UINT32_MAX;) {
        const struct chain *row = &s->chains[i];

        if (row->parent == c->parent && row->before == c->before && row->shape == c->shape &&
            row->also == c->also)
            return i;
    }
    rows = grow(s->budget, s->chains, s->n_chains, &s->chains_size, WL_CHAINS_MAX, sizeof(*rows));
    if (!rows)
        return 0;
    s->chains = rows;
    if (wl_table_add(&s->by_chain, hash, s->n_chains) < 0)
        return 0;
    s->chains[s->n_chains] = *c;
    return s->n_chains++;
}

/* Notes that the shape occurs, where order and number are not kept any more. */
static uint32_t note_once(struct wl_shapes *s, uint32_t chain, uint32_t shape)
{
    struct chain next = {.parent = chain, .shape = shape, .also = true};
    uint32_t id;

    WL_ASSERT(chain == 0 || s->chains);
    for (uint32_t i = chain; i; i = s->chains[i].parent) {
        if (s->chains[i].shape == shape)
            return chain;
    }
    next.depth = chain ? (uint8_t)(s->chains[chain].depth + 1) : 1;
    if (next.depth > WL_CHAIN_DEPTH)
        return chain;
    id = intern_chain(s, &next);
    return id ? id : chain;
}

static bool has_sequence(const struct wl_shapes *s, uint32_t chain, uint32_t shape)
{
    WL_ASSERT(chain == 0 || s->chains);
    for (uint32_t i = chain; i; i = s->chains[i].parent) {
        if (s->shapes[s->chains[i].shape].sequence == s->shapes[shape].sequence)
            return true;
    }
    return false;
}

uint32_t wl_chain_add(struct wl_shapes *s, uint32_t chain, uint32_t n, uint32_t shape,
                      bool *ret_new)
{
    const struct chain *last = chain ? &s->chains[chain] : NULL;
    struct chain next = {.parent = chain, .before = n, .shape = shape};
    uint32_t id = 0;

    *ret_new = false;
    if (shape == 0)
        return chain;
    if (last && last->shape == shape)
        return chain;
    *ret_new = !has_sequence(s, chain, shape);
    next.depth = last ? (uint8_t)(last->depth + 1) : 1;
    /* the last quarter is left to those that only note */
    if (!(last && last->also) && next.depth <= WL_CHAIN_RUNS && s->n_chains < WL_CHAINS_MAX / 4 * 3)
        id = intern_chain(s, &next);
    return id ? id : note_once(s, chain, shape);
}

uint32_t wl_chain_end(struct wl_shapes *s, uint32_t chain, const struct wl_conn_record *conn)
{
    for (unsigned kind = OF_FINDINGS; kind <= OF_CONN_ONLY; kind++) {
        struct draft d = {.shape.kind = (uint8_t)kind};

        for (uint32_t i = 0; i < conn->n_findings; i++) {
            if ((conn->findings[i].ordinal == 0) == (kind == OF_CONN_ONLY))
                draft_rules(&d, &conn->findings[i], 1);
        }
        if (d.shape.n_rules) {
            uint32_t shape = intern_shape(s, &d);

            if (shape)
                chain = note_once(s, chain, shape);
        }
    }
    return chain;
}

static uint16_t status_at(const struct wl_shapes *s, const struct shape *shape, uint32_t i)
{
    struct wl_span octets = wl_span_sub(octets_of(s, shape), i * sizeof(uint16_t),
                                        sizeof(uint16_t));
    uint16_t status = 0;

    if (octets.n == sizeof(status))
        memcpy(&status, octets.p, sizeof(status));
    return status;
}

/* Adds to text, which has room for WL_SEQUENCE_TEXT; false when it does not fit. */
static bool add_text(char *text, size_t *used, const char *what)
{
    size_t n = strlen(what);

    if (*used + n + sizeof(" ...") > WL_SEQUENCE_TEXT)
        return false;
    memcpy(text + *used, what, n + 1);
    *used += n;
    return true;
}

/* "103>200", "?" for none, "103>?" when no final came, "0.9" for one without a status. */
static bool add_shape(const struct wl_shapes *s, char *text, size_t *used,
                      const struct shape *shape, uint32_t repeat)
{
    bool open = !shape->n_final && !is_bare(shape) &&
                !(shape->n_statuses == 1 && status_at(s, shape, 0) == 101 /* a tunnel */);
    char number[16];
    bool fits = *used == 0 || add_text(text, used, " ");

    for (uint32_t i = 0; fits && i < shape->n_statuses; i++) {
        unsigned status = status_at(s, shape, i);

        (void)snprintf(number, sizeof(number), "%s%0*u", i ? ">" : "", wl_status_digits(status),
                       status);
        fits = add_text(text, used, number);
    }
    if (fits && is_bare(shape))
        fits = add_text(text, used, shape->n_statuses ? ">0.9" : "0.9");
    if (fits && open)
        fits = add_text(text, used, shape->n_statuses ? ">?" : "?");
    if (fits && repeat > 1) {
        (void)snprintf(number, sizeof(number), "*%u", repeat);
        fits = add_text(text, used, number);
    }
    return fits;
}

void wl_chain_text(const struct wl_shapes *s, uint32_t chain, uint32_t n,
                   char text[WL_SEQUENCE_TEXT])
{
    uint32_t links[WL_CHAIN_DEPTH + 1], n_links = 0;
    bool also = chain && s->chains[chain].also;
    size_t used = 0;
    bool whole = true;

    text[0] = '\0';
    for (uint32_t i = chain; i && n_links <= WL_CHAIN_DEPTH; i = s->chains[i].parent) {
        if (s->shapes[s->chains[i].shape].kind == OF_EXCHANGE)
            links[n_links++] = i;
    }
    for (uint32_t i = n_links; i > 0 && whole; i--) {
        const struct chain *c = &s->chains[links[i - 1]];
        const struct chain *next = i > 1 ? &s->chains[links[i - 2]] : NULL;
        uint32_t end = next ? next->before : n;
        size_t before = used;

        if (c->also || (next && next->also))
            end = c->before + 1; /* how often is not known */
        whole = !c->also && add_shape(s, text, &used, &s->shapes[c->shape],
                                      end > c->before ? end - c->before : 1);
        if (!whole)
            used = before;
    }
    text[used] = '\0';
    if (!whole || (also && n_links > 0 && s->chains[links[0]].also))
        (void)snprintf(text + used, WL_SEQUENCE_TEXT - used, used ? " ..." : "...");
}

void wl_shape_text(const struct wl_shapes *s, uint32_t shape, char text[WL_SEQUENCE_TEXT])
{
    const struct shape *row = shape ? &s->shapes[shape] : NULL;
    uint32_t n = row ? row->n_statuses : 0;
    size_t used = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < n; i++) {
        unsigned status = status_at(s, row, i);
        char number[16];

        (void)snprintf(number, sizeof(number), "%s%0*u", i ? ", " : "", wl_status_digits(status),
                       status);
        /* the last one always has its place */
        if (i + 1 < n && used > WL_SEQUENCE_TEXT - 32) {
            (void)add_text(text, &used, ", ...");
            i = n - 2;
            continue;
        }
        (void)add_text(text, &used, number);
    }
    if (row && n == 0 && is_bare(row))
        (void)add_text(text, &used, "HTTP/0.9");
}

static unsigned badness(uint16_t status)
{
    static const unsigned of_class[WL_N_CLASSES] = {6, 1, 2, 3, 4, 5};

    return of_class[wl_status_class(status)];
}

uint16_t wl_chain_status(const struct wl_shapes *s, uint32_t chain)
{
    uint16_t worst = 0;
    bool any = false;

    for (uint32_t i = chain; i; i = s->chains[i].parent) {
        const struct shape *shape = &s->shapes[s->chains[i].shape];
        uint16_t status;

        if (shape->n_statuses == 0)
            continue;
        status = status_at(s, shape, shape->n_statuses - 1u);
        if (!any || badness(status) > badness(worst) ||
            (badness(status) == badness(worst) && status > worst))
            worst = status;
        any = true;
    }
    return worst;
}

/* -------------------------------------------------------------------------------- verdicts */

enum {
    KNOWN = 1,
    PASSES = 2,
    FACTS_PASS = 4, /* all but its rules */
    LATE = 8,       /* a finding about an exchange that came with the record passes */
};

/* An exchange made up of a shape. */
struct view {
    struct wl_exchange ex;
    struct wl_interim_note notes[WL_SHAPE_STATUSES];
    struct wl_finding findings[WL_SHAPE_RULES];
};

static void view_shape(const struct wl_shapes *s, const struct shape *shape,
                       const struct wl_conn_ref *conn, struct view *v)
{
    struct wl_span octets = octets_of(s, shape);
    uint32_t n = shape->n_statuses;

    v->ex = (struct wl_exchange){.conn = *conn, .interim_more = v->notes, .findings = v->findings};
    v->ex.state = (enum wl_exchange_state)shape->state;
    v->ex.req.state = (enum wl_state)shape->req_state;
    v->ex.req.major = shape->major;
    v->ex.req.minor = shape->minor;
    v->ex.req.method_id = (enum wl_method)shape->method_id;
    v->ex.n_interim_more = n - shape->n_final;
    for (uint32_t i = 0; i < v->ex.n_interim_more; i++)
        v->notes[i] = (struct wl_interim_note){.status = status_at(s, shape, i)};
    if (shape->n_final) {
        v->ex.res.state = WL_WHOLE;
        v->ex.res.major = 1;
        v->ex.res.status = status_at(s, shape, n - 1);
    }
    octets = wl_span_after(octets, n * sizeof(uint16_t));
    v->ex.n_findings = shape->n_rules;
    for (uint32_t i = 0; i < shape->n_rules; i++) {
        struct wl_span rule = wl_span_sub(octets, 0, sizeof(void *));

        v->findings[i] = (struct wl_finding){.ordinal = shape->kind == OF_CONN_ONLY ? 0 : 1};
        if (rule.n)
            memcpy(&v->findings[i].rule, rule.p, rule.n);
        octets = wl_span_after(octets, rule.n);
    }
    v->ex.req.method = octets;
}

static uint8_t judge_shape(const struct wl_verdicts *v, const struct wl_conn_ref *conn,
                           const struct shape *shape)
{
    struct wl_conn_record record = {.conn = *conn};
    uint8_t verdict = KNOWN;
    struct view view;

    view_shape(v->shapes, shape, conn, &view);
    if (shape->kind == OF_EXCHANGE) {
        if (wl_filter_match(v->filter, &view.ex)) {
            verdict |= PASSES | FACTS_PASS;
        } else if (wl_filter_match_facts(v->filter, &view.ex)) {
            verdict |= FACTS_PASS;
        }
        return verdict;
    }
    for (uint32_t i = 0; i < view.ex.n_findings; i++) {
        if (wl_filter_match_conn(v->filter, &record, &view.findings[i]))
            verdict |= shape->kind == OF_CONN_ONLY ? PASSES : LATE;
    }
    return verdict;
}

/* Room for row i in the verdicts; false when memory is refused: then each is judged anew. */
static bool remembers(struct wl_verdicts *v, uint8_t **rows, size_t *size, size_t i, size_t n)
{
    uint8_t *moved;

    if (i < *size)
        return true;
    n = wl_min_size(n + n / 2 + ROWS_FIRST, WL_CHAINS_MAX);
    moved = wl_resize(v->budget, *rows, *size, n);
    if (!moved)
        return false;
    *rows = moved;
    *size = n;
    return true;
}

static uint8_t verdict_on_shape(struct wl_verdicts *v, const struct wl_conn_ref *conn,
                                uint32_t shape)
{
    const struct wl_shapes *s = v->shapes;
    bool kept = remembers(v, &v->of_shape, &v->n_shapes, shape, s->n_shapes);
    uint8_t verdict = kept ? v->of_shape[shape] : 0;

    if (!(verdict & KNOWN)) {
        verdict = judge_shape(v, conn, &s->shapes[shape]);
        if (kept)
            v->of_shape[shape] = verdict;
    }
    return verdict;
}

void wl_verdicts_init(struct wl_verdicts *v, const struct wl_shapes *s, const struct wl_filter *f,
                      struct wl_budget *budget)
{
    *v = (struct wl_verdicts){.shapes = s, .filter = f, .budget = budget};
}

void wl_verdicts_release(struct wl_verdicts *v)
{
    wl_free(v->budget, v->of_shape, v->n_shapes);
    wl_free(v->budget, v->of_chain, v->n_chains);
    v->of_shape = v->of_chain = NULL;
    v->n_shapes = v->n_chains = 0;
}

/* The words of the filter about addresses: what is left of it then depends on the shape alone. */
static bool address_passes(const struct wl_verdicts *v, const struct wl_conn_ref *conn)
{
    struct wl_conn_record record;

    record.conn = *conn; /* nothing else is looked at */
    return wl_filter_match_conn(v->filter, &record, NULL);
}

bool wl_verdict_exchange(struct wl_verdicts *v, const struct wl_conn_ref *conn, uint32_t shape)
{
    if (!v->filter)
        return true;
    return shape && address_passes(v, conn) && (verdict_on_shape(v, conn, shape) & PASSES);
}

/* All that the verdicts on its shapes say, together. */
static uint8_t verdict_on_chain(struct wl_verdicts *v, const struct wl_conn_ref *conn,
                                uint32_t chain)
{
    const struct wl_shapes *s = v->shapes;
    bool kept = remembers(v, &v->of_chain, &v->n_chains, chain, s->n_chains);
    uint8_t all = KNOWN;

    if (kept && (v->of_chain[chain] & KNOWN))
        return v->of_chain[chain];
    for (uint32_t i = chain; i; i = s->chains[i].parent)
        all |= verdict_on_shape(v, conn, s->chains[i].shape);
    if (kept)
        v->of_chain[chain] = all;
    return all;
}

bool wl_verdict_facts(struct wl_verdicts *v, const struct wl_conn_ref *conn, uint32_t shape,
                      uint32_t chain)
{
    if (!v->filter)
        return true;
    if (!address_passes(v, conn))
        return false;
    return (shape ? verdict_on_shape(v, conn, shape) : verdict_on_chain(v, conn, chain)) &
           FACTS_PASS;
}

bool wl_verdict_connection(struct wl_verdicts *v, const struct wl_conn_ref *conn, uint32_t chain)
{
    uint8_t all;

    if (!v->filter)
        return true;
    if (!address_passes(v, conn))
        return false;
    if (chain == 0) {
        const struct wl_exchange nothing = {.conn = *conn};

        return !wl_filter_wants_exchange(v->filter) && wl_filter_match(v->filter, &nothing);
    }
    all = verdict_on_chain(v, conn, chain);
    return (all & PASSES) || ((all & LATE) && (all & FACTS_PASS));
}
