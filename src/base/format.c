/* format.c - printf's formats where they are worked off often: the sentences of findings.
 * SPDX-License-Identifier: MIT
 *
 * A capture may have a finding in every exchange, and vsnprintf, which has to know floating point,
 * locales and streams, would then take as long as finding it. %s, %u, %lu, %llu, %zu and %% are
 * done here; a format with anything else is given to vsnprintf as a whole.
 */
#include "format.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Where the text goes: octets beyond its end are dropped. */
struct out {
    char *p, *end;
};

static void put(struct out *out, const char *text, size_t n)
{
    n = wl_min_size(n, (size_t)(out->end - out->p));
    memcpy(out->p, text, n);
    out->p += n;
}

static void put_number(struct out *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put(out, digits + at, sizeof(digits) - at);
}

/* A conversion of unsigned numbers or texts, without flags and width. */
enum conversion { OTHER, TEXT, UNSIGNED, LONG, LONG_LONG, SIZE, PERCENT };

/* What stands behind the percent sign; *n: its octets. */
static enum conversion read_conversion(const char *p, size_t *n)
{
    *n = 1;
    switch (p[0]) {
    case 's': return TEXT;
    case 'u': return UNSIGNED;
    case '%': return PERCENT;
    case 'l':
        *n = 2 + (p[1] == 'l');
        if (p[1] == 'u')
            return LONG;
        return p[1] == 'l' && p[2] == 'u' ? LONG_LONG : OTHER;
    case 'z': *n = 2; return p[1] == 'u' ? SIZE : OTHER;
    default: return OTHER;
    }
}

static size_t format_otherwise(char *buf, size_t room, const char *fmt, va_list args)
    WL_PRINTF(3, 0);

static size_t format_otherwise(char *buf, size_t room, const char *fmt, va_list args)
{
    int n = vsnprintf(buf, room, fmt, args);

    return n < 0 ? 0 : wl_min_size((size_t)n, room - 1);
}

size_t wl_format(char *buf, size_t room, const char *fmt, va_list args)
{
    struct out out = {buf, buf + room - 1};
    const char *from = fmt, *percent, *text;
    va_list each;

    WL_ASSERT(room > 0);
    va_copy(each, args);
    for (size_t n; (percent = strchr(from, '%')); from = percent + 1 + n) {
        put(&out, from, (size_t)(percent - from));
        switch (read_conversion(percent + 1, &n)) {
        case TEXT:
            text = va_arg(each, const char *);
            put(&out, text, strlen(text));
            break;
        case UNSIGNED: put_number(&out, va_arg(each, unsigned)); break;
        case LONG: put_number(&out, va_arg(each, unsigned long)); break;
        case LONG_LONG: put_number(&out, va_arg(each, unsigned long long)); break;
        case SIZE: put_number(&out, va_arg(each, size_t)); break;
        case PERCENT: put(&out, "%", 1); break;
        case OTHER: va_end(each); return format_otherwise(buf, room, fmt, args);
        }
    }
    va_end(each);
    put(&out, from, strlen(from));
    *out.p = '\0';
    return (size_t)(out.p - buf);
}
