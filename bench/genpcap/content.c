/* content.c - pools of JSON lines and of random octets.
 * SPDX-License-Identifier: MIT
 *
 * Made once: to make up every octet of every body would take longer than all the rest. The overhang
 * repeats nothing: a segment's worth of octets is copied in one piece, and then the place wraps.
 */
#include "content.h"

#include "octets.h"
#include "prng.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 42, OVERHANG = 1 << 16, ALL = CONTENT_POOL + OVERHANG, LINE = 160 };

static_assert((int)OVERHANG >= (int)PACKET_MAX_PAYLOAD, "a segment is copied in one piece");

/* Returns its octets. The numbers are drawn from the last to the first: an old order, which all
 * numbers that were ever measured with these captures depend on. */
static size_t make_line(struct prng *prng, char line[LINE])
{
    const char *ok = prng_coin(prng) ? "true" : "false";
    uint32_t tag2 = prng_below(prng, 50);
    uint32_t tag1 = prng_below(prng, 50);
    uint32_t cents = prng_below(prng, 100);
    uint32_t price = prng_below(prng, 900);
    uint32_t item = prng_below(prng, 100000);
    uint32_t id = (uint32_t)prng_next(prng);
    int n = snprintf(
        line, LINE,
        "{\"id\":%u,\"name\":\"item-%05u\",\"price\":%u.%02u,\"tags\":[\"t%u\",\"t%u\"],"
        "\"ok\":%s},\n",
        id, item, price, cents, tag1, tag2, ok);

    return n < 0 ? 0 : (size_t)n;
}

static void fill_text(struct prng *prng, uint8_t *pool)
{
    char line[LINE];

    for (size_t at = 0; at < ALL;) {
        size_t n = make_line(prng, line);

        if (n > ALL - at)
            n = ALL - at;
        memcpy(pool + at, line, n);
        at += n;
    }
}

static void fill_binary(struct prng *prng, uint8_t *pool)
{
    for (size_t at = 0; at < ALL; at += 8)
        put_le64(pool + at, prng_next(prng));
}

int content_init(struct content *c)
{
    struct prng prng = {SEED};

    c->text = malloc(ALL);
    c->binary = malloc(ALL);
    if (!c->text || !c->binary) {
        content_release(c);
        return ENOMEM;
    }
    fill_text(&prng, c->text);
    fill_binary(&prng, c->binary);
    return 0;
}

void content_release(struct content *c)
{
    free(c->text);
    free(c->binary);
    *c = (struct content){NULL, NULL};
}
