/* merge.c - the events of all shards in one order; pure logic.
 * SPDX-License-Identifier: MIT
 *
 * One queue per shard, a ring that grows. The next event is the smallest head of all queues, as
 * soon as no shard can still send a smaller one: when it does not exceed the smallest watermark.
 * Numbers: a shard cannot know how many connections the others have opened before its own, so the
 * openings are events too, and the merge, which sees them in order, counts them. It keeps the
 * number of a connection until its record has come. It knows no thread and no output.
 */
#include "merge.h"

#include "table.h"

/* Events waiting from one shard: a ring whose size is a power of two. */
struct queue {
    struct wl_event *events;
    size_t size, first, n;
    struct wl_position watermark;
};

/* The number of an open connection. */
struct number {
    uint64_t id, number; /* free entries: number is the next free one plus one */
};

struct wl_merge {
    struct wl_budget *budget;
    wl_release_fn *release;
    void *user;
    unsigned n_shards;
    uint64_t n_opened;
    struct queue *queues;
    struct wl_table table; /* of numbers, by id */
    struct number *numbers;
    uint32_t n_numbers, numbers_size, numbers_max, free_number; /* index plus one; 0: none */
    uint64_t seed;
};

enum {
    AHEAD = 3,           /* events of a shard between the one released and the one asked for */
    AHEAD_OCTETS = 2304, /* an exchange with its heads */
    QUEUE_FIRST = 64,
    NUMBERS_FIRST = 256
};
static const uint64_t beyond_numbers = (uint64_t)1 << 52;

/* -------------------------------------------------------------------------------- numbers */

static struct number *find_number(const struct wl_merge *m, uint64_t id, uint64_t hash)
{
    size_t probe = 0;

    for (uint32_t i; (i = wl_table_find(&m->table, hash, &probe)) != UINT32_MAX;) {
        if (m->numbers[i].id == id)
            return &m->numbers[i];
    }
    return NULL;
}

/* Makes room for one more entry; UINT32_MAX when there is none. */
static uint32_t new_entry(struct wl_merge *m)
{
    uint32_t i;

    if (m->free_number) {
        i = m->free_number - 1;
        m->free_number = (uint32_t)m->numbers[i].number;
        return i;
    }
    if (m->n_numbers == m->numbers_size) {
        uint64_t larger = wl_max_u64((uint64_t)m->numbers_size * 2, NUMBERS_FIRST);
        struct number *moved;

        larger = wl_min_u64(larger, m->numbers_max);
        if (larger <= m->numbers_size)
            return UINT32_MAX;
        moved = wl_resize(m->budget, m->numbers, m->numbers_size * sizeof(*moved),
                          (size_t)larger * sizeof(*moved));
        if (!moved)
            return UINT32_MAX;
        m->numbers = moved;
        m->numbers_size = (uint32_t)larger;
    }
    return m->n_numbers++;
}

static void forget_entry(struct wl_merge *m, uint32_t i)
{
    m->numbers[i] = (struct number){0, m->free_number};
    m->free_number = i + 1;
}

static void opened(struct wl_merge *m, uint64_t id)
{
    uint64_t number = m->n_opened++;
    uint32_t i;

    i = new_entry(m);
    if (i == UINT32_MAX)
        return;
    m->numbers[i] = (struct number){id, number};
    if (wl_table_add(&m->table, wl_hash(&id, sizeof(id), m->seed), i) < 0)
        forget_entry(m, i);
}

/* The number of a connection, and forgets it when it is over. A connection whose number could not
 * be kept (memory) goes by its id, which is unique too, beyond all numbers. */
static uint64_t number_of(struct wl_merge *m, uint64_t id, bool over)
{
    uint64_t hash = wl_hash(&id, sizeof(id), m->seed);
    struct number *entry = find_number(m, id, hash);
    uint64_t number;

    if (!entry)
        return beyond_numbers + id;
    number = entry->number;
    if (over) {
        uint32_t i = (uint32_t)(entry - m->numbers);

        (void)wl_table_remove(&m->table, hash, i);
        forget_entry(m, i);
    }
    return number;
}

static void release(struct wl_merge *m, struct wl_event *ev)
{
    if (m->n_shards == 1) { /* its connections bear their numbers already */
        m->n_opened += ev->kind == WL_EVENT_OPENED;
        m->release(m->user, ev);
        return;
    }
    switch (ev->kind) {
    case WL_EVENT_OPENED: opened(m, ev->id); break;
    case WL_EVENT_BEGUN: break;
    case WL_EVENT_EXCHANGE: ev->of.ex->conn.number = number_of(m, ev->id, false); break;
    case WL_EVENT_CONNECTION: ev->of.conn->conn.number = number_of(m, ev->id, true); break;
    }
    m->release(m->user, ev);
}

/* --------------------------------------------------------------------------------- queues */

static struct wl_event *head(const struct queue *q)
{
    return &q->events[q->first];
}

