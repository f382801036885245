/* tui.c - the screen on a terminal: keys in, cells out, questions and answers through the port.
 * SPDX-License-Identifier: MIT
 *
 * The only file that includes curses. Its thread waits for a key, an answer, a wish of a signal
 * handler (guard.c), or the moment when the screen has something to do; then cells that changed go
 * out. What comes from the network reaches curses only as cells of a canvas, which holds nothing
 * that a terminal would obey.
 *
 * The modes are curses' raw ones: Ctrl-C and Ctrl-Z arrive as keys, so that they are taken between
 * two drawings and never in the middle of one. Keys are read from /dev/tty: standard input may be a
 * capture.
 */
#define NCURSES_WIDECHAR 1 /* without the _XOPEN_SOURCE that would ask for it */
#include "tui.h"

#include "clock.h"
#include "diag.h"
#include "guard.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

enum {
    MEMORY = 64 << 20,
    ESCAPE_MS = 50, /* how long Esc waits for the rest of a key's sequence */
    SEQUENCE = 256,
    LONGEST_ANSWER = 4096, /* octets that a terminal answers with */
    KEYS_AT_ONCE = 256,    /* before something is drawn in between */
    MODE = 0666,           /* less what umask takes */
};

static const wl_ns double_click = WL_SECOND * 2 / 5;
static const wl_ns look_every = 2 * WL_SECOND;

struct wl_tui {
    struct wl_budget budget;
    struct wl_screen *screen;
    struct wl_canvas canvas;
    SCREEN *term;
    const char *spare;
    const char *(*interfaces)(void *user);
    void *interfaces_user;
    wl_ns t_interfaces;
    FILE *in, *out;
    bool color, light; /* as drawn last; light: the theme that the pairs were made for */
    bool started;      /* colours are */
    bool gone;         /* the terminal is no longer there */
    wl_ns t_click;
    int click_x, click_y;
    char copied[WL_COPY_TEXT];
};

/* ------------------------------------------------------------------------------------ files */

static bool file_exists(void *user, const char *path)
{
    (void)user;
    return access(path, F_OK) == 0;
}

/* Whoever gave up being root may not write where root stands. */
static const char *directory(void *user)
{
    const struct wl_tui *t = user;

    return access(".", W_OK) == 0 ? "" : t->spare;
}

/* A new file; nothing is written over, and no link is followed. */
static int write_file(void *user, const char *path, struct wl_span text, struct wl_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE), failed = 0;
    char reason[128];

    (void)user;
    if (fd < 0)
        failed = errno;
    while (!failed && text.n) {
        ssize_t n = write(fd, text.p, text.n);

        if (n >= 0) {
            text = wl_span_after(text, (size_t)n);
        } else if (errno != EINTR) {
            failed = errno;
        }
    }
    if (fd >= 0 && close(fd) != 0 && !failed)
        failed = errno;
    if (!failed)
        return 0;
    if (fd >= 0)
        (void)unlink(path);
    return wl_fail(err, WL_EOUTPUT, "cannot write '%s': %s", path,
                   wl_errno_text(failed, reason, sizeof(reason)));
}

/* ---------------------------------------------------------------------------------- opening */

/* Appends a capability of the terminal without the delays that only paper terminals need. */
static size_t add_capability(char *to, size_t n, const char *name)
{
    const char *c = tigetstr((NCURSES_CONST char *)name);

    if (!c || c == (char *)-1) /* NOLINT(performance-no-int-to-ptr): as terminfo has it */
        return n;
    while (*c && n + 1 < SEQUENCE) {
        if (c[0] == '$' && c[1] == '<') {
            const char *end = strchr(c, '>');

            c = end ? end + 1 : c + strlen(c);
        } else {
            to[n++] = *c++;
        }
    }
    return n;
}

