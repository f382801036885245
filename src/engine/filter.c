/* filter.c - the language of --where.
 * SPDX-License-Identifier: MIT
 *
 * Text becomes an array of words, each a key and a run of values; matching walks it and allocates
 * nothing. Keys are one table: the name, how a value is read, and what it is compared with.
 */
#include "wirelint/filter.h"

#include "diag.h"
#include "line.h"
#include "net.h"
#include "wirelint/names.h"

enum {
    MAX_TEXT = 4096,  /* octets of one filter */
    MAX_WORDS = 64,   /* words of one filter */
    MAX_VALUES = 256, /* values of all its words */
    MAX_VALUE = 255,  /* octets of one value */
    MAX_PATTERN = 64, /* statuses of one sequence */
    ANY_RUN = 0xffff, /* the * of a sequence */
    NEAR = 2,         /* edits that a misspelt key may be away */
};

enum key {
    KEY_RULE,
    KEY_STATUS,
    KEY_CLASS,
    KEY_SEQ,
    KEY_STATE,
    KEY_METHOD,
    KEY_VERSION,
    KEY_CLIENT,
    KEY_SERVER,
    KEY_PORT,
    N_KEYS,
};

struct value {
    union {
        char text[MAX_VALUE + 1];      /* rule, method */
        uint16_t range[2];             /* status, port: from, to; version: major, minor */
        unsigned class;                /* class, seq's fellow: 0 invalid */
        enum wl_exchange_state state;  /* state */
        uint16_t pattern[MAX_PATTERN]; /* seq */
        struct wl_net net;             /* client, server */
    } as;
    uint32_t n; /* seq: length of the pattern */
};

struct word {
    enum key key;
    bool negated;
    uint32_t first, n; /* its values */
};

struct wl_filter {
    struct wl_budget budget;
    struct word words[MAX_WORDS];
    uint32_t n_words;
    struct value *values;
    uint32_t n_values, size;
};

typedef bool parse_fn(struct wl_span text, struct value *ret);

/* -------------------------------------------------------------------------- reading values */

static bool parse_text(struct wl_span text, struct value *ret)
{
    if (text.n == 0 || text.n > MAX_VALUE || wl_span_find(text, '\0') < text.n)
        return false;
    memcpy(ret->as.text, text.p, text.n);
    ret->as.text[text.n] = '\0';
    return true;
}

/* A rule that is no glob must exist: a misspelt one would match nothing, silently. */
static bool parse_rule(struct wl_span text, struct value *ret)
{
    return parse_text(text, ret) && (strchr(ret->as.text, '*') || wl_rule_find(ret->as.text));
}

/* N or N-M */
static bool parse_range(struct wl_span text, struct value *ret)
{
    size_t dash = wl_span_find(text, '-');

    if (!wl_parse_u16(wl_span_sub(text, 0, dash), &ret->as.range[0]))
        return false;
    ret->as.range[1] = ret->as.range[0];
    return dash == text.n || (wl_parse_u16(wl_span_after(text, dash + 1), &ret->as.range[1]) &&
                              ret->as.range[0] <= ret->as.range[1]);
}

static bool parse_status(struct wl_span text, struct value *ret)
{
    return parse_range(text, ret) && ret->as.range[1] < WL_N_CODES;
}

static bool parse_class(struct wl_span text, struct value *ret)
{
    ret->as.class = 0;
    if (wl_span_equal(text, WL_SPAN("invalid")))
        return true;
    if (text.n != 3 || text.p[0] < '1' || text.p[0] > '5' || wl_lower(text.p[1]) != 'x' ||
        wl_lower(text.p[2]) != 'x')
        return false;
    ret->as.class = text.p[0] - (unsigned)'0';
    return true;
}

