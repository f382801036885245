/* option_table.c - the options, one row each, and what each of them does.
 * SPDX-License-Identifier: MIT
 *
 * An option is one row: its names, the commands that take it, its argument, its line of help, and
 * the function that applies a value, or the flag that it sets. A row with .later is an option whose
 * capability this version lacks: it is refused with that sentence, never read and ignored.
 */
#include "option_table.h"

#include "diag.h"
#include "line.h"
#include "names.h"
#include "profile.h"
#include "scrape.h"
#include "wirelint/filter.h"
#include "wirelint/interface.h"
#include "wirelint/report.h"

enum {
    MAX_EXAMPLES = 1000,
    MAX_SHARDS = 64,
    MAX_SNAPLEN = 262144,
    MAX_BUFFER_MIB = 2047, /* of one ring */
    NEAR = 3,              /* edits that a misspelt rule or profile may be away */
};

/* ---------------------------------------------------------------------------- applying values */

static int refuse(struct wl_parse *p, const char *value, const char *allowed)
{
    return wl_fail(p->err, WL_EINVAL, "%s does not take '%s': %s", p->spelled, value, allowed);
}

static int parse_number(struct wl_parse *p, const char *value, uint64_t least, uint64_t most,
                        uint64_t *ret)
{
    char allowed[96];
    uint64_t n;

    if (wl_parse_u64(wl_span_text(value), &n) && n >= least && n <= most) {
        *ret = n;
        return 0;
    }
    (void)snprintf(allowed, sizeof(allowed), "a number from %llu to %llu",
                   (unsigned long long)least, (unsigned long long)most);
    return refuse(p, value, allowed);
}

static int apply_read(struct wl_parse *p, const char *value)
{
    p->o->files[p->o->n_files++] = value;
    return 0;
}

static int apply_interface(struct wl_parse *p, const char *value)
{
    if (p->o->n_interfaces == WL_MAX_INTERFACES)
        return wl_fail(p->err, WL_EINVAL, "%d interfaces at most", (int)WL_MAX_INTERFACES);
    p->o->interfaces[p->o->n_interfaces++] = value;
    return 0;
}

static int apply_snaplen(struct wl_parse *p, const char *value)
{
    uint64_t n = 0;
    int status = parse_number(p, value, 0, MAX_SNAPLEN, &n);

    p->o->snaplen = (unsigned)n;
    return status;
}

static int apply_buffer(struct wl_parse *p, const char *value)
{
    uint64_t n = 0;
    int status = parse_number(p, value, 1, MAX_BUFFER_MIB, &n);

    p->o->buffer = n << 20;
    return status;
}

static int parse_duration(struct wl_parse *p, const char *value, wl_ns least, wl_ns *ret)
{
    uint64_t ns = 0;

    if (!wl_parse_seconds(wl_span_text(value), &ns) || ns < (uint64_t)least)
        return refuse(p, value, "seconds, such as 60, 0.5 or 250ms");
    *ret = (wl_ns)ns;
    return 0;
}

static int apply_duration(struct wl_parse *p, const char *value)
{
    return parse_duration(p, value, 1, &p->o->duration);
}

static int apply_interval(struct wl_parse *p, const char *value)
{
    if (parse_duration(p, value, WL_SECOND, &p->o->interval) == 0)
        return 0;
    return refuse(p, value, "seconds, 1 or more");
}

static int apply_user(struct wl_parse *p, const char *value)
{
    p->o->user = value;
    return 0;
}

static int apply_filter(struct wl_parse *p, const char *value)
{
    if (p->o->bpf)
        return wl_fail(p->err, WL_EINVAL, "-f was given twice; join filters with 'and'");
    p->o->bpf = value;
    return 0;
}

static int apply_count(struct wl_parse *p, const char *value)
{
    return parse_number(p, value, 1, INT64_MAX, &p->o->max_packets);
}

