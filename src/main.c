/* main.c - the program: from a command line to an exit status.
 * SPDX-License-Identifier: MIT
 *
 * Wires options, terminal, engine and outputs; owns signals and the exit status, and nothing else.
 * 0 nothing at or above --fail-on, 1 findings, 2 usage (nothing was read), 3 an input or an output
 * failed; 3 wins over 1.
 */
#include "choose.h"
#include "clock.h"
#include "commands.h"
#include "config_show.h"
#include "confine.h"
#include "diag.h"
#include "heap.h"
#include "options.h"
#include "paths.h"
#include "scrape.h"
#include "separate.h"
#include "suppressions.h"
#include "terminal.h"
#include "watch.h"
#include "wirelint/report.h"

#include <errno.h>
#ifdef __GLIBC__
#    include <nss.h>
#endif
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EXIT_CLEAN = 0,
    EXIT_FINDINGS = 1,
    EXIT_USAGE = 2,
    EXIT_FAILED = 3,
    OPTION_MEMORY = 128 << 20,
    PAGE_MEMORY = 16 << 20,
    MOST_FILES = 16384, /* open at a time, if the system allows as many */
};

/* What one run needs. */
struct run {
    const struct wl_options *o;
    struct wl_terminal *terminal;
    const char *const *files;
    size_t n_files;
    struct wl_scrape *scrape; /* --metrics, or NULL */
};

/* ------------------------------------------------------------------------------------ signals */

static struct wl_engine *volatile running; /* what a signal stops */
static volatile sig_atomic_t n_signals;
static wl_ns signalled; /* when the first one came; of the handler alone */

/* What timeout(1) sends to the process and to its group comes twice, and is one. */
static const wl_ns signals_apart = WL_SECOND / 10;

static void on_signal(int number)
{
    struct wl_engine *engine = running;
    wl_ns now = wl_clock_monotonic();

    if (n_signals && now - signalled < signals_apart)
        return;
    signalled = now;
    if (n_signals++ || !engine) {
        wl_watch_restore();
        _exit(128 + number);
    }
    wl_engine_stop(engine);
    wl_watch_stop();
}

static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal};
    struct sigaction before;

    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    /* the terminal is gone: what was asked for is still written; nohup has it ignored */
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        (void)sigaction(SIGHUP, &stop, NULL);
}

/* A file that is mapped can be cut short when the program stood still for 45 seconds (mapped.c), and
 * any disk can fail. Nobody can tell then what of the octets in hand was true. */
static char lost[512];
static size_t n_lost;

static void on_lost_page(int number, siginfo_t *info, void *context)
{
    const struct sigaction ordinary = {.sa_handler = SIG_DFL};

    (void)context;
    if (info->si_code == BUS_ADRERR) {
        (void)!write(STDERR_FILENO, lost, n_lost);
        _exit(EXIT_FAILED);
    }
    (void)sigaction(number, &ordinary, NULL);
    if (info->si_code <= 0)
        (void)raise(number);
}

static void catch_lost_pages(const struct wl_options *o)
{
    struct sigaction end = {.sa_sigaction = on_lost_page, .sa_flags = SA_SIGINFO};
    bool one = o->n_files == 1;
    int n = snprintf(lost, sizeof(lost) - 1,
                     "wirelint: %s%.300s%s was cut short, or cannot be read "
                     "any more, while it lay in memory: nothing is reported",
                     one ? "'" : "a capture file", one ? o->files[0] : "", one ? "'" : "");

    n_lost = n < 0 ? 0 : wl_min_size((size_t)n, sizeof(lost) - 1);
    for (size_t i = 0; i < n_lost; i++) {
        if (lost[i] < 0x20 || lost[i] > 0x7e)
            lost[i] = '?';
    }
    lost[n_lost++] = '\n';
    (void)sigaction(SIGBUS, &end, NULL);
}

/* A reader that went away is seen as EPIPE where it is written to, a file that may not grow
 * (RLIMIT_FSIZE) as EFBIG; that somebody waits for a file that is mapped is looked at often enough
 * (mapped.c), which is said to the kernel only when it could have sent a signal. */
static void ignore_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
    (void)sigaction(SIGIO, &ignore, NULL);
}

/* As many files as the system allows may be open side by side, and nobody here minds high numbers of
 * descriptors. Once confined it is too late. */
