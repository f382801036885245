/* out_sarif.c - SARIF 2.1.0 (OASIS): every finding as a result, for code scanning and viewers
 * of it. SPDX-License-Identifier: MIT
 *
 * Results are written as they come; the rules that fired, the inputs and what the run has to say of
 * itself follow behind them, when they are known. A result lies in the capture: its region is the
 * packet's octets in the file, so that the report needs nothing beside it but that file.
 *
 * A service that takes SARIF takes so many results and no more. Notes give up their places first,
 * then warnings; what was left out is a notification in the report, and told to the caller.
 */
#include "catalogue.h"
#include "community.h"
#include "fingerprint.h"
#include "json.h"
#include "line.h"
#include "whereabouts.h"

#define SCHEMA \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

enum {
    MAX_RULES = 1024, /* that fired; of rules beyond that results have no index */
    RULE_SLOTS = 2 * MAX_RULES,
    MAX_SCRATCH = 1 << 20,
    TARGET_COLUMNS = 200, /* of an exchange line in a message */
    NAME_COLUMNS = 1000,  /* of a target in the name of a request */
    /* GitHub refuses a run with more than 25,000 results */
    MAX_RESULTS = 25000,
    MAX_WITH_WARNINGS = 20000,
    MAX_WITH_NOTES = 15000,
};

struct sarif {
    struct wl_output out; /* first: wl_output_new */
    struct wl_json json;
    struct wl_text scratch;
    const struct wl_rule *rules[MAX_RULES]; /* in the order in which they fired first */
    uint16_t slots[RULE_SLOTS];             /* index plus one, by address of the rule */
    uint32_t n_rules;
    uint64_t n_results, left_out[WL_N_SEVERITIES];
    bool started;
};

static const char *level_of(enum wl_severity severity)
{
    static const char *const levels[WL_N_SEVERITIES] = {
        [WL_OFF] = "none",
        [WL_NOTE] = "note",
        [WL_WARNING] = "warning",
        [WL_VIOLATION] = "error",
    };

    return levels[severity];
}

/* ------------------------------------------------------------------------------------- texts */

/* An empty text to put something together in. */
static struct wl_text *scratch(struct sarif *s)
{
    wl_text_reset(&s->scratch);
    return &s->scratch;
}

/* {"text":...} of what stands in scratch, for people */
static void put_message(struct sarif *s, const char *key)
{
    wl_json_open(&s->json, key, '{');
    wl_json_message(&s->json, "text", wl_text_span(&s->scratch));
    wl_json_close(&s->json, '}');
}

/* A sentence of the catalogue, which is ours: braces are doubled (3.11.5). */
static void put_sentence(struct wl_text *t, const char *sentence)
{
    for (const char *c = sentence; *c; c++) {
        if (*c == '{' || *c == '}')
            wl_text_char(t, *c);
        wl_text_char(t, *c);
    }
}

/* ----------------------------------------------------------------------------------- where */

static bool is_plain_uri(uint8_t c)
{
    return wl_is_alpha(c) || wl_is_digit(c) || c == '/' || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static bool is_file(const struct wl_input *input)
{
    return !input->is_interface && strcmp(input->name, "-") != 0;
}

/*
 * The name of a file as a URI: relative as it was given, or file://. An interface and standard
 * input have one too, though there is nothing to be opened under it: GitHub takes no result
 * without.
 */
static void put_input_uri(struct wl_json *j, const struct wl_input *input)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *name = strcmp(input->name, "-") == 0 ? "standard-input" : input->name;

    wl_json_key(j, "uri");
    wl_text_put(j->text, input->is_interface ? "\"interface/"
                         : name[0] == '/'    ? "\"file://"
                                             : "\"");
    for (const char *p = name; *p; p++) {
        uint8_t c = (uint8_t)*p;

        if (is_plain_uri(c)) {
            wl_text_char(j->text, (char)c);
        } else {
            wl_text_char(j->text, '%');
            wl_text_char(j->text, digits[c >> 4]);
            wl_text_char(j->text, digits[c & 15]);
        }
    }
    wl_text_char(j->text, '"');
}

static void put_artifact_location(struct sarif *s, uint64_t frame)
{
    const struct wl_sink *sink = s->out.sink;
    unsigned file = wl_frame_file(frame);

    wl_json_open(&s->json, "artifactLocation", '{');
    if (file < sink->n_inputs)
        put_input_uri(&s->json, &sink->inputs[file]);
    wl_json_u64(&s->json, "index", file);
    wl_json_close(&s->json, '}');
}

