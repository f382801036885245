/* reread.c - one connection of a file, analysed once more.
 * SPDX-License-Identifier: MIT
 *
 * Packets before the connection's first are only counted, but for those just before it, which may
 * hold the beginning of a fragmented datagram. From there on time passes packet by packet as it did
 * the first time, because deadlines depend on it, and segments of the connection are analysed. What
 * relate.c has found, or dropped, depends on other connections: history has kept it aside.
 */
#include "reread.h"

#include "decode.h"
#include "diag.h"
#include "endpoint.h"
#include "shard.h"

enum {
    BURST = 64,
    PORTION_PACKETS = 16384,
    PORTION_OCTETS = 8 << 20,
    FRAGMENTS = 4096,      /* packets before the first that are decoded already */
    PACKED_MAX = 16 << 20, /* octets of all exchanges of one window */
    SHARE = 8,             /* of the memory allowed to shards */
};

/* An exchange that was read. */
struct found {
    uint32_t ordinal;
    size_t offset, n; /* in packed */
};

struct wl_reread {
    struct wl_reread_config cfg;
    struct wl_budget *budget;
    struct wl_config analysis;
    struct wl_source_config source_config;
    struct wl_reread_goal goal;
    struct wl_source *source; /* NULL: nothing is under way */
    struct wl_shard *shard;
    struct wl_decoder *decoder;
    struct wl_counters uncounted;
    struct wl_packer packer;
    struct wl_arena_pool pool;
    struct wl_buf packed;
    struct found found[WL_DETAIL_EXCHANGES];
    uint32_t n_found;
    size_t record, n_record; /* in packed; n_record 0: there is none */
    bool begun, done, cut;   /* cut: something had no room */
};

/* ------------------------------------------------------------------------------ life cycle */

struct wl_reread *wl_reread_new(const struct wl_reread_config *cfg)
{
    struct wl_reread *r = wl_alloc(cfg->budget, sizeof(*r));

    if (!r)
        return NULL;
    r->cfg = *cfg;
    r->budget = cfg->budget;
    r->analysis = *cfg->cfg;
    r->analysis.limits.memory /= SHARE;
    r->source_config = *cfg->source;
    r->source_config.progress = NULL;
    r->source_config.opened = NULL;
    wl_packer_init(&r->packer, r->budget, PACKED_MAX);
    wl_buf_init(&r->packed, r->budget, PACKED_MAX);
    wl_arena_pool_init(&r->pool, r->budget, 64 << 10);
    return r;
}

static void stop(struct wl_reread *r)
{
    wl_shard_free(r->shard);
    wl_decoder_free(r->decoder);
    wl_source_free(r->source);
    r->shard = NULL;
    r->decoder = NULL;
    r->source = NULL;
}

void wl_reread_free(struct wl_reread *r)
{
    if (!r)
        return;
    stop(r);
    wl_packer_release(&r->packer);
    wl_buf_release(&r->packed);
    wl_arena_pool_release(&r->pool);
    wl_free(r->budget, r, sizeof(*r));
}

/* ---------------------------------------------------------------------------- what is found */

/* Appends to packed; its offset, or SIZE_MAX when there is no room. */
static size_t keep(struct wl_reread *r, struct wl_span packed)
{
    size_t offset = r->packed.n;

    if (packed.n && wl_buf_append(&r->packed, packed))
        return offset;
    r->cut = true;
    return SIZE_MAX;
}

/* What the first reading told of the exchange's findings. False: memory is refused. */
static bool recall_findings(struct wl_reread *r, struct wl_exchange *ex, struct wl_arena *a)
{
    struct wl_span aside = wl_history_aside(r->cfg.history, r->goal.window.number, ex->ordinal);
    uint32_t kept = 0;

    if (aside.n)
        return wl_unpack_findings(aside, a, &ex->findings, &ex->n_findings);
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        if (!ex->findings[i].rule->once_per_target)
            ex->findings[kept++] = ex->findings[i];
    }
    ex->n_findings = kept;
    if (r->cfg.overridden)
        ex->n_findings = wl_overridden_apply(r->cfg.overridden, ex->findings, ex->n_findings);
    if (r->cfg.suppress)
        wl_suppress_exchange_again(r->cfg.suppress, ex);
    return true;
}

static void take_exchange(struct wl_reread *r, struct wl_exchange *ex)
{
    const struct wl_detail_window *w = &r->goal.window;
    bool told = r->goal.over || ex->ordinal <= r->goal.last;
    struct wl_arena *a;

    if (ex->conn.id == w->conn.id && told && ex->ordinal >= w->from && ex->ordinal <= w->to &&
        r->n_found < WL_DETAIL_EXCHANGES) {
        ex->conn.number = w->number;
        a = wl_arena_new(&r->pool);
        if (!a || !recall_findings(r, ex, a)) {
            r->cut = true;
        } else if (!r->cfg.filter || wl_filter_match(r->cfg.filter, ex)) {
            struct wl_span packed;
            size_t offset;

            if (r->cfg.redactor) {
                wl_redact_credentials(ex);
                wl_redact_exchange(r->cfg.redactor, ex);
            }
            packed = wl_pack_exchange(&r->packer, ex);
            offset = keep(r, packed);

            if (offset != SIZE_MAX)
                r->found[r->n_found++] = (struct found){ex->ordinal, offset, packed.n};
        }
        wl_arena_free(a);
    }
    if (ex->conn.id == w->conn.id && !r->goal.over &&
        ex->ordinal >= wl_min_u64(w->to, r->goal.last))
        r->done = true;
}

