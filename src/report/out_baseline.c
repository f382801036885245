/* out_baseline.c - a baseline: each kind of finding of this run, to be passed over in later ones.
 * SPDX-License-Identifier: MIT
 *
 * A section per fingerprint (base/fingerprint.h), in the order of what it stands for, so that two
 * baselines can be compared line by line. Findings that a baseline covers already keep its reason
 * and end; those that a configuration file suppresses are that file's business and are left out.
 */
#include "diag.h"
#include "fingerprint.h"
#include "line.h"
#include "output.h"
#include "table.h"

#include <stdlib.h>

enum {
    MAX_KINDS = 65536, /* of findings in one baseline */
    WORDS_MAX = 16384,
    SHOWN = 150,      /* columns of the words that are shown; a line of the file has its limit */
    MOST_SHOWN = 180, /* octets of them, as characters may take many of them and no column */
    MOST_LINE = 190,  /* octets of a line, its name included, so that it can be read again */
    POOL_KEEP = 0,
};

/* All findings of one fingerprint. */
struct kind {
    char hash[WL_FINGERPRINT_HEX + 1];
    struct wl_span words;                /* in the arena */
    const struct wl_suppression *before; /* that of an earlier baseline, or NULL */
};

struct baseline {
    struct wl_output out; /* first: wl_output_new */
    struct wl_arena_pool pool;
    struct wl_arena *arena;
    struct kind *kinds;
    uint32_t n, size;
    struct wl_table by_hash;
    uint64_t seed;
    struct wl_text words;
    int status; /* of the first failure */
};

static void release(struct baseline *b)
{
    wl_free(&b->out.budget, b->kinds, b->size * sizeof(*b->kinds));
    wl_table_release(&b->by_hash);
    wl_text_release(&b->words);
    wl_arena_free(b->arena);
    wl_arena_pool_release(&b->pool);
}

static int baseline_open(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new_replaced(s, sizeof(struct baseline), cfg, err);
    struct baseline *b = s->state;

    if (status < 0)
        return status;
    b->seed = wl_seed();
    wl_arena_pool_init(&b->pool, &b->out.budget, POOL_KEEP);
    wl_text_init(&b->words, &b->out.budget, WORDS_MAX);
    b->arena = wl_arena_new(&b->pool);
    if (!b->arena || wl_table_init(&b->by_hash, &b->out.budget, MAX_KINDS) < 0)
        b->status = WL_NOMEM;
    return 0;
}

/* ---------------------------------------------------------------------------------- gathering */

static struct kind *find(const struct baseline *b, const char *hash, uint64_t at)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&b->by_hash, at, &probe)) != UINT32_MAX;) {
        if (strcmp(b->kinds[i].hash, hash) == 0)
            return &b->kinds[i];
    }
    return NULL;
}

static struct kind *add(struct baseline *b, const char *hash, uint64_t at)
{
    struct kind *kind;

    if (b->n == b->size) {
        uint32_t larger = b->size ? b->size * 2 : 64;

        kind = wl_resize(&b->out.budget, b->kinds, b->size * sizeof(*kind), larger * sizeof(*kind));
        if (!kind)
            return NULL;
        b->kinds = kind;
        b->size = larger;
    }
    if (wl_table_add(&b->by_hash, at, b->n) < 0) /* MAX_KINDS, too */
        return NULL;
    kind = &b->kinds[b->n++];
    *kind = (struct kind){.words = wl_arena_copy(b->arena, wl_text_span(&b->words))};
    memcpy(kind->hash, hash, sizeof(kind->hash));
    return kind;
}

static void take(struct baseline *b, const struct wl_conn_ref *conn, const struct wl_exchange *ex,
                 const struct wl_finding *f)
{
    char hash[WL_FINGERPRINT_HEX + 1];
    struct kind *kind;
    uint64_t at;

    if (b->status < 0 || (f->suppressed && !f->suppressed->baseline))
        return;
    wl_text_reset(&b->words);
    wl_fingerprint_words(&b->words, conn, ex, f);
    if (b->words.full) {
        b->status = WL_NOMEM;
        return;
    }
    wl_fingerprint_hash(wl_text_span(&b->words), hash);
    at = wl_hash(hash, WL_FINGERPRINT_HEX, b->seed);
    kind = find(b, hash, at);
    if (!kind)
        kind = add(b, hash, at);
    if (!kind) {
        b->status = WL_NOMEM;
    } else if (f->suppressed) {
        kind->before = f->suppressed;
    }
}