static void put_physical(struct sarif *s, uint64_t frame)
{
    const struct wl_sink *sink = s->out.sink;
    struct wl_record_place place;

    wl_json_open(&s->json, "physicalLocation", '{');
    put_artifact_location(s, frame);
    if (sink->place && sink->place(sink->place_user, frame, &place)) {
        wl_json_open(&s->json, "region", '{');
        wl_json_u64(&s->json, "byteOffset", place.offset);
        wl_json_u64(&s->json, "byteLength", place.n);
        wl_json_close(&s->json, '}');
    }
    wl_json_close(&s->json, '}');
}

/* What stands in scratch is the full name; the name is what comes behind prefix octets of it. */
static void put_logical(struct sarif *s, const char *kind, size_t prefix)
{
    struct wl_span full = wl_text_span(&s->scratch);

    wl_json_open(&s->json, NULL, '{');
    wl_json_string(&s->json, "name", wl_span_after(full, prefix));
    wl_json_string(&s->json, "fullyQualifiedName", full);
    wl_json_text(&s->json, "kind", kind);
    wl_json_close(&s->json, '}');
}

static void put_logical_locations(struct sarif *s, const struct wl_conn_ref *conn,
                                  const struct wl_exchange *ex)
{
    struct wl_text *t = scratch(s);
    size_t prefix;

    wl_json_open(&s->json, "logicalLocations", '[');
    wl_text_endpoint(t, &conn->server);
    if (ex && ex->req.state != WL_ABSENT) {
        wl_text_char(t, ' ');
        prefix = t->buf.n;
        wl_text_terminal_cut(t, ex->req.method, NAME_COLUMNS);
        wl_text_char(t, ' ');
        wl_text_terminal_cut(t, ex->req.target, NAME_COLUMNS);
        put_logical(s, "request", prefix);
        t = scratch(s);
        wl_text_endpoint(t, &conn->server);
    }
    put_logical(s, "server", 0);
    wl_json_close(&s->json, ']');
}

/* The first packet of the evidence; the others are related to it. */
static void put_locations(struct sarif *s, const struct wl_conn_ref *conn,
                          const struct wl_exchange *ex, const struct wl_finding *f)
{
    uint64_t first = f->n_frames ? f->frames[0] : f->at.frame;

    wl_json_open(&s->json, "locations", '[');
    wl_json_open(&s->json, NULL, '{');
    if (wl_frame_number(first))
        put_physical(s, first);
    put_logical_locations(s, conn, ex);
    wl_json_close(&s->json, '}');
    wl_json_close(&s->json, ']');
    if (f->n_frames < 2)
        return;
    wl_json_open(&s->json, "relatedLocations", '[');
    for (uint32_t i = 1; i < f->n_frames; i++) {
        struct wl_text *t = scratch(s);

        wl_json_open(&s->json, NULL, '{');
        wl_json_u64(&s->json, "id", i);
        put_physical(s, f->frames[i]);
        wl_text_put(t, "frame ");
        wl_text_u64(t, wl_frame_number(f->frames[i]));
        put_message(s, "message");
        wl_json_close(&s->json, '}');
    }
    wl_json_close(&s->json, ']');
}

/* ---------------------------------------------------------------------------------- results */

/* The place of a rule among those that fired; MAX_RULES when there is no room. */
static uint32_t index_of(struct sarif *s, const struct wl_rule *rule)
{
    size_t slot = ((uintptr_t)rule >> 4) % RULE_SLOTS;

    while (s->slots[slot] && s->rules[s->slots[slot] - 1] != rule)
        slot = (slot + 1) % RULE_SLOTS;
    if (s->slots[slot])
        return s->slots[slot] - 1u;
    if (s->n_rules == MAX_RULES)
        return MAX_RULES;
    s->rules[s->n_rules] = rule;
    s->slots[slot] = (uint16_t)(s->n_rules + 1);
    return s->n_rules++;
}

