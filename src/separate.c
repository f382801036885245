/* separate.c - the files that --separate runs one by one.
 * SPDX-License-Identifier: MIT
 *
 * As one capture, a directory is opened by the source, which passes over what is no capture. Run
 * one by one, its files must be known before: each is asked by an engine without outputs that reads
 * at most one packet.
 */
#include "separate.h"

#include "diag.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILES = 65536 };

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool wl_separate_is_capture(const char *path)
{
    const struct wl_source_config source = {.files = &path, .n_files = 1, .max_packets = 1};
    struct wl_engine *engine = NULL;
    struct wl_error ignored = {.code = WL_OK};
    struct wl_config cfg;
    int rc;

    wl_config_init(&cfg);
    if (wl_engine_new(&cfg, &engine, &ignored) < 0)
        return false;
    rc = wl_engine_run(engine, &source, &ignored);
    (void)wl_engine_finish(engine, &ignored);
    wl_engine_free(engine);
    /* a file that cannot be read is told about when its turn comes */
    return rc != WL_EOPEN || access(path, R_OK) != 0;
}

static int add(struct wl_separate *list, uint32_t *capacity, const char *file, struct wl_arena *a,
               struct wl_error *err)
{
    const char **grown = wl_arena_grow(a, list->files, (uint32_t)list->n, capacity, MAX_FILES,
                                       sizeof(*grown));

    if (!grown)
        return wl_fail(err, WL_NOMEM, "too many files for --separate");
    list->files = grown;
    list->files[list->n++] = file;
    return 0;
}

static int add_entry(struct wl_separate *list, uint32_t *capacity, const char *directory,
                     const char *name, struct wl_arena *a, struct wl_error *err)
{
    size_t n = strlen(directory) + strlen(name) + 2;
    char *path = wl_arena_alloc(a, n);
    struct stat st;

    if (!path)
        return wl_fail(err, WL_NOMEM, "out of memory");
    (void)snprintf(path, n, "%s/%s", directory, name);
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || !wl_separate_is_capture(path))
        return 0;
    return add(list, capacity, path, a, err);
}

static int add_directory(struct wl_separate *list, uint32_t *capacity, const char *path,
                         struct wl_arena *a, struct wl_error *err)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, NULL, by_name);
    size_t before = list->n;
    char reason[128];
    int rc = 0;

    if (n < 0) {
        return wl_fail(err, WL_EOPEN, "cannot read the directory '%s': %s", path,
                       wl_errno_text(errno, reason, sizeof(reason)));
    }
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = add_entry(list, capacity, path, entries[i]->d_name, a, err);
        free(entries[i]);
    }
    free(entries);
    if (rc == 0 && list->n == before)
        rc = wl_fail(err, WL_EOPEN, "there is no capture in the directory '%s'", path);
    return rc;
}

int wl_separate_list(struct wl_separate *ret, const char *const *operands, size_t n,
                     struct wl_arena *a, struct wl_error *err)
{
    uint32_t capacity = 0;
    struct stat st;
    int rc = 0;

    *ret = (struct wl_separate){NULL, 0};
    for (size_t i = 0; i < n && rc == 0; i++) {
        bool directory = strcmp(operands[i], "-") != 0 && stat(operands[i], &st) == 0 &&
                         S_ISDIR(st.st_mode);

        rc = directory ? add_directory(ret, &capacity, operands[i], a, err)
                       : add(ret, &capacity, operands[i], a, err);
    }
    return rc;
}
