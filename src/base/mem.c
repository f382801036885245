/* mem.c - budgeted allocation, recycled arenas, the bounded growing buffer.
 * SPDX-License-Identifier: MIT
 *
 * A budget counts what is handed out and refuses past its maximum. An arena is a chain of chunks,
 * the first of one size, which an ordinary exchange fits into; those behind them grow with the
 * arena. Freed chunks of that size wait in the pool, so that an exchange costs no call of the
 * allocator in the steady state.
 */
#include "mem.h"

enum {
    WL_CHUNK_FIRST = 2560,
    WL_CHUNK_SOON = 1024, /* octets of it that are written soon; more at once would be waited for */
    WL_CHUNK_SMALL = 4 * WL_CHUNK_FIRST, /* an arena of so many octets grows by larger chunks */
    WL_CHUNK_LARGEST = 1 << 20,
};
static_assert(WL_CHUNK_FIRST % WL_ALIGN == 0 && sizeof(struct wl_chunk) % WL_ALIGN == 0,
              "what is left of a chunk is a multiple of what is taken of it");

static void *library_alloc(void *user, size_t n)
{
    (void)user;
    return malloc(n);
}

static void library_release(void *user, void *p)
{
    (void)user;
    free(p);
}

void wl_budget_init(struct wl_budget *b, size_t max, void *(*alloc)(void *user, size_t n),
                    void (*release)(void *user, void *p), void *user)
{
    *b = (struct wl_budget){
        .max = max,
        .alloc = alloc ? alloc : library_alloc,
        .release = release ? release : library_release,
        .user = user,
    };
}

static bool has_room(struct wl_budget *b, size_t n)
{
    WL_ASSERT(n > 0);
    if (n <= b->max && b->used <= b->max - n)
        return true;
    b->refused++;
    return false;
}

/* Counts what the allocator has given, or that it has not. */
static void *take(struct wl_budget *b, void *p, size_t n)
{
    if (!p) {
        b->refused++;
        return NULL;
    }
    b->used += n;
    if (b->used > b->peak)
        b->peak = b->used;
    return p;
}

/* Memory as the allocator gives it; arenas zero only what they hand out. */
static void *alloc_raw(struct wl_budget *b, size_t n)
{
    return has_room(b, n) ? take(b, b->alloc(b->user, n), n) : NULL;
}

void *wl_alloc(struct wl_budget *b, size_t n)
{
    void *p;

    /* pages that come from the kernel are zero: calloc(3) leaves them alone, and what is never used
     * of a large table is never there */
    if (b->alloc == library_alloc)
        return has_room(b, n) ? take(b, calloc(1, n), n) : NULL;
    p = alloc_raw(b, n);
    if (p)
        memset(p, 0, n);
    return p;
}

void *wl_alloc_unset(struct wl_budget *b, size_t n)
{
    return alloc_raw(b, n);
}

void *wl_alloc_array(struct wl_budget *b, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size) {
        b->refused++;
        return NULL;
    }
    return wl_alloc(b, count * size);
}

void wl_free(struct wl_budget *b, void *p, size_t n)
{
    if (!p)
        return;
    WL_ASSERT(b->used >= n);
    b->used -= n;
    b->release(b->user, p);
}

void *wl_resize(struct wl_budget *b, void *p, size_t old_n, size_t n)
{
    void *moved = alloc_raw(b, n);
    size_t kept = wl_min_size(old_n, n);

    if (!moved)
        return NULL;
    if (p && kept)
        memcpy(moved, p, kept);
    memset((uint8_t *)moved + kept, 0, n - kept);
    wl_free(b, p, old_n);
    return moved;
}

/* The line in front, or what the alignment leaves of it, has room for where the memory begins. */
void *wl_alloc_lines(struct wl_budget *b, size_t n)
{
    uint8_t *memory = alloc_raw(b, n <= SIZE_MAX - WL_LINE ? n + WL_LINE : SIZE_MAX);
    uint8_t *p;

    if (!memory)
        return NULL;
    WL_ASSERT((uintptr_t)memory % sizeof(memory) == 0);
    p = memory + (WL_LINE - (uintptr_t)memory % WL_LINE);
    memcpy(p - sizeof(memory), &memory, sizeof(memory));
    return p;
}

