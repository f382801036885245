/* grammar_date.c - HTTP dates in their three forms (RFC 9110 5.6.7).
 * SPDX-License-Identifier: MIT
 *
 *     Sun, 06 Nov 1994 08:49:37 GMT    IMF-fixdate
 *     Sunday, 06-Nov-94 08:49:37 GMT   rfc850-date, obsolete
 *     Sun Nov  6 08:49:37 1994         asctime-date, obsolete
 *
 * All three are read by patterns of fixed width, octet by octet and case-sensitive: an HTTP date has
 * no optional parts. The calendar is the proleptic Gregorian one; no clock, zone or locale is asked.
 */
#include "grammar.h"

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char *const day_names[] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

/* What a pattern has found; -1: not found. */
struct fields {
    int weekday, day, month, year, hour, minute, second;
};

static int two_digits(struct wl_span s)
{
    if (s.n != 2 || !wl_is_digit(s.p[1]))
        return -1;
    if (s.p[0] == ' ') /* asctime: ( 2DIGIT / ( SP DIGIT ) ) */
        return s.p[1] - '0';
    return wl_is_digit(s.p[0]) ? (s.p[0] - '0') * 10 + s.p[1] - '0' : -1;
}

static int month_of(struct wl_span s)
{
    for (int i = 0; s.n == 3 && i < 12; i++) {
        if (memcmp(s.p, month_names + 3 * (size_t)i, 3) == 0)
            return i;
    }
    return -1;
}

/* The name of a day, or its first three letters. */
static int weekday_of(struct wl_span s, bool whole)
{
    for (int i = 0; i < 7; i++) {
        struct wl_span name = wl_span_text(day_names[i]);

        if (wl_span_equal(s, whole ? name : wl_span_sub(name, 0, 3)))
            return i;
    }
    return -1;
}

/**
 * Reads s by a pattern of its length: D day of the month, N name of the month, Y and y the two
 * halves of the year, h m s; anything else stands for itself. Only asctime pads its day with a
 * space (d).
 */
static bool read_pattern(struct wl_span s, const char *pattern, struct fields *f)
{
    int century = 0;

    if (s.n != strlen(pattern))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        struct wl_span two = wl_span_sub(s, i, 2);
        int value = two_digits(two);

        if (pattern[i] == 'N') {
            f->month = month_of(wl_span_sub(s, i, 3));
            if (f->month < 0)
                return false;
            i += 2;
            continue;
        }
        if (wl_span_find(WL_SPAN("DdYyhms"), (uint8_t)pattern[i]) == 7) {
            if (s.p[i] != (uint8_t)pattern[i])
                return false;
            continue;
        }
        if (value < 0 || (s.p[i] == ' ' && pattern[i] != 'd'))
            return false;
        i++;
        switch (pattern[i]) {
        case 'Y': century = value * 100; break;
        case 'y': f->year = century + value; break;
        case 'h': f->hour = value; break;
        case 'm': f->minute = value; break;
        case 's': f->second = value; break;
        default: f->day = value; break;
        }
    }
    return true;
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

/* Days from 1970-01-01 to this date. Counted from 0000-03-01, so that a leap day is the last of its
 * year. */
static int64_t days_since_1970(int year, int month, int day)
{
    int64_t y = month < 2 ? year - 1 : year;
    int64_t shifted = (month + 10) % 12; /* March is 0 */
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * shifted + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t seconds_of(const struct fields *f)
{
    return ((days_since_1970(f->year, f->month, f->day) * 24 + f->hour) * 60 + f->minute) * 60 +
           f->second;
}

/* RFC 9110 5.6.7: a two-digit year that appears to be more than 50 years in the future is the most
 * recent year in the past that had the same last two digits. */
static void place_year(struct fields *f, int64_t now)
{
    enum { FIFTY_YEARS = 1577880000 }; /* of 365.25 days, in seconds */
    int two = f->year;

    for (f->year = 9900 + two; f->year >= 100 && seconds_of(f) > now + FIFTY_YEARS;)
        f->year -= 100;
}

static struct wl_date date_of(enum wl_date_form form, const struct fields *f)
{
    int64_t days = days_since_1970(f->year, f->month, f->day);
    struct wl_date date = {.form = form, .seconds = seconds_of(f)};

    /* second = 2DIGIT: 60 is a leap second */
    date.impossible = f->day < 1 || f->day > days_in_month(f->year, f->month) || f->hour > 23 ||
                      f->minute > 59 || f->second > 60;
    /* 1970-01-01 was a Thursday */
    date.weekday_differs = !date.impossible && ((days + 4) % 7 + 7) % 7 != f->weekday;
    return date;
}

struct wl_date wl_grammar_date(struct wl_span s, int64_t now)
{
    struct wl_span rest = wl_span_after(s, wl_span_find(s, ','));
    struct fields f = {.weekday = weekday_of(wl_span_sub(s, 0, s.n - rest.n), false)};

    if (f.weekday >= 0 && read_pattern(rest, ", DD NNN YYyy hh:mm:ss GMT", &f))
        return date_of(WL_DATE_IMF, &f);
    f.weekday = weekday_of(wl_span_sub(s, 0, s.n - rest.n), true);
    if (f.weekday >= 0 && read_pattern(rest, ", DD-NNN-yy hh:mm:ss GMT", &f)) {
        place_year(&f, now);
        return date_of(WL_DATE_RFC850, &f);
    }
    f.weekday = weekday_of(wl_span_sub(s, 0, 3), false);
    if (f.weekday >= 0 && read_pattern(wl_span_after(s, 3), " NNN dd hh:mm:ss YYyy", &f))
        return date_of(WL_DATE_ASCTIME, &f);
    return (struct wl_date){.form = WL_DATE_NONE};
}
