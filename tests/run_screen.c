/* run_screen.c - draws the screen from fixed answers and compares it with the pictures in
 * samples/screens; and presses keys at random.
 * SPDX-License-Identifier: MIT
 *
 *     run_screen SAMPLES/screens [--update] [--show NAME WxH]
 *     run_screen --keys COUNT [SEED]
 *     run_screen --manual docs/dashboard.md
 *
 * A scene is a play (stage.h) and the keys that lead to it. Its pictures are NAME.WxH.FORM.txt:
 * utf8 and ascii are what stands on the screen, looks the same grid with a letter per cell that
 * says what it is for (role.h), which is how "never by colour alone" and the selection are seen.
 * They are written with --update, and are meant to be read.
 */
#include "screen.h"
#include "stage.h"

#include <errno.h>

enum {
    MAX_KEYS = 24,
    MAX_QUESTIONS = 64, /* between two keys; more would be a quarrel */
    MAX_PICTURE = 4 << 20,
    MEMORY = 256 << 20,
};

struct scene {
    const char *name;
    enum stage_play play;
    uint64_t drops;
    int keys[MAX_KEYS];
};

static const struct scene scenes[] = {
    {.name = "overview", .play = STAGE_BUSY},
    {.name = "overview-sequences",
     .play = STAGE_BUSY,
     .drops = 12,
     .keys = {'\t', '\t', 'j', 'j', 't'}},
    {.name = "overview-faulty", .play = STAGE_BUSY, .keys = {'f', 'F', 'F'}},
    {.name = "overview-hostile", .play = STAGE_HOSTILE},
    {.name = "silent", .play = STAGE_SILENT},
    {.name = "no-http", .play = STAGE_TLS},
    {.name = "file", .play = STAGE_OVER},
    {.name = "connections", .play = STAGE_BUSY, .keys = {'2', 'j', ' ', 'j', 'j'}},
    {.name = "connections-end", .play = STAGE_BUSY, .keys = {'2', 'G'}},
    {.name = "connections-hostile", .play = STAGE_HOSTILE, .keys = {'2'}},
    {.name = "exchanges", .play = STAGE_BUSY, .keys = {'j', 'j', 'j', '\n'}},
    {.name = "exchanges-named", .play = STAGE_BUSY, .keys = {'2', 'e', 'a'}},
    {.name = "exchanges-hostile", .play = STAGE_HOSTILE, .keys = {'2', 'e'}},
    {.name = "findings", .play = STAGE_BUSY, .keys = {'3'}},
    {.name = "findings-of-rule", .play = STAGE_BUSY, .keys = {'3', 'j', '\n'}},
    {.name = "findings-sorted", .play = STAGE_BUSY, .keys = {'3', 's', 's', 's', 'I'}},
    {.name = "findings-severe", .play = STAGE_BUSY, .keys = {'3', 'F', 'F', 'F'}},
    {.name = "findings-of-rules",
     .play = STAGE_BUSY,
     .keys = {':', 'f', 'i', 'n', 'd', 'i', 'n', 'g', 's', ' ', 'i', 'n', 't', '*', '\n'}},
    {.name = "servers", .play = STAGE_BUSY, .keys = {'4', 'j'}},
    {.name = "servers-hostile", .play = STAGE_HOSTILE, .keys = {'4'}},
    {.name = "sequences", .play = STAGE_BUSY, .keys = {'S', 's'}},
    {.name = "ladder", .play = STAGE_BUSY, .keys = {'2', '\n'}},
    {.name = "ladder-finding", .play = STAGE_BUSY, .keys = {'2', '\n', 'n', 't'}},
    {.name = "ladder-leg", .play = STAGE_BUSY, .keys = {'2', '\n', 'h', 'j'}},
    {.name = "ladder-long", .play = STAGE_BUSY, .keys = {'2', 'j', '\n', 'G'}},
    {.name = "ladder-gone", .play = STAGE_BUSY, .keys = {'2', 'j', 'j', '\n'}},
    {.name = "ladder-hostile", .play = STAGE_HOSTILE, .keys = {'2', '\n', 'j'}},
    {.name = "message", .play = STAGE_BUSY, .keys = {'2', '\n', 'n', '\n'}},
    {.name = "message-hex", .play = STAGE_BUSY, .keys = {'2', '\n', 'j', '\n', 'x'}},
    {.name = "message-hostile", .play = STAGE_HOSTILE, .keys = {'2', '\n', 'n', '\n', 'r'}},
    {.name = "compare", .play = STAGE_BUSY, .keys = {'2', 'e', 'j', 'j', ' ', ' ', 'd'}},
    {.name = "compare-connections", .play = STAGE_BUSY, .keys = {'2', ' ', ' ', 'd', 'n'}},
    {.name = "compare-hostile", .play = STAGE_HOSTILE, .keys = {'2', 'e', ' ', ' ', 'd'}},
    {.name = "compare-gone", .play = STAGE_BUSY, .keys = {'2', 'j', ' ', ' ', 'd'}},
    {.name = "compare-equal", .play = STAGE_BUSY, .keys = {'2', 'j', ' ', 'j', 'j', ' ', 'd'}},
    {.name = "compare-one", .play = STAGE_BUSY, .keys = {'2', ' ', 'd'}},
    {.name = "help", .play = STAGE_BUSY, .keys = {'2', '\n', '?'}},
    {.name = "filter-good",
     .play = STAGE_BUSY,
     .keys = {'2', '/', 's', 't', 'a', 't', 'u', 's', ':', '1', '0', '3'}},
    {.name = "filter-bad",
     .play = STAGE_BUSY,
     .keys = {'/', 'n', 'o', 't', ' ', 's', 't', 'a', 'x', ':', '1'}},
    {.name = "command", .play = STAGE_BUSY, .keys = {':', 'r', 'u', 'l', 'e', ' ', 'i', 'n'}},
    {.name = "write", .play = STAGE_BUSY, .keys = {'2', ' ', ' ', 'w'}},
    {.name = "write-silent", .play = STAGE_SILENT, .keys = {'w', 'a'}},
    {.name = "settings", .play = STAGE_BUSY, .keys = {'o', 'j', '\n'}},
    {.name = "columns",
     .play = STAGE_BUSY,
     .keys = {'2', 'e', 'o', 'l', '6', '6', '4', 'j', '<', '<'}},
    {.name = "columns-chosen",
     .play = STAGE_BUSY,
     .keys = {'2', 'o', 'l', '3', '3', '5', '5', 'c', WL_KEY_UP, '<', '<', 'q'}},
    {.name = "leave", .play = STAGE_BUSY, .keys = {'q'}},
    {.name = "paused", .play = STAGE_BUSY, .keys = {'p'}},
    {.name = "rules", .play = STAGE_BUSY, .keys = {'5', 'j', ' '}},
};

