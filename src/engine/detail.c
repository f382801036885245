/* detail.c - one connection and a window of its exchanges, out of what is held or was read again.
 * SPDX-License-Identifier: MIT
 *
 * Exchanges of a connection are a chain from the latest back. Whether the window is whole follows
 * from the chain: it was followed to its beginning, or past the window, without a link missing. Of
 * an exchange that is held in brief, nothing is shown: it is read again.
 */
#include "detail.h"

#include "diag.h"

/* Exchanges may be told out of order, those of HTTP/2 by so many at most. */
enum { ORDINALS_ASTRAY = 1024 };

bool wl_detail_add(struct wl_detail *d, struct wl_arena *a, const struct wl_exchange *ex)
{
    uint32_t i = d->n_exchanges;

    if (!d->exchanges)
        d->exchanges = wl_arena_array(a, WL_DETAIL_EXCHANGES, sizeof(void *));
    if (!d->exchanges || d->n_exchanges == WL_DETAIL_EXCHANGES)
        return false;
    for (; i > 0 && d->exchanges[i - 1]->ordinal > ex->ordinal; i--)
        d->exchanges[i] = d->exchanges[i - 1];
    d->exchanges[i] = ex;
    d->n_exchanges++;
    return true;
}

/* The record as far as the row tells it. */
static void record_of_row(const struct wl_history *h, const struct wl_kept_conn *row,
                          uint64_t number, struct wl_conn_record *ret)
{
    wl_history_ref(h, row, number, &ret->conn);
    ret->n_exchanges = row->n_exchanges;
    for (unsigned dir = 0; dir < 2; dir++)
        ret->bytes[dir] = wl_history_octets(row, (enum wl_dir)dir);
    ret->first_packet = row->id;
    ret->last_packet = row->packets < UINT32_MAX ? row->id + row->packets : 0;
    ret->end = (enum wl_end)row->end;
    ret->t_first = row->t_first;
    ret->t_last = row->t_last;
}

/* Fills in the record; false when memory is refused. *ret_whole: nothing of it is missing. */
static bool add_record(const struct wl_history *h, const struct wl_kept_conn *row, uint64_t number,
                       struct wl_arena *a, struct wl_detail *d, bool *ret_whole)
{
    const struct wl_kept *kept = wl_history_record_at(h, wl_history_record(h, row));
    const struct wl_conn_record *record;

    *ret_whole = d->open;
    if (!kept) {
        record_of_row(h, row, number, &d->conn);
        return true;
    }
    record = wl_unpack_record(wl_history_packed(h, kept), a);
    if (!record)
        return false;
    d->conn = *record;
    *ret_whole = true;
    return true;
}

static bool in_window(const struct wl_detail_window *w, uint32_t ordinal)
{
    return ordinal >= w->from && ordinal <= w->to;
}

/* Adds what is held of the window; false when memory is refused. */
static bool add_exchanges(const struct wl_history *h, const struct wl_kept_conn *row,
                          const struct wl_detail_window *w, struct wl_arena *a, struct wl_detail *d,
                          bool *ret_whole)
{
    uint64_t id = wl_history_latest(h, row);
    const struct wl_kept *p = NULL;

    *ret_whole = row->n_exchanges == 0;
    for (; (p = wl_history_exchange_at(h, id)) != NULL; id = wl_history_before(h, id)) {
        *ret_whole = p->previous == 0 || (uint64_t)p->ordinal + ORDINALS_ASTRAY < w->from;
        if (in_window(w, p->ordinal) && !p->brief) {
            const struct wl_exchange *ex = wl_unpack_exchange(wl_history_packed(h, p), a);

            if (!ex || !wl_detail_add(d, a, ex))
                return false;
        }
        if (*ret_whole)
            break;
    }
    *ret_whole &= !(row->bits & WL_KEPT_HOLE);
    /* the row has no room for it */
    if (d->n_exchanges && d->conn.conn.first_frame == 0)
        d->conn.conn.first_frame = d->exchanges[0]->conn.first_frame;
    return true;
}

/* The ordinal of the last exchange: of those told, while the connection is open. */
static uint32_t last_ordinal(const struct wl_history *h, const struct wl_kept_conn *row,
                             const struct wl_detail *d)
{
    const struct wl_kept *latest = wl_history_exchange_at(h, wl_history_latest(h, row));
    uint64_t last = row->n_exchanges;

    last = wl_max_u64(last, d->conn.n_exchanges);
    return (uint32_t)wl_max_u64(last, latest ? latest->ordinal : 0);
}

static void set_window(struct wl_detail_window *w, const struct wl_detail *d, uint32_t ordinal)
{
    uint32_t last = d->last_ordinal, half = WL_DETAIL_EXCHANGES / 2;
    uint32_t from = ordinal > half ? ordinal - half : 1;

    if (last >= WL_DETAIL_EXCHANGES && from > last - WL_DETAIL_EXCHANGES + 1)
        from = last - WL_DETAIL_EXCHANGES + 1;
    if (last < WL_DETAIL_EXCHANGES)
        from = 1;
    w->from = from;
    w->to = from + WL_DETAIL_EXCHANGES - 1;
}

int wl_detail_held(const struct wl_history *h, const struct wl_ask *ask, struct wl_answer *a,
                   struct wl_detail **ret, struct wl_detail_window *ret_window)
{
    struct wl_detail *d = wl_arena_alloc(a->arena, sizeof(*d));
    const struct wl_kept_conn *row;
    bool record_whole, exchanges_whole;
    uint64_t number = 0;