static int apply_evidence(struct wl_parse *p, const char *value)
{
    if (strcmp(value, "-") == 0)
        return refuse(p, value, "the name of a file (standard output holds the report)");
    if (p->o->config.evidence_path)
        return wl_fail(p->err, WL_EINVAL, "-w was given twice: it takes one file");
    p->o->config.evidence_path = value;
    return 0;
}

static bool is_format(const char *word)
{
    for (size_t i = 0; wl_report_format(i); i++) {
        if (strcmp(wl_report_format(i), word) == 0)
            return true;
    }
    return false;
}

static int apply_json_names(struct wl_parse *p, const char *value)
{
    if (!wl_names_parse(value, &p->o->json_names))
        return refuse(p, value, "otel, ecs or zeek");
    return 0;
}

static int refuse_format(struct wl_parse *p, const char *format)
{
    char allowed[256];
    size_t n = 0;

    for (size_t i = 0; wl_report_format(i) && n < sizeof(allowed); i++) {
        n += (size_t)snprintf(allowed + n, sizeof(allowed) - n, "%s%s",
                              i == 0                    ? "a format is "
                              : wl_report_format(i + 1) ? ", "
                                                        : " or ",
                              wl_report_format(i));
    }
    return refuse(p, format, allowed);
}

static int apply_report(struct wl_parse *p, const char *value)
{
    size_t n = wl_span_find(wl_span_text(value), '=');
    struct wl_report_request *request = &p->o->reports[p->o->n_reports];
    char *format;

    if (n == 0 || !value[n] || !value[n + 1])
        return refuse(p, value, "FORMAT=FILE, such as json=report.ndjson");
    format = wl_arena_alloc(p->arena, n + 1);
    if (!format)
        return WL_NOMEM;
    memcpy(format, value, n);
    request->format = format;
    request->path = value + n + 1;
    if (!is_format(format))
        return refuse_format(p, format);
    p->o->n_reports++;
    return 0;
}

static int apply_metrics(struct wl_parse *p, const char *value)
{
    if (wl_scrape_address(value, &p->o->metrics))
        return 0;
    return refuse(p, value, "a port, or an address and a port: 9464, 10.0.0.2:9464, [::1]:9464");
}

static int apply_redact(struct wl_parse *p, const char *value)
{
    static const char *const levels[] = {
        [WL_REDACT_CREDENTIALS] = "credentials",
        [WL_REDACT_VALUES] = "values",
        [WL_REDACT_TARGETS] = "targets",
        [WL_REDACT_ADDRESSES] = "addresses",
    };

    for (size_t i = 0; i < WL_COUNT(levels); i++) {
        if (strcmp(value, levels[i]) == 0) {
            p->o->config.redact = (enum wl_redact)i;
            return 0;
        }
    }
    (void)refuse(p, value, "credentials, values, targets or addresses");
    if (strcmp(value, "none") == 0)
        wl_hint(p->err, "credentials are never shown; who needs them has the capture");
    return WL_EINVAL;
}

static int apply_baseline(struct wl_parse *p, const char *value)
{
    p->o->baselines[p->o->n_baselines++] = value;
    return 0;
}

/* A report like others, but that it is no report. */
static int apply_write_baseline(struct wl_parse *p, const char *value)
{
    if (p->o->write_baseline)
        return wl_fail(p->err, WL_EINVAL, "--write-baseline was given twice");
    if (strcmp(value, "-") == 0)
        return refuse(p, value, "the name of a file (standard output holds the report)");
    p->o->write_baseline = value;
    p->o->reports[p->o->n_reports++] = (struct wl_report_request){"baseline", value};
    return 0;
}

static int apply_fail_on(struct wl_parse *p, const char *value)
{
    if (strcmp(value, "off") == 0 || !wl_severity_parse(value, &p->o->config.fail_on))
        return refuse(p, value, "violation, warning, note or never");
    return 0;
}