static const struct {
    int w, h;
} sizes[] = {{40, 10}, {80, 24}, {100, 30}, {140, 45}, {200, 60}};

static const struct {
    const char *name;
    bool ascii, looks;
    int only_w; /* 0: at every size */
} forms[] = {{"utf8", false, false, 0}, {"ascii", true, false, 0}, {"looks", false, true, 80}};

/* ---------------------------------------------------------------------------- a screen at work */

static const char named_hosts[] = "10.0.0.5 shop.internal\n"
                                  "10.0.0.9 db-primary.eu-west.prod.example.internal\n"
                                  "2001:db8::211 six.example\n";

struct show {
    struct wl_hosts hosts;
    struct wl_budget budget;
    struct stage stage;
    struct wl_screen *screen;
    struct wl_canvas canvas;
    wl_ns now;
};

static void begin(struct show *sh, enum stage_play play, uint64_t drops, bool ascii)
{
    struct wl_screen_config cfg = {
        .live = play != STAGE_OVER,
        .utc = true,
        .ascii = ascii,
        .colours = true,
        .bpf = play == STAGE_SILENT || play == STAGE_TLS ? "tcp port 80 and not net 10.0.0.0/8"
                                                         : NULL,
        .interfaces = "lo        14 packets a second\neth0      silent\nany       everything",
    };

    *sh = (struct show){.now = WL_SECOND};
    wl_budget_init(&sh->budget, MEMORY, NULL, NULL, NULL);
    sh->hosts = (struct wl_hosts){.path = "/etc/hosts", .budget = &sh->budget};
    wl_text_init(&sh->hosts.text, &sh->budget, WL_HOSTS_TEXT);
    wl_text_put(&sh->hosts.text, named_hosts);
    if (!wl_hosts_parse(&sh->hosts))
        abort();
    cfg.hosts = &sh->hosts;
    sh->stage = (struct stage){.play = play, .drops = drops};
    wl_canvas_init(&sh->canvas, &sh->budget, ascii);
    sh->screen = wl_screen_new(&cfg, &sh->budget);
    if (!sh->screen)
        abort();
}

