/* watch.c - `wirelint watch`: an engine's run with the dashboard beside it.
 * SPDX-License-Identifier: MIT
 *
 * Takes the terminal before there is any thread and before rights are given up, gives it back after
 * the screen's thread has ended. What would be said on standard error meanwhile is kept, or it
 * would stand in the middle of the picture.
 */
#include "watch.h"

#include "clock.h"
#include "diag.h"
#include "feeds.h"
#include "hosts.h"
#include "tui.h"
#include "wirelint/interface.h"
#include "wirelint/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INPUT_TEXT = 1024, /* of the command that reads the same input */
    TRAFFIC_TEXT = 2048,
    MEMORY = 8 << 20,
};

/* 'it'\''s' where a shell would not take it as it is. */
static void put_quoted(struct wl_text *t, const char *word)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-";

    if (*word && strspn(word, plain) == strlen(word)) {
        wl_text_put(t, word);
        return;
    }
    wl_text_char(t, '\'');
    for (; *word; word++) {
        if (*word == '\'') {
            wl_text_put(t, "'\\''");
        } else {
            wl_text_char(t, *word);
        }
    }
    wl_text_char(t, '\'');
}

static bool is_one_file(const struct wl_options *o)
{
    struct stat st;

    return o->n_files == 1 && strcmp(o->files[0], "-") != 0 && stat(o->files[0], &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* How tshark reads the same: "-r x.pcap", "-i eth0 -f 'port 80'"; NULL when it cannot. */
static const char *input_of(const struct wl_options *o, struct wl_text *t)
{
    if (!is_one_file(o) && !o->n_interfaces)
        return NULL;
    for (size_t i = 0; i < o->n_interfaces; i++) {
        wl_text_put(t, i ? " -i " : "-i ");
        put_quoted(t, o->interfaces[i]);
    }
    if (o->n_interfaces && o->bpf) {
        wl_text_put(t, " -f ");
        put_quoted(t, o->bpf);
    }
    if (!o->n_interfaces) {
        wl_text_put(t, "-r ");
        put_quoted(t, o->files[0]);
    }
    wl_text_char(t, '\0');
    return t->full ? NULL : (const char *)wl_text_span(t).p;
}

/* ------------------------------------------------------------------- where there is traffic */

struct traffic {
    struct wl_interface list[WL_MAX_INTERFACES];
    uint64_t before[WL_MAX_INTERFACES];
    size_t n;
    wl_ns t; /* of the count before, monotonic */
    char text[TRAFFIC_TEXT];
};

static void begin_traffic(struct traffic *t)
{
    struct wl_error ignored = {.code = WL_OK};

    if (wl_interfaces_list(t->list, WL_MAX_INTERFACES, &t->n, &ignored) < 0)
        t->n = 0; /* then nothing is said about them */
    for (size_t i = 0; i < t->n; i++)
        t->before[i] = t->list[i].packets;
    t->t = wl_clock_monotonic();
}

/* wl_tui_config.interfaces, on the screen's thread. */
static const char *tell_traffic(void *user)
{
    struct traffic *t = user;
    wl_ns now = wl_clock_monotonic(), since = now - t->t;
    size_t n = 0;

    if (t->n == 0)
        return NULL;
    wl_interfaces_count(t->list, t->n);
    for (size_t i = 0; i < t->n && n < sizeof(t->text); i++) {
        const struct wl_interface *f = &t->list[i];
        uint64_t packets = f->packets - t->before[i];

        t->before[i] = f->packets;
        if (!f->counted || !f->up)
            continue;
        n += (size_t)snprintf(t->text + n, sizeof(t->text) - n, "%s%-12s", n ? "\n" : "", f->name);
        if (n < sizeof(t->text) && packets && since > 0) {
            n += (size_t)snprintf(t->text + n, sizeof(t->text) - n, " %.0f packets a second",
                                  (double)packets * 1e9 / (double)since + 0.5);
        } else if (n < sizeof(t->text)) {
            n += (size_t)snprintf(t->text + n, sizeof(t->text) - n, " silent");
        }
    }
    t->t = now;
    return t->text;
}

/* -------------------------------------------------------------------- names for addresses */

/* Up to the octets that are used; one more says that there are more. */
static int read_octets(int fd, struct wl_text *t)
{
    uint8_t part[4096];
    ssize_t n;

    while (!t->full && (n = read(fd, part, sizeof(part))) != 0) {
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            wl_text_span_raw(t, wl_span(part, (size_t)n));
    }
    return 0;
}

/* The file that was named has to be there; of /etc/hosts nothing is said until names are asked
 * for. */
static int read_hosts(struct wl_hosts *h, const char *named, struct wl_budget *budget,
                      struct wl_error *err)
{
    char reason[128];
    int fd, failed = 0;

    *h = (struct wl_hosts){.path = named ? named : "/etc/hosts", .budget = budget};
    wl_text_init(&h->text, budget, WL_HOSTS_TEXT);
    fd = open(h->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read_octets(fd, &h->text) < 0)
        failed = errno;
    if (fd >= 0)
        (void)close(fd);
    h->unread = failed != 0;
    h->cut = h->text.full;
    if (failed && named) {
        return wl_fail(err, WL_EOPEN, "cannot read '%s': %s", named,
                       wl_errno_text(failed, reason, sizeof(reason)));
    }
    return wl_hosts_parse(h) ? 0 : wl_fail(err, WL_NOMEM, "out of memory");
}

/* ---------------------------------------------------------------------------------- the run */

static struct wl_tui_config config_of(const struct wl_options *o,
                                      const struct wl_terminal *terminal, struct wl_text *text)
{
    return (struct wl_tui_config){
        .screen =
            {
                .within = o->config.where,
                .bpf = o->bpf,
                .input = input_of(o, text),
                .refresh = o->refresh,
                .light = o->themed ? o->light : terminal->light,
                .utc = o->utc,
                .live = o->n_interfaces || o->follow ||
                        (o->n_files == 1 && wl_feeds_is_stream(o->files[0])),
                .renumbered = o->bpf || !is_one_file(o),
                .overrides = o->overrides,
                .n_overrides = o->n_overrides,
                .only = o->config.only,
                .no_packets = o->config.redact > WL_REDACT_CREDENTIALS,
                .unkept = o->n_interfaces && o->config.shards > 1,
                .csv = wl_report_find("csv"),
                .json = wl_report_find("json"),
                .html = wl_report_find("html"),
            },
        .spare = WL_WATCH_SPARE "/",
        .color = terminal->color,
        .mouse = !o->no_mouse,
        .ascii = o->ascii,
    };
}

int wl_watch_run(struct wl_engine *e, const struct wl_source_config *source,
                 const struct wl_options *o, const struct wl_sink_config *report,
                 struct wl_terminal *terminal, struct wl_error *err)
{
    struct wl_source_config quiet = *source;
    struct wl_tui_config cfg;
    struct wl_budget budget;
    struct wl_tui *tui = NULL;
    struct wl_text text, copied;
    struct wl_hosts hosts;
    struct traffic *traffic;
    int rc;

    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    traffic = wl_alloc(&budget, sizeof(*traffic));
    if (!traffic)
        return wl_fail(err, WL_NOMEM, "out of memory");
    wl_text_init(&text, &budget, INPUT_TEXT);
    wl_text_init(&copied, &budget, WL_COPY_TEXT + INPUT_TEXT);
    cfg = config_of(o, terminal, &text);
    cfg.screen.report = *report;
    if (o->n_interfaces) {
        begin_traffic(traffic);
        cfg.interfaces = tell_traffic;
        cfg.interfaces_user = traffic;
    }
    cfg.screen.hosts = &hosts;
    rc = read_hosts(&hosts, o->hosts, &budget, err);
    if (rc == 0)
        rc = wl_tui_open(&cfg, &tui, err);
    if (rc == 0) {
        quiet.progress = NULL;
        wl_terminal_hold(terminal);
        rc = wl_engine_run_screen(e, &quiet, o->speed, wl_tui_run, tui, err);
        wl_text_terminal(&copied, wl_span_text(wl_tui_close(tui)));
        wl_terminal_release(terminal);
        if (wl_text_span(&copied).n) {
            (void)printf("copied: %.*s\n", (int)wl_text_span(&copied).n,
                         (const char *)wl_text_span(&copied).p);
            (void)fflush(stdout); /* outputs write past stdio */
        }
    }
    wl_tui_free(tui);
    wl_text_release(&text);
    wl_text_release(&copied);
    wl_hosts_release(&hosts);
    wl_free(&budget, traffic, sizeof(*traffic));
    return rc;
}

void wl_watch_stop(void)
{
    wl_tui_leave();
}

void wl_watch_restore(void)
{
    wl_tui_restore();
}