/* "what was seen: GET / HTTP/1.0 -> 103, 200 (frames 4, 7; tcp.stream eq 3)." */
static void put_result_message(struct sarif *s, const struct wl_conn_ref *conn,
                               const struct wl_exchange *ex, const struct wl_finding *f)
{
    struct wl_text *t = scratch(s);

    wl_text_terminal(t, f->message);
    if (ex) {
        wl_text_put(t, ": ");
        wl_line_exchange(t, ex, TARGET_COLUMNS);
    }
    wl_text_put(t, f->n_frames == 1 ? " (frame " : " (frames ");
    wl_where_frames(&s->out, t, f);
    wl_text_put(t, "; ");
    wl_where_filter(&s->out, t, f, conn);
    wl_text_put(t, ").");
    put_message(s, "message");
}

/* GitHub knows findings again by primaryLocationLineHash, everybody else by what a tool
 * provides. */
static void put_fingerprints(struct sarif *s, const struct wl_conn_ref *conn,
                             const struct wl_exchange *ex, const struct wl_finding *f)
{
    char hash[WL_FINGERPRINT_HEX + 3];
    struct wl_text *t = scratch(s);

    wl_fingerprint_words(t, conn, ex, f);
    wl_fingerprint_hash(wl_text_span(t), hash);
    wl_json_open(&s->json, "partialFingerprints", '{');
    wl_json_text(&s->json, "wirelint/v1", hash);
    memcpy(hash + WL_FINGERPRINT_HEX, ":1", 3);
    wl_json_text(&s->json, "primaryLocationLineHash", hash);
    wl_json_close(&s->json, '}');
}

static void put_endpoint(struct sarif *s, const char *key, const struct wl_endpoint *e)
{
    struct wl_text *t = scratch(s);

    wl_text_endpoint(t, e);
    wl_json_string(&s->json, key, wl_text_span(t));
}

/* The same words as in NDJSON, for who wants to join the two. */
static void put_properties(struct sarif *s, const struct wl_conn_ref *conn,
                           const struct wl_finding *f)
{
    struct wl_json *j = &s->json;
    char id[WL_COMMUNITY_ID];

    wl_json_open(j, "properties", '{');
    wl_json_text(j, "severity", wl_severity_name(f->severity));
    wl_json_text(j, "fault", wl_fault_name(f->fault));
    wl_json_text(j, "confidence", wl_confidence_name(f->confidence));
    wl_json_u64(j, "conn", conn->number);
    if (f->ordinal)
        wl_json_u64(j, "n", f->ordinal);
    if (f->stream)
        wl_json_u64(j, "stream", f->stream);
    if (f->t) {
        struct wl_text *t = scratch(s);

        wl_text_rfc3339(t, f->t);
        wl_json_string(j, "ts", wl_text_span(t));
    }
    put_endpoint(s, "client", &conn->client);
    put_endpoint(s, "server", &conn->server);
    if (wl_community_id(&conn->client, &conn->server, id))
        wl_json_string(j, "community_id", wl_span(id, sizeof(id)));
    if (f->status)
        wl_json_u64(j, "status", f->status);
    wl_json_open(j, "frames", '[');
    for (uint32_t i = 0; i < f->n_frames; i++)
        wl_json_u64(j, NULL, wl_frame_number(f->frames[i]));
    wl_json_close(j, ']');
    if (f->at.offset != WL_NONE)
        wl_json_u64(j, "offset", f->at.offset);
    wl_json_close(j, '}');
}

/* Every result has it, so that one without a suppression is known to have none (3.27.23). */
static void put_suppressions(struct sarif *s, const struct wl_suppression *by)
{
    struct wl_json *j = &s->json;

    wl_json_open(j, "suppressions", '[');
    if (by) {
        wl_json_open(j, NULL, '{');
        wl_json_text(j, "kind", "external");
        wl_json_text(j, "status", "accepted");
        if (by->reason) {
            wl_text_terminal(scratch(s), wl_span_text(by->reason));
            wl_json_string(j, "justification", wl_text_span(&s->scratch));
        }
        wl_json_open(j, "properties", '{');
        wl_text_terminal(scratch(s), wl_span_text(by->name));
        wl_json_string(j, "name", wl_text_span(&s->scratch));
        if (by->until)
            wl_json_string(j, "until", wl_span_text(by->until));
        wl_json_close(j, '}');
        wl_json_close(j, '}');
    }
    wl_json_close(j, ']');
}

static bool has_room(const struct sarif *s, enum wl_severity severity)
{
    return s->n_results < (severity == WL_VIOLATION ? MAX_RESULTS
                           : severity == WL_WARNING ? MAX_WITH_WARNINGS
                                                    : MAX_WITH_NOTES);
}

