/* show_metrics.c - writes every metric there is, for run_metrics.py to compare with what is said
 * of them. SPDX-License-Identifier: MIT
 *
 * usage: show_metrics openmetrics|prometheus
 *
 * The snapshot is made up: a live run on two interfaces, one of which has a name that nobody would
 * give it. Every number in it is there once, so that one which is left out is missed: counter i of
 * tbl/counters.h is 1000 + i, limit i 2000 + i, protocol i 3000 + i, reason i of what was not
 * judged 4000 + i, rule i 10000 + i.
 */
#include "metrics.h"

#include "wirelint/wirelint.h"

enum {
    COUNTERS = 1000,
    LIMITS = 2000,
    PROTOCOLS = 3000,
    UNJUDGED = 4000,
    RULES = 10000,
    MAX_RULES = 1000,
    MEMORY = 4 << 20,
};

static void fill_counters(struct wl_counters *c)
{
    uint64_t n = COUNTERS;

#define WL_COUNTER(name, text) c->name = n++;
#include "wirelint/tbl/counters.h"
#undef WL_COUNTER
}

/* Two codes that are registered, one that is not, and three responses without any. */
static void fill_responses(struct wl_stats *st)
{
    st->codes[103] = 5001;
    st->codes[200] = 5002;
    st->codes[299] = 5003;
    st->codes[777] = 1;
    st->responses[1] = 5001 + 7; /* more were interim than a code was kept of */
    st->responses[2] = 5002 + 5003;
    st->responses[0] = 1 + 2;
}

static void fill_histogram(struct wl_histogram *h, uint64_t sum)
{
    for (unsigned i = 0; i <= WL_N_BOUNDS; i++) {
        h->within[i] = i + 1;
        h->n += i + 1;
    }
    h->sum = sum;
}

int main(int argc, char **argv)
{
    static const struct wl_input inputs[] = {
        {.name = "eth0", .packets = 6001, .octets = 6002, .is_interface = true, .dropped = 6003},
        {.name = "a\"b\\c\nd\xff\xe2\x80\xae",
         .is_interface = true,
         .notice = "is down",
         .damaged = "it is cut off",
         .interface_dropped = 6004},
    };
    static struct wl_stats st = {
        .connections = 7001,
        .exchanges = 7002,
        .http_connections = 7003,
        .left_out = 7004,
        .findings = {[WL_NOTE] = 7005, [WL_WARNING] = 7006, [WL_VIOLATION] = 7007},
        .dropped_findings = 7008,
        .inputs = inputs,
        .n_inputs = 2,
        .t_last = 1700000000 * WL_SECOND + 123456789,
        .live = true,
        .open_connections = 7009,
        .memory_used = 7010,
        .memory_max = 7011,
        .suppressed = {[WL_NOTE] = 7012, [WL_WARNING] = 7013, [WL_VIOLATION] = 7014},
    };
    static uint64_t rules[MAX_RULES];
    struct wl_budget budget;
    struct wl_text text;
    struct wl_span s;
    bool written;

    if (argc != 2 || wl_rule_count() > MAX_RULES)
        return 2;
    fill_counters(&st.counters);
    fill_responses(&st);
    fill_histogram(&st.first, 1500000001);
    fill_histogram(&st.final, UINT64_MAX); /* where it stays */
    for (unsigned i = 0; i < WL_N_LIMITS; i++)
        st.limits[i] = LIMITS + i;
    for (unsigned i = 0; i < WL_N_PROTO; i++)
        st.protocols[i] = PROTOCOLS + i;
    for (unsigned i = 0; i < WL_N_UNJUDGED; i++)
        st.unjudged[i] = UNJUDGED + i;
    for (size_t i = 0; i < wl_rule_count(); i++)
        rules[i] = RULES + i;
    st.rules = rules;
    wl_budget_init(&budget, MEMORY, NULL, NULL, NULL);
    wl_text_init(&text, &budget, MEMORY / 2);
    wl_metrics_put(&text, &st,
                   strcmp(argv[1], "openmetrics") == 0 ? WL_METRICS_OPENMETRICS
                                                       : WL_METRICS_PROMETHEUS);
    s = wl_text_span(&text);
    written = !text.full && fwrite(s.p, 1, s.n, stdout) == s.n && fflush(stdout) == 0;
    wl_text_release(&text);
    return written ? 0 : 1;
}
