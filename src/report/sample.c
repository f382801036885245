/* sample.c - walks the sample dialogue of a rule (docs/dialogues.md) to show it.
 * SPDX-License-Identifier: MIT
 */
#include "sample.h"

static struct wl_span next_line(struct wl_span *rest)
{
    size_t n = wl_span_find(*rest, '\n');
    struct wl_span line = wl_span_sub(*rest, 0, n);

    *rest = wl_span_after(*rest, n + 1);
    return line;
}

/* "? violation ID < 25 | ..." expects a finding of this rule. */
static bool expects(struct wl_span line, const char *id)
{
    size_t n = strlen(id);

    if (!wl_span_starts(line, WL_SPAN("?")))
        return false;
    for (size_t i = 1; i + n < line.n; i++) {
        if (line.p[i - 1] == ' ' && line.p[i + n] == ' ' && memcmp(line.p + i, id, n) == 0)
            return true;
    }
    return false;
}

static bool next_sample(struct wl_span *rest, const char *id, struct wl_sample *ret)
{
    while (rest->n && !wl_span_starts(*rest, WL_SPAN("=")))
        (void)next_line(rest);
    if (rest->n == 0)
        return false;
    ret->title = wl_span_trim(wl_span_after(next_line(rest), 1));
    ret->body = *rest;
    ret->fires = false;
    while (rest->n && !wl_span_starts(*rest, WL_SPAN("=")))
        ret->fires |= expects(next_line(rest), id);
    ret->body.n -= rest->n;
    return true;
}

bool wl_sample_find(struct wl_span dialogue, const char *id, bool fires, struct wl_sample *ret)
{
    struct wl_sample sample;

    while (next_sample(&dialogue, id, &sample)) {
        if (sample.fires == fires) {
            *ret = sample;
            return true;
        }
    }
    return false;
}

/* Directives (docs/dialogues.md) in words. Those that are not here concern the tests only. */
static const struct {
    const char *begins, *ends; /* what stands between is shown behind the words */
    const char *words;
} asides[] = {
    {"leg upstream", "", "the proxy, and the server behind it"},
    {"leg client", "", "the client, and the proxy"},
    {"hold >", "", "what the client sends is not acknowledged"},
    {"hold <", "", "what the server sends is not acknowledged"},
    {"release >", "", "what the client has sent is acknowledged"},
    {"release <", "", "what the server has sent is acknowledged"},
    {"window ", " >", "the client's window is"},
    {"window ", " <", "the server's window is"},
    {"ttl ", " >", "packets of the client have TTL"},
    {"ttl ", " <", "packets of the server have TTL"},
    {"midstream", "", "the capture begins here"},
    {"rtt ", "", "a round trip takes"},
    {"port ", "", "the server's port is"},
    {"set ", "", "with --set"},
};

static bool read_aside(struct wl_span rest, struct wl_sample_step *ret)
{
    for (size_t i = 0; i < WL_COUNT(asides); i++) {
        struct wl_span begins = wl_span_text(asides[i].begins), ends = wl_span_text(asides[i].ends);

        if (rest.n < begins.n + ends.n || !wl_span_starts(rest, begins) ||
            !wl_span_equal(wl_span_after(rest, rest.n - ends.n), ends))
            continue;
        ret->kind = WL_STEP_ASIDE;
        ret->words = asides[i].words;
        ret->text = wl_span_sub(rest, begins.n, rest.n - begins.n - ends.n);
        return true;
    }
    return false;
}

/* False for what is nothing to be seen: comments, expectations, where packets end. */
static bool read_step(struct wl_span line, struct wl_sample_step *ret)
{
    struct wl_span rest = wl_span_trim(wl_span_after(line, 1));
    uint8_t what = line.n ? line.p[0] : 0, side = rest.n ? rest.p[0] : 0;

    *ret = (struct wl_sample_step){.text = rest, .by = WL_TO_SERVER};
    switch (what) {
    case '>':
    case '<':
        ret->kind = WL_STEP_SAYS;
        ret->by = what == '<' ? WL_TO_CLIENT : WL_TO_SERVER;
        if (side == '+' || (side == 'x' && line.p[1] == 'x'))
            ret->text = wl_span_trim(wl_span_after(rest, 1));
        return true;
    case '!': /* "!>rst" */
        ret->kind = rest.n > 1 ? WL_STEP_RST : WL_STEP_FIN;
        ret->by = side == '<' ? WL_TO_CLIENT : WL_TO_SERVER;
        return true;
    case '~':
        ret->kind = side == '>' || side == '<' ? WL_STEP_MISSING : WL_STEP_WAITS;
        ret->by = side == '<' ? WL_TO_CLIENT : WL_TO_SERVER;
        if (ret->kind == WL_STEP_MISSING)
            ret->text = wl_span_trim(wl_span_after(rest, 1));
        return true;
    case '@': return read_aside(rest, ret);
    default: return false;
    }
}

bool wl_sample_step(struct wl_span *body, struct wl_sample_step *ret)
{
    while (body->n) {
        if (read_step(next_line(body), ret))
            return true;
    }
    return false;
}