static void start(struct sarif *s)
{
    struct wl_json *j = &s->json;

    if (s->started)
        return;
    s->started = true;
    wl_json_open(j, NULL, '{');
    wl_json_text(j, "$schema", SCHEMA);
    wl_json_text(j, "version", "2.1.0");
    wl_json_open(j, "runs", '[');
    wl_json_open(j, NULL, '{');
    wl_json_open(j, "results", '[');
}

static int put_result(struct sarif *s, const struct wl_conn_ref *conn, const struct wl_exchange *ex,
                      const struct wl_finding *f)
{
    struct wl_json *j = &s->json;
    uint32_t index = index_of(s, f->rule);

    start(s);
    if (!has_room(s, f->severity)) {
        s->left_out[f->severity]++;
        return 0;
    }
    s->n_results++;
    wl_json_line(j);
    wl_json_open(j, NULL, '{');
    wl_json_text(j, "ruleId", f->rule->id);
    if (index < MAX_RULES)
        wl_json_u64(j, "ruleIndex", index);
    wl_json_text(j, "level", level_of(f->severity));
    put_result_message(s, conn, ex, f);
    put_locations(s, conn, ex, f);
    put_fingerprints(s, conn, ex, f);
    put_suppressions(s, f->suppressed);
    put_properties(s, conn, f);
    wl_json_close(j, '}');
    return wl_output_room(&s->out);
}

/* ------------------------------------------------------------------------------------ rules */

static void put_text_object(struct wl_json *j, const char *key, struct wl_span text)
{
    wl_json_open(j, key, '{');
    wl_json_string(j, "text", text);
    wl_json_close(j, '}');
}

static void put_help(struct sarif *s, const struct wl_rule *rule)
{
    struct wl_text *t = scratch(s);
    char link[WL_CATALOGUE_LINK];

    wl_json_open(&s->json, "help", '{');
    if (rule->why)
        put_sentence(t, rule->why);
    if (rule->advice) {
        wl_text_put(t, t->buf.n ? "\n\n" : "");
        put_sentence(t, rule->advice);
    }
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        wl_text_put(t, i ? ", " : t->buf.n ? "\n\nSee " : "See ");
        wl_text_put(t, rule->cite[i]);
    }
    wl_text_put(t, rule->cite[0] ? "." : "");
    wl_json_string(&s->json, "text", wl_text_span(t));
    t = scratch(s);
    if (rule->why)
        put_sentence(t, rule->why);
    if (rule->advice) {
        wl_text_put(t, "\n\n");
        put_sentence(t, rule->advice);
    }
    wl_text_put(t, "\n\n");
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        if (*wl_catalogue_link(rule->cite[i], link)) {
            wl_text_printf(t, "- [%s](%s)\n", rule->cite[i], link);
        } else {
            wl_text_printf(t, "- %s\n", rule->cite[i]);
        }
    }
    wl_text_printf(t, "\nAn example: `wirelint explain %s`\n", rule->id);
    wl_json_string(&s->json, "markdown", wl_text_span(t));
    wl_json_close(&s->json, '}');
}

static void put_rule(struct sarif *s, const struct wl_rule *rule)
{
    struct wl_json *j = &s->json;
    char link[WL_CATALOGUE_LINK];
    struct wl_text *t = scratch(s);

    wl_json_line(j);
    wl_json_open(j, NULL, '{');
    wl_json_text(j, "id", rule->id);
    put_sentence(t, rule->title);
    wl_text_char(t, '.');
    put_text_object(j, "shortDescription", wl_text_span(t));
    if (rule->why) {
        t = scratch(s);
        put_sentence(t, rule->why);
        put_text_object(j, "fullDescription", wl_text_span(t));
    }
    put_help(s, rule);
    if (rule->cite[0] && *wl_catalogue_link(rule->cite[0], link))
        wl_json_text(j, "helpUri", link);
    wl_json_open(j, "defaultConfiguration", '{');
    wl_json_text(j, "level", level_of(rule->severity));
    wl_json_close(j, '}');
    wl_json_open(j, "properties", '{');
    wl_json_open(j, "tags", '[');
    wl_json_text(j, NULL, "http");
    if (rule->area)
        wl_json_text(j, NULL, rule->area);
    wl_json_text(j, NULL, wl_fault_name(rule->fault));
    wl_json_close(j, ']');
    wl_json_close(j, '}');
    wl_json_close(j, '}');
}