static void end(struct show *sh)
{
    wl_screen_free(sh->screen);
    wl_hosts_release(&sh->hosts);
    wl_canvas_release(&sh->canvas);
    if (sh->budget.used) {
        printf("%zu octets were not given back\n", sh->budget.used);
        abort();
    }
}

static void draw(struct show *sh)
{
    wl_canvas_clear(&sh->canvas);
    wl_screen_draw(sh->screen, &sh->canvas, sh->now);
}

/* Answers until nothing is asked; false: it never ends. */
static bool settle(struct show *sh)
{
    struct wl_ask ask;

    for (int i = 0; i < MAX_QUESTIONS; i++) {
        if (!wl_screen_question(sh->screen, sh->now, &ask))
            return true;
        wl_screen_answer(sh->screen, stage_answer(&sh->stage, &ask));
    }
    return false;
}

/* A view learns by drawing how much room it has, and asks for that much. */
static void present(struct show *sh, int w, int h)
{
    if (!wl_canvas_resize(&sh->canvas, w, h))
        abort();
    for (int i = 0; i < 3; i++) {
        draw(sh);
        if (!settle(sh)) {
            printf("it asks without end\n");
            abort();
        }
        sh->now += WL_SECOND / 100;
    }
    draw(sh);
}

static void press(struct show *sh, int key, int x, int y)
{
    wl_screen_key(sh->screen, key, x, y, sh->now);
    sh->now += WL_SECOND;
}

/* ------------------------------------------------------------------------------------ pictures */

static bool read_file(const char *path, struct wl_text *ret)
{
    FILE *f = fopen(path, "rb");
    char part[4096];
    size_t n;

    if (!f)
        return false;
    while ((n = fread(part, 1, sizeof(part), f)))
        wl_text_span_raw(ret, wl_span(part, n));
    (void)fclose(f);
    return true;
}

static bool write_file(const char *path, const struct wl_text *t)
{
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(t->buf.p, 1, t->buf.n, f) == t->buf.n;

    if (f && fclose(f))
        ok = false;
    if (!ok)
        printf("cannot write '%s'\n", path);
    return ok;
}

static struct wl_span take_line(struct wl_span *rest)
{
    size_t n = wl_span_find(*rest, '\n');
    struct wl_span line = wl_span_sub(*rest, 0, n);

    *rest = wl_span_after(*rest, n + 1);
    return line;
}

static void tell_difference(const char *path, struct wl_span want, struct wl_span is)
{
    for (unsigned line = 1; want.n || is.n; line++) {
        struct wl_span a = take_line(&want), b = take_line(&is);

        if (!wl_span_equal(a, b)) {
            printf("%s:%u differs\n  stands %.*s\n  drawn  %.*s\n", path, line, (int)a.n,
                   (const char *)a.p, (int)b.n, (const char *)b.p);
            return;
        }
    }
}

static void make_picture(const struct scene *scene, int w, int h, bool ascii, bool looks,
                         struct wl_text *ret)
{
    struct show sh;

    begin(&sh, scene->play, scene->drops, ascii);
    present(&sh, w, h);
    for (int i = 0; i < MAX_KEYS && scene->keys[i]; i++) {
        press(&sh, scene->keys[i], 0, 0);
        present(&sh, w, h);
    }
    if (looks) {
        wl_canvas_dump_looks(&sh.canvas, ret);
    } else {
        wl_canvas_dump(&sh.canvas, ret);
    }
    end(&sh);
}

/* In ASCII nothing else may stand; nowhere anything that a terminal would obey. */
static bool is_clean(const struct wl_text *t, bool ascii)
{
    for (size_t i = 0; i < t->buf.n; i++) {
        if ((t->buf.p[i] < ' ' && t->buf.p[i] != '\n') || t->buf.p[i] == 127 ||
            (ascii && t->buf.p[i] > 127))
            return false;
    }
    return true;
}

