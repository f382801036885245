/* ini_file.c - files of [sections] and "name = value": one line after the other, with its number.
 * SPDX-License-Identifier: MIT
 *
 * inih takes lines apart; this reads them for it. So the number of a line is known while it is
 * handled, a line or a name that does not fit into inih's buffers is an error instead of being cut
 * in silence, and the first error ends the reading. Nothing is known here about what names mean.
 */
#include "ini_file.h"

#include "diag.h"
#include "span.h"

#include <errno.h>
#include <ini.h>
#include <sys/stat.h>

enum { MOST_NAME = 49 /* octets of a section's name that inih keeps */ };

struct reader {
    const char *path;
    FILE *file;
    unsigned number, heading, max_lines;
    bool indented, named; /* a name stands above, with which an indented line goes on */
    wl_ini_fn *fn;
    void *user;
    struct wl_error *err;
    int status; /* of the first failure; then nothing more is read */
};

static int fail_at(struct reader *r, const char *what)
{
    r->status = wl_fail(r->err, WL_EINVAL, "%s:%u: %s", r->path, r->number, what);
    return r->status;
}

/* Reads up to and with the end of the line. Returns its length, 0 at the end of the file. */
static size_t read_octets(struct reader *r, char *line, size_t room)
{
    size_t n = 0;
    int c;

    while ((c = getc(r->file)) != EOF) {
        if (n + 1 == room) {
            (void)fail_at(r, "the line is too long; go on with it on an indented line");
            return 0;
        }
        if (c == '\0') {
            (void)fail_at(r, "this is no text file");
            return 0;
        }
        line[n++] = (char)c;
        if (c == '\n')
            break;
    }
    line[n] = '\0';
    return n;
}

/* ini_reader, as fgets */
static char *read_line(char *line, int room, void *user)
{
    struct reader *r = user;
    size_t n;

    if (r->status < 0)
        return NULL;
    r->number++;
    if (r->number > r->max_lines) {
        (void)fail_at(r, "the file has too many lines");
        return NULL;
    }
    n = read_octets(r, line, (size_t)room);
    if (n == 0)
        return NULL;
    r->indented = line[0] == ' ' || line[0] == '\t';
    if (line[strspn(line, " \t")] == '[' && !(r->indented && r->named)) {
        r->heading = r->number;
        r->named = false;
    }
    if (line[0] == '[' && strcspn(line, "]") > MOST_NAME + 1) {
        (void)fail_at(r, "the name of the section is too long");
        return NULL;
    }
    return line;
}

/* ini_handler: nonzero means that all is well */
static int handle_line(void *user, const char *section, const char *name, const char *value)
{
    struct reader *r = user;
    struct wl_ini_line line = {
        r->path, r->number, r->heading ? r->heading : r->number, section, name, value, r->indented};
    const char *comment = r->indented ? strstr(value, " ;") : NULL;
    char cut[1024];

    r->named = true;
    if (r->status < 0)
        return 1;
    /* inih takes comments off first lines only */
    if (comment) {
        (void)snprintf(cut, sizeof(cut), "%.*s", (int)(comment - value), value);
        line.value = cut;
    }
    r->status = r->fn(r->user, &line, r->err);
    return 1;
}

int wl_ini_read(const char *path, unsigned max_lines, wl_ini_fn *fn, void *user,
                struct wl_error *err)
{
    struct reader r = {.path = path, .max_lines = max_lines, .fn = fn, .user = user, .err = err};
    char reason[128];
    struct stat st;
    int wrong;

    r.file = fopen(path, "re");
    if (!r.file || fstat(fileno(r.file), &st) != 0 || S_ISDIR(st.st_mode)) {
        int errno_value = r.file && S_ISDIR(st.st_mode) ? EISDIR : errno;

        if (r.file)
            (void)fclose(r.file);
        return wl_fail(err, WL_EOPEN, "cannot read '%s': %s", path,
                       wl_errno_text(errno_value, reason, sizeof(reason)));
    }
    wrong = ini_parse_stream(read_line, &r, handle_line, &r);
    if (r.status == 0 && ferror(r.file)) {
        r.status = wl_fail(err, WL_EOPEN, "cannot read '%s': %s", path,
                           wl_errno_text(errno, reason, sizeof(reason)));
    }
    (void)fclose(r.file);
    /* what inih did not understand never came to handle_line */
    if (wrong > 0 && r.status == 0) {
        r.number = (unsigned)wrong;
        (void)fail_at(&r, "this is neither 'name = value' nor '[section]'");
    }
    return r.status;
}
