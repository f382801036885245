/* grammar_date.c - HTTP dates in their three forms (RFC 9110 5.6.7).
 * SPDX-License-Identifier: MIT
 *
 *     Sun, 06 Nov 1994 08:49:37 GMT    IMF-fixdate
 *     Sunday, 06-Nov-94 08:49:37 GMT   rfc850-date, obsolete
 *     Sun Nov  6 08:49:37 1994         asctime-date, obsolete
 *
 * Behind the day of the week all three have fixed width, so a form is a pattern and four places.
 * They are case-sensitive: an HTTP date has no optional parts. The calendar is the proleptic
 * Gregorian one; no clock, zone or locale is asked. Every response has a date: this is read often.
 */
#include "grammar.h"

/* Three letters as one number. */
#define LETTERS(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

static const uint32_t month_names[] = {
    LETTERS('J', 'a', 'n'), LETTERS('F', 'e', 'b'), LETTERS('M', 'a', 'r'), LETTERS('A', 'p', 'r'),
    LETTERS('M', 'a', 'y'), LETTERS('J', 'u', 'n'), LETTERS('J', 'u', 'l'), LETTERS('A', 'u', 'g'),
    LETTERS('S', 'e', 'p'), LETTERS('O', 'c', 't'), LETTERS('N', 'o', 'v'), LETTERS('D', 'e', 'c'),
};
static const uint32_t day_names[] = {
    LETTERS('S', 'u', 'n'), LETTERS('M', 'o', 'n'), LETTERS('T', 'u', 'e'), LETTERS('W', 'e', 'd'),
    LETTERS('T', 'h', 'u'), LETTERS('F', 'r', 'i'), LETTERS('S', 'a', 't'),
};
static const char *const long_day_names[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

enum { LITERALS = 11 };

/* What stands behind the day of the week. "_" is an octet that is read; the others must be
 * there. */
struct form {
    enum wl_date_form form;
    const char *pattern;
    uint8_t n, day, month, year, time; /* length, and where these begin */
    uint8_t n_literals, literals[LITERALS];
};

static const struct form imf = {
    WL_DATE_IMF,
    ", __ ___ ____ __:__:__ GMT",
    26,
    2,
    5,
    9,
    14,
    11,
    {0, 1, 4, 8, 13, 16, 19, 22, 23, 24, 25},
};
static const struct form rfc850 = {
    WL_DATE_RFC850,
    ", __-___-__ __:__:__ GMT",
    24,
    2,
    5,
    9,
    12,
    11,
    {0, 1, 4, 8, 11, 14, 17, 20, 21, 22, 23},
};
static const struct form asctime_form = {
    WL_DATE_ASCTIME, " ___ __ __:__:__ ____", 21, 5, 1, 17, 8, 6, {0, 4, 7, 10, 13, 16},
};

struct fields {
    int weekday, day, month, year, hour, minute, second;
};

/* The index of three letters in a table, or -1. */
static int name_of(const uint8_t *p, const uint32_t *names, int n)
{
    uint32_t name = LETTERS(p[0], p[1], p[2]);
    int i = 0;

    while (i < n && names[i] != name)
        i++;
    return i < n ? i : -1;
}

/* Two digits, or a negative number. */
static int two_digits(const uint8_t *p)
{
    if (!wl_is_digit(p[0]) || !wl_is_digit(p[1]))
        return -10000;
    return (p[0] - '0') * 10 + p[1] - '0';
}

static int day_of(const uint8_t *p, bool padded)
{
    /* asctime: ( 2DIGIT / ( SP DIGIT ) ) */
    return padded && p[0] == ' ' && wl_is_digit(p[1]) ? p[1] - '0' : two_digits(p);
}

static bool read_form(struct wl_span s, const struct form *form, struct fields *f)
{
    if (s.n != form->n)
        return false;
    for (size_t i = 0; i < form->n_literals; i++) {
        if (s.p[form->literals[i]] != (uint8_t)form->pattern[form->literals[i]])
            return false;
    }
    f->day = day_of(s.p + form->day, form->form == WL_DATE_ASCTIME);
    f->month = name_of(s.p + form->month, month_names, 12);
    f->year = two_digits(s.p + form->year);
    if (form->form != WL_DATE_RFC850)
        f->year = f->year * 100 + two_digits(s.p + form->year + 2);
    f->hour = two_digits(s.p + form->time);
    f->minute = two_digits(s.p + form->time + 3);
    f->second = two_digits(s.p + form->time + 6);
    return (f->day | f->month | f->year | f->hour | f->minute | f->second) >= 0;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 1 && is_leap(year) ? 29 : days[month];
}

/* Days from 1970-01-01 to this date. Counted from March, so that a leap day is the last of its
 * year, and from a year that makes everything positive. */
static int days_since_1970(int year, int month, int day)
{
    unsigned y = (unsigned)(month < 2 ? year - 1 : year) + 400,
             shifted = (unsigned)(month + 10) % 12;

    return (int)(y * 365 + y / 4 - y / 100 + y / 400 + (153 * shifted + 2) / 5) + day - 1 - 719468 -
           146097;
}

static int64_t seconds_of(const struct fields *f, int days)
{
    return ((int64_t)days * 24 + f->hour) * 3600 + (int64_t)f->minute * 60 + f->second;
}

/* RFC 9110 5.6.7: a two-digit year that appears to be more than 50 years in the future is the most
 * recent year in the past that had the same last two digits. */
static void place_year(struct fields *f, int64_t now)
{
    enum { FIFTY_YEARS = 1577880000 }; /* of 365.25 days, in seconds */
    int two = f->year;

    for (f->year = 9900 + two; f->year >= 100; f->year -= 100) {
        if (seconds_of(f, days_since_1970(f->year, f->month, f->day)) <= now + FIFTY_YEARS)
            return;
    }
}

static struct wl_date date_of(enum wl_date_form form, const struct fields *f)
{
    int days = days_since_1970(f->year, f->month, f->day);
    struct wl_date date = {.form = form, .seconds = seconds_of(f, days)};

    /* second = 2DIGIT: 60 is a leap second */
    date.impossible = f->day < 1 || f->day > days_in_month(f->year, f->month) || f->hour > 23 ||
                      f->minute > 59 || f->second > 60;
    /* 1970-01-01 was a Thursday */
    date.weekday_differs = !date.impossible && ((days + 4) % 7 + 7) % 7 != f->weekday;
    return date;
}

/* Takes the long name of a day off the front; -1 when there is none. */
static int long_day(struct wl_span *s)
{
    for (int i = 0; i < 7; i++) {
        struct wl_span name = wl_span_text(long_day_names[i]);

        if (wl_span_starts(*s, name)) {
            *s = wl_span_after(*s, name.n);
            return i;
        }
    }
    return -1;
}

struct wl_date wl_grammar_date(struct wl_span s, int64_t now)
{
    struct fields f = {.weekday = s.n > 3 ? name_of(s.p, day_names, 7) : -1};

    if (f.weekday >= 0 && read_form(wl_span_after(s, 3), &imf, &f))
        return date_of(imf.form, &f);
    if (f.weekday >= 0 && read_form(wl_span_after(s, 3), &asctime_form, &f))
        return date_of(asctime_form.form, &f);
    f.weekday = long_day(&s);
    if (f.weekday >= 0 && read_form(s, &rfc850, &f)) {
        place_year(&f, now);
        return date_of(rfc850.form, &f);
    }
    return (struct wl_date){.form = WL_DATE_NONE};
}

struct wl_date wl_grammar_date_anew(struct wl_date_memo *memo, struct wl_span s, wl_ns t)
{
    struct wl_date date = wl_grammar_date(s, t / WL_SECOND);
    int seconds;

    if (date.form != WL_DATE_IMF || date.impossible)
        return date;
    WL_ASSERT(s.n == WL_DATE_OCTETS);
    seconds = two_digits(s.p + WL_DATE_SECONDS);
    memo->n = s.n;
    memo->minute = date;
    memo->minute.seconds -= seconds;
    memcpy(memo->octets, s.p, sizeof(memo->octets));
    return date;
}
