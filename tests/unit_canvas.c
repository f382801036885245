/* unit_canvas.c - cells: widths, cutting, wrapping, escaping, clipping.
 * SPDX-License-Identifier: MIT
 */
#include "canvas.h"
#include "grid.h"
#include "trend.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MEMORY = 16 << 20, MAX_TEXT = 1 << 20 };

struct paper {
    struct wl_budget budget;
    struct wl_canvas c;
    struct wl_text text;
};

static void begin(struct paper *p, int w, int h, bool ascii)
{
    wl_budget_init(&p->budget, MEMORY, NULL, NULL, NULL);
    wl_canvas_init(&p->c, &p->budget, ascii);
    assert_true(wl_canvas_resize(&p->c, w, h));
    wl_text_init(&p->text, &p->budget, MAX_TEXT);
}

static void end(struct paper *p)
{
    wl_text_release(&p->text);
    wl_canvas_release(&p->c);
    assert_int_equal(p->budget.used, 0);
}

/* What stands on the canvas now. */
static void expect(struct paper *p, const char *text)
{
    wl_text_reset(&p->text);
    wl_canvas_dump(&p->c, &p->text);
    wl_text_char(&p->text, '\0');
    assert_string_equal((const char *)p->text.buf.p, text);
}

static void place(struct paper *p, int x, int w, const char *octets, enum wl_cut cut)
{
    struct wl_strip s;

    wl_strip_init(&s, &p->c, WL_STRIP);
    wl_strip_octets(&s, WL_ROLE_PLAIN, wl_span_text(octets));
    wl_strip_shorten(&s, w, cut);
    wl_canvas_place(&p->c, x, 0, w, WL_LEFT, &s);
}

static void widths_are_those_of_terminals(void **state)
{
    (void)state;
    assert_int_equal(wl_char_width('a'), 1);
    assert_int_equal(wl_char_width(0xe4), 1);
    assert_int_equal(wl_char_width(0x301), 0);   /* combining acute accent */
    assert_int_equal(wl_char_width(0x6f22), 2);  /* a Chinese character */
    assert_int_equal(wl_char_width(0xff21), 2);  /* fullwidth A */
    assert_int_equal(wl_char_width(0xff71), 1);  /* halfwidth katakana */
    assert_int_equal(wl_char_width(0x1f600), 2); /* a face */
    assert_int_equal(wl_char_width(0x2500), 1);
    assert_int_equal(wl_char_width(0x10ffff), 1);
}

static void what_is_cut_says_so(void **state)
{
    struct paper p;

    (void)state;
    begin(&p, 12, 1, false);
    place(&p, 0, 8, "abcdefghij", WL_CUT_END);
    expect(&p, "abcdefg…\n");
    wl_canvas_clear(&p.c);
    place(&p, 0, 8, "abcdefghij", WL_CUT_MIDDLE);
    expect(&p, "abc…ghij\n");
    wl_canvas_clear(&p.c);
    place(&p, 2, 10, "abcdefghij", WL_CUT_END); /* it just fits */
    expect(&p, "  abcdefghij\n");
    end(&p);
    begin(&p, 12, 1, true);
    place(&p, 0, 8, "abcdefghij", WL_CUT_MIDDLE);
    expect(&p, "ab...hij\n");
    wl_canvas_clear(&p.c);
    place(&p, 0, 2, "abcdefghij", WL_CUT_END);
    expect(&p, "a.\n");
    end(&p);
}

/* A strip is full at WL_STRIP columns, also where the screen is wider. */
static void a_full_strip_on_a_wide_screen(void **state)
{
    char octets[WL_STRIP + 100];
    struct paper p;
    struct wl_strip s;

    (void)state;
    memset(octets, 'x', sizeof(octets));
    begin(&p, 900, 1, true);
    wl_strip_init(&s, &p.c, 900);
    wl_strip_octets(&s, WL_ROLE_PLAIN, wl_span(octets, sizeof(octets)));
    assert_int_equal(s.n, WL_STRIP);
    assert_true(s.cut);
    wl_canvas_place(&p.c, 0, 0, 900, WL_LEFT, &s);
    assert_int_equal(wl_canvas_at(&p.c, WL_STRIP - 4, 0)->c, 'x');
    assert_int_equal(wl_canvas_at(&p.c, WL_STRIP - 1, 0)->c, '.');
    assert_int_equal(wl_canvas_at(&p.c, WL_STRIP, 0)->c, ' ');
    end(&p);
}

