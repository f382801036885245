/* suppressions.c - what a configuration file and a baseline say about findings that do not count.
 * SPDX-License-Identifier: MIT
 *
 * Both have the same form: a section per suppression. In a configuration file it has a name and
 * says what it covers, why, and until when; all three must be there. In a baseline its name is the
 * fingerprint of the one finding it covers. What the words mean is the engine's business
 * (engine/suppress.c).
 */
#include "suppressions.h"

#include "diag.h"
#include "span.h"
#include "suppress.h"
#include "suppressed.h"

#include <unistd.h>

enum {
    MOST_SUPPRESSIONS = 65536 + 1024, /* a baseline of max_baseline findings, and some */
    MOST_LINES = 8 * MOST_SUPPRESSIONS,
    MOST_TEXT = 4096, /* octets of one value */
    SECONDS_OF_DAY = 86400,
};

/* ------------------------------------------------------------------------------------ dates */

/* Days since 1970 of a day of the Gregorian calendar; years are counted from March, so that the day
 * that some years lack is the last one of its year. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static unsigned days_of_month(uint64_t year, uint64_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* "2027-01-31" or "never"; *ret is the end of that day in UTC, 0: there is none. */
static bool parse_end(const char *text, wl_ns *ret)
{
    struct wl_span s = wl_span_text(text);
    uint64_t year, month, day;

    *ret = 0;
    if (wl_span_equal(s, WL_SPAN("never")))
        return true;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !wl_parse_u64(wl_span_sub(s, 0, 4), &year) ||
        !wl_parse_u64(wl_span_sub(s, 5, 2), &month) || !wl_parse_u64(wl_span_sub(s, 8, 2), &day))
        return false;
    if (year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 ||
        day > days_of_month(year, month))
        return false;
    *ret = (days_since_1970((int64_t)year, (int64_t)month, (int64_t)day) + 1) * SECONDS_OF_DAY *
           WL_SECOND;
    return true;
}

/* ------------------------------------------------------------------------------------ values */

/* What a line may say, and where it goes; the others are what the program writes for readers. */
static const struct key {
    const char *name;
    size_t offset;
    bool in_config, in_baseline;
} keys[] = {
    {"rule", offsetof(struct wl_suppression, rule), true, false},
    {"server", offsetof(struct wl_suppression, server), true, false},
    {"method", offsetof(struct wl_suppression, method), true, false},
    {"target", offsetof(struct wl_suppression, target), true, false},
    {"status", offsetof(struct wl_suppression, status), true, false},
    {"finding", offsetof(struct wl_suppression, name), false, true},
    {"reason", offsetof(struct wl_suppression, reason), true, true},
    {"until", offsetof(struct wl_suppression, until), true, true},
};

static const char *text_at(const struct wl_suppression *s, size_t offset)
{
    const char *text;

    memcpy(&text, (const char *)s + offset, sizeof(text));
    return text;
}

/* before, a space and text; or text alone. NULL: too long, or memory is refused. */
static const char *join(struct wl_arena *a, const char *before, const char *text)
{
    size_t n = (before ? strlen(before) + 1 : 0) + strlen(text) + 1;
    char *joined = n <= MOST_TEXT ? wl_arena_alloc(a, n) : NULL;

    if (joined)
        (void)snprintf(joined, n, "%s%s%s", before ? before : "", before ? " " : "", text);
    return joined;
}

static const char *place_of(struct wl_suppressions *s, const struct wl_ini_line *line,
                            unsigned number)
{
    size_t n = strlen(line->path) + 16;
    char *place = wl_arena_alloc(s->arena, n);

    if (place)
        (void)snprintf(place, n, "%s:%u", line->path, number);
    return place;
}

/* Where a value stands wrong is known here only: the whole has the line that it begins with. */
static int check_value(struct wl_suppressions *s, const struct wl_suppression *into,
                       const struct key *key, const struct wl_ini_line *line, struct wl_error *err)
{
    struct wl_suppression alone = {.name = into->name, .source = place_of(s, line, line->number)};

    memcpy((char *)&alone + key->offset, &line->value, sizeof(line->value));
    return wl_suppress_check(s->arena, &alone, err);
}

static int unknown_key(const struct wl_ini_line *line, bool baseline, struct wl_error *err)
{
    (void)wl_fail(err, WL_EINVAL, "%s:%u: a suppression has no '%s'", line->path, line->number,
                  line->name);
    wl_hint(err, baseline ? "it has: finding, reason, until"
                          : "it has: rule, server, method, target, status, reason, until");
    return WL_EINVAL;
}

static int set_value(struct wl_suppressions *s, struct wl_suppression *into,
                     const struct wl_ini_line *line, struct wl_error *err)
{
    bool baseline = into->baseline != NULL;
    const struct key *key = NULL;
    const char *before, *text;

    for (size_t i = 0; i < WL_COUNT(keys) && !key; i++) {
        if (strcmp(keys[i].name, line->name) == 0 &&
            (baseline ? keys[i].in_baseline : keys[i].in_config))
            key = &keys[i];
    }
    if (!key)
        return unknown_key(line, baseline, err);
    before = text_at(into, key->offset);
    if (key->offset == offsetof(struct wl_suppression, name))
        before = NULL; /* until now it was the fingerprint */
    text = join(s->arena, before && *before ? before : NULL, line->value);
    if (!text) {
        return wl_fail(err, WL_EINVAL, "%s:%u: too long a value of '%s'", line->path, line->number,
                       line->name);
    }
    if (!baseline && check_value(s, into, key, line, err) < 0)
        return WL_EINVAL;
    memcpy((char *)into + key->offset, &text, sizeof(text));
    if (key->offset == offsetof(struct wl_suppression, until) && !parse_end(text, &into->end)) {
        return wl_fail(err, WL_EINVAL,
                       "%s:%u: 'until' does not take '%s': a day such as 2027-01-31, or never",
                       line->path, line->number, text);
    }
    return 0;
}

