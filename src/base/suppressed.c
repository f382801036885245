/* suppressed.c - what became of suppressions: one by one, and those of a baseline together.
 * SPDX-License-Identifier: MIT
 *
 * A baseline may have tens of thousands of entries; nobody reads what became of each. Those of one
 * stand side by side.
 */
#include "suppressed.h"

#include <string.h>

static bool same_baseline(const struct wl_suppression *a, const struct wl_suppression *b)
{
    return a->baseline && b->baseline && strcmp(a->baseline, b->baseline) == 0;
}

bool wl_suppressed_next(const struct wl_stats *st, size_t *at, struct wl_suppressed *ret)
{
    if (*at >= st->n_suppressions)
        return false;
    *ret = (struct wl_suppressed){.which = st->suppressions[*at].which};
    ret->baseline = ret->which->baseline != NULL;
    ret->ended = st->suppressions[*at].over;
    do {
        const struct wl_suppression_use *use = &st->suppressions[(*at)++];

        ret->entries++;
        ret->unused += use->n == 0;
        ret->over += use->over && use->n;
        ret->findings += use->over ? 0 : use->n;
        ret->again += use->over ? use->n : 0;
    } while (*at < st->n_suppressions && same_baseline(ret->which, st->suppressions[*at].which));
    return true;
}

uint64_t wl_suppressed_sum(const struct wl_stats *st)
{
    uint64_t sum = 0;

    for (unsigned s = 0; s < WL_N_SEVERITIES; s++)
        sum += st->suppressed[s];
    return sum;
}