static bool check_picture(const char *folder, const struct scene *scene, size_t size, size_t form,
                          bool update, struct wl_budget *b)
{
    char path[1024];
    struct wl_text drawn, stands;
    bool ok;

    (void)snprintf(path, sizeof(path), "%s/%s.%dx%d.%s.txt", folder, scene->name, sizes[size].w,
                   sizes[size].h, forms[form].name);
    wl_text_init(&drawn, b, MAX_PICTURE);
    wl_text_init(&stands, b, MAX_PICTURE);
    make_picture(scene, sizes[size].w, sizes[size].h, forms[form].ascii, forms[form].looks, &drawn);
    ok = is_clean(&drawn, forms[form].ascii);
    if (!ok)
        printf("%s: an octet that must not reach a terminal\n", path);
    if (ok && update) {
        ok = write_file(path, &drawn);
    } else if (ok && !read_file(path, &stands)) {
        printf("%s: %s\n", path, "is missing; --update writes it");
        ok = false;
    } else if (ok && !wl_span_equal(wl_text_span(&drawn), wl_text_span(&stands))) {
        tell_difference(path, wl_text_span(&stands), wl_text_span(&drawn));
        ok = false;
    }
    wl_text_release(&drawn);
    wl_text_release(&stands);
    return ok;
}

static int check_all(const char *folder, bool update)
{
    struct wl_budget b;
    unsigned failed = 0, n = 0;

    wl_budget_init(&b, MEMORY, NULL, NULL, NULL);
    for (size_t i = 0; i < WL_COUNT(scenes); i++) {
        for (size_t size = 0; size < WL_COUNT(sizes); size++) {
            for (size_t form = 0; form < WL_COUNT(forms); form++) {
                if (forms[form].only_w && forms[form].only_w != sizes[size].w)
                    continue;
                failed += !check_picture(folder, &scenes[i], size, form, update, &b);
                n++;
            }
        }
    }
    printf("%u pictures, %u wrong\n", n, failed);
    if (failed) {
        printf("if that is as it should be: run_screen %s --update, and read the difference\n",
               folder);
    }
    return failed ? 1 : 0;
}

static int show_one(const char *name, const char *size, const char *form)
{
    struct wl_budget b;
    struct wl_text drawn;
    char *rest;
    int w, h;

    w = (int)strtol(size, &rest, 10);
    h = *rest == 'x' ? (int)strtol(rest + 1, NULL, 10) : 0;
    wl_budget_init(&b, MEMORY, NULL, NULL, NULL);
    wl_text_init(&drawn, &b, MAX_PICTURE);
    for (size_t i = 0; i < WL_COUNT(scenes); i++) {
        if (strcmp(scenes[i].name, name) == 0) {
            make_picture(&scenes[i], w, h, strcmp(form, "ascii") == 0, strcmp(form, "looks") == 0,
                         &drawn);
        }
    }
    (void)fwrite(drawn.buf.p, 1, drawn.buf.n, stdout);
    wl_text_release(&drawn);
    return 0;
}

/* ----------------------------------------------------------------------------- keys at random */