static bool guard_terminal(struct wl_tui *t)
{
    static const char *const capabilities[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
    static const char mouse_off[] = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l";
    char sequence[SEQUENCE];
    size_t n = 0;

    if (tigetstr((NCURSES_CONST char *)"kmous") &&
        tigetstr((NCURSES_CONST char *)"kmous") != (char *)-1) { /* NOLINT: as above */
        memcpy(sequence, mouse_off, sizeof(mouse_off) - 1);
        n = sizeof(mouse_off) - 1;
    }
    for (size_t i = 0; i < WL_COUNT(capabilities); i++)
        n = add_capability(sequence, n, capabilities[i]);
    return wl_guard_begin(fileno(t->out), sequence, n);
}

/* Can this terminal show a dashboard at all? terminfo's database is read here. */
static int check_terminal(struct wl_error *err)
{
    const char *name = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): no thread exists yet */
    int found = 0;

    if (isatty(STDOUT_FILENO) != 1) {
        (void)wl_fail(err, WL_EINVAL,
                      "the dashboard needs a terminal, and standard output is none");
    } else if (!name || !*name || strcmp(name, "dumb") == 0) {
        (void)wl_fail(err, WL_EINVAL, "a dashboard cannot be shown with TERM=%s", name ? name : "");
    } else if (setupterm(NULL, STDOUT_FILENO, &found) != OK) {
        (void)wl_fail(err, WL_EINVAL, "the terminal '%.64s' is not known here", name);
        wl_hint(err, "TERM=xterm may do, or 'wirelint list' for plain lines");
        return WL_EINVAL;
    } else if (!tigetstr((NCURSES_CONST char *)"cup") ||
               tigetstr((NCURSES_CONST char *)"cup") == (char *)-1) { /* NOLINT: as above */
        (void)wl_fail(err, WL_EINVAL, "the terminal '%.64s' cannot place its cursor", name);
    } else {
        return 0;
    }
    wl_hint(err, "'wirelint list' and 'wirelint stats' print plain lines");
    return WL_EINVAL;
}

static bool is_ascii_terminal(void)
{
    const char *name = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): no thread exists yet */
    const char *codeset = nl_langinfo(CODESET); /* NOLINT(concurrency-mt-unsafe): as above */

    return strcmp(codeset, "UTF-8") != 0 ||
           (name && (strncmp(name, "vt", 2) == 0 || strcmp(name, "linux") == 0));
}

/* A pair of colours per role; the theme has changed, or it is the first time. Nothing of colours
 * goes to a terminal before they are wanted. */
static void make_pairs(struct wl_tui *t)
{
    struct wl_screen *s = t->screen;

    if (s->colours && !t->started) {
        t->started = start_color() == OK && use_default_colors() == OK;
        s->colours = t->started;
        s->cfg.no_colours = !t->started;
    }
    t->light = s->light;
    t->color = s->colours;
    for (int role = 0; t->color && role < WL_N_ROLES; role++) {
        const struct wl_style *style = wl_role_style((enum wl_role)role);
        enum wl_theme theme = t->light ? WL_THEME_LIGHT : WL_THEME_DARK;
        const short *colours = COLORS >= 256 ? style->colour_256 : style->colour_8;

        (void)init_pair((short)(role + 1), colours[theme], -1);
    }
}

static int start_curses(struct wl_tui *t, const struct wl_tui_config *cfg, struct wl_error *err)
{
    (void)del_curterm(cur_term); /* that of the checks; curses reads one of its own */
    t->term = newterm(NULL, t->out, t->in);
    if (!t->term)
        return wl_fail(err, WL_EINVAL, "this terminal cannot be used");
    (void)raw();
    (void)noecho();
    (void)nonl();
    (void)keypad(stdscr, TRUE);
    (void)nodelay(stdscr, TRUE);
    (void)intrflush(stdscr, FALSE);
    (void)set_escdelay(ESCAPE_MS);
    (void)mouseinterval(0); /* two clicks are told apart here, without waiting */
    if (cfg->mouse)
        (void)mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    t->screen->cfg.no_colours = !has_colors();
    t->screen->colours = cfg->color && has_colors();
    make_pairs(t);
    return 0;
}

