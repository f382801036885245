/* catalogue.c - the rules as documents: table, JSON, Markdown, and the page of one rule.
 * SPDX-License-Identifier: MIT
 *
 * Everything here comes from the rule's table entry and its sample file; nothing about a rule is
 * written by hand a second time.
 */
#include "catalogue.h"

#include "layout.h"
#include "line.h"
#include "sample.h"
#include "wirelint/wirelint.h"

enum {
    LINES_SHOWN = 48, /* of one example */
    WIDEST = 84,      /* columns of a ladder */
    NARROWEST = 24,
    NEAR = 3,           /* edits that a misspelt id may be away */
    ID_COLUMNS = 36,    /* of the table of rules */
    TITLE_COLUMNS = 60, /* with less room beside the rest, a title has lines of its own */
};

static int compare_ids(const void *a, const void *b)
{
    const struct wl_rule *const *x = a, *const *y = b;

    return strcmp((*x)->id, (*y)->id);
}

size_t wl_catalogue_sorted(const struct wl_rule *ret[WL_CATALOGUE_RULES])
{
    size_t n = wl_rule_count();

    if (n > WL_CATALOGUE_RULES)
        n = WL_CATALOGUE_RULES;
    for (size_t i = 0; i < n; i++)
        ret[i] = wl_rule_at(i);
    qsort((void *)ret, n, sizeof(const struct wl_rule *), compare_ids);
    return n;
}

void wl_catalogue_text(struct wl_text *t, const struct wl_page *page)
{
    const struct wl_rule *rules[WL_CATALOGUE_RULES];
    size_t n = wl_catalogue_sorted(rules);

    for (size_t i = 0; i < n; i++) {
        const struct wl_rule *rule = rules[i];
        size_t used = ID_COLUMNS + 2 + 9 + 2 + 12 + 2;

        wl_layout_ink(t, page->color, WL_INK_STRONG);
        wl_text_printf(t, "%-*s", ID_COLUMNS, rule->id);
        wl_layout_ink(t, page->color, wl_layout_severity_ink(rule->severity));
        wl_text_printf(t, "  %-9s", wl_severity_name(rule->severity));
        wl_layout_ink(t, page->color, WL_INK_PLAIN);
        if (page->columns && page->columns < used + TITLE_COLUMNS) {
            wl_text_printf(t, "  %s\n", wl_fault_name(rule->fault));
            wl_layout_wrap(t, wl_span_text(rule->title), 4, page->columns);
            continue;
        }
        wl_text_printf(t, "  %-12s  ", wl_fault_name(rule->fault));
        if (page->columns) {
            wl_text_terminal_cut(t, wl_span_text(rule->title), page->columns - used);
        } else {
            wl_text_put(t, rule->title);
        }
        wl_text_char(t, '\n');
    }
}

/* -------------------------------------------------------------------------------------- JSON */

static void put_key(struct wl_text *t, const char *key, const char *value)
{
    if (!value)
        return;
    wl_text_printf(t, ",\"%s\":\"", key);
    (void)wl_text_json(t, wl_span_text(value));
    wl_text_char(t, '"');
}

static void put_array(struct wl_text *t, const char *key, const char *const *values, size_t max)
{
    wl_text_printf(t, ",\"%s\":[", key);
    for (size_t i = 0; i < max && values[i]; i++) {
        wl_text_put(t, i ? ",\"" : "\"");
        (void)wl_text_json(t, wl_span_text(values[i]));
        wl_text_char(t, '"');
    }
    wl_text_char(t, ']');
}

void wl_catalogue_json(struct wl_text *t)
{
    const struct wl_rule *rules[WL_CATALOGUE_RULES];
    size_t n = wl_catalogue_sorted(rules);

    for (size_t i = 0; i < n; i++) {
        const struct wl_rule *rule = rules[i];

        wl_text_put(t, i ? ",\n{\"id\":\"" : "[{\"id\":\"");
        wl_text_put(t, rule->id);
        wl_text_char(t, '"');
        put_key(t, "severity", wl_severity_name(rule->severity));
        put_key(t, "fault", wl_fault_name(rule->fault));
        put_key(t, "area", rule->area);
        put_key(t, "versions", rule->versions);
        put_key(t, "title", rule->title);
        put_array(t, "cite", rule->cite, WL_RULE_CITES);
        put_key(t, "why", rule->why);
        put_key(t, "advice", rule->advice);
        put_array(t, "see", rule->see, WL_RULE_SEE);
        wl_text_char(t, '}');
    }
    wl_text_put(t, n ? "]\n" : "[]\n");
}

/* ------------------------------------------------------------------- parts that pages share */

