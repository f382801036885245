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

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

static void find_median(struct wl_clocks *c)
{
    int64_t offsets[WL_CLOCKS_MAX];
    uint32_t agree = 0;

    for (uint32_t i = 0; i < c->n; i++)
        offsets[i] = c->all[i].offset;
    if (c->n)
        qsort(offsets, c->n, sizeof(*offsets), compare);
    c->median = c->n ? offsets[c->n / 2] : 0;
    for (uint32_t i = 0; i < c->n; i++)
        agree += wl_clocks_near(c, offsets[i]);
    c->n_agree = agree * 2 > c->n ? agree : 0;
    c->changed = false;
}

uint32_t wl_clocks_median(struct wl_clocks *c, int64_t *ret)
{
    if (c->changed)
        find_median(c);
    *ret = c->median;
    return c->n_agree;
}