static int put_tool(struct sarif *s)
{
    struct wl_json *j = &s->json;
    int status = 0;

    wl_json_open(j, "tool", '{');
    wl_json_open(j, "driver", '{');
    wl_json_text(j, "name", "wirelint");
    wl_json_text(j, "version", WL_VERSION);
    wl_json_text(j, "semanticVersion", WL_VERSION);
    wl_json_open(j, "rules", '[');
    for (uint32_t i = 0; i < s->n_rules && status == 0; i++) {
        put_rule(s, s->rules[i]);
        status = wl_output_room(&s->out);
    }
    wl_json_close(j, ']');
    wl_json_close(j, '}');
    wl_json_close(j, '}');
    return status;
}

/* ---------------------------------------------------------------------------------- the run */

static void put_artifacts(struct sarif *s, const struct wl_stats *st)
{
    struct wl_json *j = &s->json;

    wl_json_open(j, "artifacts", '[');
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        const struct wl_input *input = &st->inputs[i];

        wl_json_open(j, NULL, '{');
        wl_json_open(j, "location", '{');
        put_input_uri(j, input);
        wl_json_u64(j, "index", i);
        wl_json_close(j, '}');
        if (!is_file(input)) {
            struct wl_text *t = scratch(s);

            wl_text_put(t, input->is_interface ? "interface " : "standard input");
            if (input->is_interface)
                wl_text_terminal(t, wl_span_text(input->name));
            put_message(s, "description");
        }
        wl_json_open(j, "roles", '[');
        wl_json_text(j, NULL, "analysisTarget");
        wl_json_close(j, ']');
        wl_json_close(j, '}');
    }
    wl_json_close(j, ']');
}

/* What stands in scratch, about id and name: "not-judged/gap". */
static void put_notification(struct sarif *s, const char *level, const char *id, const char *name)
{
    struct wl_json *j = &s->json;

    wl_json_open(j, NULL, '{');
    wl_json_open(j, "descriptor", '{');
    wl_json_key(j, "id");
    wl_text_printf(j->text, "\"%s%s%s\"", id, name ? "/" : "", name ? name : "");
    wl_json_close(j, '}');
    wl_json_text(j, "level", level);
    put_message(s, "message");
    wl_json_close(j, '}');
}

static bool any_damaged(const struct wl_stats *st)
{
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        if (st->inputs[i].damaged)
            return true;
    }
    return false;
}

static void put_damage(struct sarif *s, const struct wl_stats *st)
{
    for (uint32_t i = 0; i < st->n_inputs; i++) {
        if (st->inputs[i].damaged) {
            wl_text_terminal(scratch(s), wl_span_text(st->inputs[i].damaged));
            put_notification(s, "error", "damaged", NULL);
        }
    }
}

static void put_gaps_in_knowledge(struct sarif *s, const struct wl_stats *st)
{
    uint64_t dropped = st->counters.capture_dropped + st->counters.interface_dropped;

    for (unsigned u = WL_JUDGED + 1; u < WL_N_UNJUDGED; u++) {
        if (st->unjudged[u] == 0)
            continue;
        wl_text_printf(scratch(s), "%llu not judged: %s.", (unsigned long long)st->unjudged[u],
                       wl_unjudged_text((enum wl_unjudged)u));
        put_notification(s, "note", "not-judged", wl_unjudged_name((enum wl_unjudged)u));
    }
    for (unsigned l = 0; l < WL_N_LIMITS; l++) {
        if (st->limits[l] == 0)
            continue;
        wl_text_printf(scratch(s), "A limit was reached %llu times: %s.",
                       (unsigned long long)st->limits[l], wl_limit_text((enum wl_limit_id)l));
        put_notification(s, "warning", "limit", wl_limit_name((enum wl_limit_id)l));
    }
    if (dropped) {
        wl_text_printf(scratch(s), "%llu packets were lost on their way to the analysis.",
                       (unsigned long long)dropped);
        put_notification(s, "warning", "dropped", NULL);
    }
    if (st->stopped && !st->live) {
        wl_text_put(scratch(s), "Stopped before the end of the input.");
        put_notification(s, "warning", "stopped", NULL);
    }
    if (st->dropped_findings) {
        wl_text_printf(scratch(s),
                       "%llu findings are counted only: too many of one exchange or connection.",
                       (unsigned long long)st->dropped_findings);
        put_notification(s, "warning", "max-findings", NULL);
    }
}

