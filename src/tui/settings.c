/* settings.c - what can be set while the screen runs (`o`).
 * SPDX-License-Identifier: MIT
 *
 * One row of a table per setting: its key, its name, its values. Settings last as long as the
 * program; the options of the command line are where they come from.
 */
#include "inside.h"
#include "line.h"
#include "list.h"

/* A setting: what it is now, and the next or previous value of it. */
struct setting {
    int key;
    const char *name;
    const char *(*value)(const struct wl_screen *s);
    void (*turn)(struct wl_screen *s, int by);
};

static unsigned turned(unsigned value, int by, unsigned n)
{
    return by < 0 ? (value + n - 1) % n : (value + 1) % n;
}

static const char *window_value(const struct wl_screen *s)
{
    static const char *const names[WL_N_WINDOWS] = {"10 seconds", "60 seconds", "all"};

    return names[s->window];
}

static void window_turn(struct wl_screen *s, int by)
{
    s->window = (enum wl_window)turned(s->window, by, WL_N_WINDOWS);
}

static const char *times_value(const struct wl_screen *s)
{
    static const char *const names[WL_N_TIMES] = {"since the beginning", "since the line before",
                                                  "clock"};

    return names[s->times];
}

static void times_turn(struct wl_screen *s, int by)
{
    s->times = (enum wl_times)turned(s->times, by, WL_N_TIMES);
}

static const char *zone_value(const struct wl_screen *s)
{
    return s->cfg.utc ? "UTC" : "local";
}

static void zone_turn(struct wl_screen *s, int by)
{
    (void)by;
    s->cfg.utc = !s->cfg.utc;
}

static const char *least_value(const struct wl_screen *s)
{
    static const char *const names[WL_N_SEVERITIES] = {"all", "note", "warning", "violation"};

    return names[s->least];
}

static void least_turn(struct wl_screen *s, int by)
{
    s->least = (enum wl_severity)turned(s->least, by, WL_N_SEVERITIES);
}

/* As --refresh takes them: the first is 1. */
static const char *const paces[] = {
    "1 a second", "2 a second", "3 a second", "4 a second", "5 a second",
    "6 a second", "7 a second", "8 a second", "9 a second", "10 a second",
};

static unsigned pace(const struct wl_screen *s)
{
    return (unsigned)s->cfg.refresh - 1;
}

static const char *refresh_value(const struct wl_screen *s)
{
    return paces[pace(s)];
}

static void refresh_turn(struct wl_screen *s, int by)
{
    s->cfg.refresh = turned(pace(s), by, WL_COUNT(paces)) + 1;
}

static const char *const themes[] = {"for a dark background", "for a light background", "none"};

static unsigned theme_of(const struct wl_screen *s)
{
    return !s->colours ? 2 : s->light;
}

static const char *theme_value(const struct wl_screen *s)
{
    return themes[theme_of(s)];
}

void wl_settings_theme(struct wl_screen *s, unsigned theme)
{
    if (s->cfg.no_colours) {
        wl_screen_say(s, "this terminal has no colours");
        return;
    }
    s->colours = theme != 2;
    if (s->colours)
        s->light = theme == 1;
}

static void theme_turn(struct wl_screen *s, int by)
{
    wl_settings_theme(s, turned(theme_of(s), by, WL_COUNT(themes)));
}

static const char *characters_value(const struct wl_screen *s)
{
    return s->ascii ? "ASCII" : "UTF-8";
}

static void characters_turn(struct wl_screen *s, int by)
{
    (void)by;
    if (s->cfg.only_ascii) {
        wl_screen_say(s, "this terminal shows ASCII only");
    } else {
        s->ascii = !s->ascii;
    }
}

static const char *columns_value(const struct wl_screen *s)
{
    const struct wl_list_state *l = wl_columns_list(s);

    return l && s->columns[l->kind->list].made ? "chosen" : "as room allows";
}

static void columns_turn(struct wl_screen *s, int by)
{
    (void)by;
    wl_columns_open(s);
}

static const struct setting settings[] = {
    {'r', "numbers and rates over", window_value, window_turn},
    {'t', "times in ladder and message", times_value, times_turn},
    {'z', "time zone", zone_value, zone_turn},
    {'s', "severities shown", least_value, least_turn},
    {'f', "refresh", refresh_value, refresh_turn},
    {'c', "colours", theme_value, theme_turn},
    {'a', "characters", characters_value, characters_turn},
    {'l', "columns of this list", columns_value, columns_turn}, /* last: not always there */
};

static void fill(struct wl_screen *s)
{
    struct wl_menu *m = &s->its->menu;

    m->n = (int)WL_COUNT(settings) - !wl_columns_list(s);
    for (int i = 0; i < m->n; i++) {
        struct wl_menu_row *row = &m->rows[i];

        row->key = settings[i].key;
        row->what = i;
        (void)snprintf(row->text, sizeof(row->text), "%s", settings[i].name);
        (void)snprintf(row->value, sizeof(row->value), "%s", settings[i].value(s));
    }
}

void wl_settings_open(struct wl_screen *s)
{
    static_assert(WL_COUNT(settings) <= WL_MENU_ROWS, "rows of the menu");
    s->its->menu = (struct wl_menu){.title = "Settings"};
    fill(s);
    s->its->mode = WL_MODE_SETTINGS;
}

void wl_settings_turn(struct wl_screen *s, int what, int by)
{
    settings[what].turn(s, by);
    if (s->its->mode == WL_MODE_SETTINGS)
        fill(s);
    wl_screen_touch(s);
}
