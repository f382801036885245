/* choose.c - `wirelint watch` and nothing else: which interface?
 * SPDX-License-Identifier: MIT
 *
 * Plain lines instead of a screen: this is over before the screen begins, scrolls away with the
 * shell's history, and can be read aloud. What carries most just now is the answer of an empty
 * line. It has to be asked here and not in the dashboard: by then the right to open an interface
 * has been given up.
 */
#include "choose.h"

#include "diag.h"
#include "text.h"
#include "wirelint/interface.h"

#include <unistd.h>

enum {
    LOOK_MS = 700, /* how long traffic is looked at */
    ANSWER = 64,
    PAGE = 64 << 10,
};

struct choice {
    struct wl_interface list[WL_MAX_INTERFACES];
    uint64_t rates[WL_MAX_INTERFACES];
    size_t n, best; /* best: what an empty line means */
};

bool wl_choose_can(const struct wl_options *o)
{
    return o->command == WL_COMMAND_WATCH && !o->plain && !o->json && !o->follow && !o->separate &&
           o->n_files == 0 && o->n_interfaces == 0 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int look(struct choice *c, struct wl_error *err)
{
    const struct timespec wait = {.tv_nsec = LOOK_MS * 1000000L};
    int rc = wl_interfaces_list(c->list, WL_COUNT(c->list), &c->n, err);

    if (rc < 0)
        return rc;
    if (c->n == 0)
        return wl_fail(err, WL_EOPEN, "there is no interface to be watched");
    for (size_t i = 0; i < c->n; i++)
        c->rates[i] = c->list[i].packets;
    (void)nanosleep(&wait, NULL);
    wl_interfaces_count(c->list, c->n);
    for (size_t i = 0; i < c->n; i++) {
        c->rates[i] = (c->list[i].packets - c->rates[i]) * 1000 / LOOK_MS;
        if (c->list[i].counted && c->list[i].up && c->rates[i] > c->rates[c->best])
            c->best = i;
    }
    return 0;
}

static void put_cell(struct wl_text *t, size_t from, size_t columns)
{
    size_t n = t->buf.n - from;

    wl_text_repeat(t, ' ', n < columns ? columns - n : 1);
}

static void put_interface(struct wl_text *t, const struct choice *c, size_t i)
{
    const struct wl_interface *f = &c->list[i];
    size_t from;

    wl_text_printf(t, "%4u  ", (unsigned)i + 1);
    from = t->buf.n;
    wl_text_terminal(t, wl_span_text(f->name));
    put_cell(t, from, 16);
    from = t->buf.n;
    if (f->is_any) {
        wl_text_put(t, "all of them");
    } else if (!f->up) {
        wl_text_put(t, "is down");
    } else if (f->counted && c->rates[i]) {
        wl_text_count(t, c->rates[i]);
        wl_text_put(t, " packets/s");
    } else {
        wl_text_put(t, f->counted ? "silent" : "");
    }
    put_cell(t, from, 20);
    if (f->loopback) {
        wl_text_put(t, "between programs on this machine");
    } else {
        wl_text_terminal_cut(t, wl_span_text(*f->addresses ? f->addresses : f->description), 40);
    }
    while (t->buf.n && t->buf.p[t->buf.n - 1] == ' ')
        t->buf.n--;
    wl_text_char(t, '\n');
}

/* A number of the list or a name; SIZE_MAX: it is none. */
static size_t find(const struct choice *c, const char *answer)
{
    struct wl_span s = wl_span_text(answer);
    uint64_t number;

    if (s.n == 0)
        return c->best;
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->list[i].name, answer) == 0)
            return i;
    }
    return wl_take_number(&s, &number) && s.n == 0 && number >= 1 && number <= c->n
               ? (size_t)number - 1
               : SIZE_MAX;
}

/* One line without what stands around it; false: there is none. */
static bool read_answer(char ret[ANSWER])
{
    size_t n, from;

    if (!fgets(ret, ANSWER, stdin))
        return false;
    n = strcspn(ret, "\n");
    while (n && (ret[n - 1] == ' ' || ret[n - 1] == '\t'))
        n--;
    ret[n] = '\0';
    from = strspn(ret, " \t");
    memmove(ret, ret + from, n - from + 1);
    return true;
}

/* Asks until the answer is one; SIZE_MAX: none of them. */
static size_t ask(const struct choice *c)
{
    char answer[ANSWER];

    for (;;) {
        size_t i;

        (void)printf("number or name [%s], q to leave: ", c->list[c->best].name);
        (void)fflush(stdout);
        if (!read_answer(answer)) {
            (void)printf("\n");
            return SIZE_MAX;
        }
        if (strcmp(answer, "q") == 0)
            return SIZE_MAX;
        i = find(c, answer);
        if (i != SIZE_MAX)
            return i;
        (void)printf("there is no such interface\n");
    }
}

static int take(struct wl_options *o, struct wl_arena *arena, const char *name,
                struct wl_error *err)
{
    struct wl_span copy = wl_arena_copy(arena, wl_span(name, strlen(name) + 1));
    const char **list = wl_arena_array(arena, 1, sizeof(*list));

    if (!list || copy.n == 0)
        return wl_fail(err, WL_NOMEM, "out of memory");
    list[0] = (const char *)copy.p;
    o->interfaces = list;
    o->n_interfaces = 1;
    return 0;
}

int wl_choose_interface(struct wl_options *o, struct wl_arena *arena, struct wl_error *err)
{
    struct wl_budget budget;
    struct choice *c;
    struct wl_text page;
    size_t chosen;
    int rc;

    wl_budget_init(&budget, 1 << 20, NULL, NULL, NULL);
    c = wl_alloc(&budget, sizeof(*c));
    if (!c)
        return wl_fail(err, WL_NOMEM, "out of memory");
    wl_text_init(&page, &budget, PAGE);
    rc = look(c, err);
    if (rc == 0) {
        wl_text_put(&page, "What shall be watched? (A capture: wirelint watch FILE)\n\n");
        for (size_t i = 0; i < c->n; i++)
            put_interface(&page, c, i);
        if (!wl_interfaces_allowed())
            wl_text_put(&page, "\nThis user may not capture from them: sudo wirelint watch\n");
        (void)printf("%.*s\n", (int)wl_text_span(&page).n, (const char *)wl_text_span(&page).p);
        chosen = ask(c);
        if (chosen != SIZE_MAX)
            rc = take(o, arena, c->list[chosen].name, err);
    }
    wl_text_release(&page);
    wl_free(&budget, c, sizeof(*c));
    return rc;
}