void wl_free_lines(struct wl_budget *b, void *p, size_t n)
{
    uint8_t *memory;

    if (!p)
        return;
    memcpy(&memory, (uint8_t *)p - sizeof(memory), sizeof(memory));
    wl_free(b, memory, n + WL_LINE);
}

/* --------------------------------------------------------------------------------- arenas */

void wl_arena_pool_init(struct wl_arena_pool *pool, struct wl_budget *b, size_t keep)
{
    *pool = (struct wl_arena_pool){.budget = b, .keep = keep, .first = WL_CHUNK_FIRST};
}

void wl_arena_pool_widen(struct wl_arena_pool *pool, size_t octets)
{
    WL_ASSERT(!pool->idle);
    pool->first += (octets + WL_ALIGN - 1) / WL_ALIGN * WL_ALIGN;
}

void wl_arena_pool_release(struct wl_arena_pool *pool)
{
    while (pool->idle) {
        struct wl_chunk *c = pool->idle;

        pool->idle = c->next;
        wl_free(pool->budget, c, c->octets);
    }
    pool->idle_octets = 0;
}

static struct wl_chunk *take_chunk(struct wl_arena_pool *pool, size_t octets)
{
    struct wl_chunk *c;

    if (octets == pool->first && pool->idle) {
        c = pool->idle;
        pool->idle = c->next;
        pool->idle_octets -= c->octets;
        if (pool->travels && pool->idle) /* the next one, which is still in another cache */
            wl_prefetch_to_write(pool->idle, WL_CHUNK_SOON);
    } else {
        c = alloc_raw(pool->budget, octets);
        if (!c)
            return NULL;
        c->octets = octets;
    }
    c->next = NULL;
    c->used = sizeof(*c);
    return c;
}

static void give_chunk(struct wl_arena_pool *pool, struct wl_chunk *c)
{
    if (c->octets == pool->first && pool->idle_octets + c->octets <= pool->keep) {
        c->next = pool->idle;
        pool->idle = c;
        pool->idle_octets += c->octets;
        return;
    }
    wl_free(pool->budget, c, c->octets);
}

struct wl_arena *wl_arena_new(struct wl_arena_pool *pool)
{
    struct wl_chunk *c = take_chunk(pool, pool->first);
    struct wl_arena *a;

    if (!c)
        return NULL;
    a = (struct wl_arena *)(void *)((uint8_t *)c + c->used);
    c->used += (sizeof(*a) + WL_ALIGN - 1) / WL_ALIGN * WL_ALIGN;
    *a = (struct wl_arena){.pool = pool, .chunks = c, .octets = c->octets};
    return a;
}

void wl_arena_free(struct wl_arena *a)
{
    struct wl_arena_pool *pool;
    struct wl_chunk *c;

    if (!a)
        return;
    pool = a->pool;
    c = a->chunks; /* a itself goes with the last chunk */
    while (c) {
        struct wl_chunk *next = c->next;

        give_chunk(pool, c);
        c = next;
    }
}

void wl_arena_chain(struct wl_arena **list, struct wl_arena *a)
{
    a->next = *list;
    *list = a;
}

void wl_arena_free_chain(struct wl_arena *list)
{
    while (list) {
        struct wl_arena *next = list->next;

        list->pool->travels = true;
        wl_arena_free(list);
        list = next;
    }
}

/* Starts a chunk that has room for n more octets; false when refused. */
static bool add_chunk(struct wl_arena *a, size_t n)
{
    size_t octets = a->octets < WL_CHUNK_SMALL ? a->pool->first
                                               : wl_min_size(a->octets, WL_CHUNK_LARGEST);
    struct wl_chunk *c;

    if (n > SIZE_MAX / 2 - sizeof(*c))
        return false;
    if (octets < n + sizeof(*c))
        octets = n + sizeof(*c);
    c = take_chunk(a->pool, octets);
    if (!c)
        return false;
    c->next = a->chunks;
    a->chunks = c;
    a->octets += octets;
    return true;
}

void *wl_arena_more(struct wl_arena *a, size_t n)
{
    if (n > SIZE_MAX / 4 || !add_chunk(a, (n + WL_ALIGN - 1) / WL_ALIGN * WL_ALIGN))
        return NULL;
    return wl_arena_raw(a, n);
}

