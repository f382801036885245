/* clocks.c - the clocks of servers, as Date shows them, beside each other.
 * SPDX-License-Identifier: MIT
 */
#include "clocks.h"

uint32_t wl_clocks_number(struct wl_clocks *c, uint64_t server)
{
    size_t slot = (server >> 32) % WL_CLOCKS_SLOTS;

    static_assert((int)WL_CLOCKS_MAX < (int)WL_CLOCKS_SLOTS && WL_CLOCKS_NO_ROOM <= UINT8_MAX,
                  "free slots end a search");
    while (c->slots[slot] && c->all[c->slots[slot] - 1].server != server)
        slot = (slot + 1) % WL_CLOCKS_SLOTS;
    if (!c->slots[slot] && c->n < WL_CLOCKS_MAX) {
        c->all[c->n++] = (struct wl_clock){.server = server};
        c->slots[slot] = (uint8_t)c->n;
        c->changed = true;
    }
    return c->slots[slot] ? c->slots[slot] : WL_CLOCKS_NO_ROOM;
}

/* The one that would be v[n / 2] if all n > 0 stood in order (Hoare's selection): it is asked for with
 * each exchange of a server whose clock is not near, and order is more than that takes. */
static int64_t middle_of(int64_t *v, uint32_t n)
{
    int32_t low = 0, high = (int32_t)n - 1;
    const int32_t k = (int32_t)(n / 2);

    while (low < high) {
        int64_t pivot = v[low + (high - low) / 2];
        int32_t i = low, j = high;

        while (i <= j) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i <= j) {
                int64_t other = v[i];

                v[i++] = v[j];
                v[j--] = other;
            }
        }
        if (k > j && k < i)
            break;
        low = k >= i ? i : low;
        high = k <= j ? j : high;
    }
    return v[k];
}

/* Of those that were seen between two times, but for one; returns how many there are. */
static uint32_t median_of(const struct wl_clocks *c, wl_ns from, wl_ns to, uint32_t but,
                          int64_t *ret, uint32_t *ret_agree)
{
    int64_t offsets[WL_CLOCKS_MAX];
    uint32_t n = 0, agree = 0;

    for (uint32_t i = 0; i < c->n; i++) {
        if (c->all[i].t >= from && c->all[i].t <= to && i + 1 != but)
            offsets[n++] = c->all[i].offset;
    }
    *ret = n ? middle_of(offsets, n) : 0;
    for (uint32_t i = 0; i < n; i++)
        agree += llabs(offsets[i] - *ret) <= WL_CLOCKS_AGREEING;
    *ret_agree = agree;
    return n;
}

uint32_t wl_clocks_median(struct wl_clocks *c, uint32_t number, int64_t offset, wl_ns t,
                          int64_t *ret)
{
    const wl_ns about = WL_CLOCKS_AGREEING * WL_SECOND;
    const struct wl_clock *own = &c->all[number - 1];
    bool steady = number != WL_CLOCKS_NO_ROOM && own->t && own->t <= t &&
                  llabs(own->offset - offset) <= WL_CLOCKS_AGREEING;
    uint32_t n, agree;

    if (c->changed)
        (void)median_of(c, INT64_MIN, INT64_MAX, 0, &c->median, &agree);
    c->changed = false;
    n = median_of(c, (steady ? own->t : t) - about, t + about, number, ret, &agree);
    return agree * 2 > n ? agree : 0;
}
