/* prng.c - picks from weighted tables, and heavy-tailed sizes.
 * SPDX-License-Identifier: MIT
 */
#include "prng.h"

enum { SMALLEST_SIZE = 512 };

uint32_t prng_pick(struct prng *p, const struct weighted *table)
{
    uint32_t sum = 0, at;

    for (const struct weighted *row = table; row->weight; row++)
        sum += row->weight;
    at = prng_below(p, sum);
    while (at >= table->weight) {
        at -= table->weight;
        table++;
    }
    return table->value;
}

uint32_t prng_heavy_tail(struct prng *p)
{
    /* by octaves, so that no power is computed: 2^(-0.55 k) of 65536, and
     * uniform inside an octave */
    static const struct weighted octaves[] = {
        {65536, 0}, {44763, 1}, {30574, 2}, {20882, 3}, {14263, 4}, {9742, 5}, {6654, 6},
        {4545, 7},  {3104, 8},  {2120, 9},  {1448, 10}, {989, 11},  {0},
    };
    uint32_t size = (uint32_t)SMALLEST_SIZE << prng_pick(p, octaves);

    return size + prng_below(p, size);
}