static int baseline_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    for (uint32_t i = 0; i < ex->n_findings + ex->n_suppressed; i++)
        take(s->state, &ex->conn, ex, &ex->findings[i]);
    return 0;
}

static int baseline_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    for (uint32_t i = 0; i < conn->n_findings + conn->n_suppressed; i++)
        take(s->state, &conn->conn, NULL, &conn->findings[i]);
    return 0;
}

/* ------------------------------------------------------------------------------------ writing */

static int compare(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;
    size_t n = wl_min_size(x->words.n, y->words.n);
    int order = n ? memcmp(x->words.p, y->words.p, n) : 0;

    if (order)
        return order;
    if (x->words.n != y->words.n)
        return x->words.n < y->words.n ? -1 : 1;
    return strcmp(x->hash, y->hash);
}

static void put_words(struct wl_text *t, struct wl_span words)
{
    size_t start = t->buf.n, end = start + MOST_SHOWN;

    wl_text_terminal_cut(t, words, SHOWN);
    if (t->buf.n <= end)
        return;
    while (end > start && (t->buf.p[end] & 0xc0) == 0x80) /* not in the middle of a character */
        end--;
    t->buf.n = end;
    wl_text_put(t, "...");
}

/* A reason may be longer than a line: it goes on where a line can begin, on indented ones. What
 * begins a comment or a section there cannot. */
static void put_reason(struct wl_text *t, const char *reason)
{
    size_t used = sizeof("reason =") - 1;

    wl_text_put(t, "\nreason =");
    while (*reason) {
        size_t n = strcspn(reason, " "), after = n;

        while (reason[after] == ' ' && reason[after + 1] && strchr(" #;[", reason[after + 1]))
            after += 1 + strcspn(reason + after + 1, " ");
        if (used + 1 + after > MOST_LINE) {
            wl_text_put(t, after > MOST_LINE - 4 ? "\n" : "\n   ");
            used = 3;
        }
        wl_text_char(t, ' ');
        wl_text_span_raw(t, wl_span(reason, after));
        used += 1 + after;
        reason += after + (reason[after] == ' ');
    }
}

static void put_kind(struct baseline *b, const struct kind *kind)
{
    struct wl_text *t = &b->out.text;
    const struct wl_suppression *before = kind->before;

    wl_text_printf(t, "\n[%s]\nfinding = ", kind->hash);
    put_words(t, kind->words);
    put_reason(t, before && before->reason ? before->reason : "was there when the baseline began");
    wl_text_put(t, "\nuntil = ");
    wl_text_put(t, before && before->until ? before->until : "never");
    wl_text_char(t, '\n');
}

static void put_all(struct baseline *b)
{
    wl_text_put(
        &b->out.text,
        "# Findings that do not count: wirelint audit --baseline FILE. The section's name is the\n"
        "# finding's fingerprint; 'finding' says what it stands for: rule, server, method, target\n"
        "# and status. Write down a reason, and the last day (2027-01-31) or never.\n");
    if (b->n)
        qsort(b->kinds, b->n, sizeof(*b->kinds), compare);
    for (uint32_t i = 0; i < b->n; i++)
        put_kind(b, &b->kinds[i]);
}

static int baseline_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    struct baseline *b = s->state;
    int gathered = b ? b->status : 0, written = 0, finished;
    struct wl_error full = {.code = WL_OK};

    if (gathered < 0) {
        gathered = wl_fail(&full, WL_EOUTPUT,
                           b->n < MAX_KINDS
                               ? "cannot write '%s': no memory for more than %d kinds of findings"
                               : "cannot write '%s': more than %d kinds of findings",
                           b->out.cfg.path, (int)b->n);
    } else if (b && !wl_output_unread(st)) {
        put_all(b);
        written = wl_output_replace(&b->out); /* a failure sticks: finish tells of it */
    }
    if (b)
        release(b);
    finished = wl_output_finish(s, sizeof(struct baseline), err);
    if (gathered < 0)
        *err = full;
    return gathered < 0 ? gathered : finished < 0 ? finished : written;
}

extern const struct wl_sink_ops wl_out_baseline;

const struct wl_sink_ops wl_out_baseline = {
    .name = "baseline",
    .summary = "findings that do not count in later runs",
    .open = baseline_open,
    .exchange = baseline_exchange,
    .connection = baseline_connection,
    .close = baseline_close,
    .reads = wl_output_reads_none,
    .replaces_at_end = true,
};