static void wide_characters_are_whole_or_not_there(void **state)
{
    struct paper p;

    (void)state;
    begin(&p, 6, 1, false);
    place(&p, 0, 6, "漢字漢", WL_CUT_END);
    expect(&p, "漢字漢\n");
    wl_canvas_clear(&p.c);
    place(&p, 0, 4, "漢字漢",
          WL_CUT_END); /* three columns and an ellipsis: half of one is a space */
    expect(&p, "漢 …\n");
    wl_canvas_clear(&p.c);
    place(&p, 5, 6, "漢字", WL_CUT_END); /* over the edge */
    expect(&p, "\n");
    wl_canvas_clear(&p.c);
    place(&p, -1, 6, "漢字", WL_CUT_END); /* before it */
    expect(&p, " 字\n");
    end(&p);
}

static void marks_do_not_pile_up(void **state)
{
    struct paper p;

    (void)state;
    begin(&p, 6, 1, false);
    place(&p, 0, 6, "e\xcc\x81\xcc\x82\xcc\x83x\xcc\x81", WL_CUT_END);
    expect(&p, "e\xcc\x81x\xcc\x81\n");
    wl_canvas_clear(&p.c);
    place(&p, 0, 6, "\xcc\x81", WL_CUT_END); /* on nothing */
    expect(&p, "\n");
    end(&p);
}

static void nothing_is_obeyed(void **state)
{
    struct paper p;

    (void)state;
    begin(&p, 60, 1, false);
    place(&p, 0, 60, "\x1b[2J\xe2\x80\xae\xff\xc2\x9b", WL_CUT_END);
    expect(&p, "\\x1b[2J\\xe2\\x80\\xae\\xff\\xc2\\x9b\n");
    end(&p);
    begin(&p, 60, 1, true);
    place(&p, 0, 60, "\xc3\xa4", WL_CUT_END);
    expect(&p, "\\xc3\\xa4\n");
    end(&p);
}

static void words_are_wrapped(void **state)
{
    struct wl_span words = WL_SPAN("one two three\nfour abcdefghijklm x");
    struct paper p;

    (void)state;
    begin(&p, 8, 7, true);
    assert_int_equal(wl_canvas_wrap(&p.c, wl_canvas_area(&p.c), 0, WL_ROLE_PLAIN, words), 5);
    expect(&p, "one two\nthree\nfour\nabcdefgh\nijklm x\n\n\n");
    wl_canvas_clear(&p.c);
    assert_int_equal(wl_canvas_wrap(&p.c, (struct wl_rect){0, 0, 8, 2}, 2, WL_ROLE_PLAIN, words),
                     5);
    expect(&p, "four\nabcdefgh\n\n\n\n\n\n");
    wl_canvas_clear(&p.c);
    words = WL_SPAN("one 'a\n V9 b'"); /* of the network: it lays out no lines */
    assert_int_equal(wl_canvas_wrap_octets(&p.c, wl_canvas_area(&p.c), 0, WL_ROLE_PLAIN, words), 3);
    expect(&p, "one\n'a\\x0a\nV9 b'\n\n\n\n\n");
    end(&p);
}

/* However narrow it is, and whatever the words are: it ends. */
static void wrapping_ends(void **state)
{
    uint8_t octets[64];
    uint32_t seed = 7;
    struct paper p;

    (void)state;
    begin(&p, 20, 3, false);
    for (int i = 0; i < 20000; i++) {
        for (size_t k = 0; k < sizeof(octets); k++) {
            seed = seed * 1664525 + 1013904223;
            octets[k] = seed >> 24 < 60 ? ' ' : (uint8_t)(seed >> 16);
        }
        (void)wl_canvas_wrap(&p.c, (struct wl_rect){(int)(seed >> 8 & 31) - 6, 0, i % 24, 3}, i % 3,
                             WL_ROLE_PLAIN, wl_span(octets, sizeof(octets)));
    }
    end(&p);
}

static void a_small_value_is_seen(void **state)
{
    static const uint32_t values[] = {0, 1, 100000, 0};
    struct wl_strip s;
    struct paper p;

    (void)state;
    begin(&p, 10, 1, true);
    wl_strip_init(&s, &p.c, 10);
    wl_strip_trend(&s, WL_ROLE_TREND, values, 4, 4);
    wl_canvas_place(&p.c, 0, 0, 10, WL_LEFT, &s);
    expect(&p, " .@\n");
    wl_canvas_clear(&p.c);
    wl_strip_init(&s, &p.c, 10);
    wl_strip_trend(&s, WL_ROLE_TREND, values, 4, 8); /* more columns than values */
    wl_canvas_place(&p.c, 0, 0, 10, WL_LEFT, &s);
    expect(&p, "  ..@@\n");
    wl_canvas_clear(&p.c);
    wl_strip_init(&s, &p.c, 10);
    wl_strip_bar(&s, WL_ROLE_TREND, 0.0001, 5);
    wl_canvas_place(&p.c, 0, 0, 10, WL_LEFT, &s);
    expect(&p, "=\n");
    end(&p);
}