/* Fails when no rule matches the glob. */
static int check_glob(struct wl_parse *p, const char *glob)
{
    struct wl_nearest like = wl_nearest(glob, NEAR);

    for (size_t i = 0; i < wl_rule_count(); i++) {
        if (wl_glob_match(glob, wl_rule_at(i)->id))
            return 0;
        (void)wl_nearest_try(&like, wl_rule_at(i)->id);
    }
    (void)wl_fail(p->err, WL_EINVAL, "%s: no rule is called '%s'", p->spelled, glob);
    if (like.name) {
        wl_hint(p->err, "did you mean '%s'?", like.name);
    } else {
        wl_hint(p->err, "'wirelint rules' lists them");
    }
    return WL_EINVAL;
}

static int apply_rule(struct wl_parse *p, const char *value)
{
    size_t n = wl_span_find(wl_span_text(value), '=');
    struct wl_override *override = &p->o->overrides[p->o->n_overrides];
    char *glob;

    if (n == 0 || !value[n])
        return refuse(p, value, "ID=off, ID=note, ID=warning or ID=violation");
    glob = wl_arena_alloc(p->arena, n + 1);
    if (!glob)
        return WL_NOMEM;
    memcpy(glob, value, n);
    override->glob = glob;
    if (strcmp(value + n + 1, "never") == 0 ||
        !wl_severity_parse(value + n + 1, &override->severity))
        return refuse(p, value, "a severity is off, note, warning or violation");
    p->o->n_overrides++;
    return check_glob(p, glob);
}

/* Is this the second one on the command line? One alone would hold, and nobody would see which. */
static bool is_second(const struct wl_parse *p, const char *name)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < p->o->n_given; i++) {
        const struct wl_given *given = &p->o->given[i];

        n += given->origin == WL_FROM_LINE && strcmp(given->option->name, name) == 0;
    }
    return n > 1;
}

static int apply_only(struct wl_parse *p, const char *value)
{
    if (is_second(p, "only"))
        return wl_fail(p->err, WL_EINVAL, "--only was given twice: it takes one pattern");
    p->o->config.only = value;
    return check_glob(p, value);
}

/* What --set of the same origin says wins, whichever comes first: profiles are put in place when
 * all has been read (options.c). */
static int apply_profile(struct wl_parse *p, const char *value)
{
    struct wl_nearest like = wl_nearest(value, NEAR);

    if (is_second(p, "profile"))
        return wl_fail(p->err, WL_EINVAL, "--profile was given twice: it takes one name");
    p->o->profile = wl_profile_find(value);
    p->o->profile_origin = p->origin;
    if (p->o->profile)
        return 0;
    for (size_t i = 0; i < wl_n_profiles; i++)
        (void)wl_nearest_try(&like, wl_profiles[i].name);
    (void)wl_fail(p->err, WL_EINVAL, "%s: no profile is called '%s'", p->spelled, value);
    if (like.name) {
        wl_hint(p->err, "did you mean '%s'?", like.name);
    } else {
        wl_hint(p->err, "'wirelint profiles' lists them");
    }
    return WL_EINVAL;
}

static int apply_set(struct wl_parse *p, const char *value)
{
    size_t n = wl_span_find(wl_span_text(value), '=');
    char *key;

    if (n == 0 || !value[n])
        return refuse(p, value, "KEY=VALUE, such as processing.final=125");
    key = wl_arena_alloc(p->arena, n + 1);
    if (!key)
        return WL_NOMEM;
    memcpy(key, value, n);
    p->o->idle_timeout_set |= strcmp(key, "idle_timeout") == 0;
    p->o->settings[p->o->n_settings++] = (struct wl_set_request){key, value + n + 1, p->origin};
    return wl_config_set(&p->o->config, key, value + n + 1, p->err);
}

