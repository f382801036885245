/* option_table.c - the options and commands, one row each, and what each option does.
 * SPDX-License-Identifier: MIT
 *
 * An option is one row: its names, the commands that take it, its argument, its line of help, and
 * the function that applies a value. A row with .later is an option whose capability this version
 * lacks: it is refused with that sentence, never read and ignored.
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

static int apply_help(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->help = true;
    return 0;
}

static int apply_version(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->version = true;
    return 0;
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

static int apply_not_promiscuous(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->not_promiscuous = true;
    return 0;
}

static int apply_list_interfaces(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->list_interfaces = true;
    return 0;
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

static int apply_follow(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->follow = true;
    return 0;
}

static int apply_user(struct wl_parse *p, const char *value)
{
    p->o->user = value;
    return 0;
}

static int apply_no_confine(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->no_confine = true;
    return 0;
}

static int apply_plain(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->plain = true;
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
    p->o->config.evidence_path = value;
    return 0;
}

static int apply_json(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->json = true;
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
    const char *nearest = NULL;
    unsigned best = 4;

    for (size_t i = 0; i < wl_rule_count(); i++) {
        unsigned distance = wl_edit_distance(glob, wl_rule_at(i)->id);

        if (wl_glob_match(glob, wl_rule_at(i)->id))
            return 0;
        if (distance < best) {
            best = distance;
            nearest = wl_rule_at(i)->id;
        }
    }
    (void)wl_fail(p->err, WL_EINVAL, "%s: no rule is called '%s'", p->spelled, glob);
    if (nearest) {
        wl_hint(p->err, "did you mean '%s'?", nearest);
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

static int apply_only(struct wl_parse *p, const char *value)
{
    p->o->config.only = value;
    return check_glob(p, value);
}

/* What --set says wins, wherever it stands: profiles are put in place when all has been read. */
static int apply_profile(struct wl_parse *p, const char *value)
{
    const char *nearest = NULL;
    unsigned best = 4;

    p->o->profile = wl_profile_find(value);
    p->o->profile_origin = p->origin;
    if (p->o->profile)
        return 0;
    for (size_t i = 0; i < wl_n_profiles; i++) {
        unsigned distance = wl_edit_distance(value, wl_profiles[i].name);

        if (distance < best) {
            best = distance;
            nearest = wl_profiles[i].name;
        }
    }
    (void)wl_fail(p->err, WL_EINVAL, "%s: no profile is called '%s'", p->spelled, value);
    if (nearest) {
        wl_hint(p->err, "did you mean '%s'?", nearest);
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

static int apply_correlate(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->config.correlate = true;
    return 0;
}

static int apply_where(struct wl_parse *p, const char *value)
{
    struct wl_filter *filter = NULL;
    int status = wl_filter_new(value, &filter, p->err);

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

static int apply_utc(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->utc = true;
    return 0;
}

static int apply_examples(struct wl_parse *p, const char *value)
{
    uint64_t n = 0;
    int status = parse_number(p, value, 0, MAX_EXAMPLES, &n);

    p->o->examples = (unsigned)n;
    return status;
}

static int apply_separate(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->separate = true;
    return 0;
}

static int apply_require_http(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->require_http = true;
    return 0;
}

static int apply_config(struct wl_parse *p, const char *value)
{
    p->o->config_files[p->o->n_config_files++] = value;
    return 0;
}

static int apply_no_config(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->no_config = true;
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
    char *end = NULL;
    double speed = strtod(value, &end); /* of the command line, not of the wire */

    if (end == value || (*end && strcmp(end, "x") != 0) || !(speed > 0 && speed <= 1e6))
        return refuse(p, value, "a multiple of the capture's own pace, such as 1x, 10x or 0.5x");
    p->o->speed = speed;
    return 0;
}

static int apply_ascii(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->ascii = true;
    return 0;
}

static int apply_theme(struct wl_parse *p, const char *value)
{
    if (strcmp(value, "dark") != 0 && strcmp(value, "light") != 0)
        return refuse(p, value, "dark or light, as the terminal's background is");
    p->o->light = strcmp(value, "light") == 0;
    return 0;
}

static int apply_no_mouse(struct wl_parse *p, const char *value)
{
    (void)value;
    p->o->no_mouse = true;
    return 0;
}

static int apply_format(struct wl_parse *p, const char *value)
{
    if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0 && strcmp(value, "markdown") != 0)
        return refuse(p, value, "text, json or markdown");
    p->o->format = value;
    return 0;
}

/* --------------------------------------------------------------------------------- the tables */

const struct wl_command_row wl_command_rows[WL_N_COMMANDS] = {
    [WL_COMMAND_AUDIT] =
        {
            .name = "audit",
            .help = "judge, report, exit 1 on violations (the verb for CI)",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint audit test-run.pcapng",
                    "wirelint audit --fail-on warning --json captures/ > findings.ndjson",
                    "wirelint audit -w evidence.pcapng prod.pcap.zst host 10.0.0.9",
                    "tcpdump -U -w - port 80 | wirelint audit -",
                },
        },
    [WL_COMMAND_LIST] =
        {
            .name = "list",
            .help = "one line per exchange with its whole status sequence",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint list -i eth0 port 80",
                    "wirelint list prod.pcap",
                    "wirelint list --where 'class:5xx method:POST' prod.pcap",
                    "wirelint list --json prod.pcap | jq 'select(.state == \"unanswered\")'",
                },
        },
    [WL_COMMAND_STATS] =
        {
            .name = "stats",
            .help = "counts per class and code, sequences, times",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint stats prod.pcap",
                    "wirelint stats -i any --interval 60",
                    "wirelint stats --where server:10.0.0.9 prod.pcap",
                    "wirelint stats --json prod.pcap | jq 'select(.type == \"end\").times'",
                },
        },
    [WL_COMMAND_WATCH] =
        {
            .name = "watch",
            .help = "the dashboard",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint watch prod.pcap",
                    "wirelint watch --speed 10x prod.pcap port 8080",
                    "tcpdump -U -w - | wirelint watch -",
                    "ssh host tcpdump -U -w - | wirelint watch -",
                },
        },
    [WL_COMMAND_RULES] =
        {
            .name = "rules",
            .help = "the catalogue of rules",
            .operands = "",
            .examples = {"wirelint rules", "wirelint rules --format json | jq -r '.[].id'"},
        },
    [WL_COMMAND_PROFILES] =
        {
            .name = "profiles",
            .help = "the thresholds of known gateways, for --profile",
            .operands = "",
            .examples = {"wirelint profiles", "wirelint audit --profile cloudflare prod.pcap"},
        },
    [WL_COMMAND_EXPLAIN] =
        {
            .name = "explain",
            .help = "one rule: why, where it is written, what to do, examples",
            .operands = "RULE...",
            .examples = {"wirelint explain interim-to-http10"},
        },
    [WL_COMMAND_INTERFACES] =
        {
            .name = "interfaces",
            .help = "what can be captured from",
            .operands = "",
            .examples = {"wirelint interfaces", "wirelint interfaces --json | jq -r '.[].name'"},
        },
    [WL_COMMAND_CONFIG] =
        {
            .name = "config",
            .help = "what is set, and by what",
            .operands = "",
            .examples = {"wirelint config",
                         "wirelint config --config ci/wirelint.conf --fail-on note"},
        },
};

