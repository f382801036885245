/* dialogue.c - reads a dialogue file into cases of steps and expectations.
 * SPDX-License-Identifier: MIT
 *
 * The format is line by line (docs/dialogues.md): the first octets of a line say what it is, and no
 * line depends on one before it except through the case it belongs to. A file that cannot be read
 * is a mistake of its author, so the first error ends it with file and line.
 */
#include "dialogue.h"

#include "diag.h"

#include <errno.h>
#include <inttypes.h>

enum {
    MAX_FILE = 64 << 20,
    MAX_ITEMS = 1 << 20, /* cases, steps, lines: far beyond what a person writes */
};

#define DEFAULT_RTT (WL_SECOND / 1000)

/** The parser's place: which file, line and case. */
struct reader {
    struct dialogue *d;
    struct wl_arena *arena;
    struct dialogue_case *at; /* the case begun last, or NULL */
    struct wl_error *err;
    unsigned line;
};

static int fail(const struct reader *r, const char *what, struct wl_span line)
{
    return wl_fail(r->err, WL_EINVAL, "%s:%u: %s: '%.*s'", r->d->path, r->line, what,
                   (int)wl_min_size(line.n, 200), (const char *)line.p);
}

int dialogue_read_file(const char *path, struct wl_arena *a, struct wl_span *ret,
                       struct wl_error *err)
{
    char text[128];
    FILE *f = fopen(path, "rb");
    uint8_t *p = NULL;
    size_t n = 0;
    long size;

    if (!f) {
        return wl_fail(err, WL_EOPEN, "cannot open '%s': %s", path,
                       wl_errno_text(errno, text, sizeof(text)));
    }
    size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    if (size >= 0 && size <= MAX_FILE && fseek(f, 0, SEEK_SET) == 0)
        p = wl_arena_alloc(a, (size_t)size + 1);
    if (p)
        n = fread(p, 1, (size_t)size, f);
    if (fclose(f) != 0 || !p || n != (size_t)size)
        return wl_fail(err, WL_EOPEN, "cannot read '%s': too large or damaged", path);
    *ret = wl_span(p, n);
    return 0;
}

static const char *copy_text(struct wl_arena *a, struct wl_span s)
{
    char *p = wl_arena_alloc(a, s.n + 1);

    if (p && s.n)
        memcpy(p, s.p, s.n);
    return p;
}

/** Adds an element to one of a case's arrays; NULL when memory is refused. */
#define GROW(r, owner, array)                                                                 \
    wl_arena_grow((r)->arena, (owner)->array, (owner)->n_##array, &(owner)->array##_capacity, \
                  MAX_ITEMS, sizeof((owner)->array[0]))

static struct dialogue_step *add_step(struct reader *r, enum dialogue_step_kind kind,
                                      enum wl_dir dir)
{
    struct dialogue_case *c = r->at;
    struct dialogue_step *steps = GROW(r, c, steps);

    if (!steps)
        return NULL;
    c->steps = steps;
    steps += c->n_steps++;
    *steps = (struct dialogue_step){.kind = kind, .dir = dir};
    return steps;
}

/** '>' is to the server, '<' to the client; false for anything else. */
static bool parse_dir(struct wl_span s, enum wl_dir *ret)
{
    if (s.n == 0 || (s.p[0] != '>' && s.p[0] != '<'))
        return false;
    *ret = s.p[0] == '>' ? WL_TO_SERVER : WL_TO_CLIENT;
    return true;
}

/** "1.2s", "50ms" or "10us". */
static bool parse_time(struct wl_span s, wl_ns *ret)
{
    wl_ns unit = 0, value = 0, scale;
    size_t i = 0;
    struct wl_span name;

    while (i < s.n && (wl_is_digit(s.p[i]) || s.p[i] == '.'))
        i++;
    name = wl_span_after(s, i);
    if (wl_span_equal(name, WL_SPAN("s"))) {
        unit = WL_SECOND;
    } else if (wl_span_equal(name, WL_SPAN("ms"))) {
        unit = WL_SECOND / 1000;
    } else if (wl_span_equal(name, WL_SPAN("us"))) {
        unit = WL_SECOND / 1000000;
    }
    if (unit == 0 || i == 0 || i > 12)
        return false;
    scale = unit;
    for (size_t k = 0; k < i; k++) {
        if (s.p[k] == '.') {
            if (scale != unit)
                return false;
            scale = unit / 10;
        } else if (scale == unit) {
            value = value * 10 + (s.p[k] - '0') * unit;
        } else {
            value += (s.p[k] - '0') * scale;
            scale /= 10;
        }
    }
    *ret = value;
    return true;
}