static void take_record(struct wl_reread *r, struct wl_conn_record *conn)
{
    struct wl_span packed;
    size_t offset;

    if (conn->conn.id != r->goal.window.conn.id)
        return;
    conn->conn.number = r->goal.window.number;
    if (r->cfg.overridden) {
        conn->n_findings = wl_overridden_apply(r->cfg.overridden, conn->findings, conn->n_findings);
    }
    if (r->cfg.suppress)
        wl_suppress_connection_again(r->cfg.suppress, conn);
    if (r->cfg.redactor)
        wl_redact_connection(r->cfg.redactor, conn);
    packed = wl_pack_record(&r->packer, conn);
    offset = keep(r, packed);
    if (offset != SIZE_MAX) {
        r->record = offset;
        r->n_record = packed.n;
    }
    r->done = true;
}

static void on_event(void *user, struct wl_event *ev)
{
    struct wl_reread *r = user;

    switch (ev->kind) {
    case WL_EVENT_OPENED:
    case WL_EVENT_BEGUN: break; /* not asked for */
    case WL_EVENT_EXCHANGE:
        if (!r->done)
            take_exchange(r, ev->of.ex);
        wl_arena_free(ev->of.ex->arena);
        break;
    case WL_EVENT_CONNECTION:
        if (!r->done)
            take_record(r, ev->of.conn);
        wl_arena_free(ev->of.conn->arena);
        break;
    }
}

/* ---------------------------------------------------------------------------------- reading */

int wl_reread_begin(struct wl_reread *r, const struct wl_reread_goal *goal, struct wl_error *err)
{
    const struct wl_shard_config shard = {
        .cfg = &r->analysis,
        .extra_rules = r->cfg.extra_rules,
        .keep_yielded = r->cfg.overridden != NULL,
        .emit = on_event,
        .user = r,
    };
    int rc;

    stop(r);
    r->goal = *goal;
    r->begun = r->done = r->cut = false;
    r->n_found = 0;
    r->n_record = 0;
    r->packed.n = 0;
    r->shard = wl_shard_new(&shard);
    r->decoder = wl_decoder_new(r->budget, &r->cfg.cfg->limits, &r->uncounted);
    if (!r->shard || !r->decoder) {
        stop(r);
        return wl_fail(err, WL_NOMEM, "out of memory");
    }
    rc = wl_source_open(&r->source_config, &r->cfg.cfg->limits, r->budget, &r->source, err);
    if (rc < 0) {
        stop(r);
        return rc;
    }
    r->begun = true;
    return 0;
}

static bool is_wanted(const struct wl_reread *r, const struct wl_segment *seg)
{
    const struct wl_conn_ref *conn = &r->goal.window.conn;

    return (wl_endpoint_equal(&seg->src, &conn->client) &&
            wl_endpoint_equal(&seg->dst, &conn->server)) ||
           (wl_endpoint_equal(&seg->dst, &conn->client) &&
            wl_endpoint_equal(&seg->src, &conn->server));
}

static void feed(struct wl_reread *r, const struct wl_packet *p)
{
    uint64_t first = r->goal.window.conn.id;
    struct wl_segment seg;
    bool wanted;

    if (p->ordinal + FRAGMENTS < first)
        return;
    wanted = wl_decode(r->decoder, p, &seg) == WL_DECODED_TCP && p->ordinal >= first &&
             is_wanted(r, &seg);
    wl_shard_tick(r->shard, p->ordinal, p->t);
    if (wanted && !r->done)
        wl_shard_segment(r->shard, &seg);
}

bool wl_reread_work(struct wl_reread *r)
{
    struct wl_packet packets[BURST];
    size_t n_packets = 0, n_octets = 0;

    while (r->source && !r->done && n_packets < PORTION_PACKETS && n_octets < PORTION_OCTETS) {
        struct wl_error err;
        int n = wl_source_burst(r->source, packets, BURST, &err);

        if (n <= 0) {
            wl_shard_finish(r->shard);
            r->done = true;
        }
        for (int i = 0; i < n && !r->done; i++) {
            feed(r, &packets[i]);
            n_octets += packets[i].bytes.n;
            n_packets++;
        }
    }
    if (r->done)
        stop(r);
    return r->source != NULL;
}

bool wl_reread_is_about(const struct wl_reread *r, const struct wl_reread_goal *goal)
{
    return r->begun && r->goal.window.conn.id == goal->window.conn.id &&
           r->goal.window.from == goal->window.from && r->goal.window.to == goal->window.to &&
           r->goal.over == goal->over && r->goal.last == goal->last;
}

bool wl_reread_done(const struct wl_reread *r)
{
    return r->begun && r->done;
}

bool wl_reread_fill(const struct wl_reread *r, struct wl_detail *d, struct wl_arena *a)
{
    bool missing = r->cut || (r->goal.over && !r->n_record);

    d->n_exchanges = 0;
    for (uint32_t i = 0; i < r->n_found; i++) {
        const struct wl_exchange *ex = wl_unpack_exchange(
            wl_span_sub(wl_buf_span(&r->packed), r->found[i].offset, r->found[i].n), a);

        if (!ex || !wl_detail_add(d, a, ex))
            return false;
    }
    if (r->n_record) {
        const struct wl_conn_record *record = wl_unpack_record(
            wl_span_sub(wl_buf_span(&r->packed), r->record, r->n_record), a);

        if (!record)
            return false;
        d->conn = *record;
    }
    missing |= wl_history_aside_lost(r->cfg.history) > r->goal.window.number;
    d->held = missing ? WL_HELD_PARTLY : WL_HELD_WHOLE;
    return true;
}