static int push(struct wl_merge *m, struct queue *q, const struct wl_event *ev)
{
    if (q->n == q->size) {
        size_t larger = q->size ? q->size * 2 : QUEUE_FIRST;
        struct wl_event *moved = wl_alloc_array(m->budget, larger, sizeof(*moved));

        if (!moved)
            return WL_NOMEM;
        for (size_t i = 0; i < q->n; i++)
            moved[i] = q->events[(q->first + i) & (q->size - 1)];
        wl_free(m->budget, q->events, q->size * sizeof(*q->events));
        q->events = moved;
        q->size = larger;
        q->first = 0;
    }
    q->events[(q->first + q->n++) & (q->size - 1)] = *ev;
    return 0;
}

/* The next event; one that will follow soon is asked for, since it lies in the cache of another
 * processor. */
static struct wl_event pop(struct queue *q)
{
    struct wl_event ev = *head(q);

    if (q->n > AHEAD) {
        const struct wl_event *later = &q->events[(q->first + AHEAD) & (q->size - 1)];

        if (later->kind == WL_EVENT_EXCHANGE)
            wl_prefetch(later->of.ex, AHEAD_OCTETS);
    }
    q->first = (q->first + 1) & (q->size - 1);
    q->n--;
    return ev;
}

static bool before(const struct wl_event *a, const struct wl_event *b)
{
    return a->when != b->when ? a->when < b->when : a->tie < b->tie;
}

/* The queue whose head is the next event of all; NULL when all are empty. */
static struct queue *next_queue(const struct wl_merge *m)
{
    struct queue *best = NULL;

    for (unsigned i = 0; i < m->n_shards; i++) {
        struct queue *q = &m->queues[i];

        if (q->n && (!best || before(head(q), head(best))))
            best = q;
    }
    return best;
}

static void release_up_to(struct wl_merge *m, struct wl_position at)
{
    struct queue *q;

    while ((q = next_queue(m)) != NULL) {
        struct wl_event ev;

        if (wl_is_later((struct wl_position){head(q)->when, head(q)->tie}, at))
            return;
        ev = pop(q);
        release(m, &ev);
    }
}

/* ----------------------------------------------------------------------------- public part */

struct wl_merge *wl_merge_new(struct wl_budget *budget, unsigned n_shards, uint64_t max_connections,
                              wl_release_fn *release_fn, void *user)
{
    struct wl_merge *m = wl_alloc(budget, sizeof(*m));

    WL_ASSERT(n_shards > 0 && release_fn);
    if (!m)
        return NULL;
    m->budget = budget;
    m->release = release_fn;
    m->user = user;
    m->n_shards = n_shards;
    m->seed = wl_seed();
    m->numbers_max = (uint32_t)wl_min_u64(max_connections, UINT32_MAX - 1);
    m->queues = wl_alloc_array(budget, n_shards, sizeof(*m->queues));
    if (!m->queues || wl_table_init(&m->table, budget, m->numbers_max) < 0) {
        wl_merge_free(m);
        return NULL;
    }
    return m;
}

void wl_merge_event(struct wl_merge *m, unsigned shard, struct wl_event *ev)
{
    WL_ASSERT(shard < m->n_shards);
    while (m->n_shards > 1) {
        struct queue *oldest;
        struct wl_event early;

        if (push(m, &m->queues[shard], ev) == 0)
            return;
        oldest = next_queue(m);
        if (!oldest)
            break;
        early = pop(oldest);
        release(m, &early);
    }
    release(m, ev);
}

void wl_merge_watermark(struct wl_merge *m, unsigned shard, struct wl_position at)
{
    struct wl_position lowest = {UINT64_MAX, UINT64_MAX};

    WL_ASSERT(shard < m->n_shards);
    if (m->n_shards == 1)
        return;
    if (wl_is_later(at, m->queues[shard].watermark))
        m->queues[shard].watermark = at;
    for (unsigned i = 0; i < m->n_shards; i++) {
        if (wl_is_later(lowest, m->queues[i].watermark))
            lowest = m->queues[i].watermark;
    }
    release_up_to(m, lowest);
}

bool wl_merge_waits(const struct wl_merge *m)
{
    return m->n_shards > 1 && next_queue(m);
}

void wl_merge_finish(struct wl_merge *m)
{
    if (m->n_shards > 1)
        release_up_to(m, (struct wl_position){UINT64_MAX, UINT64_MAX});
}

uint64_t wl_merge_connections(const struct wl_merge *m)
{
    return m->n_opened;
}

static void drop(const struct wl_event *ev)
{
    switch (ev->kind) {
    case WL_EVENT_OPENED: break;
    case WL_EVENT_BEGUN: wl_arena_free(ev->of.begun ? ev->of.begun->arena : NULL); break;
    case WL_EVENT_EXCHANGE: wl_arena_free(ev->of.ex->arena); break;
    case WL_EVENT_CONNECTION: wl_arena_free(ev->of.conn->arena); break;
    }
}

void wl_merge_free(struct wl_merge *m)
{
    if (!m)
        return;
    for (unsigned i = 0; m->queues && i < m->n_shards; i++) {
        struct queue *q = &m->queues[i];

        while (q->n) {
            struct wl_event ev = pop(q);

            drop(&ev);
        }
        wl_free(m->budget, q->events, q->size * sizeof(*q->events));
    }
    wl_free(m->budget, m->queues, m->n_shards * sizeof(*m->queues));
    wl_free(m->budget, m->numbers, m->numbers_size * sizeof(*m->numbers));
    wl_table_release(&m->table);
    wl_free(m->budget, m, sizeof(*m));
}
