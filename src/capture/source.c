/* source.c - where packets come from: files in sequence or merged by time, or what is live.
 * SPDX-License-Identifier: MIT
 *
 * The packets given last stay borrowed from their files until the next call, which first of all
 * moves the file of the latest on. A burst ends before a file would have to read on.
 *
 * What is live comes from feeds.c instead; counting, the filter of streams and the ends of a run
 * are the same here.
 */
#include "source.h"

#include "bpf.h"
#include "clock.h"
#include "diag.h"
#include "feeds.h"
#include "inputs.h"
#include "scout.h"
#include "unpack.h"

enum {
    PROGRESS_STEP = 4 << 20, /* octets between two calls of progress */
    CLOCK_EVERY = 1024,      /* live packets between two looks at the clock */
};

struct wl_source {
    struct wl_budget *budget;
    const struct wl_source_config *cfg;
    volatile sig_atomic_t stop;
    struct wl_bpf *bpf;
    struct wl_inputs inputs;
    uint64_t ordinal, delivered;
    int64_t until_progress;
    struct wl_scout scout;   /* goes ahead of the packets of the file that is alone, */
    bool scouted;            /* if somebody has taken it */
    struct wl_error failure; /* of the filter: told by the call after the burst it ended */
    struct wl_feeds *feeds;  /* live: instead of inputs, but for their told */
    size_t n_feeds;
    bool ending;     /* live: only what was received before is still given */
    wl_ns deadline;  /* by the monotonic clock; 0: none */
    uint64_t looked; /* ordinal at which the clock was looked at */
};

/* ---------------------------------------------------------------------------------- opening */

static int prepare_feeds(struct wl_source *s, struct wl_error *err)
{
    size_t n = wl_feeds_count(s->cfg);
    int code = wl_inputs_tell_live(&s->inputs, n, err);

    if (code < 0)
        return code;
    s->n_feeds = n;
    return wl_feeds_new(s->cfg, s->inputs.told, &s->stop, s->budget, &s->feeds, err);
}

int wl_source_prepare(const struct wl_source_config *cfg, const struct wl_limits *limits,
                      struct wl_budget *budget, struct wl_source **ret, struct wl_error *err)
{
    struct wl_source *s;
    int code = 0;

    if (cfg->n_files && cfg->n_interfaces)
        return wl_fail(err, WL_EINVAL, "files and interfaces cannot be read together");
    if (cfg->n_files == 0 && cfg->n_interfaces == 0)
        return wl_fail(err, WL_EINVAL, "there is no capture file to read");
    s = wl_alloc(budget, sizeof(*s));
    if (!s)
        return wl_fail(err, WL_NOMEM, "out of memory");
    s->budget = budget;
    s->cfg = cfg;
    s->until_progress = PROGRESS_STEP;
    if (cfg->bpf && cfg->bpf[0] && !cfg->n_interfaces) /* those are filtered by the kernel */
        code = wl_bpf_new(cfg->bpf, budget, &s->bpf, err);
    wl_inputs_init(&s->inputs, budget, limits->max_files, cfg->n_shards ? cfg->n_shards : 1,
                   &s->stop, s->bpf);
    for (size_t i = 0; code == 0 && i < cfg->n_files; i++)
        code = wl_unpack_expect(cfg->files[i], cfg->follow, err);
    if (code == 0 && wl_feeds_wanted(cfg))
        code = prepare_feeds(s, err);
    if (code < 0) {
        wl_source_free(s);
        return code;
    }
    *ret = s;
    return 0;
}

int wl_source_begin(struct wl_source *s, struct wl_error *err)
{
    int code = 0;

    if (s->cfg->max_duration)
        s->deadline = wl_clock_monotonic() + s->cfg->max_duration;
    if (s->feeds) {
        if (s->bpf)
            code = wl_bpf_prepare(s->bpf, 1, err); /* before the first packet: is it a filter? */
        return code < 0 ? code : wl_feeds_begin(s->feeds, err);
    }

    for (size_t i = 0; code == 0 && i < s->cfg->n_files; i++)
        code = wl_inputs_add(&s->inputs, s->cfg->files[i], err);
    if (code == 0 && s->bpf && s->inputs.n_heap == 0)
        code = wl_bpf_prepare(s->bpf, 1, err); /* no packet at all: still, is it a filter? */
    wl_inputs_begin(&s->inputs);
    return code;
}