/* "103, 200", "100,*,200" */
static bool parse_seq(struct wl_span text, struct value *ret)
{
    while (ret->n < MAX_PATTERN) {
        size_t comma = wl_span_find(text, ',');
        struct wl_span item = wl_span_trim(wl_span_sub(text, 0, comma));

        if (wl_span_equal(item, WL_SPAN("*"))) {
            ret->as.pattern[ret->n] = ANY_RUN;
        } else if (!wl_parse_u16(item, &ret->as.pattern[ret->n]) ||
                   ret->as.pattern[ret->n] >= WL_N_CODES) {
            return false;
        }
        ret->n++;
        if (comma == text.n)
            return true;
        text = wl_span_after(text, comma + 1);
    }
    return false;
}

static bool parse_state(struct wl_span text, struct value *ret)
{
    for (unsigned s = 0; s <= WL_EXCHANGE_UNSOLICITED; s++) {
        if (wl_span_equal(text, wl_span_text(wl_exchange_state_name((enum wl_exchange_state)s)))) {
            ret->as.state = (enum wl_exchange_state)s;
            return true;
        }
    }
    return false;
}

static bool parse_version(struct wl_span text, struct value *ret)
{
    static const struct {
        const char *text;
        uint16_t major, minor;
    } versions[] = {{"0.9", 0, 9}, {"1.0", 1, 0}, {"1.1", 1, 1}, {"2", 2, 0},
                    {"2.0", 2, 0}, {"3", 3, 0},   {"3.0", 3, 0}};

    for (size_t i = 0; i < WL_COUNT(versions); i++) {
        if (wl_span_equal(text, wl_span_text(versions[i].text))) {
            ret->as.range[0] = versions[i].major;
            ret->as.range[1] = versions[i].minor;
            return true;
        }
    }
    return false;
}

static bool parse_net(struct wl_span text, struct value *ret)
{
    return wl_net_parse(text, &ret->as.net);
}

/* --------------------------------------------------------------------------------- the keys */

static const struct {
    const char *name;
    parse_fn *parse;
    bool exchange_only; /* a connection record does not have it */
    const char *wanted; /* completes "... wants" */
} keys[N_KEYS] = {
    [KEY_RULE] = {"rule", parse_rule, false, "the id of a rule; * stands for any text"},
    [KEY_STATUS] = {"status", parse_status, true,
                    "a status code or a range, such as 103 or 200-204"},
    [KEY_CLASS] = {"class", parse_class, true, "1xx, 2xx, 3xx, 4xx, 5xx or invalid"},
    [KEY_SEQ] = {"seq", parse_seq, true, "statuses in order, such as \"103,200\" or \"100,*\""},
    [KEY_STATE] = {"state", parse_state, true,
                   "complete, unanswered, truncated, tunnel or unsolicited"},
    [KEY_METHOD] = {"method", parse_text, true, "a method, such as POST"},
    [KEY_VERSION] = {"version", parse_version, true, "0.9, 1.0, 1.1, 2 or 3"},
    [KEY_CLIENT] = {"client", parse_net, false,
                    "an address, such as 10.0.0.9, 10.0.0.0/8, 10.0.0.9:80 or [2001:db8::9]:80"},
    [KEY_SERVER] = {"server", parse_net, false,
                    "an address, such as 10.0.0.9, 10.0.0.0/8, 10.0.0.9:80 or [2001:db8::9]:80"},
    [KEY_PORT] = {"port", parse_range, false, "a port or a range, such as 80 or 8000-8099"},
};

/* -------------------------------------------------------------------------- reading a filter */

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int fail_word(struct wl_error *err, struct wl_span word, const char *what)
{
    return wl_fail(err, WL_EINVAL, "%s '%.*s' in the filter", what,
                   (int)(word.n < 80 ? word.n : 80), (const char *)word.p);
}

/* "and", "or", "&&": what other languages have, and this one has no word for */
static bool is_conjunction(struct wl_span word)
{
    static const char *const words[] = {"and", "or", "&&", "||"};

    for (size_t i = 0; i < WL_COUNT(words); i++) {
        if (wl_span_equal_nocase(word, wl_span_text(words[i])))
            return true;
    }
    return false;
}