/* In the order of the help: what is read, what is judged, what is written. */
const struct wl_option wl_option_rows[] = {
    {"", 'r', WL_FOR_READERS, "FILE", "read FILE ('-': standard input); may repeat", apply_read,
     NULL},
    {"", 'i', WL_FOR_READERS, "IFACE", "capture from IFACE ('any': all); may repeat",
     apply_interface, NULL},
    {"follow", 0, WL_FOR_READERS, NULL, "wait for more at the end of FILE, as tail -f does",
     apply_follow, NULL},
    {"", 'f', WL_FOR_READERS, "FILTER", "BPF filter, as trailing words", apply_filter, NULL},
    {"", 'c', WL_FOR_READERS, "N", "stop after N packets", apply_count, NULL},
    {"duration", 0, WL_FOR_READERS, "S", "live: stop after S seconds", apply_duration, NULL},
    {"interval", 0, WL_FOR_REPORTS, "S", "live: report every S seconds as well", apply_interval,
     NULL},
    {"watch", 0, WL_FOR_STATS, NULL, "live: what has changed, in plain lines", apply_plain, NULL},
    {"plain", 0, WL_FOR_WATCH, NULL, "lines instead of a screen, for logs and readers", apply_plain,
     NULL},
    {"", 's', WL_FOR_READERS, "N", "-i: keep N octets of a packet (default: all)", apply_snaplen,
     NULL},
    {"", 'B', WL_FOR_READERS, "MiB", "-i: buffer of the kernel (default: 16)", apply_buffer, NULL},
    {"", 'p', WL_FOR_READERS, NULL, "-i: only packets from and to this machine",
     apply_not_promiscuous, NULL},
    {"", 'j', WL_FOR_READERS, "N", "N shards, each on a thread of its own", apply_shards, NULL},
    {"port", 0, WL_FOR_READERS | WL_GATHERS, "N[,N]", "parse only these server ports", apply_port,
     NULL},
    {"separate", 0, WL_FOR_PRINTERS, NULL, "each file by itself, not one capture", apply_separate,
     NULL},
    {"where", 0, WL_FOR_READERS, "EXPR",
     "only what matches, as 'status:103 port:80'; also\n"
     "rule class seq method version client server not",
     apply_where, NULL},
    {"rule", 0, WL_FOR_READERS | WL_GATHERS, "ID=SEVERITY",
     "off, note, warning or violation; ID with *", apply_rule, NULL},
    {"only", 0, WL_FOR_READERS, "GLOB", "judge only the rules that match", apply_only, NULL},
    {"set", 0, WL_FOR_READERS | WL_GATHERS, "KEY=VALUE",
     "a threshold (processing.final=125) or a limit", apply_set, NULL},
    {"profile", 0, WL_FOR_READERS, "NAME", "thresholds of a gateway ('wirelint profiles')",
     apply_profile, NULL},
    {"correlate", 0, WL_FOR_READERS, NULL, "find the two legs of a proxy, and compare them",
     apply_correlate, NULL},
    {"fail-on", 0, WL_FOR_READERS, "SEVERITY",
     "what makes exit status 1: violation (the\n"
     "default), warning, note, never",
     apply_fail_on, NULL},
    {"baseline", 0, WL_FOR_READERS | WL_GATHERS, "FILE", "findings that stand in FILE do not count",
     apply_baseline, NULL},
    {"write-baseline", 0, WL_FOR_READERS | WL_ONLY_ON_LINE, "FILE",
     "write such a FILE of the findings of this run", apply_write_baseline, NULL},
    {"require-http", 0, WL_FOR_READERS, NULL, "exit status 3 when there is no HTTP",
     apply_require_http, NULL},
    {"json", 0, WL_FOR_PRINTERS | WL_FOR_INTERFACES, NULL, "NDJSON on standard output", apply_json,
     NULL},
    {"json-names", 0, WL_FOR_READERS, "NAME", "NDJSON with the keys of otel, ecs or zeek",
     apply_json_names, NULL},
    {"report", 0, WL_FOR_READERS | WL_GATHERS, "FORMAT=FILE",
     "also write FILE: text html json sarif junit har\n"
     "csv csv-findings openmetrics prometheus",
     apply_report, NULL},
    {"metrics", 0, WL_FOR_READERS, "[ADDR:]PORT", "live: let Prometheus fetch the numbers there",
     apply_metrics, NULL},
    {"", 'w', WL_FOR_READERS, "FILE", "write connections with findings as pcapng", apply_evidence,
     NULL},
    {"examples", 0, WL_FOR_AUDIT, "N", "examples per rule, 3 by default", apply_examples, NULL},
    {"speed", 0, WL_FOR_WATCH, "NX", "files: at 1x, 10x ... their own pace, not at once",
     apply_speed, NULL},
    {"refresh", 0, WL_FOR_WATCH, "N", "draw N times a second, 1 to 10 (4)", apply_refresh, NULL},
    {"theme", 0, WL_FOR_WATCH, "NAME", "dark or light, for the terminal's background", apply_theme,
     NULL},
    {"ascii", 0, WL_FOR_WATCH, NULL, "only ASCII characters", apply_ascii, NULL},
    {"no-mouse", 0, WL_FOR_WATCH, NULL, "leave the mouse to the terminal", apply_no_mouse, NULL},
    {"format", 0, WL_FOR_RULES | WL_FOR_PROFILES, "FORMAT", "text, json or markdown", apply_format,
     NULL},
    {"redact", 0, WL_FOR_READERS, "LEVEL",
     "hide credentials (always done), values, targets\nor addresses", apply_redact, NULL},
    {"utc", 0, WL_FOR_READERS, NULL, "times in UTC, not local time", apply_utc, NULL},
    {"color", 0, WL_FOR_ALL, "WHEN", "auto, always or never", apply_color, NULL},
    {"quiet", 'q', WL_FOR_READERS, NULL, "only findings and the verdict", apply_quiet, NULL},
    {"verbose", 'v', WL_FOR_READERS, NULL, "more: reasons, advice, counters", apply_verbose, NULL},
    {"", 'Z', WL_FOR_READERS, "USER", "as root: become USER instead of nobody", apply_user, NULL},
    {"no-confine", 0, WL_FOR_READERS, NULL, "keep all rights (for debuggers)", apply_no_confine,
     NULL},
    {"config", 0, WL_FOR_ALL | WL_ONLY_ON_LINE, "FILE", "also read options from FILE; may repeat",
     apply_config, NULL},
    {"no-config", 0, WL_FOR_ALL | WL_ONLY_ON_LINE, NULL, "do not read ~/.config/wirelint/config",
     apply_no_config, NULL},
    {"help", 'h', WL_FOR_ALL | WL_ONLY_ON_LINE, NULL, "this page", apply_help, NULL},
    {"version", 0, WL_FOR_ALL | WL_ONLY_ON_LINE, NULL, NULL, apply_version, NULL},
    {"", 'D', WL_FOR_ALL, NULL, NULL, apply_list_interfaces, NULL},
    {"keylog", 0, WL_FOR_READERS, "FILE", NULL, NULL, "decrypting TLS is not in this version"},
};

const size_t wl_n_option_rows = WL_COUNT(wl_option_rows);

/* What is in force when nobody says anything. Flags are "no", and what stands nowhere is nothing. */
static const struct {
    const char *name, *value;
} initial[] = {
    {"color", "auto"},         {"examples", "3"}, {"fail-on", "violation"}, {"format", "text"},
    {"redact", "credentials"}, {"refresh", "4"},  {"theme", "dark"},
};

const char *wl_option_initial(const struct wl_option *option)
{
    for (size_t i = 0; i < WL_COUNT(initial); i++) {
        if (strcmp(option->name, initial[i].name) == 0)
            return initial[i].value;
    }
    return option->argument ? NULL : "no";
}
