/* statuses.c - how a program embeds libwirelint: an output and a rule of its own.
 * SPDX-License-Identifier: MIT
 *
 *     cc -std=c17 statuses.c $(pkg-config --cflags --libs libwirelint) -o statuses
 *     ./statuses capture.pcap...
 *
 * Prints how often each status sequence was seen ("103, 200"), and what breaks a rule: those of the
 * catalogue, and one that only this house has. Exit status 0: nothing was found; 1: something was;
 * 2: usage; 3: a capture could not be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wirelint/names.h>
#include <wirelint/wirelint.h>

/* ---------------------------------------------------------------------------- a rule of our own */

/* An API of ours says 303 or 307, so that clients need not guess whether POST becomes GET. */
static void check_found(struct wl_judge *j, const struct wl_exchange *ex,
                        const struct wl_message *m)
{
    if (ex->req.method_id == WL_METHOD_POST)
        wl_report(j, m, m->at, WL_WARNING, WL_CERTAIN, "302 in answer to POST");
}

static const struct wl_rule house_rules[] = {
    {
        .id = "house-302-to-post",
        .severity = WL_WARNING,
        .fault = WL_FAULT_SERVER,
        .area = "HOUSE",
        .versions = "HTTP/1.0, HTTP/1.1",
        .cite = {"RFC 9110 15.4.3"},
        .title = "302 in answer to POST",
        .why = "Some clients repeat the POST, others send GET",
        .when = WL_ON_RESPONSE,
        .status_from = 302, /* the judge asks about no other status, */
        .status_to = 302,
        .needs = WL_NEEDS_PAIR, /* and only where the request is known for certain */
        .check = check_found,
    },
};
static const struct wl_rule_group house = {"house", house_rules, 1};

/* ------------------------------------------------------------------------ an output of our own */

enum { MAX_ROWS = 200, MAX_TEXT = 64 };

/* What the output remembers between its calls. */
struct tally {
    struct row {
        char sequence[MAX_TEXT];
        unsigned long n;
    } rows[MAX_ROWS];
    size_t n_rows;
    unsigned long others, findings;
};

static int open_tally(struct wl_sink *s, const struct wl_sink_config *cfg, struct wl_error *err)
{
    (void)s;
    (void)cfg;
    (void)err;
    return 0;
}

static void append_status(char text[MAX_TEXT], unsigned status)
{
    size_t n = strlen(text);

    (void)snprintf(text + n, MAX_TEXT - n, "%s%u", n ? ", " : "", status);
}

static void count_sequence(struct tally *t, const char *sequence)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        if (strcmp(t->rows[i].sequence, sequence) == 0) {
            t->rows[i].n++;
            return;
        }
    }
    if (t->n_rows == MAX_ROWS) {
        t->others++;
        return;
    }
    (void)snprintf(t->rows[t->n_rows].sequence, MAX_TEXT, "%s", sequence);
    t->rows[t->n_rows++].n = 1;
}

/* Called for every exchange when it is over; what it points to lives until the call returns. */
static int take_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct tally *t = s->state;
    char sequence[MAX_TEXT] = "";

    for (uint32_t i = 0; i < ex->n_interim + ex->n_interim_more; i++)
        append_status(sequence, wl_exchange_interim_status(ex, i));
    if (wl_message_has_status(&ex->res))
        append_status(sequence, ex->res.status);
    count_sequence(t, *sequence ? sequence : "(none)");
    for (uint32_t i = 0; i < ex->n_findings; i++) {
        const struct wl_finding *f = &ex->findings[i];

        printf("%s: %s: frame %llu: %.*s\n", wl_severity_name(f->severity), f->rule->id,
               (unsigned long long)wl_frame_number(f->at.frame), (int)f->message.n,
               (const char *)f->message.p);
        t->findings++;
    }
    return 0;
}

static int take_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    struct tally *t = s->state;

    t->findings += conn->n_findings;
    return 0;
}

static int close_tally(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    const struct tally *t = s->state;

    (void)err;
    for (size_t i = 0; i < t->n_rows; i++)
        printf("%8lu  %s\n", t->rows[i].n, t->rows[i].sequence);
    if (t->others)
        printf("%8lu  others\n", t->others);
    printf("%llu exchanges on %llu connections, %lu findings\n", (unsigned long long)st->exchanges,
           (unsigned long long)st->connections, t->findings);
    return 0;
}

static const struct wl_sink_ops tally_ops = {
    .name = "statuses",
    .summary = "how often each status sequence was seen",
    .open = open_tally,
    .exchange = take_exchange,
    .connection = take_connection,
    .close = close_tally,
    .wants_exchanges = true,
};

/* ---------------------------------------------------------------------------------- the program */

static int fail(const struct wl_error *err)
{
    (void)fprintf(stderr, "statuses: %s\n", err->text);
    if (*err->hint)
        (void)fprintf(stderr, "  %s\n", err->hint);
    return 3;
}

int main(int argc, char **argv)
{
    static struct tally tally;
    struct wl_config cfg;
    struct wl_source_config source = {0};
    const struct wl_sink_config sink = {.path = "-", .command = "list"};
    struct wl_error err = {.code = WL_OK}, end_err = {.code = WL_OK};
    struct wl_engine *engine = NULL;
    int rc, end;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: statuses FILE...   (libwirelint %s)\n", wl_version());
        return 2;
    }
    wl_config_init(&cfg);
    if (wl_engine_new(&cfg, &engine, &err) < 0)
        return fail(&err);
    rc = wl_engine_add_rules(engine, &house);
    if (rc == 0)
        rc = wl_engine_add_sink(engine, &tally_ops, &tally, &sink, &err);
    if (rc == 0) {
        source.files = (const char *const *)&argv[1];
        source.n_files = (size_t)argc - 1;
        rc = wl_engine_run(engine, &source, &err);
    }
    end = wl_engine_finish(engine, &end_err); /* reports what was read, also before an error */
    wl_engine_free(engine);
    if (rc < 0 || end < 0)
        return fail(rc < 0 ? &err : &end_err);
    return tally.findings ? 1 : 0;
}
