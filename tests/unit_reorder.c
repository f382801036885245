/* unit_reorder.c - any order, repetition and segmentation of a stream gives the same stream.
 * SPDX-License-Identifier: MIT
 *
 * Properties of reassembly, tried with numbers that are the same on every machine.
 */
#include "bench_tcp.h"

static uint32_t random_state;

static uint32_t draw(uint32_t below)
{
    random_state ^= random_state << 13; /* xorshift: the same numbers on every machine */
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % below;
}

enum { DIALOGUE = 600, PARTS = 400 };

struct part {
    uint32_t from, n;
};

/* Cuts [0, DIALOGUE) into parts, some twice, some overlapping, and shuffles them a little. */
static uint32_t cut_up(struct part parts[PARTS], uint32_t window)
{
    uint32_t n = 0, from = 0;

    while (from < DIALOGUE && n < PARTS - 1) {
        uint32_t length = 1 + draw(12);
        uint32_t back = draw(4) ? 0 : draw(8);

        if (back > from)
            back = from;
        if (from + length > DIALOGUE)
            length = DIALOGUE - from;
        parts[n++] = (struct part){from - back, length + back};
        if (draw(5) == 0) {
            parts[n] = parts[n - 1];
            n++;
        }
        from += length;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i + draw(window) < n ? i + draw(window) % (n - i) : i;
        struct part swap = parts[i];

        parts[i] = parts[k];
        parts[k] = swap;
    }
    return n;
}

/* Any order, repetition and segmentation yields the octets that were sent. */
static void any_order(void **state)
{
    uint8_t sent[DIALOGUE];

    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        struct bench *b = start();
        struct part parts[PARTS];
        struct wl_text got;
        uint32_t n;

        random_state = seed * 2654435761u;
        for (unsigned i = 0; i < DIALOGUE; i++)
            sent[i] = (uint8_t)('a' + draw(26));
        shake_hands(b);
        n = cut_up(parts, 1 + seed % 40);
        for (uint32_t i = 0; i < n; i++) {
            char text[32] = "";

            memcpy(text, sent + parts[i].from, parts[i].n);
            client(b, parts[i].from, 0, text);
        }
        wl_flows_finish(b->flows);
        wl_text_init(&got, &b->budget, MOST);
        for (size_t i = 0; i < b->notes.buf.n; i++) {
            if (b->notes.buf.p[i] != ' ' && b->notes.buf.p[i] != '>')
                wl_text_char(&got, (char)b->notes.buf.p[i]);
        }
        assert_int_equal(got.buf.n, DIALOGUE);
        assert_memory_equal(got.buf.p, sent, DIALOGUE);
        assert_int_equal(b->counters.overlaps_differing, 0);
        wl_text_release(&got);
        wl_text_release(&b->notes);
        wl_text_init(&b->notes, &b->budget, MOST);
        finish(b, "");
    }
}

/* Whatever comes, memory stays bounded and nothing breaks. */
static void garbage(void **state)
{
    static const char *const texts[] = {"", "a", "bc", "defghijklmnop"};

    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct bench *b = start();

        random_state = seed * 40503u;
        b->cfg.limits.max_reorder_pieces = 32;
        b->want_acks = seed % 2;
        b->skip = seed % 3 ? 0 : 40;
        if (seed % 4 == 0)
            b->budget.max = b->budget.used + 8192; /* and memory is refused */
        for (unsigned i = 0; i < 3000; i++) {
            enum wl_dir dir = draw(2) ? WL_TO_SERVER : WL_TO_CLIENT;
            unsigned flags = draw(8) ? WL_TCP_ACK : draw(32);

            if (draw(20) == 0)
                wait_for(b, draw(200) * MS);
            if (draw(200) == 0)
                b->now -= draw(20) * WL_SECOND;
            send_segment(b, dir, flags, (int64_t)draw(200) - 20, (int64_t)draw(200) - 20,
                         texts[draw(4)], draw(30) ? 0 : draw(5));
            b->notes.buf.n = 0;
        }
        wl_flows_finish(b->flows);
        b->notes.buf.n = 0;
        b->budget.max = 64 << 20;
        finish(b, "");
    }
}

/* Thousands of single octets in reverse cost no more than a search each. */
static void reverse_order(void **state)
{
    struct bench *b = start();

    (void)state;
    b->cfg.limits.max_reorder_pieces = 20000;
    shake_hands(b);
    for (int i = 20000; i >= 0; i--)
        client(b, i, 0, "r");
    assert_int_equal(b->counters.gaps, 0);
    wl_flows_finish(b->flows);
    assert_int_equal(b->rec.bytes[0], 20001);
    b->notes.buf.n = 0;
    b->notes.full = false;
    finish(b, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order),
        cmocka_unit_test(garbage),
        cmocka_unit_test(reverse_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