int wl_source_open(const struct wl_source_config *cfg, const struct wl_limits *limits,
                   struct wl_budget *budget, struct wl_source **ret, struct wl_error *err)
{
    struct wl_source *s = NULL;
    int code = wl_source_prepare(cfg, limits, budget, &s, err);

    if (code < 0)
        return code;
    WL_ASSERT(s);
    code = wl_source_begin(s, err);
    if (code < 0) {
        wl_source_free(s);
        return code;
    }
    *ret = s;
    return 0;
}

/* -------------------------------------------------------------------------------- reading */

static void tell_progress(struct wl_source *s)
{
    uint64_t done, total;

    s->until_progress = PROGRESS_STEP;
    if (!s->cfg->progress)
        return;
    wl_inputs_progress(&s->inputs, &done, &total);
    s->cfg->progress(s->cfg->progress_user, done, total);
}

static size_t n_told(const struct wl_source *s)
{
    return s->feeds ? s->n_feeds : s->inputs.n;
}

/* What could be done where memory or descriptors were missing. */
static void hint_at_lack(const struct wl_source *s, struct wl_error *err)
{
    if (s->inputs.hint[0]) {
        wl_hint(err, "%s", s->inputs.hint);
    } else if (s->inputs.lacking) {
        wl_hint(err, "files that overlap in time are open side by side, once per shard: "
                     "--set memory allows more, -j 1 takes less");
    }
}

static int finish(struct wl_source *s, struct wl_error *err)
{
    const char *first = NULL;
    size_t n_damaged = 0;

    tell_progress(s);
    for (size_t i = 0; i < n_told(s); i++) {
        if (!s->inputs.told[i].damaged)
            continue;
        if (!first)
            first = s->inputs.told[i].damaged;
        n_damaged++;
    }
    if (!first)
        return 0;
    if (n_damaged == 1) {
        (void)wl_fail(err, WL_EDAMAGED, "%s", first);
    } else {
        (void)wl_fail(err, WL_EDAMAGED, "%s; %zu other files %s", first, n_damaged - 1,
                      s->inputs.lacking ? "were not read whole either" : "are damaged too");
    }
    hint_at_lack(s, err);
    return WL_EDAMAGED;
}

static void count(struct wl_source *s, size_t i, const struct wl_packet *packets, size_t n)
{
    struct wl_input *told = &s->inputs.told[i];
    wl_ns first = told->packets ? told->t_first : packets[0].t;
    wl_ns last = told->packets ? told->t_last : packets[0].t;
    uint64_t octets = 0;

    for (size_t k = 0; k < n; k++) {
        first = packets[k].t < first ? packets[k].t : first;
        last = packets[k].t > last ? packets[k].t : last;
        octets += packets[k].bytes.n;
    }
    told->t_first = first;
    told->t_last = last;
    told->packets += n;
    told->octets += octets;
    s->until_progress -= (int64_t)octets;
    if (WL_LIKELY_FALSE(s->until_progress < 0))
        tell_progress(s);
}

/* The run is over, in order. */
static int finish_live(struct wl_source *s, struct wl_error *err)
{
    wl_feeds_look(s->feeds, true);
    return finish(s, err);
}

static bool is_late(const struct wl_source *s)
{
    return s->deadline && wl_clock_monotonic() >= s->deadline;
}

static void begin_to_end(struct wl_source *s)
{
    if (!s->ending)
        wl_feeds_end(s->feeds);
    s->ending = true;
}

/* Standard input turned out to be no capture: nothing was read, and there is nothing to report. */
static int refuse_feed(struct wl_source *s, int code)
{
    s->n_feeds = 0;
    return code;
}

/* The filter makes no sense on a link type: no filter, or, where others had come before, an input
 * that cannot be read on. */