const char *wl_catalogue_link(const char *cite, char buf[WL_CATALOGUE_LINK])
{
    size_t digits = 0;
    const char *section;

    buf[0] = '\0';
    if (strncmp(cite, "RFC ", 4) != 0)
        return buf;
    while (wl_is_digit((uint8_t)cite[4 + digits]))
        digits++;
    section = cite + 4 + digits;
    if (digits == 0)
        return buf;
    while (*section == ' ')
        section++;
    (void)snprintf(buf, WL_CATALOGUE_LINK, "https://www.rfc-editor.org/rfc/rfc%.*s%s%s",
                   (int)digits, cite + 4,
                   !*section                        ? ""
                   : wl_is_digit((uint8_t)*section) ? "#section-"
                                                    : "#appendix-",
                   section);
    return buf;
}

/* In the words of docs/judging.md 2. */
const char *wl_catalogue_guard(const struct wl_rule *rule, unsigned i)
{
    static const struct {
        uint32_t bit;
        const char *text;
    } guards[WL_CATALOGUE_GUARDS] = {
        {WL_NEEDS_PAIR, "request and response belong together for certain"},
        {WL_NEEDS_BODY, "every octet that is judged was captured"},
        {WL_NEEDS_END_SERVER, "the server ended the connection first"},
        {WL_NEEDS_END_CLIENT, "the client ended the connection first"},
        {WL_NEEDS_CLK, "the clock of the capture only rose"},
        {WL_NEEDS_ACK, "acknowledgements were seen"},
        {WL_NEEDS_REQUEST, "the head of the request was seen"},
        {WL_NEEDS_RESPONSE, "the head of the final response was seen"},
        {WL_NEEDS_HANDSHAKE, "the beginning of the connection was captured"},
    };

    WL_ASSERT(i < WL_CATALOGUE_GUARDS);
    return rule->needs & guards[i].bit ? guards[i].text : NULL;
}

/* ----------------------------------------------------------------------------------- Markdown */

static void put_markdown_rule(struct wl_text *t, const struct wl_rule *rule)
{
    char link[WL_CATALOGUE_LINK];

    wl_text_printf(t, "### %s\n\n%s.\n\n", rule->id, rule->title);
    wl_text_printf(t, "*%s*, fault: %s", wl_severity_name(rule->severity),
                   wl_fault_name(rule->fault));
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        if (*wl_catalogue_link(rule->cite[i], link)) {
            wl_text_printf(t, ", [%s](%s)", rule->cite[i], link);
        } else {
            wl_text_printf(t, ", %s", rule->cite[i]);
        }
    }
    wl_text_put(t, "\n");
    if (rule->why)
        wl_text_printf(t, "\n%s\n", rule->why);
    if (rule->advice)
        wl_text_printf(t, "\n%s\n", rule->advice);
    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++)
        wl_text_printf(t, "%s[%s](#%s)", i ? ", " : "\nSee also ", rule->see[i], rule->see[i]);
    wl_text_put(t, rule->see[0] ? "\n\n" : "\n");
}

/* The areas of the catalogue, in its order. */
static const struct area {
    const char *code, *title;
} areas[] = {
    {"INT", "Interim responses (1xx): sequence and content"},
    {"TIM", "Timing of interim and final responses"},
    {"EXP", "Expect, 100 and 417"},
    {"UPG", "101, Upgrade, h2c and TLS upgrade"},
    {"WS", "WebSocket handshake and frames"},
    {"COD", "Status line and status code space"},
    {"S2", "Successful responses (2xx)"},
    {"S3", "Redirection (3xx) and 304"},
    {"S4", "Client error responses (4xx) and Retry-After"},
    {"S5", "Server error responses (5xx) and error content"},
    {"MET", "Method-related rules"},
    {"FRM", "Framing, line syntax and desynchronisation signs"},
    {"CON", "Connection management, pairing and order"},
    {"VER", "Version, Host and request line"},
    {"VAL", "Dates, validators, Age and range requests"},
    {"PRX", "Credentials and intermediaries"},
    {"H2", "HTTP/2 messages"},
    {"H3", "HTTP/3 messages"},
    {"ICAP", "ICAP (RFC 3507)"},
};

const char *wl_catalogue_area(size_t i, const char **ret_title)
{
    if (i >= WL_COUNT(areas))
        return NULL;
    *ret_title = areas[i].title;
    return areas[i].code;
}

static bool is_of(const struct wl_rule *rule, const struct area *area)
{
    return strcmp(rule->area, area->code) == 0;
}

static unsigned count_area(const struct wl_rule *const *rules, size_t n, const struct area *area)
{
    unsigned count = 0;

    for (size_t i = 0; i < n; i++)
        count += is_of(rules[i], area);
    return count;
}

