/* html_text.c - the small words of the HTML report: counts, times, pills, statuses, bars.
 * SPDX-License-Identifier: MIT
 */
#include "html.h"

#include "line.h"

void wl_html_escape(struct wl_html *h, struct wl_text *t, struct wl_span s, size_t columns)
{
    if (columns == 0) {
        wl_text_html(t, s);
        return;
    }
    WL_ASSERT(t != &h->scratch);
    wl_text_reset(&h->scratch);
    wl_text_terminal_cut(&h->scratch, s, columns);
    wl_text_html(t, wl_text_span(&h->scratch));
}

void wl_html_words(struct wl_text *t, const char *words)
{
    wl_text_html(t, wl_span_text(words));
}

/* Is it of a script that is written from right to left? Blocks of Hebrew, Arabic, Syriac and their
 * kin, as Unicode has set them apart (DerivedBidiClass: the defaults R and AL). */
static bool is_right_to_left(uint32_t c)
{
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfeff) || (c >= 0x10800 && c <= 0x10fff) ||
           (c >= 0x1e800 && c <= 0x1efff);
}

/* The octets at the front of s that are all of such a script, or none of them. */
static size_t one_way(struct wl_span s, bool right_to_left)
{
    size_t i = 0;

    while (i < s.n) {
        uint32_t c = 0;
        size_t n = s.p[i] < 0x80 ? 1 : wl_text_printable(wl_span_after(s, i), &c);

        if ((n > 1 && is_right_to_left(c)) != right_to_left)
            break;
        i += n ? n : 1;
    }
    return i;
}

void wl_html_in_order(struct wl_text *t, struct wl_span s)
{
    while (s.n) {
        size_t n = one_way(s, false);

        wl_text_html(t, wl_span_sub(s, 0, n));
        s = wl_span_after(s, n);
        n = one_way(s, true);
        if (n) {
            wl_text_put(t, "<bdi>");
            wl_text_html(t, wl_span_sub(s, 0, n));
            wl_text_put(t, "</bdi>");
        }
        s = wl_span_after(s, n);
    }
}

/* Puts spaces that do not break in place of those since from; numbers are short. */
static void join(struct wl_text *t, size_t from)
{
    uint8_t kept[64];
    size_t n = t->buf.n - from;

    if (n > sizeof(kept) || t->full)
        return;
    memcpy(kept, t->buf.p + from, n);
    t->buf.n = from;
    for (size_t i = 0; i < n; i++) {
        if (kept[i] == ' ') {
            wl_text_put(t, "\xc2\xa0"); /* U+00A0 */
        } else {
            wl_text_char(t, (char)kept[i]);
        }
    }
}

void wl_html_count(struct wl_text *t, uint64_t n)
{
    size_t from = t->buf.n;

    wl_text_count(t, n);
    join(t, from);
}

void wl_html_amount(struct wl_text *t, uint64_t n, const char *what)
{
    wl_html_count(t, n);
    wl_text_printf(t, " %s%s", what, n == 1 ? "" : "s");
}

void wl_html_duration(struct wl_text *t, wl_ns d)
{
    size_t from = t->buf.n;

    wl_text_duration(t, d);
    join(t, from);
}

void wl_html_octets(struct wl_text *t, uint64_t n)
{
    size_t from = t->buf.n;

    wl_text_octets(t, n);
    join(t, from);
}

static void begin_time(struct wl_text *t, wl_ns time)
{
    wl_text_put(t, "<time datetime=\"");
    wl_text_rfc3339(t, time);
    wl_text_put(t, "\">");
}

void wl_html_clock(struct wl_html *h, struct wl_text *t, wl_ns time)
{
    begin_time(t, time);
    wl_text_clock(t, time, h->out.cfg.utc);
    wl_text_put(t, "</time>");
}

void wl_html_date(struct wl_html *h, struct wl_text *t, wl_ns time)
{
    begin_time(t, time);
    wl_text_date(t, time, h->out.cfg.utc);
    wl_text_put(t, h->out.cfg.utc ? " UTC</time>" : "</time>");
}

char wl_html_letter(enum wl_severity s)
{
    return wl_severity_name(s)[0];
}

void wl_html_pill(struct wl_text *t, enum wl_severity s)
{
    wl_text_printf(t, "<span class=\"pill %c\">%s</span>", wl_html_letter(s), wl_severity_name(s));
}

void wl_html_status(struct wl_text *t, unsigned status)
{
    wl_text_printf(t, "<b class=\"k k%u\">%03u</b>",
                   wl_status_class((uint16_t)(status < WL_N_CODES ? status : 0)), status);
}

void wl_html_sequence(struct wl_text *t, const char *sequence)
{
    size_t i = 0;

    while (sequence[i]) {
        const uint8_t *p = (const uint8_t *)sequence + i;
        bool begins = i == 0 || sequence[i - 1] == ' ';

        if (begins && wl_is_digit(p[0]) && wl_is_digit(p[1]) && wl_is_digit(p[2]) &&
            (p[3] == ',' || p[3] == '\0')) {
            wl_html_status(t, (p[0] - 48u) * 100 + (p[1] - 48u) * 10 + (p[2] - 48u));
            i += 3;
        } else {
            wl_text_html(t, wl_span(p, 1));
            i++;
        }
    }
}

void wl_html_count_cell(struct wl_text *t, const char *head, uint64_t n)
{
    wl_text_printf(t, "<td class=\"num\" data-v=\"%llu\"", (unsigned long long)n);
    if (head)
        wl_text_printf(t, " data-h=\"%s\"", head);
    wl_text_char(t, '>');
    wl_html_count(t, n);
    wl_text_put(t, "</td>");
}

void wl_html_bar(struct wl_text *t, uint64_t n, uint64_t most, const char *class)
{
    double width = most ? 1000.0 * (double)n / (double)most : 0;

    wl_text_put(t, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                   "aria-hidden=\"true\"><rect class=\"all\" width=\"1000\" height=\"10\"/>");
    wl_text_printf(t, "<rect class=\"%s\" width=\"%.0f\" height=\"10\"/></svg>", class,
                   n && width < 4 ? 4.0 : width);
}

void wl_html_section(struct wl_text *t, const char *id, const char *heading)
{
    wl_text_printf(t, "<section class=\"card\" id=\"%s\" aria-labelledby=\"h-%s\">\n", id, id);
    wl_text_printf(t, "<h2 id=\"h-%s\">%s</h2>\n", id, heading);
}