static int refuse_link(struct wl_source *s, size_t i, struct wl_error *err)
{
    if (err->code == WL_EINVAL && s->ordinal > 1) {
        err->code = WL_EDAMAGED;
        wl_inputs_damage(&s->inputs, i, err);
    }
    return (int)err->code;
}

/* Numbers, counts and filters what has come, in place: how many are left, or a negative code. */
static int pass_on(struct wl_source *s, struct wl_packet *packets, size_t n, struct wl_error *err)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        int code = 1;

        packets[i].ordinal = ++s->ordinal;
        count(s, wl_frame_file(packets[i].frame), &packets[i], 1);
        if (s->bpf)
            code = wl_bpf_match(s->bpf, &packets[i], err);
        if (code < 0)
            return refuse_link(s, wl_frame_file(packets[i].frame), err);
        if (code)
            packets[kept++] = packets[i];
    }
    s->delivered += kept;
    return (int)kept;
}

/* Is there enough? Live what the kernel has received until now is still read. */
static bool is_over(struct wl_source *s)
{
    bool look = s->ordinal - s->looked >= CLOCK_EVERY;

    if (look) {
        s->looked = s->ordinal;
        wl_feeds_look(s->feeds, false);
    }
    if (s->stop || (look && is_late(s)))
        begin_to_end(s);
    return s->cfg->max_packets && s->delivered >= s->cfg->max_packets;
}

/* wl_source_burst of what is live. */
static int burst_live(struct wl_source *s, struct wl_packet *ret, size_t max, struct wl_error *err)
{
    for (;;) {
        size_t wanted = max, i = 0;
        int code;

        if (is_over(s))
            return finish_live(s, err);
        if (s->cfg->max_packets)
            wanted = wl_min_size(max, (size_t)(s->cfg->max_packets - s->delivered));
        code = wl_feeds_burst(s->feeds, ret, wanted, &i, err);
        if (code == WL_AGAIN) {
            wl_feeds_look(s->feeds, false);
            if (is_late(s))
                begin_to_end(s);
            return WL_AGAIN;
        }
        if (code == 0)
            return finish_live(s, err);
        if (code < 0) {
            if (s->inputs.told[i].packets == 0 && s->n_feeds == 1)
                return refuse_feed(s, code);
            wl_inputs_damage(&s->inputs, i, err);
            continue;
        }
        code = pass_on(s, ret, (size_t)code, err);
        if (code)
            return code;
    }
}

/* What the file that is alone can give without reading on, after the packet before; nothing is to
 * be asked of its packets. */
static size_t take_more(struct wl_source *s, struct wl_file *alone, const struct wl_packet *before,
                        struct wl_packet *ret, size_t max)
{
    size_t n = wl_file_more(alone, before, ret, max);

    s->ordinal += n;
    s->delivered += n;
    if (n)
        count(s, wl_frame_file(before->frame), ret, n);
    return n;
}

/* n packets were given, the last of them by the file that is alone, if one is. */
static void lead_scout(struct wl_source *s, size_t n)
{
    struct wl_file *file = wl_inputs_alone(&s->inputs);

    if (!file) {
        s->scout = (struct wl_scout){.at = NULL};
        return;
    }
    if (s->cfg->may_map)
        wl_file_map(file);
    wl_file_lead(file, n, &s->scout);
}