void wl_catalogue_markdown(struct wl_text *t)
{
    const struct wl_rule *rules[WL_CATALOGUE_RULES];
    size_t n = wl_catalogue_sorted(rules);

    wl_text_printf(t,
                   "# The %u rules of wirelint\n\nMade by `wirelint rules --format markdown`.\n\n",
                   (unsigned)n);
    for (size_t a = 0; a < WL_COUNT(areas); a++) {
        unsigned count = count_area(rules, n, &areas[a]);

        if (count) {
            wl_text_printf(t, "- [%s](#area-%s) %s: %u\n", areas[a].code, areas[a].code,
                           areas[a].title, count);
        }
    }
    for (size_t a = 0; a < WL_COUNT(areas); a++) {
        if (count_area(rules, n, &areas[a]) == 0)
            continue;
        wl_text_printf(t, "\n<a id=\"area-%s\"></a>\n\n## %s: %s\n\n", areas[a].code, areas[a].code,
                       areas[a].title);
        wl_text_put(t, "| rule | severity | fault | what is wrong |\n| --- | --- | --- | --- |\n");
        for (size_t i = 0; i < n; i++) {
            if (is_of(rules[i], &areas[a])) {
                wl_text_printf(t, "| [%s](#%s) | %s | %s | %s |\n", rules[i]->id, rules[i]->id,
                               wl_severity_name(rules[i]->severity), wl_fault_name(rules[i]->fault),
                               rules[i]->title);
            }
        }
        wl_text_char(t, '\n');
        for (size_t i = 0; i < n; i++) {
            if (is_of(rules[i], &areas[a]))
                put_markdown_rule(t, rules[i]);
        }
    }
}

/* --------------------------------------------------------------------------- the page of one */

static void put_heading(struct wl_text *t, const struct wl_page *page, const char *text)
{
    wl_text_char(t, '\n');
    wl_layout_ink(t, page->color, WL_INK_STRONG);
    wl_text_put(t, text);
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_char(t, '\n');
}

static void put_paragraph(struct wl_text *t, const struct wl_page *page, const char *head,
                          const char *text)
{
    if (!text)
        return;
    put_heading(t, page, head);
    wl_layout_wrap(t, wl_span_text(text), 2, page->columns);
}

/* Of a ladder: the line of each side, and what is written between them. */
struct rungs {
    struct wl_text *t;
    size_t inner; /* columns between the two lines */
    uint8_t side; /* whose octets were written last: '>', '<', or 0 */
};

/* One line between the two: at the left what the client says, at the right what the server does. */
static void put_rung(struct rungs *r, struct wl_span text, bool right, char line)
{
    size_t from, width;

    wl_text_printf(r->t, "    %c ", line);
    from = r->t->buf.n;
    wl_text_terminal_cut(r->t, text, r->inner - 2);
    width = wl_layout_width(wl_span_after(wl_text_span(r->t), from));
    if (right && width < r->inner - 2) {
        char kept[256];
        size_t n = r->t->buf.n - from;

        if (n < sizeof(kept)) { /* else it is long enough to stand where it is */
            memcpy(kept, r->t->buf.p + from, n);
            r->t->buf.n = from;
            wl_text_repeat(r->t, ' ', r->inner - 2 - width);
            wl_text_span_raw(r->t, wl_span(kept, n));
            width = r->inner - 2;
        }
    }
    wl_text_repeat(r->t, ' ', width < r->inner - 2 ? r->inner - 2 - width : 0);
    wl_text_printf(r->t, " %c\n", line);
}

/* What one side has said is on its way. */
static void put_arrow(struct rungs *r)
{
    if (r->side == 0)
        return;
    wl_text_put(r->t, r->side == '>' ? "    | " : "    | <");
    wl_text_repeat(r->t, '-', r->inner - 3);
    wl_text_put(r->t, r->side == '>' ? "> |\n" : " |\n");
    r->side = 0;
}

/* What is neither said nor waited for. */
static void put_aside(struct rungs *r, const struct wl_sample_step *step)
{
    char text[96];
    int n = snprintf(text, sizeof(text), "(%s%s%.*s)", step->words, step->text.n ? " " : "",
                     (int)wl_min_size(step->text.n, 32), (const char *)step->text.p);

    if (n > 0)
        put_rung(r, wl_span(text, wl_min_size((size_t)n, sizeof(text) - 1)), false, ' ');
}

/* A line of a dialogue as a line of the ladder. */
static void put_step(struct rungs *r, const struct wl_sample_step *step)
{
    bool server = step->by == WL_TO_CLIENT;
    uint8_t side = server ? '<' : '>';

    if (step->kind != WL_STEP_SAYS || r->side != side)
        put_arrow(r);
    switch (step->kind) {
    case WL_STEP_SAYS:
        r->side = side;
        if (step->text.n)
            put_rung(r, step->text, server, '|');
        break;
    case WL_STEP_FIN:
    case WL_STEP_RST:
        r->side = side;
        put_rung(r, step->kind == WL_STEP_RST ? WL_SPAN("RST") : WL_SPAN("FIN"), server, '|');
        put_arrow(r);
        break;
    case WL_STEP_WAITS: put_rung(r, step->text, false, ':'); break;
    case WL_STEP_MISSING:
        put_rung(r, WL_SPAN("(octets that were not captured)"), server, '|');
        break;
    case WL_STEP_ASIDE: put_aside(r, step); break;
    }
}

