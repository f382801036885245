/* history_rows.c - what history holds, row by row.
 * SPDX-License-Identifier: MIT
 */
#include "store.h"

struct wl_span wl_history_packed(const struct wl_history *h, const struct wl_kept *p)
{
    const struct wl_block *b = wl_store_block(h, p->block);

    return b ? wl_span((const uint8_t *)(b + 1) + p->offset, p->n) : wl_span(NULL, 0);
}

/* ------------------------------------------------------------------------------------ rows */

struct wl_extent wl_history_conns(const struct wl_history *h)
{
    return (struct wl_extent){h->n_elders ? h->elders[0].number : h->base, h->n_opened};
}

struct wl_extent wl_history_exchanges(const struct wl_history *h)
{
    return (struct wl_extent){h->exchanges.first, h->exchanges.end};
}

struct wl_extent wl_history_records(const struct wl_history *h)
{
    return (struct wl_extent){h->records.first, h->records.end};
}

struct wl_extent wl_history_findings(const struct wl_history *h)
{
    return (struct wl_extent){h->findings.first, h->findings.end};
}

uint64_t wl_history_changes(const struct wl_history *h)
{
    return h->changes;
}

uint64_t wl_history_dropped(const struct wl_history *h)
{
    return h->n_told - (h->exchanges.end - h->exchanges.first);
}

const struct wl_kept_conn *wl_history_conn(const struct wl_history *h, uint64_t number)
{
    return wl_store_conn(h, number);
}

