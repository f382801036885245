/* terminal.c - the terminal the program runs on: colour, width, messages, the progress bar.
 * SPDX-License-Identifier: MIT
 *
 * What the environment says of colour and width is asked here; the dashboard asks for TERM itself.
 * The bar is drawn after half a second of work and taken away before anything else is written to
 * standard error.
 */
#include "terminal.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    MESSAGE = 4096,
    BAR_CELLS = 24,
    MEMORY = 1 << 20,
};

static const wl_ns bar_after = WL_SECOND / 2;
static const wl_ns bar_every = WL_SECOND / 10;

void wl_terminal_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        /* the lowest number that is free is the one that was closed */
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return;
    }
}

static bool is_set(const char *name)
{
    const char *value = getenv(name); /* NOLINT(concurrency-mt-unsafe): before any thread exists */

    return value && *value;
}

static bool is_dumb(void)
{
    const char *term = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): as above */

    return !term || !*term || strcmp(term, "dumb") == 0;
}

/* COLORFGBG is what some terminals say of themselves: the numbers of the colours of text and of
 * background, at times with something between them. */
static bool is_light(void)
{
    const char *colours = getenv("COLORFGBG"); /* NOLINT(concurrency-mt-unsafe): as above */
    const char *ground = colours ? strrchr(colours, ';') : NULL;

    return ground && (strcmp(ground, ";7") == 0 || strcmp(ground, ";15") == 0);
}

/* Is something written to standard output while the input is read? */
static bool is_streaming(const struct wl_options *o)
{
    for (size_t i = 0; i < o->n_reports; i++) {
        if (strcmp(o->reports[i].path, "-") == 0 && strcmp(o->reports[i].format, "text") != 0)
            return true;
    }
    return o->command == WL_COMMAND_LIST || o->json || o->plain || o->interval;
}

void wl_terminal_init(struct wl_terminal *t, const struct wl_options *o)
{
    bool out = isatty(STDOUT_FILENO) == 1;
    struct winsize size = {0};

    *t = (struct wl_terminal){.verbosity = o->verbosity};
    t->color = o->color == WL_COLOR_ALWAYS ||
               (o->color == WL_COLOR_AUTO && out && !is_set("NO_COLOR") && !is_dumb());
    t->light = is_light();
    if (out && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        t->columns = size.ws_col;
    /* lines that scroll by and a bar in the same terminal would spoil each other */
    t->progress = o->verbosity >= 0 && isatty(STDERR_FILENO) == 1 && !is_dumb() &&
                  !(out && is_streaming(o));
    t->started = wl_clock_monotonic();
}

static void write_text(struct wl_text *text)
{
    struct wl_span s = wl_text_span(text);

    /* standard error that cannot be written is nothing anybody could be told about */
    (void)fwrite(s.p, 1, s.n, stderr);
    (void)fflush(stderr);
    wl_text_release(text);
}

static void put_message(struct wl_terminal *t, const char *message, const char *hint)
{
    struct wl_budget budget;
    struct wl_text text;

    wl_terminal_clear(t);
    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    wl_text_init(&text, &budget, MESSAGE);
    wl_text_put(&text, "wirelint: ");
    wl_text_terminal(&text, wl_span_text(message));
    wl_text_char(&text, '\n');
    if (*hint) {
        wl_text_put(&text, "          ");
        wl_text_terminal(&text, wl_span_text(hint));
        wl_text_char(&text, '\n');
    }
    write_text(&text);
}

void wl_terminal_error(struct wl_terminal *t, const struct wl_error *err)
{
    put_message(t, *err->text ? err->text : "out of memory", err->hint);
}

void wl_terminal_log(void *user, enum wl_log_level level, const char *text)
{
    struct wl_terminal *t = user;
    int wanted = (int)level - (int)WL_LOG_WARN; /* errors -1, warnings 0, the rest with -v */

    if (wanted > t->verbosity)
        return;
    if (!t->held) {
        put_message(t, text, "");
    } else if (t->n_kept < WL_TERMINAL_KEPT) {
        (void)snprintf(t->kept[t->n_kept++], WL_TERMINAL_LINE, "%s", text);
    } else {
        t->n_lost++;
    }
}

void wl_terminal_hold(struct wl_terminal *t)
{
    t->held = true;
    t->n_kept = t->n_lost = 0;
}

void wl_terminal_release(struct wl_terminal *t)
{
    char text[64];

    t->held = false;
    for (uint32_t i = 0; i < t->n_kept; i++)
        put_message(t, t->kept[i], "");
    if (t->n_lost) {
        (void)snprintf(text, sizeof(text), "and %u more messages", (unsigned)t->n_lost);
        put_message(t, text, "");
    }
    t->n_kept = t->n_lost = 0;
}

void wl_terminal_progress(void *user, uint64_t done, uint64_t total)
{
    struct wl_terminal *t = user;
    struct wl_budget budget;
    struct wl_text text;
    wl_ns now;
    double elapsed;

    if (!t->progress)
        return;
    now = wl_clock_monotonic();
    if (now - t->started < bar_after || now - t->drawn < bar_every)
        return;
    t->drawn = now;
    elapsed = (double)(now - t->started) / 1e9;
    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    wl_text_init(&text, &budget, MESSAGE);
    wl_text_put(&text, "\r\033[K");
    if (total) {
        uint64_t share = done < total ? done : total;
        unsigned percent = (unsigned)((double)share / (double)total * 100);
        size_t cells = percent * (size_t)BAR_CELLS / 100;

        wl_text_char(&text, '[');
        wl_text_repeat(&text, '#', cells);
        wl_text_repeat(&text, '.', BAR_CELLS - cells);
        wl_text_printf(&text, "] %3u%%  ", percent);
    }
    wl_text_octets(&text, done);
    if (total) {
        wl_text_put(&text, " of ");
        wl_text_octets(&text, total);
    }
    wl_text_put(&text, "  ");
    wl_text_octets(&text, (uint64_t)((double)done / elapsed));
    wl_text_put(&text, "/s");
    write_text(&text);
    t->bar_shown = true;
}

void wl_terminal_clear(struct wl_terminal *t)
{
    if (!t->bar_shown)
        return;
    (void)fputs("\r\033[K", stderr);
    (void)fflush(stderr);
    t->bar_shown = false;
}