static uint32_t roll(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static int any_key(uint32_t *seed)
{
    static const int special[] = {
        WL_KEY_TAB,      WL_KEY_ENTER,      WL_KEY_ENTER,     WL_KEY_ENTER,     WL_KEY_ESC,
        WL_KEY_UP,       WL_KEY_DOWN,       WL_KEY_LEFT,      WL_KEY_RIGHT,     WL_KEY_PAGE_UP,
        WL_KEY_HOME,     WL_KEY_END,        WL_KEY_PAGE_DOWN, WL_KEY_BACK_TAB,  WL_KEY_DELETE,
        WL_KEY_CLICK,    WL_KEY_CLICK,      WL_KEY_F1,        WL_KEY_F1 + 4,    WL_KEY_DOUBLE_CLICK,
        WL_KEY_WHEEL_UP, WL_KEY_WHEEL_DOWN, WL_KEY_RESIZE,    WL_KEY_BACKSPACE, 0x6f22,
    };
    uint32_t n = roll(seed) % 100;

    if (n < 50)
        return special[roll(seed) % WL_COUNT(special)];
    return n < 60 ? (int)('1' + roll(seed) % 5) : (int)(' ' + roll(seed) % 95);
}

/* What was said stands over the view's last row for a while and goes of itself,
 * though nothing else happens. */
static bool check_said(void)
{
    struct show sh;
    bool stands, goes, gone;

    begin(&sh, STAGE_OVER, 0, false);
    present(&sh, 80, 24);
    press(&sh, 'y', 0, 0); /* there is nothing to be copied */
    present(&sh, 80, 24);
    stands = !wl_screen_dirty(sh.screen, sh.now + 10 * WL_SECOND);
    goes = wl_screen_dirty(sh.screen, sh.now + 20 * WL_SECOND) &&
           wl_screen_due(sh.screen, sh.now) <= sh.now + 20 * WL_SECOND;
    sh.now += 20 * WL_SECOND;
    draw(&sh);
    gone = !wl_screen_dirty(sh.screen, sh.now + 20 * WL_SECOND);
    end(&sh);
    return stands && goes && gone;
}

static int press_keys(unsigned long count, uint32_t seed)
{
    unsigned long done = 0;

    if (!check_said()) {
        printf("what was said does not go\n");
        return 1;
    }

    while (done < count) {
        struct show sh;
        int w = 80, h = 24;

        begin(&sh, (enum stage_play)(roll(&seed) % 5), roll(&seed) % 3, roll(&seed) % 2);
        for (unsigned i = 0; i < 400 && done < count && !wl_screen_over(sh.screen); i++, done++) {
            if (roll(&seed) % 8 == 0) {
                w = 1 + (int)(roll(&seed) % (roll(&seed) % 10 ? 220 : 1200));
                h = 1 + (int)(roll(&seed) % (roll(&seed) % 10 ? 70 : 600));
            }
            present(&sh, w, h);
            press(&sh, any_key(&seed), (int)(roll(&seed) % (unsigned)w),
                  (int)(roll(&seed) % (unsigned)h));
            if (roll(&seed) % 50 == 0)
                sh.stage.play = (enum stage_play)(roll(&seed) % 5);
        }
        end(&sh);
    }
    printf("%lu keys\n", done);
    return 0;
}

/* ------------------------------------------------------------------------- what the manual says */

/* "everywhere", "connections, ladder" */
static void put_where(struct wl_text *t, uint32_t where)
{
    uint32_t lacking = (uint32_t)WL_IN_ALL & ~where;
    bool any = false;

    if (lacking == 0 || (lacking & (lacking - 1)) == 0) {
        wl_text_put(t, "everywhere");
        for (size_t i = 0; lacking && wl_views[i]; i++) {
            if (wl_views[i]->where == lacking)
                wl_text_printf(t, " but %s", wl_views[i]->name);
        }
        return;
    }
    for (size_t i = 0; wl_views[i]; i++) {
        if (!(wl_views[i]->where & where))
            continue;
        wl_text_printf(t, "%s%s", any ? ", " : "", wl_views[i]->name);
        any = true;
        where &= ~wl_views[i]->where; /* some views share theirs */
    }
}

static void put_key_row(struct wl_text *t, const struct wl_key_row *row)
{
    wl_text_put(t, "| ");
    for (size_t i = 0; i < WL_KEYS_PER_ROW && row->keys[i]; i++) {
        char name[WL_KEY_NAME];

        wl_key_name(row->keys[i], name);
        wl_text_printf(t, "%s`%s`", i ? " " : "", name);
    }
    wl_text_printf(t, " | %s | ", row->help);
    put_where(t, row->where);
    wl_text_put(t, " |\n");
}

/* Every key stands in docs/dashboard.md as the table of keys has it, in the same order; when not,
 * the lines as they should be are written. */
static int check_manual(const char *path)
{
    static char manual[256 << 10];
    FILE *file = fopen(path, "rb");
    struct wl_budget budget;
    struct wl_text keys;
    size_t n = file ? fread(manual, 1, sizeof(manual) - 1, file) : 0;
    bool good;

    if (file)
        (void)fclose(file);
    manual[n] = '\0';
    wl_budget_init(&budget, 1 << 20, NULL, NULL, NULL);
    wl_text_init(&keys, &budget, 1 << 19);
    for (size_t i = 0; i < wl_n_key_rows; i++)
        put_key_row(&keys, &wl_key_rows[i]);
    wl_text_char(&keys, '\0');
    good = strstr(manual, (const char *)wl_text_span(&keys).p) != NULL;
    if (!good)
        printf("%s should say:\n%s", path, (const char *)wl_text_span(&keys).p);
    wl_text_release(&keys);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--manual") == 0)
        return check_manual(argv[2]);
    if (argc >= 3 && strcmp(argv[1], "--keys") == 0) {
        return press_keys(strtoul(argv[2], NULL, 10),
                          argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 1);
    }
    if (argc == 6 && strcmp(argv[2], "--show") == 0)
        return show_one(argv[3], argv[4], argv[5]);
    if (argc == 2 || (argc == 3 && strcmp(argv[2], "--update") == 0))
        return check_all(argv[1], argc == 3);
    (void)fprintf(stderr, "usage: run_screen SAMPLES/screens [--update | --show NAME WxH FORM]\n"
                          "       run_screen --keys COUNT [SEED]\n"
                          "       run_screen --manual docs/dashboard.md\n");
    return 2;
}
