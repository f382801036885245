/* html.h - what the files of the HTML report share: its state, and the small words of the page.
 * SPDX-License-Identifier: MIT
 *
 * The page is src/report/html/page.html; each {{name}} in it is filled by one function here. Text
 * that came from elsewhere gets in through wl_text_html alone. The page carries no style attribute
 * and no event handler, so that its Content-Security-Policy can forbid both: lengths of bars are
 * geometry.
 */
#ifndef WL_HTML_H
#define WL_HTML_H

#include "fired.h"
#include "output.h"

/* The page stays below five million octets: what is kept of findings has these bounds together, and
 * the least of each rule is at most six thousand octets more for each rule of the catalogue. */
enum {
    WL_HTML_CASES = 1200 << 10,  /* octets of exchanges drawn as ladders */
    WL_HTML_LINES = 1100 << 10,  /* octets of the tables of findings */
    WL_HTML_SAMPLES = 500 << 10, /* octets of sample dialogues */
    WL_HTML_LEAST_CASES = 1,     /* of every rule, whatever the others took ... */
    WL_HTML_LEAST_CASE = 4096,   /* ... if it has no more octets */
    WL_HTML_LEAST_LINES = 2,     /* the same for lines */
    WL_HTML_LEAST_LINE = 1024,
    WL_HTML_RULE_LINES = 300, /* findings of one rule in its table */
    WL_HTML_RULE_CASES = 10,  /* ladders of one rule, however many --examples asks for */
    WL_HTML_TARGET = 200,     /* characters of a target in an exchange line */
    WL_HTML_MESSAGE = 400,    /* characters of what was seen */
    WL_HTML_NAME = 200,       /* characters of the name of an input */
    WL_HTML_INPUTS = 200,     /* inputs listed */
    WL_HTML_KNOWN = 100,      /* suppressions and baselines listed */
    WL_HTML_CODES = 120,      /* status codes listed */
};

struct wl_html {
    struct wl_output out; /* first: wl_output_new */
    struct wl_firings firings;
    struct wl_arena_pool pool;     /* for the ladder in hand */
    struct wl_text drawing;        /* of the exchange in hand, once for all its findings */
    struct wl_text piece, scratch; /* what is being made of a finding; a word of it */
    size_t case_octets, line_octets, sample_octets;
    /* while the page is written */
    const struct wl_stats *st;
    struct wl_fired **sorted;
    uint32_t n_sorted;
};

/* The files under src/report/html, embedded at build time. */
extern const struct wl_span wl_html_skeleton, wl_html_style, wl_html_script;

/** Writes what stands in the buffer, unless it must become a file as a whole. As wl_output_room. */
static inline int wl_html_room(struct wl_html *h)
{
    return h->out.fresh ? 0 : wl_output_room(&h->out);
}

/* ------------------------------------------------------------------------- words (html_text.c) */

/** Text that may hold anything, cut to so many characters (0: whole). */
void wl_html_escape(struct wl_html *h, struct wl_text *t, struct wl_span s, size_t columns);
/** A text of our own, or one that is finished for terminals. */
void wl_html_words(struct wl_text *t, const char *words);
/** As wl_text_html, of text that is no attribute and not within SVG: words that are written from
 * right to left are so, but what stands around them stays where it was sent ("X-a : 12" would be
 * shown as "X-12 : a"; UAX 9). */
void wl_html_in_order(struct wl_text *t, struct wl_span s);
/** "12 345", not to be broken. */
void wl_html_count(struct wl_text *t, uint64_t n);
/** "12 345 packets", "1 packet". */
void wl_html_amount(struct wl_text *t, uint64_t n, const char *what);
/** "43 ms", "1.2 KiB", not to be broken. */
void wl_html_duration(struct wl_text *t, wl_ns d);
void wl_html_octets(struct wl_text *t, uint64_t n);
/** "05:00:57.792597" as a time element. */
void wl_html_clock(struct wl_html *h, struct wl_text *t, wl_ns time);
/** "2026-11-21 05:00:57 UTC" as a time element. */
void wl_html_date(struct wl_html *h, struct wl_text *t, wl_ns time);
/** The letter of a severity, by which the style names its colour: v w n. */
char wl_html_letter(enum wl_severity s);
/** The word of a severity in a pill. */
void wl_html_pill(struct wl_text *t, enum wl_severity s);
/** A status in the colour of its class. */
void wl_html_status(struct wl_text *t, unsigned status);
/** "103, 200": digits in the colours of their classes, the rest as it is. */
void wl_html_sequence(struct wl_text *t, const char *sequence);
/** A cell with a right-aligned count, by which its column is sorted. head: what it says before the
 * count where the table has no heads (.stack on a telephone), or NULL. */
void wl_html_count_cell(struct wl_text *t, const char *head, uint64_t n);
/** A bar of n out of most in the colour of a class ("k2"), to be looked at only: the number stands
 * beside it. */
void wl_html_bar(struct wl_text *t, uint64_t n, uint64_t most, const char *class);
/** Opens a section of the page: a card with a heading. */
void wl_html_section(struct wl_text *t, const char *id, const char *heading);

/* ------------------------------------------------------------- one exchange (html_ladder.c) */

/** The exchange line, who with whom, and the ladder as SVG; for h->drawing. */
void wl_html_exchange(struct wl_html *h, struct wl_text *t, const struct wl_exchange *ex);
/** The same of a connection: the exchanges around the one that a finding is about, and its end. */
void wl_html_connection(struct wl_html *h, struct wl_text *t, const struct wl_conn_record *conn,
                        const struct wl_finding *f);

/* -------------------------------------------------------------------- the parts of the page */

/* html_summary.c */
void wl_html_title(struct wl_html *h);
void wl_html_name(struct wl_html *h);
void wl_html_span(struct wl_html *h);
void wl_html_verdict(struct wl_html *h);
void wl_html_known(struct wl_html *h);
void wl_html_unjudged(struct wl_html *h);
void wl_html_inputs(struct wl_html *h);
void wl_html_footer(struct wl_html *h);
/* html_traffic.c */
void wl_html_timeline(struct wl_html *h);
void wl_html_responses(struct wl_html *h);
void wl_html_sequences(struct wl_html *h);
void wl_html_times(struct wl_html *h);
void wl_html_servers(struct wl_html *h);
/* html_rules.c */
void wl_html_overview(struct wl_html *h);
void wl_html_rules(struct wl_html *h);
/** How many findings stand in the page, of all that there are. */
uint64_t wl_html_listed(const struct wl_html *h);

#endif