static void put_number(struct wl_strip *s, const struct wl_screen *screen, const void *row)
{
    (void)screen;
    wl_strip_count(s, WL_ROLE_PLAIN, *(const uint64_t *)row);
}

static void columns_make_room(void **state)
{
    static const struct wl_column columns[] = {
        {.head = "a", .put = put_number, .least = 6},
        {.head = "b", .put = put_number, .least = 6, .rank = 2},
        {.head = "c", .put = put_number, .align = WL_RIGHT, .least = 6, .most = 10, .rank = 1},
    };
    static const struct wl_grid grid = {columns, WL_COUNT(columns)};
    static const uint64_t row = 4711;
    struct wl_sheet sheet;
    struct paper p;

    (void)state;
    begin(&p, 24, 2, true);
    wl_sheet_init(&sheet, &grid, NULL, wl_canvas_area(&p.c));
    wl_sheet_heads(&p.c, &sheet, 0, 2, true);
    wl_sheet_row(&p.c, &sheet, 1, NULL, &row);
    expect(&p, "a      b              vc\n4 711  4 711       4 711\n");
    wl_canvas_clear(&p.c);
    wl_sheet_init(&sheet, &grid, NULL, (struct wl_rect){0, 0, 15, 2});
    wl_sheet_row(&p.c, &sheet, 0, NULL, &row);
    expect(&p, "4 711     4 711\n\n");
    end(&p);
}

/* Any octets, cut anywhere, drawn anywhere. */
static void nothing_is_written_outside(void **state)
{
    uint32_t seed = 1;
    struct paper p;

    (void)state;
    begin(&p, 40, 4, false);
    for (int i = 0; i < 20000; i++) {
        uint8_t octets[80];
        struct wl_strip s;

        for (size_t k = 0; k < sizeof(octets); k++) {
            seed = seed * 1664525 + 1013904223;
            octets[k] = (uint8_t)(seed >> 24);
        }
        wl_strip_init(&s, &p.c, (int)(seed & 63));
        wl_strip_octets(&s, WL_ROLE_PLAIN, wl_span(octets, sizeof(octets)));
        wl_strip_shorten(&s, (int)(seed >> 6 & 63) - 2, seed >> 12 & 1);
        wl_canvas_place(&p.c, (int)(seed >> 13 & 63) - 10, (int)(seed >> 19 & 7) - 2,
                        (int)(seed >> 22 & 63), (enum wl_align)(seed >> 28 & 1), &s);
    }
    wl_canvas_dump(&p.c, &p.text);
    end(&p);
}

/* ------------------------------------------------------------------------------------- colours */

/* Ordinary sight, and what is left of it without the cones for red, or for green (Machado,
 * Oliveira, Fernandes 2009, severity 1), on linear RGB. */
static const double sights[3][3][3] = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    {{0.152286, 1.052583, -0.204868},
     {0.114503, 0.786281, 0.099216},
     {-0.003882, -0.048116, 1.051998}},
    {{0.367322, 0.860646, -0.227968},
     {0.280085, 0.672501, 0.047413},
     {-0.011820, 0.042940, 0.968881}},
};

/* One of the 6x6x6 colours of xterm's palette as CIE L*a*b*, as it is seen. */
static void see(short colour, const double sight[3][3], double ret[3])
{
    static const double levels[6] = {0, 95, 135, 175, 215, 255};
    static const double to_xyz[3][3] = {{.4124 / .9505, .3576 / .9505, .1805 / .9505},
                                        {.2126, .7152, .0722},
                                        {.0193 / 1.089, .1192 / 1.089, .9505 / 1.089}};
    const int index[3] = {(colour - 16) / 36, (colour - 16) / 6 % 6, (colour - 16) % 6};
    double linear[3], seen[3], f[3];

    for (int i = 0; i < 3; i++) {
        double v = levels[index[i]] / 255;

        linear[i] = v <= .04045 ? v / 12.92 : pow((v + .055) / 1.055, 2.4);
    }
    for (int i = 0; i < 3; i++) {
        seen[i] = 0;
        for (int k = 0; k < 3; k++)
            seen[i] += sight[i][k] * linear[k];
        seen[i] = seen[i] < 0 ? 0 : seen[i] > 1 ? 1 : seen[i];
    }
    for (int i = 0; i < 3; i++) {
        double t = to_xyz[i][0] * seen[0] + to_xyz[i][1] * seen[1] + to_xyz[i][2] * seen[2];

        f[i] = t > .008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
    }
    ret[0] = 116 * f[1] - 16;
    ret[1] = 500 * (f[0] - f[1]);
    ret[2] = 200 * (f[1] - f[2]);
}

