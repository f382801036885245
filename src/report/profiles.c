/* profiles.c - the thresholds of known gateways as documents.
 * SPDX-License-Identifier: MIT
 *
 * Everything comes from the table in base/profile.c.
 */
#include "profiles.h"

#include "layout.h"
#include "profile.h"

static size_t count_settings(const struct wl_profile *p)
{
    size_t n = 0;

    while (n < WL_PROFILE_SETTINGS && p->settings[n].key)
        n++;
    return n;
}

static size_t count_limits(const struct wl_profile *p)
{
    size_t n = 0;

    while (n < WL_PROFILE_LIMITS && p->limits[n].status)
        n++;
    return n;
}

static double seconds(wl_ns t)
{
    return (double)t / (double)WL_SECOND;
}

void wl_profiles_text(struct wl_text *t, const struct wl_page *page)
{
    for (size_t i = 0; i < wl_n_profiles; i++) {
        const struct wl_profile *p = &wl_profiles[i];

        wl_text_put(t, i ? "\n" : "");
        wl_layout_ink(t, page->color, WL_INK_STRONG);
        wl_text_put(t, p->name);
        wl_layout_ink(t, page->color, WL_INK_PLAIN);
        wl_text_printf(t, "  %s\n", p->title);
        for (size_t k = 0; k < count_settings(p); k++) {
            wl_text_printf(t, "  %s=%s  ", p->settings[k].key, p->settings[k].value);
            wl_text_printf(t, "%s\n", p->settings[k].what);
        }
        for (size_t k = 0; k < count_limits(p); k++) {
            wl_text_printf(t, "  %u after %g s  %s\n", p->limits[k].status,
                           seconds(p->limits[k].after), p->limits[k].what);
        }
        wl_layout_wrap(t, wl_span_text(p->source), 2, page->columns);
    }
}

static void put_quoted(struct wl_text *t, const char *key, const char *value)
{
    wl_text_printf(t, "\"%s\":\"", key);
    (void)wl_text_json(t, wl_span_text(value));
    wl_text_char(t, '"');
}

static void put_json(struct wl_text *t, const struct wl_profile *p)
{
    wl_text_char(t, '{');
    put_quoted(t, "name", p->name);
    wl_text_char(t, ',');
    put_quoted(t, "title", p->title);
    wl_text_put(t, ",\"settings\":[");
    for (size_t k = 0; k < count_settings(p); k++) {
        wl_text_put(t, k ? ",{" : "{");
        put_quoted(t, "key", p->settings[k].key);
        wl_text_printf(t, ",\"value\":%s,", p->settings[k].value);
        put_quoted(t, "what", p->settings[k].what);
        wl_text_char(t, '}');
    }
    wl_text_put(t, "],\"limits\":[");
    for (size_t k = 0; k < count_limits(p); k++) {
        wl_text_printf(t, "%s{\"status\":%u,\"after\":%g,", k ? "," : "", p->limits[k].status,
                       seconds(p->limits[k].after));
        put_quoted(t, "what", p->limits[k].what);
        wl_text_char(t, '}');
    }
    wl_text_put(t, "],");
    put_quoted(t, "source", p->source);
    wl_text_char(t, '}');
}

void wl_profiles_json(struct wl_text *t)
{
    for (size_t i = 0; i < wl_n_profiles; i++) {
        wl_text_put(t, i ? ",\n" : "[");
        put_json(t, &wl_profiles[i]);
    }
    wl_text_put(t, "]\n");
}

void wl_profiles_markdown(struct wl_text *t)
{
    wl_text_put(t, "| profile | gateway | sets | explains | source |\n"
                   "| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < wl_n_profiles; i++) {
        const struct wl_profile *p = &wl_profiles[i];

        wl_text_printf(t, "| `%s` | %s | ", p->name, p->title);
        for (size_t k = 0; k < count_settings(p); k++) {
            wl_text_printf(t, "%s`%s=%s` (%s)", k ? ", " : "", p->settings[k].key,
                           p->settings[k].value, p->settings[k].what);
        }
        wl_text_put(t, " | ");
        for (size_t k = 0; k < count_limits(p); k++) {
            wl_text_printf(t, "%s%u after %g s (%s)", k ? ", " : "", p->limits[k].status,
                           seconds(p->limits[k].after), p->limits[k].what);
        }
        wl_text_printf(t, " | %s |\n", p->source);
    }
}
