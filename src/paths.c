/* paths.c - the files that a run reads and writes: are they there, is each of them another?
 * SPDX-License-Identifier: MIT
 *
 * All is looked at before the first output is opened, so that an old report is not lost for
 * nothing. A file is known by device and inode, whatever it is called; one that is still to be made
 * by its directory and name. What is no regular file (a pipe, /dev/null) may be named as often as
 * somebody likes.
 */
#include "paths.h"

#include "commands.h"
#include "diag.h"
#include "separate.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_PATH = 4096 };

/* Which file it is. */
struct identity {
    bool known;
    dev_t device;
    ino_t inode;
    const char *name; /* of one that is still to be made, in the directory above; else NULL */
};

/* An output: where it goes, and what it was asked for by. */
struct output {
    const char *option, *format, *path;
};

bool wl_paths_is_standard(const struct wl_options *o, size_t i)
{
    return strcmp(o->reports[i].path, "-") == 0;
}

static bool is_same_request(const struct wl_report_request *a, const struct wl_report_request *b)
{
    return strcmp(a->format, b->format) == 0 && strcmp(a->path, b->path) == 0;
}

bool wl_paths_is_repeated(const struct wl_options *o, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (is_same_request(&o->reports[k], &o->reports[i]))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------- identity */

static struct identity of_stat(const struct stat *st, const char *name)
{
    return (struct identity){
        .known = true, .device = st->st_dev, .inode = st->st_ino, .name = name};
}

static struct identity identify(const char *path)
{
    const char *slash = strrchr(path, '/');
    char directory[MOST_PATH];
    struct stat st;

    if (strcmp(path, "-") == 0) {
        if (fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode))
            return of_stat(&st, NULL);
        return (struct identity){.known = false};
    }
    if (stat(path, &st) == 0)
        return S_ISREG(st.st_mode) ? of_stat(&st, NULL) : (struct identity){.known = false};
    if (errno != ENOENT || (slash && (size_t)(slash - path) + 2 > sizeof(directory)))
        return (struct identity){.known = false};
    (void)snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path) + 1 : 1,
                   slash ? path : ".");
    if (stat(directory, &st) != 0)
        return (struct identity){.known = false};
    return of_stat(&st, slash ? slash + 1 : path);
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    return a->known && b->known && a->device == b->device && a->inode == b->inode &&
           (a->name && b->name ? strcmp(a->name, b->name) == 0 : a->name == b->name);
}

/* --------------------------------------------------------------------------------------- inputs */

/* Finds what is missing. */
static int check_inputs(const struct wl_options *o, struct wl_error *err)
{
    bool standard = false;
    struct stat st;
    char reason[128];
    int errno_value;

    for (size_t i = 0; i < o->n_files; i++) {
        const char *file = o->files[i];

        if (strcmp(file, "-") == 0) {
            if (standard)
                return wl_fail(err, WL_EINVAL, "standard input ('-') was named twice");
            standard = true;
            continue;
        }
        if (stat(file, &st) == 0)
            continue;
        errno_value = errno;
        (void)wl_fail(err, WL_EOPEN, "cannot open '%s': %s", file,
                      wl_errno_text(errno_value, reason, sizeof(reason)));
        if (o->implicit && i == 0 && strcmp(file, "help") == 0) {
            wl_hint(err, "'wirelint --help', or 'wirelint COMMAND --help'");
        } else if (o->implicit && i == 0 && wl_command_nearest(file)) {
            wl_hint(err, "did you mean the command '%s'?", wl_command_nearest(file));
        } else if (errno_value == ENOENT && i == 0) {
            wl_hint(err, "the first word is always a file; a filter comes after it");
        }
        return WL_EOPEN;
    }
    return 0;
}

static bool is_among(const struct identity *file, const char *const *paths, size_t n,
                     const char *but)
{
    for (size_t i = 0; i < n; i++) {
        struct identity input = identify(paths[i]);

        if (strcmp(paths[i], "-") != 0 && !(but && strcmp(paths[i], but) == 0) &&
            is_same(file, &input))
            return true;
    }
    return false;
}

