/* stamp.c - times of neighbours share their second: it is broken down once.
 * SPDX-License-Identifier: MIT
 *
 * The C library takes a lock and asks for the zone, which costs more than the rest of a line.
 */
#include "stamp.h"

enum { ROOM = 40 }; /* octets of either form */

/* Keeps what stands before the fraction, which takes the last octets. */
static void keep(struct wl_stamp *s, wl_ns second, const struct wl_text *whole, size_t fraction)
{
    size_t n = whole->full || whole->buf.n < fraction ? 0 : whole->buf.n - fraction;

    s->n = n <= sizeof(s->text) ? n : 0;
    memcpy(s->text, whole->buf.p, s->n);
    s->second = second;
}

/* Rounds down, whatever the sign. */
static wl_ns second_of(wl_ns time)
{
    return time / WL_SECOND - (time % WL_SECOND < 0);
}

void wl_stamp_rfc3339(struct wl_stamp *s, struct wl_text *t, wl_ns time)
{
    wl_ns second = second_of(time);
    uint8_t octets[ROOM];
    struct wl_text whole;

    if (second != s->second || s->n == 0) {
        wl_text_init_fixed(&whole, octets, sizeof(octets));
        wl_text_rfc3339(&whole, second * WL_SECOND);
        keep(s, second, &whole, sizeof("000000000Z") - 1);
    }
    wl_text_span_raw(t, wl_span(s->text, s->n));
    wl_text_digits(t, (uint64_t)(time - second * WL_SECOND), 9);
    wl_text_char(t, 'Z');
}

void wl_stamp_clock(struct wl_stamp *s, struct wl_text *t, wl_ns time, bool utc)
{
    wl_ns second = second_of(time);
    uint8_t octets[ROOM];
    struct wl_text whole;

    if (second != s->second || s->n == 0) {
        wl_text_init_fixed(&whole, octets, sizeof(octets));
        wl_text_clock(&whole, second * WL_SECOND, utc);
        keep(s, second, &whole, sizeof("000000") - 1);
    }
    wl_text_span_raw(t, wl_span(s->text, s->n));
    wl_text_digits(t, (uint64_t)(time - second * WL_SECOND) / 1000, 6);
}