static void hint_keys(struct wl_error *err, struct wl_span key)
{
    struct wl_nearest like;
    char text[32];

    if (is_conjunction(key)) {
        wl_hint(err, "words side by side are all meant; 'status:404,410' is one or the other");
        return;
    }
    (void)snprintf(text, sizeof(text), "%.*s", (int)wl_min_size(key.n, sizeof(text) - 1),
                   (const char *)key.p);
    like = wl_nearest(text, NEAR);
    for (size_t i = 0; i < N_KEYS; i++)
        (void)wl_nearest_try(&like, keys[i].name);
    if (like.name) {
        wl_hint(err, "did you mean '%s:'?", like.name);
    } else {
        wl_hint(err, "a word is KEY:VALUE; keys are rule, status, class, seq, state, method, "
                     "version, client, server, port");
    }
}

static struct value *new_value(struct wl_filter *f)
{
    if (f->n_values == f->size) {
        uint32_t larger = f->size ? f->size * 2 : 4;
        struct value *moved;

        if (f->size >= MAX_VALUES)
            return NULL;
        moved = wl_resize(&f->budget, f->values, f->size * sizeof(*moved), larger * sizeof(*moved));
        if (!moved)
            return NULL;
        f->values = moved;
        f->size = larger;
    }
    f->values[f->n_values] = (struct value){.n = 0};
    return &f->values[f->n_values++];
}

/* Takes one word off the front: up to white space that does not stand in quotes. */
static struct wl_span take_word(struct wl_span *rest)
{
    bool quoted = false;
    size_t n = 0;
    struct wl_span word;

    while (rest->n && is_space(rest->p[0]))
        *rest = wl_span_after(*rest, 1);
    while (n < rest->n && (quoted || !is_space(rest->p[n]))) {
        quoted ^= rest->p[n] == '"';
        n++;
    }
    word = wl_span_sub(*rest, 0, n);
    *rest = wl_span_after(*rest, n);
    return word;
}

/* Takes one value off the front: up to a comma that does not stand in quotes. */
static struct wl_span take_value(struct wl_span *rest, bool *bad)
{
    struct wl_span value;
    size_t n;

    if (rest->n && rest->p[0] == '"') {
        value = wl_span_after(*rest, 1);
        n = wl_span_find(value, '"');
        *bad |= n == value.n; /* no closing quote */
        *rest = wl_span_after(value, n + 1);
        value = wl_span_sub(value, 0, n);
        *bad |= rest->n && rest->p[0] != ',';
    } else {
        n = wl_span_find(*rest, ',');
        value = wl_span_sub(*rest, 0, n);
        *rest = wl_span_after(*rest, n);
    }
    return value;
}

static int read_values(struct wl_filter *f, struct word *w, struct wl_span word,
                       struct wl_span values, struct wl_error *err)
{
    bool more = true, bad = false;

    w->first = f->n_values;
    while (more) {
        struct wl_span text = take_value(&values, &bad);
        struct value *v = new_value(f);

        if (!v)
            return wl_fail(err, WL_EINVAL, "too many values in the filter");
        if (bad || !keys[w->key].parse(text, v)) {
            (void)fail_word(err, word, "invalid value in");
            wl_hint(err, "'%s:' wants %s", keys[w->key].name, keys[w->key].wanted);
            return WL_EINVAL;
        }
        w->n++;
        more = values.n > 0;
        values = wl_span_after(values, 1);
    }
    return 0;
}

static int read_word(struct wl_filter *f, struct wl_span word, bool negated, struct wl_error *err)
{
    size_t colon = wl_span_find(word, ':');
    struct wl_span name = wl_span_sub(word, 0, colon);
    struct word *w;

    if (f->n_words == MAX_WORDS)
        return wl_fail(err, WL_EINVAL, "too many words in the filter");
    w = &f->words[f->n_words];
    *w = (struct word){.key = N_KEYS, .negated = negated};
    for (unsigned k = 0; k < N_KEYS; k++) {
        if (wl_span_equal(name, wl_span_text(keys[k].name)))
            w->key = (enum key)k;
    }
    if (w->key == N_KEYS || colon == word.n) {
        (void)fail_word(err, word, "cannot understand");
        hint_keys(err, name);
        return WL_EINVAL;
    }
    f->n_words++;
    return read_values(f, w, word, wl_span_after(word, colon + 1), err);
}