/* Does a directory hold the file, by whatever name? */
static bool is_within(const struct identity *file, const char *directory)
{
    struct dirent **entries = NULL;
    int n = scandir(directory, &entries, NULL, NULL);
    char path[MOST_PATH];
    struct identity entry;
    bool found = false;

    for (int i = 0; i < n; i++) {
        int length = snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);

        if (!found && length > 0 && (size_t)length < sizeof(path)) {
            entry = identify(path);
            found = is_same(file, &entry);
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}

/* Standard input may be a file, and an operand a directory, of which every capture is read. */
static bool is_among_operands(const struct wl_options *o, const struct identity *file,
                              const char *path)
{
    struct stat st;

    if (is_among(file, o->files, o->n_files, NULL))
        return true;
    for (size_t i = 0; i < o->n_files; i++) {
        bool standard = strcmp(o->files[i], "-") == 0;
        struct identity input;

        if (standard ? fstat(STDIN_FILENO, &st) != 0 : stat(o->files[i], &st) != 0)
            continue;
        input = of_stat(&st, NULL);
        if (standard && S_ISREG(st.st_mode) && is_same(file, &input))
            return true;
        if (!standard && S_ISDIR(st.st_mode) && file->known && !file->name &&
            is_within(file, o->files[i]) && wl_separate_is_capture(path))
            return true;
    }
    return false;
}

/* The user's own, too, which nobody names. */
static bool is_configuration(const struct wl_options *o, const struct identity *file)
{
    for (size_t i = 0; i < o->n_sources; i++) {
        if (o->sources[i].found && is_among(file, &o->sources[i].path, 1, NULL))
            return true;
    }
    return false;
}

/* Would writing it destroy something that is read? A baseline may be written anew from itself. */
static bool is_input(const struct wl_options *o, const struct identity *file, const char *path)
{
    return is_among_operands(o, file, path) ||
           is_among(file, o->baselines, o->n_baselines, o->write_baseline) ||
           is_configuration(o, file);
}

/* -------------------------------------------------------------------------------------- outputs */

/* Output number i: -w, then standard output, then the reports. path is NULL where there is none. */
static struct output output_at(const struct wl_options *o, size_t i)
{
    if (i == 0)
        return (struct output){"-w", NULL, o->config.evidence_path};
    if (i == 1) {
        for (size_t k = 0; k < o->n_reports; k++) {
            if (wl_paths_is_standard(o, k) && !o->json)
                return (struct output){NULL, NULL, NULL}; /* it takes that place */
        }
        return (struct output){o->json ? "--json" : "the text report", NULL, "-"};
    }
    if (wl_paths_is_repeated(o, i - 2))
        return (struct output){NULL, NULL, NULL};
    if (strcmp(o->reports[i - 2].format, "baseline") == 0)
        return (struct output){"--write-baseline", NULL, o->reports[i - 2].path};
    return (struct output){"--report", o->reports[i - 2].format, o->reports[i - 2].path};
}

static int collide(const struct output *a, const struct output *b, struct wl_error *err)
{
    const char *place = strcmp(b->path, "-") == 0 ? "standard output" : b->path;

    return wl_fail(err, WL_EINVAL, "%s%s%s and %s%s%s would both be written to '%s'", a->option,
                   a->format ? " " : "", a->format ? a->format : "", b->option,
                   b->format ? " " : "", b->format ? b->format : "", place);
}

static int check_output(const struct wl_options *o, size_t i, struct wl_error *err)
{
    struct output this = output_at(o, i);
    struct identity file;

    if (!this.path)
        return 0;
    file = identify(this.path);
    if (strcmp(this.path, "-") != 0 && is_input(o, &file, this.path))
        return wl_fail(err, WL_EINVAL, "'%s' is an input: it would be overwritten", this.path);
    for (size_t k = 0; k < i; k++) {
        struct output other = output_at(o, k);
        struct identity its;

        if (!other.path)
            continue;
        its = identify(other.path);
        if ((strcmp(this.path, "-") == 0 && strcmp(other.path, "-") == 0) || is_same(&file, &its))
            return collide(&other, &this, err);
    }
    return 0;
}

int wl_paths_check(const struct wl_options *o, struct wl_error *err)
{
    int rc = check_inputs(o, err);

    for (size_t i = 0; rc == 0 && i < o->n_reports + 2; i++) {
        if (i >= 2 && o->command == WL_COMMAND_WATCH && !o->plain &&
            wl_paths_is_standard(o, i - 2)) {
            return wl_fail(
                err, WL_EINVAL,
                "standard output holds the dashboard: --report %s wants the name of a file",
                o->reports[i - 2].format);
        }
        rc = check_output(o, i, err);
    }
    return rc;
}
