/* pages.c - writes a manual page, or the completion of a shell, from the tables of the program.
 * SPDX-License-Identifier: MIT
 *
 *     pages PAGE          writes one of them to standard output
 *     pages --list        their names
 *
 * A tool of the build, not installed: scripts/pages runs it and keeps what it writes under
 * packaging/, where people can read it and `cmake --install` finds it.
 */
#include "pages.h"

#include "diag.h"

enum { PAGE_OCTETS = 16 << 20 };

static const struct {
    const char *name;
    wl_page_fn *write;
} pages[] = {
    {"wirelint.1", wl_page_program},   {"wirelint-rules.7", wl_page_rules},
    {"wirelint.conf.5", wl_page_conf}, {"wirelint.bash", wl_page_bash},
    {"_wirelint", wl_page_zsh},        {"wirelint.fish", wl_page_fish},
};

/* Prose about an option or a command that there is no more. */
static const char *find_orphan(void)
{
    for (size_t i = 0; wl_manual_option_at(i); i++) {
        const char *name = wl_manual_option_at(i);
        bool found = false;

        for (size_t k = 0; k < wl_n_option_rows && !found; k++) {
            const struct wl_option *o = &wl_option_rows[k];

            found = strcmp(o->name, name) == 0 || (o->letter == name[0] && !name[1]);
        }
        if (!found)
            return name;
    }
    for (size_t i = 0; wl_manual_command_at(i); i++) {
        bool found = false;

        for (size_t k = 0; k < WL_N_COMMANDS && !found; k++)
            found = strcmp(wl_command_rows[k].name, wl_manual_command_at(i)) == 0;
        if (!found)
            return wl_manual_command_at(i);
    }
    return NULL;
}

static int write_page(wl_page_fn *write)
{
    struct wl_budget budget;
    struct wl_text text;
    struct wl_span s;
    bool done;

    wl_budget_init(&budget, PAGE_OCTETS, NULL, NULL, NULL);
    wl_text_init(&text, &budget, PAGE_OCTETS / 2);
    write(&text);
    s = wl_text_span(&text);
    done = !text.full && fwrite(s.p, 1, s.n, stdout) == s.n && fflush(stdout) == 0;
    wl_text_release(&text);
    return done ? 0 : 3;
}

int main(int argc, char **argv)
{
    const char *orphan = find_orphan();

    if (orphan) {
        (void)fprintf(stderr, "pages: src/pages/manual.c tells of '%s', which is gone\n", orphan);
        return 3;
    }
    for (size_t i = 0; argc == 2 && i < WL_COUNT(pages); i++) {
        if (strcmp(argv[1], "--list") == 0) {
            if (puts(pages[i].name) < 0)
                return 3;
            if (i + 1 == WL_COUNT(pages))
                return 0;
        } else if (strcmp(argv[1], pages[i].name) == 0) {
            return write_page(pages[i].write);
        }
    }
    (void)fputs("usage: pages --list, pages PAGE\n", stderr);
    return 2;
}