    if (!d)
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    a->of.detail = *ret = d;
    d->held = WL_HELD_NOT;
    d->conn.conn.id = ask->connection;
    row = wl_history_by_id(h, ask->connection, &number);
    if (!row || !(row->bits & WL_KEPT_SHOWN))
        return 0;
    d->open = (row->bits & WL_KEPT_OPEN) != 0;
    if (!add_record(h, row, number, a->arena, d, &record_whole))
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    d->first_ordinal = row->n_exchanges ? 1 : 0;
    d->last_ordinal = last_ordinal(h, row, d);
    ret_window->conn = d->conn.conn;
    ret_window->number = number;
    set_window(ret_window, d, ask->ordinal);
    if (!add_exchanges(h, row, ret_window, a->arena, d, &exchanges_whole))
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    d->held = record_whole && exchanges_whole ? WL_HELD_WHOLE : WL_HELD_PARTLY;
    return 0;
}

/* -------------------------------------------------------------------------------- the other leg */

/* The exchanges of one connection that are wanted; between them stand those of other clients. */
struct wanted {
    uint64_t number;
    uint32_t ordinals[WL_DETAIL_EXCHANGES];
    uint32_t n, least;
};

/* Which side of the pair lies in the window; -1: neither. */
static int side_within(const struct wl_kept_pair *p, const struct wl_detail_window *w)
{
    for (int side = 0; side < 2; side++) {
        if (p->number[side] == w->number && in_window(w, p->ordinal[side]))
            return side;
    }
    return -1;
}

/* The connection of the other leg: that of the exchange asked for, or of the first one that has
 * any. */
static bool choose_other(const struct wl_history *h, const struct wl_detail_window *w,
                         uint32_t ordinal, uint64_t *ret)
{
    struct wl_extent pairs = wl_history_pairs(h);
    uint32_t first = UINT32_MAX;

    for (uint64_t id = pairs.first; id < pairs.end; id++) {
        const struct wl_kept_pair *p = wl_history_pair_at(h, id);
        int side = side_within(p, w);

        if (side < 0 || (p->ordinal[side] >= first && p->ordinal[side] != ordinal))
            continue;
        first = p->ordinal[side] == ordinal ? 0 : p->ordinal[side];
        *ret = p->number[!side];
    }
    return first != UINT32_MAX;
}

static void gather_wanted(const struct wl_history *h, const struct wl_detail_window *w,
                          struct wanted *ret)
{
    struct wl_extent pairs = wl_history_pairs(h);

    ret->least = UINT32_MAX;
    for (uint64_t id = pairs.first; id < pairs.end && ret->n < WL_DETAIL_EXCHANGES; id++) {
        const struct wl_kept_pair *p = wl_history_pair_at(h, id);
        int side = side_within(p, w);

        if (side < 0 || p->number[!side] != ret->number)
            continue;
        ret->ordinals[ret->n++] = p->ordinal[!side];
        ret->least = (uint32_t)wl_min_u64(ret->least, p->ordinal[!side]);
    }
}

static bool is_wanted(const struct wanted *w, uint32_t ordinal)
{
    for (uint32_t i = 0; i < w->n; i++) {
        if (w->ordinals[i] == ordinal)
            return true;
    }
    return false;
}

/* Adds what is held of what is wanted; false when memory is refused. */
static bool add_wanted(const struct wl_history *h, const struct wl_kept_conn *row,
                       const struct wanted *w, struct wl_arena *a, struct wl_detail *d)
{
    uint64_t id = wl_history_latest(h, row);
    const struct wl_kept *p;

    while (d->n_exchanges < w->n && (p = wl_history_exchange_at(h, id)) != NULL) {
        if (is_wanted(w, p->ordinal) && !p->brief) {
            const struct wl_exchange *ex = wl_unpack_exchange(wl_history_packed(h, p), a);

            if (!ex || !wl_detail_add(d, a, ex))
                return false;
        }
        if (p->previous == 0 || (uint64_t)p->ordinal + ORDINALS_ASTRAY < w->least)
            break;
        id = wl_history_before(h, id);
    }
    return true;
}

int wl_detail_other(const struct wl_history *h, const struct wl_detail_window *window,
                    uint32_t ordinal, struct wl_answer *a, struct wl_detail *d)
{
    struct wanted w = {0};
    const struct wl_kept_conn *row;
    struct wl_detail *other;
    bool record_whole;

    if (!choose_other(h, window, ordinal, &w.number))
        return 0;
    row = wl_history_conn(h, w.number);
    if (!row || !(row->bits & WL_KEPT_SHOWN))
        return 0;
    gather_wanted(h, window, &w);
    other = wl_arena_alloc(a->arena, sizeof(*other));
    if (!other)
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    other->open = (row->bits & WL_KEPT_OPEN) != 0;
    if (!add_record(h, row, w.number, a->arena, other, &record_whole) ||
        !add_wanted(h, row, &w, a->arena, other))
        return wl_fail(&a->err, WL_NOMEM, "out of memory");
    other->first_ordinal = row->n_exchanges ? 1 : 0;
    other->last_ordinal = last_ordinal(h, row, other);
    other->held = record_whole && other->n_exchanges == w.n ? WL_HELD_WHOLE : WL_HELD_PARTLY;
    if (other->n_exchanges)
        d->other = other;
    return 0;
}