static void put_left_out(struct sarif *s)
{
    const uint64_t *n = s->left_out;
    const struct wl_sink_config *cfg = &s->out.cfg;
    char text[160];

    if (n[WL_VIOLATION] + n[WL_WARNING] + n[WL_NOTE] == 0)
        return;
    (void)snprintf(text, sizeof(text),
                   "%llu violation%s, %llu warning%s and %llu note%s were left out: the report "
                   "holds %d results at most",
                   (unsigned long long)n[WL_VIOLATION], n[WL_VIOLATION] == 1 ? "" : "s",
                   (unsigned long long)n[WL_WARNING], n[WL_WARNING] == 1 ? "" : "s",
                   (unsigned long long)n[WL_NOTE], n[WL_NOTE] == 1 ? "" : "s", (int)MAX_RESULTS);
    wl_text_printf(scratch(s), "%s.", text);
    put_notification(s, "warning", "left-out", NULL);
    if (cfg->warn) {
        struct wl_text *t = scratch(s);

        wl_text_terminal(t, wl_span_text(cfg->path));
        wl_text_printf(t, ": %s", text);
        wl_text_char(t, '\0');
        if (!t->full)
            cfg->warn(cfg->warn_user, (const char *)t->buf.p);
    }
}

static void finish(struct sarif *s, const struct wl_stats *st)
{
    struct wl_json *j = &s->json;

    start(s);
    wl_json_close(j, ']');
    (void)put_tool(s); /* a failure sticks */
    put_artifacts(s, st);
    wl_json_open(j, "invocations", '[');
    wl_json_open(j, NULL, '{');
    wl_json_bool(j, "executionSuccessful", !any_damaged(st));
    wl_json_open(j, "toolExecutionNotifications", '[');
    put_damage(s, st);
    put_gaps_in_knowledge(s, st);
    put_left_out(s);
    wl_json_close(j, ']');
    wl_json_close(j, '}');
    wl_json_close(j, ']');
    wl_json_open(j, "automationDetails", '{');
    wl_json_text(j, "id", "wirelint/");
    wl_json_close(j, '}');
    wl_json_text(j, "columnKind", "unicodeCodePoints");
    wl_json_open(j, "properties", '{');
    wl_json_u64(j, "connections", st->connections);
    wl_json_u64(j, "exchanges", st->exchanges);
    wl_json_close(j, '}');
    wl_json_close(j, '}');
    wl_json_close(j, ']');
    wl_json_close(j, '}');
    wl_text_char(j->text, '\n');
}

/* --------------------------------------------------------------------------------- the sink */

static int sarif_open(struct wl_sink *sink, const struct wl_sink_config *cfg, struct wl_error *err)
{
    int status = wl_output_new(sink, sizeof(struct sarif), cfg, err);

    if (status == 0) {
        struct sarif *s = sink->state;

        wl_text_init(&s->scratch, &s->out.budget, MAX_SCRATCH);
        s->json.text = &s->out.text;
    }
    return status;
}

static int sarif_exchange(struct wl_sink *sink, const struct wl_exchange *ex)
{
    int status = 0;

    for (uint32_t i = 0; i < ex->n_findings + ex->n_suppressed && status == 0; i++)
        status = put_result(sink->state, &ex->conn, ex, &ex->findings[i]);
    return status;
}

static int sarif_connection(struct wl_sink *sink, const struct wl_conn_record *conn)
{
    int status = 0;

    for (uint32_t i = 0; i < conn->n_findings + conn->n_suppressed && status == 0; i++)
        status = put_result(sink->state, &conn->conn, NULL, &conn->findings[i]);
    return status;
}

static int sarif_close(struct wl_sink *sink, const struct wl_stats *st, struct wl_error *err)
{
    struct sarif *s = sink->state;

    if (s && !wl_output_unread(st))
        finish(s, st);
    if (s)
        wl_text_release(&s->scratch);
    return wl_output_finish(sink, sizeof(struct sarif), err);
}

extern const struct wl_sink_ops wl_out_sarif;

const struct wl_sink_ops wl_out_sarif = {
    .name = "sarif",
    .summary = "SARIF 2.1.0: a result per finding",
    .open = sarif_open,
    .exchange = sarif_exchange,
    .connection = sarif_connection,
    .close = sarif_close,
    .wants_places = true,
};
