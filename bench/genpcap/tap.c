/* tap.c - loss, reordering, duplicates and gaps, as a tap in the middle of the path sees them.
 * SPDX-License-Identifier: MIT
 *
 * What is lost before the tap is retransmitted: the tap sees the segment once, some packets of
 * the connection later. What is reordered comes one to three packets late. Both are held back
 * in path->held and counted down by the connection's own packets, so that the fault is of the
 * same size however many connections are interleaved. What the tap itself misses (a gap) is
 * never seen, but acknowledged.
 */
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How many packets late, by what happened. */
static const struct range retransmitted = {2, 12}, overtaken = {1, 3};

/* Memory that is lacking leaves the capture incomplete, which is the capture's error. */
static void hold(struct tap *tap, struct path *path, const struct held *what, const uint8_t *packet)
{
    struct held *h = &path->held[path->n_held];

    *h = *what;
    h->packet = malloc(what->n);
    if (!h->packet) {
        tap->capture->error = ENOMEM;
        return;
    }
    memcpy(h->packet, packet, what->n);
    path->n_held++;
}

static void let_arrive(struct tap *tap, struct path *path, unsigned i)
{
    struct held *h = &path->held[i];

    capture_write(tap->capture, h->packet, h->n);
    free(h->packet);
    path->n_held--;
    memmove(h, h + 1, (path->n_held - i) * sizeof(*h));
}

/* One packet more of the connection has been seen. */
static void count_down(struct tap *tap, struct path *path)
{
    for (unsigned i = 0; i < path->n_held;) {
        struct held *h = &path->held[i];

        if (h->wait > 0) {
            h->wait--;
            i++;
        } else {
            let_arrive(tap, path, i);
        }
    }
}

void tap_pass(struct tap *tap, struct path *path, const uint8_t *packet, size_t n)
{
    capture_write(tap->capture, packet, n);
    count_down(tap, path);
}

/* Is the segment kept from being seen now? */
static bool goes_astray(struct tap *tap, struct path *path, struct prng *prng,
                        const struct held *segment, const uint8_t *packet)
{
    struct held held = *segment;

    if (prng_chance(prng, tap->faults->gap)) {
        tap->truth->n_gaps++;
        return true;
    }
    if (path->n_held < TAP_MAX_HELD && prng_chance(prng, tap->faults->loss)) {
        tap->truth->n_lost++;
        held.wait = prng_between(prng, retransmitted.least, retransmitted.most);
        hold(tap, path, &held, packet);
        return true;
    }
    if (path->n_held < TAP_MAX_HELD && prng_chance(prng, tap->faults->reordering)) {
        tap->truth->n_reordered++;
        held.wait = prng_between(prng, overtaken.least, overtaken.most);
        hold(tap, path, &held, packet);
        return true;
    }
    return false;
}

void tap_pass_data(struct tap *tap, struct path *path, struct prng *prng, enum dir from,
                   uint32_t seq, const uint8_t *packet, size_t n)
{
    const struct held segment = {.n = n, .seq = seq, .from = from};

    if (!goes_astray(tap, path, prng, &segment, packet)) {
        if (prng_chance(prng, tap->faults->duplicates)) {
            tap->truth->n_duplicates++;
            capture_write(tap->capture, packet, n);
        }
        capture_write(tap->capture, packet, n);
    }
    count_down(tap, path);
}

void tap_catch_up(struct tap *tap, struct path *path)
{
    while (path->n_held)
        let_arrive(tap, path, 0);
}

uint32_t path_arrived(const struct path *path, enum dir from, uint32_t seq)
{
    for (unsigned i = 0; i < path->n_held; i++) {
        const struct held *h = &path->held[i];

        /* RFC 9293 3.4: sequence numbers are compared modulo 2^32 */
        if (h->from == from && (int32_t)(h->seq - seq) < 0)
            seq = h->seq;
    }
    return seq;
}

void path_release(struct path *path)
{
    for (unsigned i = 0; i < path->n_held; i++)
        free(path->held[i].packet);
    path->n_held = 0;
}
