/* config.c - defaults, thresholds and limits by their keys.
 * SPDX-License-Identifier: MIT
 *
 * Everything that --set can change is a line of tbl/thresholds.h or tbl/limits.h; one array made of
 * both says where its field is, how its value is written, and between what bounds it may lie.
 */
#include "diag.h"
#include "text.h"

/* How a value is written. */
enum unit {
    UNIT_S, /* seconds as a decimal number, kept as nanoseconds */
    UNIT_N, /* a plain number, K, M, G for powers of 1024 */
};

struct setting {
    const char *key;
    size_t offset; /* of a uint64_t or int64_t in struct wl_config */
    enum unit unit;
};

static const struct setting settings[] = {
#define WL_THRESHOLD(field, key, value, unit, text) \
    {key, offsetof(struct wl_config, thresholds.field), UNIT_##unit},
#include "wirelint/tbl/thresholds.h"
#undef WL_THRESHOLD
#define WL_LIMIT(name, value, text)      {#name, offsetof(struct wl_config, limits.name), UNIT_N},
#define WL_LIMIT_TIME(name, value, text) {#name, offsetof(struct wl_config, limits.name), UNIT_S},
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
#undef WL_LIMIT_TIME
};

/* Limits that may not be just anything from 1 to COUNT_MAX. */
static const struct bounds {
    const char *key;
    uint64_t min, max;
} bounds[] = {
    {"max_conn_findings", 0, UINT32_MAX}, {"max_findings", 0, UINT32_MAX},
    {"max_fragment_octets", 0, 1u << 30}, {"max_fragments", 0, 1u << 20},
    {"max_head", 256, 1u << 30},          {"max_interim", 0, 1u << 20},
    {"max_interim_heads", 1, 1u << 16},   {"max_marks", 1, 1u << 20},
    {"max_related", 0, 1u << 30},         {"max_reorder", 0, 1u << 30},
    {"max_reorder_pieces", 0, 1u << 20},  {"max_spool", 0, UINT64_C(1) << 40},
    {"max_steps", 0, 1u << 24},           {"memory", 8u << 20, UINT64_C(1) << 44},
};

enum { COUNT_MAX = 1 << 30 };

const char *wl_version(void)
{
    return WL_VERSION;
}

void wl_config_init(struct wl_config *cfg)
{
    *cfg = (struct wl_config){
        .limits =
            {
#define WL_LIMIT(name, value, text) .name = (value),
#include "wirelint/tbl/limits.h"
#undef WL_LIMIT
            },
        .thresholds =
            {
#define WL_THRESHOLD(field, key, value, unit, text) .field = (value),
#include "wirelint/tbl/thresholds.h"
#undef WL_THRESHOLD
            },
        .shards = 1,
        .fail_on = WL_VIOLATION,
    };
}

static const struct setting *find_setting(const char *key)
{
    for (size_t i = 0; i < WL_COUNT(settings); i++) {
        if (strcmp(settings[i].key, key) == 0)
            return &settings[i];
    }
    return NULL;
}

/* NULL: none is like it. */
static const char *nearest_key(const char *key)
{
    struct wl_nearest like = wl_nearest(key, (unsigned)wl_min_size(strlen(key), 12) / 2);

    for (size_t i = 0; i < WL_COUNT(settings); i++)
        (void)wl_nearest_try(&like, settings[i].key);
    return like.name;
}

static bool parse_count(struct wl_span s, uint64_t *ret)
{
    unsigned shift = 0;
    uint64_t value;

    if (!wl_take_number(&s, &value))
        return false;
    if (s.n == 1) {
        switch (wl_lower(s.p[0])) {
        case 'k': shift = 10; break;
        case 'm': shift = 20; break;
        case 'g': shift = 30; break;
        default: return false;
        }
    } else if (s.n) {
        return false;
    }
    if (value > (uint64_t)INT64_MAX >> shift)
        return false;
    *ret = value << shift;
    return true;
}

static int check_bounds(const struct setting *set, uint64_t value, struct wl_error *err)
{
    uint64_t min = 1, max = COUNT_MAX;

    if (set->unit == UNIT_S)
        return 0;
    for (size_t i = 0; i < WL_COUNT(bounds); i++) {
        if (strcmp(bounds[i].key, set->key) == 0) {
            min = bounds[i].min;
            max = bounds[i].max;
        }
    }
    if (value >= min && value <= max)
        return 0;
    return wl_fail(err, WL_EINVAL, "value of '%s' must lie between %llu and %llu", set->key,
                   (unsigned long long)min, (unsigned long long)max);
}

int wl_config_set(struct wl_config *cfg, const char *key, const char *value, struct wl_error *err)
{
    const struct setting *set = find_setting(key);
    struct wl_span text = wl_span_text(value);
    uint64_t number = 0;
    int rc;

    if (!set) {
        (void)wl_fail(err, WL_EINVAL, "unknown threshold or limit '%s'", key);
        if (nearest_key(key)) {
            wl_hint(err, "did you mean '%s'?", nearest_key(key));
        } else {
            wl_hint(err, "wirelint.conf(5) lists them");
        }
        return WL_EINVAL;
    }
    if (text.n == 0 ||
        !(set->unit == UNIT_S ? wl_parse_seconds(text, &number) : parse_count(text, &number))) {
        (void)wl_fail(err, WL_EINVAL, "invalid value '%s' for '%s'", value, key);
        wl_hint(err, "%s",
                set->unit == UNIT_S ? "a number of seconds is wanted, such as 0.8, 100 or 250ms"
                                    : "a number is wanted, such as 100, 64K, 16M or 1G");
        return WL_EINVAL;
    }
    rc = check_bounds(set, number, err);
    if (rc < 0)
        return rc;
    /* both kinds of field are 64 bits wide, and the value fits in 63 */
    memcpy((char *)cfg + set->offset, &number, sizeof(number));
    return 0;
}