static int apply_where(struct wl_parse *p, const char *value)
{
    struct wl_filter *filter = NULL;
    int status;

    if (is_second(p, "where")) {
        return wl_fail(p->err, WL_EINVAL,
                       "--where was given twice; write 'status:103 port:80' as one");
    }
    status = wl_filter_new(value, &filter, p->err);
    wl_filter_free(filter);
    p->o->config.where = value;
    return status;
}

static int apply_port(struct wl_parse *p, const char *value)
{
    struct wl_config *cfg = &p->o->config;
    struct wl_span rest = wl_span_text(value);

    if (p->ports_origin != p->origin)
        cfg->n_ports = 0;
    p->ports_origin = p->origin;
    do {
        size_t n = wl_span_find(rest, ',');
        uint64_t port;

        if (!wl_parse_u64(wl_span_sub(rest, 0, n), &port) || port < 1 || port > 65535)
            return refuse(p, value, "numbers from 1 to 65535, separated by commas");
        if (cfg->n_ports == WL_MAX_PORTS)
            return refuse(p, value, "64 ports at most");
        cfg->ports[cfg->n_ports++] = (uint16_t)port;
        rest = n < rest.n ? wl_span_after(rest, n + 1) : wl_span(NULL, 0);
        if (n + 1 == strlen(value) && value[n] == ',')
            return refuse(p, value, "numbers from 1 to 65535, separated by commas");
    } while (rest.n);
    return 0;
}

static int apply_shards(struct wl_parse *p, const char *value)
{
    uint64_t n = 1;
    int status = parse_number(p, value, 1, MAX_SHARDS, &n);

    p->o->config.shards = (unsigned)n;
    return status;
}

static int apply_color(struct wl_parse *p, const char *value)
{
    static const char *const names[] = {"auto", "always", "never"};

    for (size_t i = 0; i < WL_COUNT(names); i++) {
        if (strcmp(value, names[i]) == 0) {
            p->o->color = (enum wl_color_when)i;
            return 0;
        }
    }
    return refuse(p, value, "auto, always or never");
}

static int apply_quiet(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->verbosity = -1;
    return 0;
}

static int apply_verbose(struct wl_parse *p, const char *value)
{
    (void)value;
    if (p->o->verbosity < 2)
        p->o->verbosity = p->o->verbosity < 0 ? 1 : p->o->verbosity + 1;
    return 0;
}

static int apply_examples(struct wl_parse *p, const char *value)
{
    uint64_t n = 0;
    int status = parse_number(p, value, 0, MAX_EXAMPLES, &n);

    p->o->examples = (unsigned)n;
    return status;
}

static int apply_config(struct wl_parse *p, const char *value)
{
    p->o->config_files[p->o->n_config_files++] = value;
    return 0;
}

static int apply_refresh(struct wl_parse *p, const char *value)
{
    uint64_t n = 0;
    int status = parse_number(p, value, 1, 10, &n);

    p->o->refresh = (double)n;
    return status;
}

/* "1x", "0.5x", "10" */
static int apply_speed(struct wl_parse *p, const char *value)
{
    const char *end = value + strspn(value, "0123456789.");
    char *stop = NULL;
    double speed = strtod(value, &stop); /* of the command line, not of the wire */

    if (stop == value || stop != end || (*end && strcmp(end, "x") != 0) ||
        !(speed > 0 && speed <= 1e6))
        return refuse(p, value, "a multiple of the capture's own pace, such as 1x, 10x or 0.5x");
    p->o->speed = speed;
    return 0;
}

static int apply_theme(struct wl_parse *p, const char *value)
{
    if (strcmp(value, "dark") != 0 && strcmp(value, "light") != 0)
        return refuse(p, value, "dark or light, as the terminal's background is");
    p->o->themed = true;
    p->o->light = strcmp(value, "light") == 0;
    return 0;
}

static int apply_hosts(struct wl_parse *p, const char *value)
{
    if (is_second(p, "hosts"))
        return wl_fail(p->err, WL_EINVAL, "--hosts was given twice: it takes one file");
    p->o->hosts = value;
    return 0;
}

