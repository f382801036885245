/* config_file.c - the configuration file: the long options as "name = value".
 * SPDX-License-Identifier: MIT
 *
 * Names are those of the table of options, values are applied by its functions: nothing is said
 * twice. What stands above the first section is for all commands that take it; a section [audit],
 * [watch] ... is for that command alone. Values are gathered first and applied once the command is
 * known.
 */
#include "config_file.h"

#include "diag.h"
#include "ini_file.h"

#include <unistd.h>

enum {
    MOST_LINES = 20000, /* of one file */
    MOST_VALUES = 16384,
    MOST_VALUE = 4096, /* octets of a value that goes on over several lines */
};

/* What is read now, and where it goes. */
struct reading {
    struct wl_config_file *f;
    struct wl_parse *p;
    const char *path;
    enum wl_origin origin;
};

static const char *copy_text(struct wl_arena *a, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = wl_arena_alloc(a, n);

    if (copy)
        memcpy(copy, text, n);
    return copy;
}

static int fail_line(struct wl_error *err, const struct wl_ini_line *line, const char *what,
                     const char *name)
{
    return wl_fail(err, WL_EINVAL, "%s:%u: %s '%s'", line->path, line->number, what, name);
}

/* --------------------------------------------------------------------------------- reading */

/* The command of a section; WL_N_COMMANDS above the first one. */
static int find_section(const struct wl_ini_line *line, enum wl_command *ret, struct wl_error *err)
{
    *ret = WL_N_COMMANDS;
    if (!*line->section)
        return 0;
    for (size_t i = 0; i < WL_N_COMMANDS; i++) {
        if (strcmp(line->section, wl_command_rows[i].name) == 0) {
            *ret = (enum wl_command)i;
            return 0;
        }
    }
    (void)wl_fail(err, WL_EINVAL, "%s:%u: unknown section '%s'", line->path, line->heading,
                  line->section);
    wl_hint(err, "a section is the name of a command, such as [audit], or [suppress NAME]");
    return WL_EINVAL;
}

static int find_option(const struct wl_ini_line *line, const struct wl_option **ret,
                       struct wl_error *err)
{
    const char *nearest;

    *ret = wl_option_find(wl_span_text(line->name));
    if (*ret && ((*ret)->commands & WL_ONLY_ON_LINE)) {
        return wl_fail(err, WL_EINVAL, "%s:%u: --%s is for the command line alone", line->path,
                       line->number, line->name);
    }
    if (*ret)
        return 0;
    (void)fail_line(err, line, "unknown option", line->name);
    nearest = wl_option_nearest(line->name);
    if (nearest) {
        wl_hint(err, "did you mean '%s'?", nearest);
    } else {
        wl_hint(err, "names are those of the long options; 'wirelint config' lists them");
    }
    return WL_EINVAL;
}

/* An indented line: one more value of an option that gathers them, more text of any other. */
static int go_on(struct reading *r, const struct wl_ini_line *line, struct wl_given *last,
                 struct wl_error *err)
{
    size_t n = strlen(last->value) + strlen(line->value) + 2;
    char *joined;

    if (n > MOST_VALUE)
        return fail_line(err, line, "too long a value of", line->name);
    joined = wl_arena_alloc(r->p->arena, n);
    if (!joined)
        return wl_fail(err, WL_NOMEM, "out of memory");
    (void)snprintf(joined, n, "%s%s%s", last->value, *last->value ? " " : "", line->value);
    last->value = joined;
    return 0;
}

/* The name in [suppress NAME]; NULL: the section is another. */
static const char *suppression_of(const struct wl_ini_line *line)
{
    static const char word[] = "suppress";
    const char *rest = line->section + sizeof(word) - 1;

    if (strncmp(line->section, word, sizeof(word) - 1) != 0 || (*rest && *rest != ' '))
        return NULL;
    return rest + strspn(rest, " ");
}

static int take_line(void *user, const struct wl_ini_line *line, struct wl_error *err)
{
    struct reading *r = user;
    struct wl_config_file *f = r->f;
    struct wl_given given = {.origin = r->origin, .file = r->path, .line = line->number};
    struct wl_given *last = f->n ? &f->all[f->n - 1] : NULL, *grown;
    const char *suppression = suppression_of(line);
    int rc;

    if (suppression)
        return wl_suppressions_line(&f->suppressions, line, suppression, err);
    rc = find_section(line, &given.command, err);
    if (rc == 0)
        rc = find_option(line, &given.option, err);
    if (rc < 0)
        return rc;
    if (given.command < WL_N_COMMANDS && !(given.option->commands & 1u << given.command)) {
        return wl_fail(err, WL_EINVAL, "%s:%u: 'wirelint %s' does not take '%s'", line->path,
                       line->number, line->section, line->name);
    }
    if (line->continued && last && (!(given.option->commands & WL_GATHERS) || *last->value == '\0'))
        return go_on(r, line, last, err);
    grown = wl_arena_grow(r->p->arena, f->all, f->n, &f->size, MOST_VALUES, sizeof(*grown));
    given.value = copy_text(r->p->arena, line->value);
    if (!grown || !given.value)
        return wl_fail(err, WL_EINVAL, "%s: too many values", line->path);
    f->all = grown;
    f->all[f->n++] = given;
    return 0;
}