static const struct wl_kept_conn *search_by_id(const struct wl_history *h, uint64_t id,
                                               uint64_t *ret_number)
{
    uint64_t low = h->base, high = h->n_opened;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const struct wl_kept_conn *row = wl_store_conn(h, middle);

        if (!row)
            return NULL;
        if (row->id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_number = low;
    return wl_store_conn(h, low);
}

const struct wl_kept_conn *wl_history_by_id(const struct wl_history *h, uint64_t id,
                                            uint64_t *ret_number)
{
    const struct wl_kept_conn *row;

    for (size_t i = 0; i < h->n_elders; i++) {
        if (h->elders[i].row.id == id) {
            *ret_number = h->elders[i].number;
            return &h->elders[i].row;
        }
    }
    row = search_by_id(h, id, ret_number);
    if (row && row->id == id)
        return row;
    for (uint64_t i = h->base; h->unordered && i < h->n_opened; i++) {
        row = wl_store_conn(h, i);
        if (row && row->id == id) {
            *ret_number = i;
            return row;
        }
    }
    return NULL;
}

uint64_t wl_history_next(const struct wl_history *h, uint64_t number)
{
    if (number < h->base) {
        size_t elder = wl_store_elder(h, number);

        if (elder < h->n_elders)
            return h->elders[elder].number;
        number = h->base;
    }
    /* a block that was refused is passed over */
    while (number < h->n_opened && !wl_store_conns(h, number))
        number = (number / WL_STORE_ROWS + 1) * WL_STORE_ROWS;
    return number < h->n_opened ? number : UINT64_MAX;
}

static uint64_t shown_elders(const struct wl_history *h, uint64_t before)
{
    uint64_t n = 0;

    for (size_t i = 0; i < h->n_elders && h->elders[i].number < before; i++)
        n += (h->elders[i].row.bits & WL_KEPT_SHOWN) != 0;
    return n;
}

uint64_t wl_history_shown_before(const struct wl_history *h, uint64_t number)
{
    uint64_t n = shown_elders(h, number);
    uint64_t start = h->base;

    for (; start + WL_STORE_ROWS <= number && start < h->n_opened; start += WL_STORE_ROWS)
        n += wl_store_conns(h, start) ? wl_store_conns(h, start)->n_shown : 0;
    for (; start < number && start < h->n_opened; start++) {
        const struct wl_kept_conn *row = wl_store_conn(h, start);

        n += row && (row->bits & WL_KEPT_SHOWN);
    }
    return n;
}

uint64_t wl_history_shown(const struct wl_history *h)
{
    return wl_history_shown_before(h, UINT64_MAX);
}

uint64_t wl_history_nth_shown(const struct wl_history *h, uint64_t n)
{
    uint64_t start = h->base;

    for (size_t i = 0; i < h->n_elders; i++) {
        if ((h->elders[i].row.bits & WL_KEPT_SHOWN) && n-- == 0)
            return h->elders[i].number;
    }
    for (; start < h->n_opened; start += WL_STORE_ROWS) {
        uint32_t shown = wl_store_conns(h, start) ? wl_store_conns(h, start)->n_shown : 0;

        if (n < shown)
            break;
        n -= shown;
    }
    for (; start < h->n_opened; start++) {
        const struct wl_kept_conn *row = wl_store_conn(h, start);

        if (row && (row->bits & WL_KEPT_SHOWN) && n-- == 0)
            return start;
    }
    return UINT64_MAX;
}

const struct wl_kept *wl_history_exchange_at(const struct wl_history *h, uint64_t id)
{
    return wl_queue_holds(&h->exchanges, id) ? wl_queue_at(&h->exchanges, id) : NULL;
}

const struct wl_kept *wl_history_record_at(const struct wl_history *h, uint64_t id)
{
    return wl_queue_holds(&h->records, id) ? wl_queue_at(&h->records, id) : NULL;
}

const struct wl_kept_finding *wl_history_finding_at(const struct wl_history *h, uint64_t id)
{
    return wl_queue_holds(&h->findings, id) ? wl_queue_at(&h->findings, id) : NULL;
}

static uint64_t held_id(const struct wl_queue *q, uint32_t low)
{
    uint64_t id = wl_queue_whole(q, low);

    return wl_queue_holds(q, id) ? id : 0;
}

uint64_t wl_history_record(const struct wl_history *h, const struct wl_kept_conn *conn)
{
    return conn->bits & WL_KEPT_RECORD ? held_id(&h->records, conn->last) : 0;
}

uint64_t wl_history_latest(const struct wl_history *h, const struct wl_kept_conn *conn)
{
    const struct wl_kept *record;

    if (!(conn->bits & WL_KEPT_RECORD))
        return held_id(&h->exchanges, conn->last);
    record = wl_history_record_at(h, wl_history_record(h, conn));
    return record ? held_id(&h->exchanges, record->previous) : 0;
}

uint64_t wl_history_before(const struct wl_history *h, uint64_t id)
{
    const struct wl_kept *p = wl_history_exchange_at(h, id);

    return p ? held_id(&h->exchanges, p->previous) : 0;
}

static void set_endpoint(const struct wl_history *h, struct wl_endpoint *e, uint32_t address,
                         uint16_t port, bool v6)
{
    *e = (struct wl_endpoint){.port = port, .family = v6 ? 6 : 4};
    if (!v6) {
        for (unsigned i = 0; i < 4; i++)
            e->ip[i] = (uint8_t)(address >> (24 - 8 * i));
    } else if (address < h->n_addresses) {
        memcpy(e->ip, h->addresses[address].ip, sizeof(e->ip));
    }
}

void wl_history_ref(const struct wl_history *h, const struct wl_kept_conn *conn, uint64_t number,
                    struct wl_conn_ref *ret)
{
    *ret = (struct wl_conn_ref){
        .id = conn->id,
        .number = number,
        .proto = (enum wl_proto)conn->proto,
        .tls = (conn->bits & WL_KEPT_TLS) != 0,
        .midstream = (conn->bits & WL_KEPT_MIDSTREAM) != 0,
        .t_first = conn->t_first,
    };
    set_endpoint(h, &ret->client, conn->client, conn->client_port, conn->bits & WL_KEPT_CLIENT6);
    set_endpoint(h, &ret->server, conn->server, conn->server_port, conn->bits & WL_KEPT_SERVER6);
}

uint64_t wl_history_octets(const struct wl_kept_conn *conn, enum wl_dir dir)
{
    return (uint64_t)conn->octets_high[dir] << 32 | conn->octets[dir];
}

const struct wl_rule *wl_history_rule(const struct wl_history *h, uint16_t rule)
{
    return rule && rule <= h->n_rules ? h->rules[rule - 1] : NULL;
}

const struct wl_shapes *wl_history_shapes(const struct wl_history *h)
{
    return h->shapes;
}

void wl_history_limits(const struct wl_history *h, uint64_t *limits)
{
    limits[WL_LIMIT_max_history] += h->n_full;
    limits[WL_LIMIT_max_history_octets] += h->n_full_octets;
    limits[WL_LIMIT_max_history_connections] += h->n_full_conns;
    limits[WL_LIMIT_memory] += h->n_refused;
}

struct wl_span wl_history_aside(const struct wl_history *h, uint64_t number, uint32_t ordinal)
{
    for (uint64_t i = h->aside.first; i < h->aside.end; i++) {
        const struct wl_aside *row = wl_queue_at(&h->aside, i);

        if (row->number == number && row->ordinal == ordinal)
            return wl_span(row->packed, row->n);
    }
    return wl_span(NULL, 0);
}

uint64_t wl_history_aside_lost(const struct wl_history *h)
{
    return h->aside_lost;
}

struct wl_extent wl_history_pairs(const struct wl_history *h)
{
    return (struct wl_extent){h->pairs.first, h->pairs.end};
}

const struct wl_kept_pair *wl_history_pair_at(const struct wl_history *h, uint64_t id)
{
    return wl_queue_holds(&h->pairs, id) ? wl_queue_at(&h->pairs, id) : NULL;
}