/* ---------------------------------------------------------------------------------- sections */

/* The last one, if it has this name; else a new one; NULL: there is no room. */
static struct wl_suppression *section(struct wl_suppressions *s, const struct wl_ini_line *line,
                                      const char *name, bool baseline)
{
    struct wl_suppression *last = s->n ? &s->all[s->n - 1] : NULL, *grown;
    size_t n = strlen(line->path);

    if (last && strcmp(baseline && last->fingerprint ? last->fingerprint : last->name, name) == 0 &&
        strncmp(last->source, line->path, n) == 0 && last->source[n] == ':')
        return last;
    grown = wl_arena_grow(s->arena, s->all, s->n, &s->size, MOST_SUPPRESSIONS, sizeof(*grown));
    if (!grown)
        return NULL;
    s->all = grown;
    last = &s->all[s->n];
    *last = (struct wl_suppression){.name = join(s->arena, NULL, name),
                                    .source = place_of(s, line, line->heading)};
    if (!last->name || !last->source)
        return NULL;
    if (baseline) {
        last->baseline = line->path;
        last->fingerprint = last->name;
    }
    s->n++;
    return last;
}

int wl_suppressions_line(struct wl_suppressions *s, const struct wl_ini_line *line,
                         const char *name, struct wl_error *err)
{
    struct wl_suppression *into;

    if (!*name) {
        (void)wl_fail(err, WL_EINVAL, "%s:%u: a suppression needs a name", line->path,
                      line->heading);
        wl_hint(err, "[suppress old-gateway]: reports show it");
        return WL_EINVAL;
    }
    into = section(s, line, name, false);
    if (!into)
        return wl_fail(err, WL_EINVAL, "%s:%u: too many suppressions", line->path, line->number);
    return set_value(s, into, line, err);
}

int wl_suppressions_check(const struct wl_suppressions *s, struct wl_error *err)
{
    for (uint32_t i = 0; i < s->n; i++) {
        const struct wl_suppression *one = &s->all[i];

        if (one->baseline || (one->reason && *one->reason && one->until))
            continue;
        (void)wl_fail(err, WL_EINVAL, "%s: suppression '%s' has no '%s'", one->source, one->name,
                      one->until ? "reason" : "until");
        wl_hint(err, one->until ? "why it is accepted: reports say so"
                                : "its last day, such as 2027-01-31, or never");
        return WL_EINVAL;
    }
    return 0;
}

static int baseline_line(void *user, const struct wl_ini_line *line, struct wl_error *err)
{
    struct wl_suppressions *s = user;
    struct wl_suppression *into = section(s, line, line->section, true);

    if (!into)
        return wl_fail(err, WL_EINVAL, "%s:%u: too many findings", line->path, line->number);
    return set_value(s, into, line, err);
}

int wl_suppressions_read(struct wl_suppressions *s, const char *path, bool may_lack,
                         struct wl_error *err)
{
    int rc;

    if (may_lack && access(path, F_OK) != 0)
        return 0;
    rc = wl_ini_read(path, MOST_LINES, baseline_line, s, err);
    /* nothing of what is to be judged has been read: a configuration error */
    if (rc == WL_EOPEN)
        rc = err->code = WL_EINVAL;
    return rc;
}

/* ------------------------------------------------------------------------------------ telling */

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void tell_one(const struct wl_suppressed *s, wl_log_fn *log, void *user)
{
    char text[512];

    if (s->again) {
        (void)snprintf(text, sizeof(text),
                       "%s: the suppression '%s' ended with %s: %llu finding%s counted again",
                       s->which->source, s->which->name, s->which->until,
                       (unsigned long long)s->again, plural(s->again));
    } else if (s->unused) {
        (void)snprintf(
            text, sizeof(text), "%s: the suppression '%s' %s", s->which->source, s->which->name,
            s->ended ? "has ended, and is of no use any more" : "covers nothing that was found");
    } else {
        return;
    }
    log(user, WL_LOG_WARN, text);
}

static void tell_baseline(const struct wl_suppressed *s, wl_log_fn *log, void *user)
{
    char text[512];

    if (s->unused) {
        (void)snprintf(
            text, sizeof(text), "%llu of %llu findings of the baseline '%s' did not come up again",
            (unsigned long long)s->unused, (unsigned long long)s->entries, s->which->baseline);
        log(user, WL_LOG_WARN, text);
    }
    if (s->again) {
        (void)snprintf(
            text, sizeof(text),
            "the time of %llu entr%s of the baseline '%s' is over: %llu finding%s counted again",
            (unsigned long long)s->over, s->over == 1 ? "y" : "ies", s->which->baseline,
            (unsigned long long)s->again, plural(s->again));
        log(user, WL_LOG_WARN, text);
    }
}

void wl_suppressions_tell(const struct wl_stats *st, wl_log_fn *log, void *user)
{
    struct wl_suppressed one;
    size_t at = 0;

    while (wl_suppressed_next(st, &at, &one)) {
        if (one.baseline) {
            tell_baseline(&one, log, user);
        } else {
            tell_one(&one, log, user);
        }
    }
}