static int read_file(struct wl_config_file *f, struct wl_parse *p, const char *path,
                     enum wl_origin origin)
{
    struct reading r = {.f = f, .p = p, .path = path, .origin = origin};
    struct wl_config_source *source = &f->sources[f->n_sources++];

    *source = (struct wl_config_source){.path = path};
    /* the user's own need not be there; one that is there and cannot be read is told of */
    if (origin == WL_FROM_USER && access(path, F_OK) != 0)
        return 0;
    source->found = true;
    return wl_ini_read(path, MOST_LINES, take_line, &r, p->err);
}

/* $XDG_CONFIG_HOME/wirelint/config; NULL where there is no home. A relative path counts as none
 * (XDG Base Directory Specification). */
static const char *user_path(struct wl_arena *a)
{
    /* NOLINTBEGIN(concurrency-mt-unsafe): before any thread exists */
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    /* NOLINTEND(concurrency-mt-unsafe) */
    const char *middle = "";
    size_t n;
    char *path;

    if (!base || base[0] != '/') {
        base = home;
        middle = "/.config";
    }
    if (!base || base[0] != '/')
        return NULL;
    n = strlen(base) + strlen(middle) + sizeof("/wirelint/config");
    path = wl_arena_alloc(a, n);
    if (path)
        (void)snprintf(path, n, "%s%s/wirelint/config", base, middle);
    return path;
}

int wl_config_file_read(struct wl_config_file *ret, struct wl_parse *p)
{
    const struct wl_options *o = p->o;
    const char *user = o->no_config ? NULL : user_path(p->arena);
    const char **files = o->config_files;
    size_t n_files = o->n_config_files;
    int rc = 0;

    *ret = (struct wl_config_file){.suppressions = {.arena = p->arena}};
    ret->sources = wl_arena_array(p->arena, n_files + 1, sizeof(*ret->sources));
    if (!ret->sources)
        return WL_NOMEM;
    if (user)
        rc = read_file(ret, p, user, WL_FROM_USER);
    for (size_t i = 0; rc == 0 && i < n_files; i++)
        rc = read_file(ret, p, files[i], WL_FROM_FILE);
    if (rc == 0)
        rc = wl_suppressions_check(&ret->suppressions, p->err);
    /* nothing has been read of what is to be judged: a configuration error */
    if (rc == WL_EOPEN)
        rc = p->err->code = WL_EINVAL;
    return rc;
}

/* -------------------------------------------------------------------------------- applying */

static bool concerns(const struct wl_given *g, const struct wl_options *o)
{
    if (o->command == WL_COMMAND_CONFIG)
        return true;
    return g->command == o->command ||
           (g->command == WL_N_COMMANDS && (g->option->commands & 1u << o->command));
}

/* A flag counts once, as it was said last: "no" takes back what another file said. */
static bool said_again(const struct wl_config_file *f, uint32_t i, const struct wl_options *o)
{
    for (uint32_t k = i + 1; k < f->n; k++) {
        if (f->all[k].option == f->all[i].option && concerns(&f->all[k], o))
            return true;
    }
    return false;
}

static int apply_flag(const struct wl_config_file *f, uint32_t i, struct wl_parse *p)
{
    const struct wl_given *g = &f->all[i];
    bool on;

    if (!wl_option_flag(g->value, &on)) {
        return wl_fail(p->err, WL_EINVAL, "%s does not take '%s': yes or no", g->option->name,
                       g->value);
    }
    return on && !said_again(f, i, p->o) && !wl_option_denied(p, g->option)
               ? wl_option_apply(p, g->option, NULL)
               : 0;
}

/* Puts the place in front of what is wrong with a value. */
static int fail_value(const struct wl_given *g, struct wl_error *err)
{
    struct wl_error inner = *err;

    (void)wl_fail(err, inner.code, "%s:%u: %s", g->file, g->line, inner.text);
    if (*inner.hint)
        wl_hint(err, "%s", inner.hint);
    return (int)err->code;
}

static int apply_value(const struct wl_config_file *f, uint32_t i, struct wl_parse *p)
{
    const struct wl_given *g = &f->all[i];
    const struct wl_options before = *p->o;
    int rc;

    p->spelled = g->option->name;
    p->origin = g->origin;
    if (g->option->later)
        return wl_fail(p->err, WL_EINVAL, "%s: %s", g->option->name, g->option->later);
    rc = g->option->argument ? wl_option_apply(p, g->option, g->value) : apply_flag(f, i, p);
    /* `config` looks into every section, to say what is wrong in it, but is none of these
     * commands */
    if (before.command == WL_COMMAND_CONFIG && g->command != WL_N_COMMANDS)
        *p->o = before;
    return rc;
}

int wl_config_file_apply(const struct wl_config_file *f, struct wl_parse *p)
{
    int rc = 0;

    p->o->sources = f->sources;
    p->o->n_sources = f->n_sources;
    for (uint32_t i = 0; i < f->n; i++) {
        const struct wl_given *g = &f->all[i];

        rc = wl_option_given(p, g);
        if (rc == 0 && concerns(g, p->o))
            rc = apply_value(f, i, p);
        if (rc < 0)
            return rc == WL_NOMEM ? rc : fail_value(g, p->err);
    }
    return 0;
}