static void allow_files(void)
{
    struct rlimit most;

    if (getrlimit(RLIMIT_NOFILE, &most) < 0 || most.rlim_cur >= MOST_FILES)
        return;
    most.rlim_cur = most.rlim_max < MOST_FILES ? most.rlim_max : (rlim_t)MOST_FILES;
    (void)setrlimit(RLIMIT_NOFILE, &most);
}

/* libpcap asks for the addresses of hosts that a filter names. Nothing is to be sent: of all places
 * to ask, /etc/hosts is left. */
static void ask_nobody(void)
{
#ifdef __GLIBC__
    (void)__nss_configure_lookup("hosts", "files");
    (void)__nss_configure_lookup("networks", "files");
#endif
}

/* ---------------------------------------------------------------------------------- one run */

static int exit_status_of(int code)
{
    return code == WL_EINVAL ? EXIT_USAGE : EXIT_FAILED;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* Says what is wrong and gives the status that goes with it. A reader that went away is no
 * fault. */
static int fail(struct wl_terminal *terminal, int code, const struct wl_error *err)
{
    if (code == WL_EPIPE)
        return EXIT_CLEAN;
    wl_terminal_error(terminal, err);
    return exit_status_of(code);
}

/* By default a plain screen speaks so often. */
static const wl_ns plain_interval = 10 * WL_SECOND;

static wl_ns interval_of(const struct wl_options *o)
{
    return o->plain && !o->interval ? plain_interval : o->interval;
}

/* A dashboard leaves a verdict on the terminal; who asks for a file wants the whole report. */
static const char *command_of(const struct wl_options *o, const char *path)
{
    return wl_command_name(
        o->command == WL_COMMAND_WATCH && strcmp(path, "-") != 0 ? WL_COMMAND_AUDIT : o->command);
}

static void warn(void *user, const char *text)
{
    wl_terminal_log(user, WL_LOG_WARN, text);
}

static int add_output(struct wl_engine *engine, const struct run *run, const char *format,
                      const char *path, struct wl_error *err)
{
    const struct wl_options *o = run->o;
    bool standard = strcmp(path, "-") == 0;
    struct wl_sink_config cfg = wl_command_sink(o);

    cfg.path = path;
    cfg.color = standard && run->terminal->color;
    cfg.columns = standard ? run->terminal->columns : 0;
    cfg.command = command_of(o, path);
    cfg.interval = interval_of(o);
    cfg.warn = warn;
    cfg.warn_user = run->terminal;
    return wl_engine_add_sink(engine, wl_report_for(cfg.command, format), NULL, &cfg, err);
}

static int add_outputs(struct wl_engine *engine, const struct run *run, struct wl_error *err)
{
    const struct wl_options *o = run->o;
    const char *format = o->json ? "json" : o->plain ? "plain" : "text";
    bool standard = true; /* nobody has another use for it */
    int rc = 0;

    for (size_t i = 0; i < o->n_reports; i++)
        standard = standard && !wl_paths_is_standard(o, i);
    if (standard)
        rc = add_output(engine, run, format, "-", err);
    for (size_t i = 0; rc == 0 && i < o->n_reports; i++) {
        if (!wl_paths_is_repeated(o, i))
            rc = add_output(engine, run, o->reports[i].format, o->reports[i].path, err);
    }
    if (rc == 0 && run->scrape)
        rc = wl_engine_add_sink(engine, &wl_scrape_sink, run->scrape, NULL, err);
    return rc;
}

static bool has_findings(const struct wl_stats *st, enum wl_severity fail_on)
{
    for (unsigned s = fail_on; fail_on != WL_OFF && s < WL_N_SEVERITIES; s++) {
        if (st->findings[s])
            return true;
    }
    return false;
}

/* Of a file that is read no further nobody knows what follows: that is no clean end. */
static int fail_stopped(const struct run *run)
{
    struct wl_error err = {.code = WL_OK};

    (void)wl_fail(&err, WL_EDAMAGED, "a signal came before all was read");
    return fail(run->terminal, err.code, &err);
}

/* What the numbers say about the run as a whole, once it is over. */
static int judge_run(const struct run *run, const struct wl_stats *st)
{
    const struct wl_options *o = run->o;
    struct wl_error err = {.code = WL_OK};

    if (!o->separate) /* what one of the files does not need, another may */
        wl_suppressions_tell(st, wl_terminal_log, run->terminal);
    if (st->exchanges == 0 &&
        (o->require_http || (o->command == WL_COMMAND_LIST && !o->json && o->verbosity >= 0))) {
        if (st->left_out) {
            (void)wl_fail(&err, WL_EOPEN, "no exchange matches --where, which left out %llu",
                          (unsigned long long)st->left_out);
        } else {
            (void)wl_fail(&err, WL_EOPEN, "no HTTP was found in %llu connection%s",
                          (unsigned long long)st->connections, st->connections == 1 ? "" : "s");
        }
        if (o->command == WL_COMMAND_LIST && !st->left_out)
            wl_hint(&err, "'wirelint audit' tells what the connections look like");
        wl_terminal_error(run->terminal, &err);
    }
    if (st->exchanges == 0 && o->require_http)
        return EXIT_FAILED;
    if (n_signals && st->stopped && !st->live)
        return fail_stopped(run);
    return has_findings(st, o->config.fail_on) ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* A capture without a suffix among the operands was taken for a filter: say so. */
static void hint_at_file(const struct wl_options *o, struct wl_error *err)
{
    char word[256];
    struct stat st;

    if (!o->bpf)
        return;
    (void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(o->bpf, " "), o->bpf);
    if (stat(word, &st) < 0)
        return;
    if (o->n_interfaces) {
        wl_hint(err, "'%s' is a file; what follows -i is a filter, files are read without it",
                word);
    } else if (strchr(word, '/')) { /* it would be a file, but for -f or -- */
        wl_hint(err, "'%s' is a file; what follows -f or -- is a filter", word);
    } else {
        wl_hint(err, "'%s' was taken for a filter; './%s' names the file", word, word);
    }
}

/* ---------------------------------------------------------------------------- giving up rights */

static bool confined; /* for good, so once, whatever is run after it */

/* Reports that take the place of an earlier one as a whole, at every interval or at the end. */
static void find_replaced(struct wl_confine *needs, const struct wl_options *o)
{
    size_t n = 0;

    for (size_t i = 0; i < o->n_reports && n < WL_CONFINE_PATHS; i++) {
        const struct wl_report_request *report = &o->reports[i];
        const struct wl_sink_ops *ops = wl_report_for(command_of(o, report->path), report->format);

        if (ops->replaces_at_end || (ops->replaces && interval_of(o)))
            needs->replaced[n++] = report->path;
    }
}

/* wl_source_config.opened: all that needs rights is open. */
static int on_opened(void *user, struct wl_error *err)
{
    const struct run *run = user;
    const struct wl_options *o = run->o;
    bool watches = o->command == WL_COMMAND_WATCH && !o->plain;
    struct wl_confine needs = {
        .user = o->user,
        .files = o->files, /* all, not only those of this run */
        .n_files = o->n_files,
        .follow = o->follow,
        .live = o->n_interfaces > 0,
        .screen = watches,
        .serves = run->scrape != NULL,
        .writable = {watches ? "." : NULL, watches ? WL_WATCH_SPARE : NULL}, /* for `w` */
        .log = wl_terminal_log,
        .log_user = run->terminal,
    };

    if (!confined && !o->no_confine) {
        int rc;

        confined = true;
        find_replaced(&needs, o);
        rc = wl_confine_now(&needs, err);
        if (rc < 0)
            return rc;
    }
    return run->scrape ? wl_scrape_start(run->scrape, err) : 0;
}

/* Is standard output written while the capture is read, and does somebody read that? A pager that
 * is left open is no reason for others to wait for a file (wl_source_config.may_map). */
static bool is_waited_for(const struct wl_options *o)
{
    bool streams = o->json || o->command == WL_COMMAND_LIST || o->plain;
    struct stat st;

    for (size_t i = 0; i < o->n_reports; i++)
        streams = streams || wl_paths_is_standard(o, i);
    return streams && (fstat(STDOUT_FILENO, &st) < 0 || S_ISFIFO(st.st_mode) ||
                       S_ISSOCK(st.st_mode) || isatty(STDOUT_FILENO));
}

/* Reads the source to its end and reports, whatever happens on the way. */
static int drive(struct wl_engine *engine, struct run *run)
{
    const struct wl_source_config source = {
        .files = run->files,
        .n_files = run->n_files,
        .bpf = run->o->bpf,
        .interfaces = run->o->interfaces,
        .n_interfaces = run->o->n_interfaces,
        .max_packets = run->o->max_packets,
        .max_duration = run->o->duration,
        .snaplen = run->o->snaplen,
        .buffer = run->o->buffer,
        .not_promiscuous = run->o->not_promiscuous,
        .follow = run->o->follow,
        .may_map = !is_waited_for(run->o),
        .opened = on_opened,
        .opened_user = run,
        .log = wl_terminal_log,
        .log_user = run->terminal,
        .progress = wl_terminal_progress,
        .progress_user = run->terminal,
    };
    const struct wl_sink_config report = wl_command_sink(run->o);
    struct wl_error err = {.code = WL_OK}, finish_err = {.code = WL_OK};
    int rc, finish_rc, status = EXIT_CLEAN;

    rc = add_outputs(engine, run, &err);
    if (rc < 0)
        return fail(run->terminal, rc, &err);
    running = engine;
    rc = run->o->command == WL_COMMAND_WATCH && !run->o->plain
             ? wl_watch_run(engine, &source, run->o, &report, run->terminal, &err)
             : wl_engine_run(engine, &source, &err);
    wl_terminal_clear(run->terminal);
    finish_rc = wl_engine_finish(engine, &finish_err);
    running = NULL;
    if (rc == WL_EINVAL)
        hint_at_file(run->o, &err);
    if (rc == WL_EOPEN && n_signals) { /* a pipe of which nothing came until then is not empty */
        status = fail_stopped(run);
    } else if (rc < 0 && rc != finish_rc) {
        status = fail(run->terminal, rc, &err);
    }
    if (finish_rc < 0) /* beside a damaged input, a report that could not be written is news */
        status = worse(status, fail(run->terminal, finish_rc, &finish_err));
    if (status != EXIT_CLEAN)
        return status;
    return judge_run(run, wl_engine_stats(engine));
}

/* Standard input cannot be read by several shards. */
static unsigned shards_for(const struct run *run)
{
    unsigned n = run->o->config.shards;

    for (size_t i = 0; n > 1 && i < run->n_files; i++) {
        if (strcmp(run->files[i], "-") == 0) {
            wl_terminal_log(run->terminal, WL_LOG_WARN,
                            "standard input has one shard: -j is not used");
            n = 1;
        }
    }
    return n;
}

/* What runs for weeks cannot keep every connection that was never closed. */
static const wl_ns live_idle_timeout = 300 * WL_SECOND;

static int run_engine(struct run *run)
{
    struct wl_config cfg = run->o->config;
    struct wl_engine *engine = NULL;
    struct wl_error err = {.code = WL_OK};
    int rc, status;

    cfg.shards = shards_for(run);
    if (run->o->n_interfaces && !run->o->idle_timeout_set)
        cfg.limits.idle_timeout = (uint64_t)live_idle_timeout;
    cfg.log = wl_terminal_log;
    cfg.log_user = run->terminal;
    rc = wl_engine_new(&cfg, &engine, &err);
    if (rc < 0)
        return fail(run->terminal, rc, &err);
    status = drive(engine, run);
    wl_engine_free(engine);
    return status;
}

/* --------------------------------------------------------------------------- the read commands */

static int run_separately(const struct run *all, struct wl_arena *arena)
{
    struct wl_error err = {.code = WL_OK};
    struct wl_separate list;
    int rc = wl_separate_list(&list, all->files, all->n_files, arena, &err);
    int status = EXIT_CLEAN;
    size_t n_done = 0;

    if (rc < 0)
        return fail(all->terminal, rc, &err);
    for (size_t i = 0; i < list.n && !n_signals; i++) {
        struct run one = {
            .o = all->o, .terminal = all->terminal, .files = &list.files[i], .n_files = 1};

        if (i && !all->o->json && all->o->command != WL_COMMAND_LIST) {
            (void)fputs("\n\n", stdout);
            (void)fflush(stdout); /* outputs write past stdio */
        }
        n_done++;
        status = worse(status, run_engine(&one));
    }
    /* one that was stopped says so itself */
    return n_done < list.n && status < EXIT_FAILED ? fail_stopped(all) : status;
}

static int read_captures(const struct wl_options *o, struct wl_terminal *terminal,
                         struct wl_arena *arena)
{
    struct run run = {.o = o, .terminal = terminal, .files = o->files, .n_files = o->n_files};
    struct wl_error err = {.code = WL_OK};
    const struct wl_confine who = {.user = o->user};
    int rc = wl_paths_check(o, &err), status;

    if (rc == 0)
        rc = wl_confine_check(&who, &err);
    if (rc == 0 && o->metrics.family)
        rc = wl_scrape_open(&o->metrics, wl_terminal_log, terminal, &run.scrape, &err);
    if (rc < 0)
        return fail(terminal, rc, &err);
    if (o->bpf)
        ask_nobody();
    if (o->n_files) {
        allow_files();
        catch_lost_pages(o);
    }
    catch_signals();
    status = o->separate ? run_separately(&run, arena) : run_engine(&run);
    wl_scrape_free(run.scrape);
    return status;
}

/* ------------------------------------------------------------------------- commands that print */

/* Writes a finished page to standard output. */
static int print(struct wl_terminal *terminal, const struct wl_text *t)
{
    struct wl_span s = wl_text_span(t);
    struct wl_error err = {.code = WL_OK};
    char reason[128];

    if (t->full) { /* half a page would pass for a whole one */
        (void)wl_fail(&err, WL_NOMEM, "cannot write standard output: more than %d MiB",
                      PAGE_MEMORY / 2 >> 20);
        return fail(terminal, err.code, &err);
    }
    if (fwrite(s.p, 1, s.n, stdout) == s.n && fflush(stdout) == 0)
        return EXIT_CLEAN;
    (void)wl_fail(&err, errno == EPIPE ? WL_EPIPE : WL_EOUTPUT, "cannot write standard output: %s",
                  wl_errno_text(errno, reason, sizeof(reason)));
    return fail(terminal, err.code, &err);
}

/* An engine of this configuration says what is wrong with it. */
static int show_config(struct wl_text *text, const struct wl_options *o, struct wl_error *err)
{
    struct wl_engine *engine = NULL;
    int rc = wl_engine_new(&o->config, &engine, err);

    wl_engine_free(engine);
    if (rc == 0)
        wl_config_show(text, o);
    return rc;
}

static int print_command(const struct wl_options *o, struct wl_terminal *terminal)
{
    const struct wl_page page = {.columns = terminal->columns, .color = terminal->color};
    const struct wl_page prose = {.columns = terminal->columns ? terminal->columns : 80,
                                  .color = terminal->color};
    struct wl_error err = {.code = WL_OK};
    struct wl_budget budget;
    struct wl_text text;
    int rc = 0, status;

    wl_budget_init(&budget, PAGE_MEMORY, NULL, NULL, NULL);
    wl_text_init(&text, &budget, PAGE_MEMORY / 2);
    if (o->version) {
        wl_command_version(&text);
    } else if (o->help) {
        wl_options_help(&text, o);
    } else if (o->command == WL_COMMAND_RULES) {
        wl_command_rules(&text, o, &page);
    } else if (o->command == WL_COMMAND_PROFILES) {
        wl_command_profiles(&text, o, &prose);
    } else if (o->command == WL_COMMAND_CONFIG) {
        rc = show_config(&text, o, &err);
    } else if (o->command == WL_COMMAND_INTERFACES) {
        rc = wl_command_interfaces(&text, o, &err);
    } else {
        rc = wl_command_explain(&text, o, &prose, &err);
    }
    status = rc < 0 ? fail(terminal, rc, &err) : print(terminal, &text);
    wl_text_release(&text);
    return status;
}

static int run_program(int argc, char **argv, struct wl_arena *arena)
{
    struct wl_error err = {.code = WL_OK};
    struct wl_terminal terminal;
    struct wl_options o;
    int rc = wl_options_parse(&o, argc, argv, arena, &err);

    wl_terminal_init(&terminal, &o);
    if (rc < 0)
        return fail(&terminal, rc, &err);
    if (o.help || o.version || o.command == WL_COMMAND_RULES || o.command == WL_COMMAND_EXPLAIN ||
        o.command == WL_COMMAND_INTERFACES || o.command == WL_COMMAND_PROFILES ||
        o.command == WL_COMMAND_CONFIG)
        return print_command(&o, &terminal);
    if (wl_choose_can(&o)) {
        rc = wl_choose_interface(&o, arena, &err);
        if (rc < 0)
            return fail(&terminal, rc, &err);
        if (o.n_interfaces == 0)
            return EXIT_CLEAN;
    }
    return read_captures(&o, &terminal, arena);
}

int main(int argc, char **argv)
{
    struct wl_budget budget;
    struct wl_arena_pool pool;
    struct wl_arena *arena;
    int status = EXIT_FAILED;

    wl_heap_prepare();
    wl_terminal_streams();
    ignore_signals();
    tzset(); /* localtime_r need not */
    wl_budget_init(&budget, OPTION_MEMORY, NULL, NULL, NULL);
    wl_arena_pool_init(&pool, &budget, 0);
    arena = wl_arena_new(&pool);
    if (arena) {
        status = run_program(argc, argv, arena);
    } else {
        (void)fputs("wirelint: out of memory\n", stderr);
    }
    wl_arena_free(arena);
    wl_arena_pool_release(&pool);
    return status;
}