static void put_sample(struct wl_text *t, const struct wl_page *page,
                       const struct wl_sample *sample)
{
    size_t columns = page->columns && page->columns < WIDEST ? page->columns : WIDEST;
    struct rungs r = {.t = t, .inner = columns > NARROWEST ? columns - 6 : NARROWEST};
    struct wl_span body = sample->body;
    struct wl_sample_step step;
    unsigned lines = 0;

    wl_text_char(t, '\n');
    wl_layout_ink(t, page->color, WL_INK_STRONG);
    wl_text_put(t, sample->fires ? "It fires on: " : "It does not fire on: ");
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_terminal(t, sample->title);
    wl_text_put(t, "\n  client");
    wl_text_repeat(t, ' ', r.inner - 8);
    wl_text_put(t, "server\n");
    while (wl_sample_step(&body, &step)) {
        if (++lines > LINES_SHOWN) {
            put_arrow(&r);
            wl_text_put(t, "    ...\n");
            return;
        }
        put_step(&r, &step);
    }
    put_arrow(&r);
}

/* The first case that fires, then the first that does not. */
static void put_samples(struct wl_text *t, const struct wl_page *page, const struct wl_rule *rule,
                        struct wl_span dialogue)
{
    struct wl_sample sample;

    if (wl_sample_find(dialogue, rule->id, true, &sample))
        put_sample(t, page, &sample);
    if (wl_sample_find(dialogue, rule->id, false, &sample))
        put_sample(t, page, &sample);
}

static void put_guards(struct wl_text *t, const struct wl_page *page, const struct wl_rule *rule)
{
    const char *guard;
    bool any = false;

    for (unsigned i = 0; i < WL_CATALOGUE_GUARDS; i++) {
        guard = wl_catalogue_guard(rule, i);
        if (!guard)
            continue;
        if (!any)
            put_heading(t, page, "Asked only where");
        wl_text_printf(t, "  - %s\n", guard);
        any = true;
    }
}

static void put_citations(struct wl_text *t, const struct wl_page *page, const struct wl_rule *rule)
{
    char link[WL_CATALOGUE_LINK];

    put_heading(t, page, "Where it is written");
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        size_t from = t->buf.n;

        wl_text_printf(t, "  %s", rule->cite[i]);
        if (*wl_catalogue_link(rule->cite[i], link)) {
            wl_layout_pad(t, from, 20);
            wl_text_printf(t, "  %s", link);
        }
        wl_text_char(t, '\n');
    }
}

void wl_catalogue_page(struct wl_text *t, const struct wl_rule *rule, struct wl_span dialogue,
                       const struct wl_page *page)
{
    wl_layout_ink(t, page->color, WL_INK_STRONG);
    wl_text_put(t, rule->id);
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_char(t, '\n');
    wl_layout_wrap(t, wl_span_text(rule->title), 2, page->columns);
    wl_text_char(t, '\n');
    wl_text_put(t, "  severity  ");
    wl_layout_ink(t, page->color, wl_layout_severity_ink(rule->severity));
    wl_text_put(t, wl_severity_name(rule->severity));
    wl_layout_ink(t, page->color, WL_INK_PLAIN);
    wl_text_printf(t, "\n  fault     %s\n", wl_fault_name(rule->fault));
    if (rule->versions)
        wl_text_printf(t, "  versions  %s\n", rule->versions);
    if (rule->area)
        wl_text_printf(t, "  area      %s\n", rule->area);
    put_guards(t, page, rule);
    put_paragraph(t, page, "Why it matters", rule->why);
    put_paragraph(t, page, "What to do", rule->advice);
    put_citations(t, page, rule);
    put_samples(t, page, rule, dialogue);
    if (rule->see[0])
        put_heading(t, page, "Related rules");
    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++)
        wl_text_printf(t, "  %s\n", rule->see[i]);
}

const struct wl_rule *wl_catalogue_nearest(const char *text)
{
    struct wl_nearest like = wl_nearest(text, NEAR);
    const struct wl_rule *nearest = NULL;

    for (size_t i = 0; i < wl_rule_count(); i++) {
        if (wl_nearest_try(&like, wl_rule_at(i)->id))
            nearest = wl_rule_at(i);
    }
    /* no misspelling, but perhaps the beginning or a part of one */
    for (size_t i = 0; !nearest && strlen(text) > 3 && i < wl_rule_count(); i++) {
        if (strstr(wl_rule_at(i)->id, text))
            nearest = wl_rule_at(i);
    }
    return nearest;
}