void *wl_arena_alloc(struct wl_arena *a, size_t n)
{
    void *p = wl_arena_raw(a, n);

    if (p)
        memset(p, 0, n);
    return p;
}

void *wl_arena_array(struct wl_arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return wl_arena_alloc(a, count * size);
}

struct wl_span wl_arena_copy(struct wl_arena *a, struct wl_span s)
{
    void *p;

    if (s.n == 0)
        return wl_span(NULL, 0);
    p = wl_arena_raw(a, s.n);
    if (!p)
        return wl_span(NULL, 0);
    memcpy(p, s.p, s.n);
    return wl_span(p, s.n);
}

void *wl_arena_grow(struct wl_arena *a, void *array, uint32_t n_used, uint32_t *capacity,
                    uint32_t max, size_t size)
{
    uint32_t larger;
    void *moved;

    WL_ASSERT(n_used <= *capacity);
    if (n_used < *capacity)
        return array;
    if (n_used >= max)
        return NULL;
    larger = *capacity > UINT32_MAX / 2 ? UINT32_MAX : *capacity * 2;
    if (larger < 4)
        larger = n_used == 0 && size > WL_CHUNK_FIRST / 8 ? 2 : 4; /* of large ones there are few */
    if (larger > max)
        larger = max;
    moved = size <= SIZE_MAX / larger ? wl_arena_raw(a, larger * size) : NULL;
    if (!moved)
        return NULL;
    if (n_used)
        memcpy(moved, array, (size_t)n_used * size);
    *capacity = larger;
    return moved;
}

size_t wl_arena_octets(const struct wl_arena *a)
{
    return a->octets;
}

/* ------------------------------------------------------------------------- recycled blocks */

void wl_pool_init(struct wl_pool *pool, struct wl_budget *b, size_t octets, size_t keep)
{
    WL_ASSERT(octets >= sizeof(struct wl_pool_block));
    *pool = (struct wl_pool){.budget = b, .octets = octets, .keep = keep};
}

void wl_pool_release(struct wl_pool *pool)
{
    while (pool->idle) {
        struct wl_pool_block *block = pool->idle;

        pool->idle = block->next;
        wl_free(pool->budget, block, pool->octets);
    }
    pool->n_idle = 0;
}

void *wl_pool_take(struct wl_pool *pool)
{
    struct wl_pool_block *block = pool->idle;

    if (!block)
        return alloc_raw(pool->budget, pool->octets);
    pool->idle = block->next;
    pool->n_idle--;
    return block;
}

void wl_pool_give(struct wl_pool *pool, void *p)
{
    struct wl_pool_block *block = p;

    if (!block)
        return;
    if (pool->n_idle == pool->keep) {
        wl_free(pool->budget, block, pool->octets);
        return;
    }
    block->next = pool->idle;
    pool->idle = block;
    pool->n_idle++;
}

/* --------------------------------------------------------------------------------- buffer */

void wl_buf_init(struct wl_buf *b, struct wl_budget *budget, size_t max)
{
    *b = (struct wl_buf){.budget = budget, .max = max};
}

void wl_buf_release(struct wl_buf *b)
{
    wl_free(b->budget, b->p, b->capacity);
    b->p = NULL;
    b->n = b->capacity = 0;
}

uint8_t *wl_buf_room(struct wl_buf *b, size_t n)
{
    size_t need, larger;
    uint8_t *moved;

    if (n > b->max - b->n)
        return NULL;
    need = b->n + n;
    if (need > b->capacity) {
        larger = b->capacity > b->max / 2 ? b->max : b->capacity * 2;
        if (larger < 256)
            larger = wl_min_size(256, b->max);
        if (larger < need)
            larger = need;
        moved = wl_resize(b->budget, b->p, b->capacity, larger);
        if (!moved)
            return NULL;
        b->p = moved;
        b->capacity = larger;
    }
    return b->p + b->n;
}

bool wl_buf_append(struct wl_buf *b, struct wl_span s)
{
    uint8_t *p;

    if (s.n == 0)
        return true;
    p = wl_buf_room(b, s.n);
    if (!p)
        return false;
    memcpy(p, s.p, s.n);
    b->n += s.n;
    return true;
}

void wl_buf_drop(struct wl_buf *b, size_t n)
{
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}