/* wl_source_burst of files. */
static int burst_files(struct wl_source *s, struct wl_packet *ret, size_t max, struct wl_error *err)
{
    size_t n = 0;

    while (n < max && (n == 0 || wl_inputs_stay(&s->inputs))) {
        struct wl_packet *p = ret + n;
        struct wl_file *alone;
        ptrdiff_t i;
        int code = 1;

        if (WL_LIKELY_FALSE(s->stop))
            return (int)n;
        if (s->cfg->max_packets && s->delivered >= s->cfg->max_packets)
            return n ? (int)n : finish(s, err);
        s->inputs.bursting = n > 0;
        i = wl_inputs_take(&s->inputs, p);
        if (i < 0)
            return n || s->stop ? (int)n : finish(s, err);
        p->ordinal = ++s->ordinal;
        count(s, (size_t)i, p, 1);
        if (s->bpf)
            code = wl_bpf_match(s->bpf, p, &s->failure);
        if (code < 0) {
            code = refuse_link(s, (size_t)i, &s->failure);
            *err = s->failure;
            return n ? (int)n : code;
        }
        s->delivered += (unsigned)code;
        n += (unsigned)code;
        alone = s->bpf || s->cfg->max_packets ? NULL : wl_inputs_alone(&s->inputs);
        if (alone)
            n += take_more(s, alone, p, ret + n, max - n);
    }
    return (int)n;
}

int wl_source_burst(struct wl_source *s, struct wl_packet *ret, size_t max, struct wl_error *err)
{
    int rc;

    if (WL_LIKELY_FALSE(s->failure.code)) {
        *err = s->failure;
        return (int)err->code;
    }
    wl_inputs_release(&s->inputs);
    if (WL_LIKELY_FALSE(s->feeds != NULL))
        return burst_live(s, ret, max, err);
    wl_inputs_make_room(&s->inputs);
    rc = burst_files(s, ret, max, err);
    if (rc > 0 && s->scouted) {
        lead_scout(s, (size_t)rc);
    } else if (rc <= 0) {
        wl_inputs_rest(&s->inputs);
    }
    return rc;
}

int wl_source_next(struct wl_source *s, struct wl_packet *ret, struct wl_error *err)
{
    return wl_source_burst(s, ret, 1, err);
}

bool wl_source_live(const struct wl_source *s)
{
    return s->feeds != NULL;
}

bool wl_source_wait(struct wl_source *s, int timeout_ms, int wake_fd)
{
    if (s->deadline && !s->ending) {
        wl_ns rest = s->deadline - wl_clock_monotonic();

        timeout_ms = (int)wl_min_u64((uint64_t)timeout_ms,
                                     rest > 0 ? (uint64_t)rest / 1000000 + 1 : 0);
    }
    return s->feeds && wl_feeds_wait(s->feeds, timeout_ms, wake_fd);
}

wl_ns wl_source_now(const struct wl_source *s)
{
    return s->feeds ? wl_feeds_now(s->feeds) : 0;
}

void wl_source_stop(struct wl_source *s)
{
    s->stop = 1;
    if (s->feeds)
        wl_feeds_wake(s->feeds);
}

const struct wl_input *wl_source_inputs(const struct wl_source *s, size_t *n)
{
    *n = n_told(s);
    return s->inputs.told;
}

void wl_source_lost(struct wl_source *s, bool at_end, uint64_t *ret_dropped,
                    uint64_t *ret_interface_dropped)
{
    if (s->feeds && at_end)
        wl_feeds_look(s->feeds, true);
    *ret_dropped = *ret_interface_dropped = 0;
    for (size_t i = 0; i < s->n_feeds; i++) {
        *ret_dropped += s->inputs.told[i].dropped;
        *ret_interface_dropped += s->inputs.told[i].interface_dropped;
    }
}

const struct wl_octets *wl_source_lend(struct wl_source *s)
{
    const struct wl_inputs *all = &s->inputs;
    const struct wl_octets *octets = !s->feeds && all->n == 1 && all->files[0].file
                                         ? wl_file_octets(all->files[0].file)
                                         : NULL;

    s->inputs.lent = octets != NULL;
    return octets;
}

struct wl_scout *wl_source_scout(struct wl_source *s)
{
    s->scouted = true;
    return &s->scout;
}

bool wl_source_rereadable(const struct wl_source *s)
{
    return s->feeds ? wl_feeds_rereadable(s->feeds) : wl_inputs_rereadable(&s->inputs);
}

void wl_source_free(struct wl_source *s)
{
    if (!s)
        return;
    wl_feeds_free(s->feeds);
    wl_inputs_free(&s->inputs);
    wl_bpf_free(s->bpf);
    wl_free(s->budget, s, sizeof(*s));
}
