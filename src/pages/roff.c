/* roff.c - manual pages as text of man(7): escaping, paragraphs, lists.
 * SPDX-License-Identifier: MIT
 *
 * Every hyphen is written as \-, which is the one of ASCII in every output: ids and options can be
 * copied from the page. A line that would begin with a dot or an apostrophe gets \& before it.
 */
#include "roff.h"

#include "pages.h"
#include "wirelint/wirelint.h"

enum {
    WIDEST = 78,
    LONG_WORD = 36, /* from here on it may be broken behind a slash */
};

/* What is being written: where the line stands, and whether bold is on. */
struct line {
    struct wl_text *t;
    size_t used;
    bool bold;
};

/* One octet of plain text; returns nothing that roff could read. */
static void put_octet(struct wl_text *t, char c)
{
    switch (c) {
    case '\\': wl_text_put(t, "\\e"); break;
    case '-': wl_text_put(t, "\\-"); break;
    case '\'': wl_text_put(t, "\\(aq"); break;
    case '"': wl_text_put(t, "\\(dq"); break;
    case '^': wl_text_put(t, "\\(ha"); break;
    case '~': wl_text_put(t, "\\(ti"); break;
    case '`': wl_text_put(t, "\\(ga"); break;
    default: wl_text_char(t, c);
    }
}

/* A word with its markup; returns the bold that holds behind it. */
static bool put_word(struct wl_text *t, struct wl_span word, bool bold)
{
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '`') {
            bold = !bold;
            wl_text_put(t, bold ? "\\fB" : "\\fR");
        } else {
            put_octet(t, (char)word.p[i]);
            if (word.p[i] == '/' && word.n > LONG_WORD)
                wl_text_put(t, "\\:");
        }
    }
    return bold;
}

/* Words of one paragraph, in lines. */
static void put_words(struct line *l, struct wl_span words)
{
    while (words.n) {
        size_t n = wl_span_find(words, ' '), from, width;
        struct wl_span word = wl_span_sub(words, 0, n);
        bool was_bold = l->bold;

        words = wl_span_after(words, n < words.n ? n + 1 : n);
        if (word.n == 0)
            continue;
        from = l->t->buf.n;
        if (l->used)
            wl_text_char(l->t, ' ');
        if (l->used == 0 && (word.p[0] == '.' || word.p[0] == '\''))
            wl_text_put(l->t, "\\&");
        l->bold = put_word(l->t, word, l->bold);
        width = l->t->buf.n - from;
        if (l->used && l->used + width > WIDEST && !l->t->full) {
            l->t->buf.p[from] = '\n';
            l->used = width - 1;
            if (word.p[0] == '.' || word.p[0] == '\'') { /* written again, behind \& */
                l->t->buf.n = from + 1;
                wl_text_put(l->t, "\\&");
                (void)put_word(l->t, word, was_bold);
            }
        } else {
            l->used += width;
        }
    }
}

void wl_roff_text(struct wl_text *t, const char *text)
{
    struct line l = {.t = t};
    struct wl_span rest = wl_span_text(text);

    while (rest.n) {
        size_t n = wl_span_find(rest, '\n');

        put_words(&l, wl_span_sub(rest, 0, n));
        rest = wl_span_after(rest, n < rest.n ? n + 1 : n);
        if (rest.n && rest.p[0] == '\n') {
            wl_text_put(t, l.used ? "\n.PP\n" : ".PP\n");
            l.used = 0;
            rest = wl_span_after(rest, 1);
        }
    }
    if (l.used)
        wl_text_char(t, '\n');
}

static char capital(char c)
{
    static const char small[] = "abcdefghijklmnopqrstuvwxyz", big[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *at = c ? strchr(small, c) : NULL;

    if (at)
        c = big[at - small];
    return c;
}

void wl_roff_title(struct wl_text *t, const char *name, unsigned section)
{
    wl_text_put(t,
                ".\\\" Made by scripts/pages from the tables of the program; do not edit.\n.TH ");
    for (const char *c = name; *c; c++)
        put_octet(t, capital(*c));
    wl_text_printf(t, " %u %s \"wirelint %s\" \"wirelint\"\n.ad l\n", section, WL_PAGES_DATE,
                   WL_VERSION);
}

void wl_roff_section(struct wl_text *t, const char *title)
{
    wl_text_printf(t, ".SH %s\n", title);
}

void wl_roff_subsection(struct wl_text *t, const char *title)
{
    wl_text_put(t, ".SS ");
    wl_roff_text(t, title);
}

void wl_roff_paragraph(struct wl_text *t, const char *text)
{
    wl_text_put(t, ".PP\n");
    wl_roff_text(t, text);
}

void wl_roff_head(struct wl_text *t, const char *head)
{
    wl_text_put(t, ".TP\n");
    (void)put_word(t, wl_span_text(head), false);
    wl_text_char(t, '\n');
}

void wl_roff_item(struct wl_text *t, const char *head, const char *text)
{
    wl_text_put(t, ".TP\n\\fB");
    (void)put_word(t, wl_span_text(head), true);
    wl_text_put(t, "\\fR\n");
    wl_roff_text(t, text);
}

void wl_roff_more(struct wl_text *t)
{
    wl_text_put(t, ".IP\n");
}

void wl_roff_example(struct wl_text *t, const char *lines)
{
    bool begins = true;

    wl_text_put(t, ".RS 4\n.nf\n");
    for (const char *c = lines; *c; c++) {
        if (begins && (*c == '.' || *c == '\''))
            wl_text_put(t, "\\&");
        if (*c == '\n') {
            wl_text_char(t, '\n');
        } else {
            put_octet(t, *c);
        }
        begins = *c == '\n';
    }
    wl_text_put(t, ".fi\n.RE\n");
}
