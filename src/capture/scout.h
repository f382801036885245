/* scout.h - walks ahead of the records that are read from a mapped file, and asks for them.
 * SPDX-License-Identifier: MIT
 *
 * What is mapped lies in memory, a tenth of a microsecond away, and where a record begins is known
 * when the length of the one before has come. So a scout goes some tens of records ahead, one or
 * two steps for each packet that is worked on: the length that a step needs was asked for a packet
 * before. What heads may take of a record is asked for when its length is known, and before
 * that the place where the next one begins should the segments be full ones, as most in a row are.
 */
#ifndef WL_SCOUT_H
#define WL_SCOUT_H

#include "attr.h"
#include "load.h"

enum {
    WL_SCOUT_LEAD = 80,   /* records that it goes ahead, at most */
    WL_SCOUT_RECORD = 16, /* octets that a record has at least: its length lies in them */
    WL_SCOUT_HEADS = 256, /* octets of a record that are asked for: headers, and most heads */
    WL_SCOUT_FULL = 1530, /* a segment of an Ethernet frame, and what files put before it */
};

/** All zero: there is nothing to be asked for. */
struct wl_scout {
    const uint8_t *at, *end; /* the record whose length is on its way; the end of the window */
    uint32_t lead;           /* records between the next one to be read and that one */
    uint8_t length_at;       /* place of the length in a record, */
    uint8_t more;            /* and how many octets the record has that it does not count */
    bool big_endian;
};

/** One step. */
static WL_INLINE void wl_scout_step(struct wl_scout *s)
{
    const uint8_t *p = s->at;
    size_t length, left = (size_t)(s->end - p);

    if (left < WL_SCOUT_RECORD || s->lead >= WL_SCOUT_LEAD)
        return;
    length = (size_t)wl_load32(p + s->length_at, s->big_endian) + s->more;
    if (length > left)
        length = left;
    /* how long it is cannot be foretold, and short ones stand beside each other */
    wl_prefetch(p + 64, WL_SCOUT_HEADS - 64);
    p += length;
    wl_prefetch(p, 192);
    wl_prefetch(p + WL_SCOUT_FULL, 128);
    wl_prefetch(p + WL_SCOUT_FULL + WL_SCOUT_FULL, 128);
    s->at = p;
    s->lead++;
}

/** For each packet that is worked on: keeps ahead, and goes further while it is not far. */
static WL_INLINE void wl_scout_go(struct wl_scout *s)
{
    wl_scout_step(s);
    if (WL_LIKELY_FALSE(s->lead < WL_SCOUT_LEAD / 2))
        wl_scout_step(s);
}

#endif