/** The octet that two hexadecimal digits in front of s name, or -1. */
static int hex_octet(struct wl_span s)
{
    int high = s.n > 1 ? wl_hex_value(s.p[0]) : -1;
    int low = s.n > 1 ? wl_hex_value(s.p[1]) : -1;

    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/** The octet that an escape names, s being what follows the backslash; -1 for no escape of ours. */
static int escaped_octet(struct wl_span s, size_t *ret_used)
{
    *ret_used = s.n && s.p[0] == 'x' ? 3 : 1;
    switch (s.n ? s.p[0] : 0) {
    case 'r': return '\r';
    case 'n': return '\n';
    case 't': return '\t';
    case '\\': return '\\';
    case 'x': return hex_octet(wl_span_after(s, 1));
    default: return -1;
    }
}

/** Resolves \r \n \t \\ \xNN into out; the length, or SIZE_MAX for another escape. */
static size_t unescape(struct wl_span s, uint8_t *out)
{
    size_t n = 0;

    while (s.n) {
        int c = s.p[0];
        size_t used = 0;

        if (c == '\\')
            c = escaped_octet(wl_span_after(s, 1), &used);
        if (c < 0)
            return SIZE_MAX;
        out[n++] = (uint8_t)c;
        s = wl_span_after(s, used + 1);
    }
    return n;
}

/** Two hexadecimal digits per octet, separated by spaces or not. */
static size_t unhex(struct wl_span s, uint8_t *out)
{
    size_t n = 0;

    while (s.n) {
        int c = hex_octet(s);

        if (s.p[0] != ' ') {
            if (c < 0)
                return SIZE_MAX;
            out[n++] = (uint8_t)c;
            s = wl_span_after(s, 1);
        }
        s = wl_span_after(s, 1);
    }
    return n;
}

/** Lines that begin with > or <: octets on the wire. */
static int read_octets(struct reader *r, enum wl_dir dir, struct wl_span line)
{
    struct wl_span rest = wl_span_after(line, 1);
    struct dialogue_step *step = add_step(r, STEP_DATA, dir);
    uint8_t *out = wl_arena_alloc(r->arena, line.n + 2);
    bool hex = wl_span_starts(rest, WL_SPAN("x "));
    bool bare = wl_span_starts(rest, WL_SPAN("+ "));
    size_t n;

    if (!step || !out)
        return wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
    if (hex || bare) {
        rest = wl_span_after(rest, 2);
    } else if (rest.n && rest.p[0] == ' ') {
        rest = wl_span_after(rest, 1);
    } else if (rest.n) {
        return fail(r, "no such kind of line", line);
    }
    n = hex ? unhex(rest, out) : unescape(rest, out);
    if (n == SIZE_MAX)
        return fail(r, hex ? "not hexadecimal" : "no such escape", line);
    if (!hex && !bare) {
        out[n++] = '\r';
        out[n++] = '\n';
    }
    step->octets = wl_span(out, n);
    return 0;
}

/** "~ 1.2s", "~ -1.2s", "~> 1448", "~< 1448". */
static int read_tilde(struct reader *r, struct wl_span line)
{
    struct wl_span rest = wl_span_after(line, 1);
    struct dialogue_step *step;
    enum wl_dir dir;
    wl_ns time;
    uint64_t n;

    if (parse_dir(rest, &dir)) {
        if (!wl_parse_u64(wl_span_trim(wl_span_after(rest, 1)), &n) || n == 0 || n > UINT32_MAX / 2)
            return fail(r, "not a number of octets", line);
        step = add_step(r, STEP_GAP, dir);
        if (step)
            step->n = n;
    } else {
        struct wl_span text = wl_span_trim(rest);
        bool back = wl_span_starts(text, WL_SPAN("-"));

        if (!parse_time(wl_span_after(text, back), &time))
            return fail(r, "not a time", line);
        step = add_step(r, STEP_TIME, WL_TO_SERVER);
        if (step)
            step->time = back ? -time : time;
    }
    return step ? 0 : wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
}

/** "!<", "!>", "!<rst", "!>rst", "!<rst bare", "!>rst bare". */
static int read_end(struct reader *r, struct wl_span line)
{
    struct wl_span rest = wl_span_after(line, 1), how = wl_span_after(rest, 1);
    enum dialogue_step_kind kind = wl_span_equal(how, WL_SPAN("rst"))        ? STEP_RST
                                   : wl_span_equal(how, WL_SPAN("rst bare")) ? STEP_ANSWER
                                                                             : STEP_FIN;
    enum wl_dir dir;

    if (!parse_dir(rest, &dir) || (how.n && kind == STEP_FIN))
        return fail(r, "neither FIN nor RST", line);
    if (!add_step(r, kind, dir))
        return wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
    return 0;
}

static int add_setting(struct reader *r, struct wl_span text)
{
    const char **settings = GROW(r, r->at, settings);

    if (!settings)
        return wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
    r->at->settings = settings;
    settings[r->at->n_settings++] = copy_text(r->arena, text);
    return 0;
}

/** "ID=severity", as for --rule. */
static int add_override(struct reader *r, struct wl_span text)
{
    static const char *const names[WL_N_SEVERITIES] = {"off", "note", "warning", "violation"};
    size_t equals = wl_span_find(text, '=');
    struct wl_override *overrides = GROW(r, r->at, overrides);

    if (!overrides)
        return wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
    r->at->overrides = overrides;
    for (int s = 0; s < WL_N_SEVERITIES; s++) {
        if (!wl_span_equal(wl_span_after(text, equals + 1), wl_span_text(names[s])))
            continue;
        overrides[r->at->n_overrides++] = (struct wl_override){
            copy_text(r->arena, wl_span_sub(text, 0, equals)), (enum wl_severity)s};
        return 0;
    }
    return wl_fail(r->err, WL_EINVAL, "%s: no severity in '%.*s'", r->d->path, (int)text.n,
                   (const char *)text.p);
}

/** Directives that describe the whole connection: "@ midstream", "@ port 8080", "@ rtt 50ms",
 * "@ grain 1s". */
static bool read_property(struct dialogue_case *c, struct wl_span word, struct wl_span rest)
{
    uint64_t port;

    if (wl_span_equal(word, WL_SPAN("midstream"))) {
        c->midstream = true;
        return rest.n == 0;
    }
    if (wl_span_equal(word, WL_SPAN("port"))) {
        if (!wl_parse_u64(rest, &port) || port == 0 || port > UINT16_MAX)
            return false;
        c->port = (uint16_t)port;
        return true;
    }
    if (wl_span_equal(word, WL_SPAN("grain")))
        return parse_time(rest, &c->grain) && c->grain > 0;
    return wl_span_equal(word, WL_SPAN("rtt")) && parse_time(rest, &c->rtt);
}

/** "@ word rest". */
static int read_directive(struct reader *r, struct wl_span line)
{
    struct wl_span text = wl_span_trim(wl_span_after(line, 1));
    struct wl_span word = wl_span_sub(text, 0, wl_span_find(text, ' '));
    struct wl_span rest = wl_span_trim(wl_span_after(text, word.n));
    struct dialogue_step *step = NULL;
    enum wl_dir dir;
    uint64_t n;

    if (wl_span_equal(word, WL_SPAN("set")))
        return add_setting(r, rest);
    if (wl_span_equal(word, WL_SPAN("rule")))
        return add_override(r, rest);
    if (read_property(r->at, word, rest))
        return 0;
    if (wl_span_equal(word, WL_SPAN("packet")) && rest.n == 0) {
        step = add_step(r, STEP_PACKET, WL_TO_SERVER);
    } else if (wl_span_equal(word, WL_SPAN("hold")) && rest.n == 1 && parse_dir(rest, &dir)) {
        step = add_step(r, STEP_HOLD, dir);
    } else if (wl_span_equal(word, WL_SPAN("release")) && rest.n == 1 && parse_dir(rest, &dir)) {
        step = add_step(r, STEP_RELEASE, dir);
    } else if (wl_span_equal(word, WL_SPAN("leg"))) {
        bool upstream = wl_span_equal(rest, WL_SPAN("upstream"));

        if (!upstream && !wl_span_equal(rest, WL_SPAN("client")))
            return fail(r, "not a leg", line);
        r->at->legs = true;
        step = add_step(r, STEP_LEG, WL_TO_SERVER);
        if (step)
            step->n = upstream;
    } else if (wl_span_equal(word, WL_SPAN("ttl"))) {
        size_t space = wl_span_find(rest, ' ');

        if (!wl_parse_u64(wl_span_sub(rest, 0, space), &n) || n == 0 || n > UINT8_MAX ||
            !parse_dir(wl_span_trim(wl_span_after(rest, space)), &dir))
            return fail(r, "not a TTL", line);
        step = add_step(r, STEP_TTL, dir);
        if (step)
            step->n = n;
    } else if (wl_span_equal(word, WL_SPAN("window"))) {
        size_t space = wl_span_find(rest, ' ');

        if (!wl_parse_u64(wl_span_sub(rest, 0, space), &n) || n > UINT16_MAX ||
            !parse_dir(wl_span_trim(wl_span_after(rest, space)), &dir))
            return fail(r, "not a window", line);
        step = add_step(r, STEP_WINDOW, dir);
        if (step)
            step->n = n;
    } else {
        return fail(r, "no such directive", line);
    }
    return step ? 0 : wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
}

static int read_expectation(struct reader *r, struct wl_span line)
{
    struct wl_span *expected = GROW(r, r->at, expected);

    if (!expected)
        return wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
    r->at->expected = expected;
    expected[r->at->n_expected++] = wl_span_trim(wl_span_after(line, 1));
    return 0;
}

static int begin_case(struct reader *r, struct wl_span line)
{
    struct dialogue_case *cases = GROW(r, r->d, cases);

    if (!cases)
        return wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
    r->d->cases = cases;
    r->at = &cases[r->d->n_cases++];
    *r->at = (struct dialogue_case){
        .title = copy_text(r->arena, wl_span_trim(wl_span_after(line, 1))),
        .line = r->line,
        .last_line = r->line,
        .rtt = DEFAULT_RTT,
        .grain = 1,
        .port = 80,
    };
    if (!r->at->title)
        return wl_fail(r->err, WL_NOMEM, "%s: out of memory", r->d->path);
    /* what cases leave out for brevity: docs/dialogues.md */
    if (add_override(r, WL_SPAN("date-missing=off")) < 0)
        return -1;
    return add_override(r, WL_SPAN("error-explanation-missing=off"));
}

static int read_line(struct reader *r, struct wl_span line)
{
    uint8_t first = line.n ? line.p[0] : '#';
    enum wl_dir dir;

    if (first == '#' || wl_span_trim(line).n == 0)
        return 0;
    if (first == '=')
        return begin_case(r, line);
    if (!r->at)
        return fail(r, "a line before the first '= title'", line);
    r->at->last_line = r->line;
    if (parse_dir(line, &dir))
        return read_octets(r, dir, line);
    switch (first) {
    case '~': return read_tilde(r, line);
    case '!': return read_end(r, line);
    case '@': return read_directive(r, line);
    case '?': return read_expectation(r, line);
    default: return fail(r, "no such kind of line", line);
    }
}

/** Takes the next line, without its LF, off the text; false at the end. */
static bool next_line(struct wl_span *text, struct wl_span *ret)
{
    size_t n = wl_span_find(*text, '\n');

    if (text->n == 0)
        return false;
    *ret = wl_span_sub(*text, 0, n);
    *text = wl_span_after(*text, n + 1);
    return true;
}

int dialogue_read(const char *path, struct wl_arena *a, struct dialogue *ret, struct wl_error *err)
{
    struct reader r = {.d = ret, .arena = a, .err = err};
    struct wl_span text, line;
    int code;

    *ret = (struct dialogue){.path = path};
    code = dialogue_read_file(path, a, &ret->text, err);
    text = ret->text;
    while (code == 0 && next_line(&text, &line)) {
        r.line++;
        code = read_line(&r, line);
    }
    if (code == 0 && ret->n_cases == 0)
        code = wl_fail(err, WL_EINVAL, "%s: no case in it", path);
    return code;
}

/** Every line of lines with "? " before it. */
static bool write_expectations(FILE *f, struct wl_span lines)
{
    struct wl_span line;
    bool good = true;

    while (next_line(&lines, &line)) {
        good = fwrite("? ", 1, 2, f) == 2 && good;
        good = fwrite(line.p, 1, line.n, f) == line.n && good;
        good = fputc('\n', f) == '\n' && good;
    }
    return good;
}

int dialogue_rewrite(const struct dialogue *d, const struct wl_span *lines, struct wl_error *err)
{
    struct wl_span text = d->text, line;
    FILE *f = fopen(d->path, "wb");
    unsigned number = 0;
    uint32_t i = 0;
    bool good = true;

    if (!f)
        return wl_fail(err, WL_EOUTPUT, "cannot write '%s'", d->path);
    while (next_line(&text, &line)) {
        number++;
        if (line.n == 0 || line.p[0] != '?') {
            good = (line.n == 0 || fwrite(line.p, 1, line.n, f) == line.n) && good;
            good = fputc('\n', f) == '\n' && good;
        }
        if (i < d->n_cases && number == d->cases[i].last_line)
            good = write_expectations(f, lines[i++]) && good;
    }
    if (fclose(f) != 0 || !good)
        return wl_fail(err, WL_EOUTPUT, "cannot write '%s'", d->path);
    return 0;
}