static int apply_format(struct wl_parse *p, const char *value)
{
    if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0 && strcmp(value, "markdown") != 0)
        return refuse(p, value, "text, json or markdown");
    p->o->format = value;
    return 0;
}

/* ---------------------------------------------------------------------------------- the table */

/* A flag without a function: it sets this member of struct wl_options. */
#define FLAG(member) offsetof(struct wl_options, member)

/* In the order of the help: what is read, what is judged, what is written. */
const struct wl_option wl_option_rows[] = {
    {
        .name = "",
        .letter = 'r',
        .commands = WL_FOR_READERS,
        .argument = "FILE",
        .help = "read FILE ('-': standard input); may repeat",
        .apply = apply_read,
    },
    {
        .name = "",
        .letter = 'i',
        .commands = WL_FOR_READERS,
        .argument = "IFACE",
        .help = "capture from IFACE ('any': all); may repeat",
        .apply = apply_interface,
    },
    {
        .name = "follow",
        .commands = WL_FOR_READERS,
        .help = "wait for more at the end of FILE, as tail -f does",
        .flag = FLAG(follow),
    },
    {
        .name = "",
        .letter = 'f',
        .commands = WL_FOR_READERS,
        .argument = "FILTER",
        .help = "BPF filter, as trailing words",
        .apply = apply_filter,
    },
    {
        .name = "",
        .letter = 'c',
        .commands = WL_FOR_READERS,
        .argument = "N",
        .help = "stop after N packets",
        .apply = apply_count,
    },
    {
        .name = "duration",
        .commands = WL_FOR_READERS,
        .argument = "S",
        .help = "live: stop after S seconds",
        .apply = apply_duration,
    },
    {
        .name = "interval",
        .commands = WL_FOR_REPORTS,
        .argument = "S",
        .help = "live: report every S seconds as well",
        .apply = apply_interval,
    },
    {
        .name = "watch",
        .commands = WL_FOR_STATS,
        .help = "live: what has changed, in plain lines",
        .flag = FLAG(plain),
    },
    {
        .name = "plain",
        .commands = WL_FOR_WATCH,
        .help = "lines instead of a screen, for logs and readers",
        .flag = FLAG(plain),
    },
    {
        .name = "",
        .letter = 's',
        .commands = WL_FOR_READERS,
        .argument = "N",
        .help = "-i: keep N octets of a packet (default: all)",
        .apply = apply_snaplen,
    },
    {
        .name = "",
        .letter = 'B',
        .commands = WL_FOR_READERS,
        .argument = "MiB",
        .help = "-i: kernel buffer (default: 16)",
        .apply = apply_buffer,
    },
    {
        .name = "",
        .letter = 'p',
        .commands = WL_FOR_READERS,
        .help = "-i: only packets from and to this machine",
        .flag = FLAG(not_promiscuous),
    },
    {
        .name = "",
        .letter = 'j',
        .commands = WL_FOR_READERS,
        .argument = "N",
        .help = "N shards, each on a thread of its own",
        .apply = apply_shards,
    },
    {
        .name = "port",
        .commands = WL_FOR_READERS | WL_GATHERS,
        .argument = "N[,N]",
        .help = "parse only these server ports",
        .apply = apply_port,
    },
    {
        .name = "separate",
        .commands = WL_FOR_PRINTERS,
        .help = "each file by itself, not one capture",
        .flag = FLAG(separate),
    },
    {
        .name = "where",
        .commands = WL_FOR_READERS,
        .argument = "EXPR",
        .help = "only what matches, as 'status:103 port:80'; also\n"
                "rule class seq method version client server not",
        .apply = apply_where,
    },
    {
        .name = "rule",
        .commands = WL_FOR_READERS | WL_GATHERS,
        .argument = "ID=SEVERITY",
        .help = "note, warning, violation or off; ID may hold *",
        .apply = apply_rule,
    },
    {
        .name = "only",
        .commands = WL_FOR_READERS,
        .argument = "GLOB",
        .help = "judge only the rules that match",
        .apply = apply_only,
    },
    {
        .name = "set",
        .commands = WL_FOR_READERS | WL_GATHERS,
        .argument = "KEY=VALUE",
        .help = "set a threshold (processing.final=125) or limit",
        .apply = apply_set,
    },
    {
        .name = "profile",
        .commands = WL_FOR_READERS,
        .argument = "NAME",
        .help = "thresholds of a gateway ('wirelint profiles')",
        .apply = apply_profile,
    },
    {
        .name = "correlate",
        .commands = WL_FOR_READERS,
        .help = "find the two legs of a proxy, and compare them",
        .flag = FLAG(config.correlate),
    },
    {
        .name = "fail-on",
        .commands = WL_FOR_READERS,
        .argument = "SEVERITY",
        .help = "what makes exit status 1: violation (the\n"
                "default), warning, note, never",
        .apply = apply_fail_on,
    },
    {
        .name = "baseline",
        .commands = WL_FOR_READERS | WL_GATHERS,
        .argument = "FILE",
        .help = "findings listed in FILE do not count",
        .apply = apply_baseline,
    },
    {
        .name = "write-baseline",
        .commands = WL_FOR_READERS | WL_ONLY_ON_LINE,
        .argument = "FILE",
        .help = "write the findings of this run as such a FILE",
        .apply = apply_write_baseline,
    },
    {
        .name = "require-http",
        .commands = WL_FOR_READERS,
        .help = "exit status 3 when there is no HTTP",
        .flag = FLAG(require_http),
    },
    {
        .name = "json",
        .commands = WL_FOR_PRINTERS | WL_FOR_INTERFACES,
        .help = "NDJSON on standard output",
        .flag = FLAG(json),
    },
    {
        .name = "json-names",
        .commands = WL_FOR_READERS,
        .argument = "NAME",
        .help = "NDJSON with the keys of otel, ecs or zeek",
        .apply = apply_json_names,
    },
    {
        .name = "report",
        .commands = WL_FOR_READERS | WL_GATHERS,
        .argument = "FORMAT=FILE",
        .help = "also write FILE: text html json sarif junit har\n"
                "csv csv-findings openmetrics prometheus",
        .apply = apply_report,
    },
    {
        .name = "metrics",
        .commands = WL_FOR_READERS,
        .argument = "[ADDR:]PORT",
        .help = "live: serve the numbers there, for Prometheus",
        .apply = apply_metrics,
    },
    {
        .name = "",
        .letter = 'w',
        .commands = WL_FOR_READERS,
        .argument = "FILE",
        .help = "write connections with findings as pcapng",
        .apply = apply_evidence,
    },
    {
        .name = "examples",
        .commands = WL_FOR_AUDIT,
        .argument = "N",
        .help = "examples per rule, 3 by default",
        .apply = apply_examples,
    },
    {
        .name = "speed",
        .commands = WL_FOR_WATCH,
        .argument = "NX",
        .help = "files: play at 1x, 10x ... of their own pace",
        .apply = apply_speed,
    },
    {
        .name = "refresh",
        .commands = WL_FOR_WATCH,
        .argument = "N",
        .help = "draw N times a second, 1 to 10 (4)",
        .apply = apply_refresh,
    },
    {
        .name = "hosts",
        .commands = WL_FOR_WATCH,
        .argument = "FILE",
        .help = "names for addresses, on key a (/etc/hosts)",
        .apply = apply_hosts,
    },
    {
        .name = "theme",
        .commands = WL_FOR_WATCH,
        .argument = "NAME",
        .help = "dark or light, for the terminal's background",
        .apply = apply_theme,
    },
    {
        .name = "ascii",
        .commands = WL_FOR_WATCH,
        .help = "only ASCII characters",
        .flag = FLAG(ascii),
    },
    {
        .name = "no-mouse",
        .commands = WL_FOR_WATCH,
        .help = "leave the mouse to the terminal",
        .flag = FLAG(no_mouse),
    },
    {
        .name = "format",
        .commands = WL_FOR_RULES | WL_FOR_PROFILES,
        .argument = "FORMAT",
        .help = "text, json or markdown",
        .apply = apply_format,
    },
    {
        .name = "redact",
        .commands = WL_FOR_READERS,
        .argument = "LEVEL",
        .help = "hide credentials (always done), values, targets\nor addresses",
        .apply = apply_redact,
    },
    {
        .name = "utc",
        .commands = WL_FOR_READERS,
        .help = "times in UTC, not local time",
        .flag = FLAG(utc),
    },
    {
        .name = "color",
        .commands = WL_FOR_ALL,
        .argument = "WHEN",
        .help = "auto, always or never",
        .apply = apply_color,
    },
    {
        .name = "quiet",
        .letter = 'q',
        .commands = WL_FOR_READERS,
        .help = "only findings and the verdict",
        .apply = apply_quiet,
    },
    {
        .name = "verbose",
        .letter = 'v',
        .commands = WL_FOR_READERS,
        .help = "more: reasons, advice, counters",
        .apply = apply_verbose,
    },
    {
        .name = "",
        .letter = 'Z',
        .commands = WL_FOR_READERS,
        .argument = "USER",
        .help = "as root: become USER instead of nobody",
        .apply = apply_user,
    },
    {
        .name = "no-confine",
        .commands = WL_FOR_READERS,
        .help = "keep all rights (for debuggers)",
        .flag = FLAG(no_confine),
    },
    {
        .name = "config",
        .commands = WL_FOR_ALL | WL_ONLY_ON_LINE,
        .argument = "FILE",
        .help = "also read options from FILE; may repeat",
        .apply = apply_config,
    },
    {
        .name = "no-config",
        .commands = WL_FOR_ALL | WL_ONLY_ON_LINE,
        .help = "do not read ~/.config/wirelint/config",
        .flag = FLAG(no_config),
    },
    {
        .name = "help",
        .letter = 'h',
        .commands = WL_FOR_ALL | WL_ONLY_ON_LINE,
        .help = "this page",
        .flag = FLAG(help),
    },
    {
        .name = "version",
        .commands = WL_FOR_ALL | WL_ONLY_ON_LINE,
        .flag = FLAG(version),
    },
    {
        .name = "",
        .letter = 'D',
        .commands = WL_FOR_ALL,
        .flag = FLAG(list_interfaces),
    },
    {
        .name = "keylog",
        .commands = WL_FOR_READERS,
        .argument = "FILE",
        .later = "decrypting TLS is not in this version",
    },
};

const size_t wl_n_option_rows = WL_COUNT(wl_option_rows);

int wl_option_apply(struct wl_parse *p, const struct wl_option *option, const char *value)
{
    static const bool yes = true;

    if (option->apply)
        return option->apply(p, value);
    memcpy((char *)p->o + option->flag, &yes, sizeof(yes));
    return 0;
}

/* What is in force when nobody says anything. Flags are "no", and what stands nowhere is
 * nothing. */
static const struct {
    const char *name, *value;
} initial[] = {
    {"color", "auto"},  {"examples", "3"},       {"fail-on", "violation"},
    {"format", "text"}, {"hosts", "/etc/hosts"}, {"redact", "credentials"},
    {"refresh", "4"},   {"theme", "dark"},
};

const char *wl_option_initial(const struct wl_option *option)
{
    for (size_t i = 0; i < WL_COUNT(initial); i++) {
        if (strcmp(option->name, initial[i].name) == 0)
            return initial[i].value;
    }
    return option->argument ? NULL : "no";
}