/* at: where the word begins that is wrong */
static int read_filter(struct wl_filter *f, struct wl_span text, size_t *at, struct wl_error *err)
{
    struct wl_span rest = text;
    bool negated = false;
    struct wl_span word;

    *at = 0;
    while ((word = take_word(&rest)).n) {
        int rc;

        *at = (size_t)(word.p - text.p);
        if (wl_span_equal(word, WL_SPAN("not"))) {
            negated = !negated;
            continue;
        }
        rc = read_word(f, word, negated, err);
        if (rc < 0)
            return rc;
        negated = false;
    }
    if (negated) {
        (void)wl_fail(err, WL_EINVAL, "nothing follows 'not' in the filter");
        return WL_EINVAL;
    }
    return 0;
}

static int compile(const char *text, struct wl_filter **ret, size_t *at, struct wl_error *err)
{
    struct wl_budget budget;
    struct wl_filter *f;
    int rc;

    *at = 0;
    if (strlen(text) > MAX_TEXT)
        return wl_fail(err, WL_EINVAL, "the filter is longer than %d octets", (int)MAX_TEXT);
    wl_budget_init(&budget, 1u << 20, NULL, NULL, NULL);
    f = wl_alloc(&budget, sizeof(*f));
    if (!f)
        return wl_fail(err, WL_NOMEM, "out of memory");
    f->budget = budget;
    rc = read_filter(f, wl_span_text(text), at, err);
    if (rc < 0) {
        wl_filter_free(f);
        return rc;
    }
    *ret = f;
    return 0;
}

int wl_filter_new(const char *text, struct wl_filter **ret, struct wl_error *err)
{
    size_t at;

    return compile(text, ret, &at, err);
}

int wl_filter_check(const char *text, size_t *ret_at, struct wl_error *err)
{
    struct wl_filter *f = NULL;
    size_t at;
    int rc = compile(text, &f, &at, err);

    if (rc < 0)
        *ret_at = at;
    wl_filter_free(f);
    return rc;
}

const char *wl_filter_key(size_t i)
{
    return i < N_KEYS ? keys[i].name : NULL;
}

void wl_filter_free(struct wl_filter *f)
{
    struct wl_budget budget;

    if (!f)
        return;
    wl_free(&f->budget, f->values, f->size * sizeof(*f->values));
    budget = f->budget; /* it lies in what it shall free */
    wl_free(&budget, f, sizeof(*f));
}

/* --------------------------------------------------------------------------------- matching */

static bool in_range(const struct value *v, uint16_t number)
{
    return number >= v->as.range[0] && number <= v->as.range[1];
}

static uint32_t kept_interim(const struct wl_exchange *ex)
{
    return ex->n_interim + ex->n_interim_more;
}

/* The i-th status of the whole sequence; i below sequence_length. */
static uint16_t sequence_at(const struct wl_exchange *ex, uint32_t i)
{
    return i < kept_interim(ex) ? wl_exchange_interim_status(ex, i) : ex->res.status;
}

static uint32_t sequence_length(const struct wl_exchange *ex)
{
    return kept_interim(ex) + wl_message_has_status(&ex->res);
}