static int open_files(struct wl_tui *t, struct wl_error *err)
{
    char reason[128];

    t->in = fopen("/dev/tty", "re");
    t->out = fopen("/dev/tty", "we");
    if (t->in && t->out)
        return 0;
    return wl_fail(err, WL_EINVAL, "cannot open the terminal for keys: %s",
                   wl_errno_text(errno, reason, sizeof(reason)));
}

int wl_tui_open(const struct wl_tui_config *cfg, struct wl_tui **ret, struct wl_error *err)
{
    struct wl_screen_config screen = cfg->screen;
    struct wl_budget budget;
    struct wl_tui *t;
    int rc;

    (void)setlocale(LC_CTYPE, ""); /* NOLINT(concurrency-mt-unsafe): no thread exists yet */
    rc = check_terminal(err);
    if (rc < 0)
        return rc;
    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    t = wl_alloc(&budget, sizeof(*t));
    if (!t)
        return wl_fail(err, WL_NOMEM, "out of memory");
    t->budget = budget;
    screen.ascii = cfg->ascii;
    screen.only_ascii = is_ascii_terminal();
    screen.exists = file_exists;
    screen.write = write_file;
    screen.directory = directory;
    screen.user = t;
    t->spare = cfg->spare;
    t->interfaces = cfg->interfaces;
    t->interfaces_user = cfg->interfaces_user;
    wl_canvas_init(&t->canvas, &t->budget, screen.ascii || screen.only_ascii);
    t->screen = wl_screen_new(&screen, &t->budget);
    rc = t->screen ? open_files(t, err) : wl_fail(err, WL_NOMEM, "out of memory");
    if (rc == 0 && !guard_terminal(t))
        rc = wl_fail(err, WL_EINVAL, "the modes of the terminal cannot be read");
    if (rc == 0)
        rc = start_curses(t, cfg, err);
    if (rc < 0) {
        wl_tui_free(t);
        return rc;
    }
    *ret = t;
    return 0;
}

/* ---------------------------------------------------------------------------------- drawing */

static attr_t attributes(const struct wl_tui *t, unsigned look)
{
    const struct wl_style *style = wl_role_style((enum wl_role)(look & WL_ROLE_BITS));
    unsigned bits = (look & ~(unsigned)WL_ROLE_BITS) |
                    (t->color ? style->with_colour : style->without);

    return (bits & WL_BOLD ? A_BOLD : A_NORMAL) | (bits & WL_UNDERLINE ? A_UNDERLINE : A_NORMAL) |
           (bits & WL_REVERSE ? A_REVERSE : A_NORMAL) | (bits & WL_DIM ? A_DIM : A_NORMAL);
}

/* Of X/Open, which _POSIX_C_SOURCE leaves out. */
int wcwidth(wchar_t c);

/* Whether the C library, and with it curses, gives a character as many columns as we do. */
static bool is_agreed(uint32_t c)
{
    return c < 0x7f || wcwidth((wchar_t)c) == wl_char_width(c);
}

static void put_row(struct wl_tui *t, int y)
{
    cchar_t row[WL_CANVAS_COLUMNS];
    int n = 0;
    bool second = false; /* a space stands for the second cell of what is not agreed on */

    for (int x = 0; x < t->canvas.w; x++) {
        const struct wl_cell *cell = wl_canvas_at(&t->canvas, x, y);
        wchar_t text[3] = {(wchar_t)cell->c, (wchar_t)cell->mark, L'\0'};
        short pair = 0;

        if (t->color)
            pair = (short)((cell->look & WL_ROLE_BITS) + 1);
        if (cell->c == WL_CELL_TAIL && !second)
            continue;
        if (cell->c == WL_CELL_TAIL)
            text[0] = L' ';
        second = cell->c != WL_CELL_TAIL && !is_agreed(cell->c);
        if (second)
            text[0] = L'?';
        if (!cell->mark || second || !is_agreed(cell->mark))
            text[1] = L'\0';
        if (setcchar(&row[n], text, attributes(t, cell->look), pair, NULL) == OK)
            n++;
    }
    (void)mvadd_wchnstr(y, 0, row, n);
}