static double least_difference(enum wl_theme theme, const double sight[3][3])
{
    double least = 1000;

    for (unsigned a = 0; a < 6; a++) {
        for (unsigned b = 0; b < a; b++) {
            double x[3], y[3];

            see(wl_role_style(WL_ROLE_CLASS_0 + a)->colour_256[theme], sight, x);
            see(wl_role_style(WL_ROLE_CLASS_0 + b)->colour_256[theme], sight, y);
            least = fmin(least, hypot(hypot(x[0] - y[0], x[1] - y[1]), x[2] - y[2]));
        }
    }
    return least;
}

/* 25 is far more than eyes need side by side: cells are small and far apart. */
static void classes_are_told_apart(void **state)
{
    (void)state;
    for (unsigned theme = 0; theme < WL_N_THEMES; theme++) {
        for (size_t sight = 0; sight < WL_COUNT(sights); sight++)
            assert_true(least_difference((enum wl_theme)theme, sights[sight]) > 25);
    }
}

/* The luminance of a colour of xterm's palette (WCAG 2.2). */
static double luminance(short colour)
{
    static const double levels[6] = {0, 95, 135, 175, 215, 255};
    static const double basic[8][3] = {{0, 0, 0},   {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
                                       {0, 0, 238}, {205, 0, 205}, {0, 205, 205}, {229, 229, 229}};
    static const double parts[3] = {.2126, .7152, .0722};
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        int index = colour < 16 ? 0 : (colour - 16) / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6;
        double v = colour < 8     ? basic[colour][i]
                   : colour < 232 ? levels[index]
                                  : 8 + 10.0 * (colour - 232);

        v /= 255;
        sum += parts[i] * (v <= .04045 ? v / 12.92 : pow((v + .055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(short colour, enum wl_theme theme)
{
    double of = luminance(colour);

    return theme == WL_THEME_DARK ? (of + .05) / .05 : 1.05 / (of + .05);
}

/* WCAG 2.2 1.4.3: 4.5. What is drawn and not read is no text. Of 8 colours each terminal has its
 * own; red is bold, which most show brighter. */
static void all_text_can_be_read(void **state)
{
    (void)state;
    for (int role = 0; role < WL_N_ROLES; role++) {
        const struct wl_style *style = wl_role_style((enum wl_role)role);

        if (role == WL_ROLE_FRAME || role == WL_ROLE_TREND)
            continue;
        for (unsigned theme = 0; theme < WL_N_THEMES; theme++) {
            short many = style->colour_256[theme], few = style->colour_8[theme];

            if (many >= 0)
                assert_true(contrast(many, (enum wl_theme)theme) >= 4.5);
            if (few >= 0)
                assert_true(contrast(few, (enum wl_theme)theme) >= (few == 1 ? 3 : 4.4));
        }
    }
}

/* What an invalid status looks like is turned round; a bar would become the room beside it. */
static void bars_are_not_turned_round(void **state)
{
    (void)state;
    for (unsigned class = 0; class < 6; class ++) {
        const struct wl_style *style = wl_role_style((enum wl_role)wl_role_bar(class));

        assert_int_equal((style->with_colour | style->without) & WL_REVERSE, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_those_of_terminals),
        cmocka_unit_test(what_is_cut_says_so),
        cmocka_unit_test(a_full_strip_on_a_wide_screen),
        cmocka_unit_test(wide_characters_are_whole_or_not_there),
        cmocka_unit_test(marks_do_not_pile_up),
        cmocka_unit_test(nothing_is_obeyed),
        cmocka_unit_test(words_are_wrapped),
        cmocka_unit_test(wrapping_ends),
        cmocka_unit_test(a_small_value_is_seen),
        cmocka_unit_test(columns_make_room),
        cmocka_unit_test(nothing_is_written_outside),
        cmocka_unit_test(classes_are_told_apart),
        cmocka_unit_test(all_text_can_be_read),
        cmocka_unit_test(bars_are_not_turned_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