/* Glob match without recursion: after a failure only the last * is tried again. */
static bool sequence_matches(const struct value *v, const struct wl_exchange *ex)
{
    uint32_t n = sequence_length(ex);
    uint32_t i = 0, p = 0, star = UINT32_MAX, resume = 0;

    while (i < n) {
        if (p < v->n && v->as.pattern[p] == ANY_RUN) {
            star = p++;
            resume = i;
        } else if (p < v->n && v->as.pattern[p] == sequence_at(ex, i)) {
            p++;
            i++;
        } else if (star != UINT32_MAX) {
            p = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    while (p < v->n && v->as.pattern[p] == ANY_RUN)
        p++;
    return p == v->n;
}

static bool version_matches(const struct value *v, const struct wl_message *req)
{
    if (req->state < WL_HEAD)
        return false;
    /* a simple request of HTTP/0.9 has no version on its line */
    if (v->as.range[0] == 0)
        return req->major == 0;
    if (v->as.range[0] >= 2)
        return req->major == v->as.range[0];
    return req->major == v->as.range[0] && req->minor == v->as.range[1];
}

static bool any_response(const struct value *v, const struct wl_exchange *ex, bool by_class)
{
    uint32_t n = sequence_length(ex);

    for (uint32_t i = 0; i < n; i++) {
        uint16_t status = sequence_at(ex, i);

        if (by_class ? wl_status_class(status) == v->as.class : in_range(v, status))
            return true;
    }
    return false;
}

static bool any_rule(const struct value *v, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (wl_glob_match(v->as.text, findings[i].rule->id))
            return true;
    }
    return false;
}

static bool conn_matches(enum key key, const struct value *v, const struct wl_conn_ref *conn)
{
    if (key == KEY_PORT)
        return in_range(v, conn->server.port);
    return wl_net_has(&v->as.net, key == KEY_CLIENT ? &conn->client : &conn->server);
}

static bool exchange_matches(enum key key, const struct value *v, const struct wl_exchange *ex)
{
    switch (key) {
    case KEY_RULE: return any_rule(v, ex->findings, ex->n_findings);
    case KEY_STATUS: return any_response(v, ex, false);
    case KEY_CLASS: return any_response(v, ex, true);
    case KEY_SEQ: return sequence_matches(v, ex);
    case KEY_STATE: return ex->state == v->as.state;
    case KEY_METHOD: return wl_span_equal(ex->req.method, wl_span_text(v->as.text));
    case KEY_VERSION: return version_matches(v, &ex->req);
    case KEY_CLIENT:
    case KEY_SERVER:
    case KEY_PORT: return conn_matches(key, v, &ex->conn);
    case N_KEYS: break;
    }
    return false;
}

static bool match_exchange(const struct wl_filter *f, const struct wl_exchange *ex, bool with_rules)
{
    for (uint32_t i = 0; f && i < f->n_words; i++) {
        const struct word *w = &f->words[i];
        bool any = false;

        if (w->key == KEY_RULE && !with_rules)
            continue;
        for (uint32_t k = 0; k < w->n && !any; k++)
            any = exchange_matches(w->key, &f->values[w->first + k], ex);
        if (any == w->negated)
            return false;
    }
    return true;
}

bool wl_filter_match(const struct wl_filter *f, const struct wl_exchange *ex)
{
    return match_exchange(f, ex, true);
}

bool wl_filter_match_facts(const struct wl_filter *f, const struct wl_exchange *ex)
{
    return match_exchange(f, ex, false);
}

bool wl_filter_match_conn(const struct wl_filter *f, const struct wl_conn_record *conn,
                          const struct wl_finding *finding)
{
    for (uint32_t i = 0; f && i < f->n_words; i++) {
        const struct word *w = &f->words[i];
        bool any = false;

        if (keys[w->key].exchange_only) {
            if (finding && finding->ordinal == 0)
                return false;
            continue;
        }
        if (w->key == KEY_RULE && !finding)
            continue;
        for (uint32_t k = 0; k < w->n && !any; k++) {
            const struct value *v = &f->values[w->first + k];

            any = w->key == KEY_RULE ? any_rule(v, finding, 1)
                                     : conn_matches(w->key, v, &conn->conn);
        }
        if (any == w->negated)
            return false;
    }
    return true;
}

bool wl_filter_wants_exchange(const struct wl_filter *f)
{
    for (uint32_t i = 0; f && i < f->n_words; i++) {
        if (keys[f->words[i].key].exchange_only)
            return true;
    }
    return false;
}