static void draw(struct wl_tui *t, wl_ns now)
{
    struct wl_canvas *c = &t->canvas;
    int w, h;

    getmaxyx(stdscr, h, w);
    c->ascii = t->screen->ascii;
    if ((c->w != w || c->h != h) && !wl_canvas_resize(c, w, h))
        return; /* memory is refused: the old picture stays */
    if (t->light != t->screen->light || t->color != t->screen->colours)
        make_pairs(t);
    wl_screen_draw(t->screen, c, now);
    for (int y = 0; y < c->h; y++)
        put_row(t, y);
    if (c->cursor_x >= 0 && c->cursor_x < c->w && c->cursor_y >= 0 && c->cursor_y < c->h) {
        (void)curs_set(1);
        (void)move(c->cursor_y, c->cursor_x);
    } else {
        (void)curs_set(0);
    }
    (void)refresh();
}

/* Everything goes out anew, whatever curses believes to be there. */
static void redraw(struct wl_tui *t, wl_ns now)
{
    struct winsize size;

    if (ioctl(fileno(t->out), TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        (void)resizeterm(size.ws_row, size.ws_col);
    (void)clearok(curscr, TRUE);
    wl_screen_key(t->screen, WL_KEY_RESIZE, 0, 0, now);
}

/* ------------------------------------------------------------------------------------ keys */

static const struct {
    int curses, ours;
} special[] = {
    {KEY_UP, WL_KEY_UP},
    {KEY_DOWN, WL_KEY_DOWN},
    {KEY_LEFT, WL_KEY_LEFT},
    {KEY_RIGHT, WL_KEY_RIGHT},
    {KEY_PPAGE, WL_KEY_PAGE_UP},
    {KEY_NPAGE, WL_KEY_PAGE_DOWN},
    {KEY_HOME, WL_KEY_HOME},
    {KEY_END, WL_KEY_END},
    {KEY_BTAB, WL_KEY_BACK_TAB},
    {KEY_DC, WL_KEY_DELETE},
    {KEY_BACKSPACE, WL_KEY_BACKSPACE},
    {KEY_ENTER, WL_KEY_ENTER},
    {KEY_RESIZE, WL_KEY_RESIZE},
    {KEY_FIND, WL_KEY_HOME}, /* where a VT220 has Find and Select, keyboards have these */
    {KEY_SELECT, WL_KEY_END},
    {KEY_SUSPEND, WL_KEY_CTRL + 'z'}, /* Ctrl-Z, where terminfo has it as a key: linux, hurd */
    {KEY_A1, WL_KEY_HOME},
    {KEY_C1, WL_KEY_END},
    {KEY_A3, WL_KEY_PAGE_UP},
    {KEY_C3, WL_KEY_PAGE_DOWN},
};

/* A key of curses that is no character. */
static int special_key(int key)
{
    if (key >= KEY_F(1) && key <= KEY_F(12))
        return WL_KEY_F1 + key - KEY_F(1);
    for (size_t i = 0; i < WL_COUNT(special); i++) {
        if (special[i].curses == key)
            return special[i].ours;
    }
    return WL_KEY_NONE;
}

/* A character: some of those below the space are keys, the others Ctrl and a letter. */
static int character_key(wint_t c)
{
    switch (c) {
    case '\r':
    case '\n': return WL_KEY_ENTER;
    case '\t': return WL_KEY_TAB;
    case 8:
    case 127: return WL_KEY_BACKSPACE;
    default: return c < ' ' ? (c ? WL_KEY_CTRL + (int)c + 'a' - 1 : WL_KEY_NONE) : (int)c;
    }
}

/* What terminals send beside what terminfo has of them, or of the one that TERM takes them for:
 * PuTTY as an xterm, one in another's window, keys with Ctrl or Shift. */
static const struct {
    char last;  /* octet of the sequence */
    int number; /* before a '~', or 0 */
    int ours;
} sequences[] = {
    {'A', 0, WL_KEY_UP},       {'B', 0, WL_KEY_DOWN},      {'C', 0, WL_KEY_RIGHT},
    {'D', 0, WL_KEY_LEFT},     {'H', 0, WL_KEY_HOME},      {'F', 0, WL_KEY_END},
    {'Z', 0, WL_KEY_BACK_TAB}, {'~', 1, WL_KEY_HOME},      {'~', 7, WL_KEY_HOME},
    {'~', 4, WL_KEY_END},      {'~', 8, WL_KEY_END},       {'~', 3, WL_KEY_DELETE},
    {'~', 5, WL_KEY_PAGE_UP},  {'~', 6, WL_KEY_PAGE_DOWN}, {'P', 0, WL_KEY_F1},
    {'Q', 0, WL_KEY_F1 + 1},   {'R', 0, WL_KEY_F1 + 2},    {'S', 0, WL_KEY_F1 + 3},
    {'~', 11, WL_KEY_F1},      {'~', 12, WL_KEY_F1 + 1},   {'~', 13, WL_KEY_F1 + 2},
    {'~', 14, WL_KEY_F1 + 3},  {'~', 15, WL_KEY_F1 + 4},   {'~', 17, WL_KEY_F1 + 5},
    {'~', 18, WL_KEY_F1 + 6},  {'~', 19, WL_KEY_F1 + 7},   {'~', 20, WL_KEY_F1 + 8},
    {'~', 21, WL_KEY_F1 + 9},  {'~', 23, WL_KEY_F1 + 10},  {'~', 24, WL_KEY_F1 + 11},
};

static int sequence_key(int last, int number)
{
    for (size_t i = 0; i < WL_COUNT(sequences); i++) {
        if (sequences[i].last == last && sequences[i].number == number)
            return sequences[i].ours;
    }
    return WL_KEY_NONE;
}

/* Behind ESC and '[' or 'O': all of the sequence (ECMA-48 5.4), whether it means anything here or
 * not. Its octets are no keys. */
static int take_sequence(void)
{
    int number = 0, key = WL_KEY_NONE;
    bool plain = true; /* with no second number, which says that Ctrl or another was held */
    wint_t c;

    timeout(ESCAPE_MS);
    for (int i = 0; i < SEQUENCE && get_wch(&c) == OK; i++) {
        if (c == '[' && i == 0) { /* F1 to F5 of the Linux console */
            if (get_wch(&c) == OK && c >= 'A' && c <= 'E')
                key = WL_KEY_F1 + (int)(c - 'A');
            break;
        }
        if (c < ' ' || c >= '@') {
            key = plain ? sequence_key((int)c, number) : WL_KEY_NONE;
            break;
        }
        plain = plain && c >= '0' && c <= '9' && number < 100;
        if (plain)
            number = number * 10 + (int)(c - '0');
    }
    (void)nodelay(stdscr, TRUE);
    return key;
}

/* Behind ESC and ']' or 'P': what the terminal answers to the program before, up to BEL or ESC
 * '\\'. */
static void skip_string(void)
{
    wint_t c;

    timeout(ESCAPE_MS);
    for (int i = 0; i < LONGEST_ANSWER && get_wch(&c) == OK && c != '\a'; i++) {
        if (c == WL_KEY_ESC) {
            (void)get_wch(&c);
            break;
        }
    }
    (void)nodelay(stdscr, TRUE);
}

/* Esc: itself, or the beginning of something that curses knows no key for. */
static void take_escape(struct wl_tui *t, wl_ns now)
{
    wint_t c = 0;
    int kind = get_wch(&c), key = WL_KEY_ESC;

    if (kind == OK && (c == '[' || c == 'O')) {
        key = take_sequence();
    } else if (kind == OK && (c == ']' || c == 'P')) {
        skip_string();
        key = WL_KEY_NONE;
    } else if (kind != ERR) {
        (void)(kind == KEY_CODE_YES ? ungetch((int)c) : unget_wch((wchar_t)c));
    }
    wl_screen_key(t->screen, key, 0, 0, now);
}

static void take_mouse(struct wl_tui *t, wl_ns now)
{
    MEVENT event;
    int key = WL_KEY_NONE;

    if (getmouse(&event) != OK)
        return;
    if (event.bstate & BUTTON1_PRESSED) {
        bool twice = now - t->t_click < double_click && event.x == t->click_x &&
                     event.y == t->click_y;

        key = twice ? WL_KEY_DOUBLE_CLICK : WL_KEY_CLICK;
        t->t_click = twice ? 0 : now;
        t->click_x = event.x;
        t->click_y = event.y;
    } else if (event.bstate & BUTTON4_PRESSED) {
        key = WL_KEY_WHEEL_UP;
    } else if (event.bstate & BUTTON5_PRESSED) {
        key = WL_KEY_WHEEL_DOWN;
    }
    wl_screen_key(t->screen, key, event.x, event.y, now);
}

static void take_keys(struct wl_tui *t, wl_ns now)
{
    for (int i = 0; i < KEYS_AT_ONCE && !wl_screen_over(t->screen); i++) {
        wint_t c = 0;
        int kind = get_wch(&c);

        if (kind == ERR)
            return;
        if (kind == KEY_CODE_YES && c == KEY_MOUSE) {
            take_mouse(t, now);
        } else if (kind == OK && c == WL_KEY_ESC) {
            take_escape(t, now);
        } else {
            wl_screen_key(t->screen, kind == KEY_CODE_YES ? special_key((int)c) : character_key(c),
                          0, 0, now);
        }
    }
}

/* ---------------------------------------------------------------------------- the clipboard */

/* OSC 52: the terminal's clipboard. Whether it took it cannot be known; the program says the text
 * once more when it ends. */
static void copy(struct wl_tui *t, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(text);

    (void)snprintf(t->copied, sizeof(t->copied), "%s", text);
    (void)fputs("\033]52;c;", t->out);
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = (uint32_t)(uint8_t)text[i] << 16;

        three |= i + 1 < n ? (uint32_t)(uint8_t)text[i + 1] << 8 : 0;
        three |= i + 2 < n ? (uint32_t)(uint8_t)text[i + 2] : 0;
        (void)fputc(digits[three >> 18 & 63], t->out);
        (void)fputc(digits[three >> 12 & 63], t->out);
        (void)fputc(i + 1 < n ? digits[three >> 6 & 63] : '=', t->out);
        (void)fputc(i + 2 < n ? digits[three & 63] : '=', t->out);
    }
    (void)fputs("\a", t->out);
    (void)fflush(t->out);
}

/* ---------------------------------------------------------------------------------- the loop */

/* Where there is no screen to go back to, what is said next stands on the last line. */
static void leave_screen(void)
{
    (void)move(LINES - 1, 0);
    (void)clrtoeol();
    (void)refresh();
    (void)endwin();
}

static void suspend(struct wl_tui *t)
{
    leave_screen();
    wl_guard_stop();
    redraw(t, wl_clock_monotonic());
}

/* False: it is time to leave. */
static bool take_wishes(struct wl_tui *t, wl_ns now)
{
    enum wl_wish wish;

    while ((wish = wl_guard_next()) != WL_WISH_NONE) {
        switch (wish) {
        case WL_WISH_RESIZE:
        case WL_WISH_CONTINUE: redraw(t, now); break;
        case WL_WISH_SUSPEND: suspend(t); break;
        case WL_WISH_LEAVE: return false;
        case WL_WISH_NONE: break;
        }
    }
    return true;
}

static void talk(struct wl_tui *t, struct wl_port *port, wl_ns now)
{
    struct wl_answer *a;
    struct wl_ask ask;

    while ((a = wl_port_answer(port)) != NULL)
        wl_screen_answer(t->screen, a);
    while (wl_screen_question(t->screen, now, &ask)) {
        if (!wl_port_ask(port, &ask)) {
            wl_screen_refused(t->screen, now);
            break;
        }
    }
}

/* While there is nothing to be seen, it is said where there would be. */
static void look_elsewhere(struct wl_tui *t, wl_ns now)
{
    const struct wl_board *b = t->screen->board;

    if (!t->interfaces || !b || b->stats.counters.packets || now < t->t_interfaces)
        return;
    t->t_interfaces = now + look_every;
    t->screen->cfg.interfaces = t->interfaces(t->interfaces_user);
}

static void serve(struct wl_tui *t, wl_ns now)
{
    const char *text = wl_screen_copied(t->screen);

    look_elsewhere(t, now);
    if (text)
        copy(t, text);
    if (wl_screen_take_redraw(t->screen))
        redraw(t, now);
    if (wl_screen_take_suspend(t->screen))
        suspend(t);
    if (wl_screen_dirty(t->screen, now))
        draw(t, now);
}

/* Waits until there is something to do, at most until the screen is due. */
static void wait_for_work(struct wl_tui *t, struct wl_port *port, wl_ns due)
{
    struct pollfd fds[] = {
        {fileno(t->in), POLLIN, 0}, {wl_port_fd(port), POLLIN, 0}, {wl_guard_fd(), POLLIN, 0}};
    wl_ns left = due - wl_clock_monotonic();
    int ms = -1;

    if (due < INT64_MAX)
        ms = left > 0 ? (int)wl_min_u64((uint64_t)(left / 1000000) + 1, 60000) : 0;
    if (poll(fds, WL_COUNT(fds), ms) > 0 && (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
        t->gone = true;
}

void wl_tui_run(void *user, struct wl_port *port)
{
    struct wl_tui *t = user;
    wl_ns now = wl_clock_monotonic();

    wl_guard_watch(fileno(t->out));
    while (take_wishes(t, now)) {
        take_keys(t, now);
        talk(t, port, now);
        if (wl_screen_over(t->screen) || wl_port_over(port))
            break;
        serve(t, now);
        wait_for_work(t, port, wl_screen_due(t->screen, wl_clock_monotonic()));
        if (t->gone)
            break;
        now = wl_clock_monotonic();
    }
    wl_guard_watch(-1);
}

/* ---------------------------------------------------------------------------------- leaving */

void wl_tui_leave(void)
{
    wl_guard_hurry();
}

void wl_tui_restore(void)
{
    wl_guard_restore();
}

const char *wl_tui_close(struct wl_tui *t)
{
    if (wl_guard_hangs()) { /* its thread may wake up in curses at any time */
        wl_guard_restore();
        wl_guard_end();
        return t->copied;
    }
    if (t->term) {
        if (!t->gone)
            leave_screen();
        delscreen(t->term);
        t->term = NULL;
    }
    wl_guard_end();
    return t->copied;
}

void wl_tui_free(struct wl_tui *t)
{
    struct wl_budget budget;

    if (!t)
        return;
    (void)wl_tui_close(t);
    if (wl_guard_hangs())
        return; /* what it may still touch goes when the process does */
    wl_screen_free(t->screen);
    wl_canvas_release(&t->canvas);
    if (t->in)
        (void)fclose(t->in);
    if (t->out)
        (void)fclose(t->out);
    budget = t->budget;
    wl_free(&budget, t, sizeof(*t));
}
