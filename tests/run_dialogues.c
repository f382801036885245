/* run_dialogues.c - runs dialogue files in every way a conversation can lie in packets and files.
 * SPDX-License-Identifier: MIT
 *
 *     run_dialogues [--update] [--quick] [--seeds FIRST-LAST] [--all] [--write DIR] PATH...
 *
 * A path is a dialogue or a directory of them. The first way must give what the file expects
 * (--update writes what it gave into the file instead), and every other way the same as the first.
 * Then pieces of evidence are taken away, which must not bring a finding about, and memory is
 * refused, which must not either, nor crash or leak. --quick leaves out all but the first way;
 * --seeds says which random numbers decide on what comes late, twice, cut off or not at all, and
 * plays those ways alone; --all holds findings below violations against no list of excuses, and
 * counts what a rule says; --write puts every case into folders of a directory as seeds for the
 * fuzzers, as a capture among them. Exit status: 0 all as expected, 1 not so, 2 usage.
 */
#include "diag.h"
#include "seeds.h"
#include "watch.h"
#include "wirelint/names.h"
#include "wirelint/rule.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_PATHS = 4096,
    MAX_LINES = 1 << 20, /* octets of what is said about one case */
    MAX_REFUSALS = 160,  /* runs per case with refused memory; more calls are sampled */
    MAX_MISSING = 48,    /* runs per case with packets taken away; more packets are sampled */
    FIRST_SEED = 11,     /* of those that are played when no others are asked for */
    LAST_SEED = 14,
    LEAST_SNAP = 40, /* headers of IPv4 and TCP */
    SNAP_RANGE = 400,
};

enum shape {
    WHOLE,
    BYTES,
    SEVENS,
    HEADS,
    BEYOND_HEADS,
    SHUFFLED,
    ACK_FIRST,
    CHATTER,
};

/** One way to show a conversation to the engine. */
struct mode {
    const char *name;
    const char *suffix; /* read from a file with this suffix; NULL: packets are fed */
    const char *filter; /* of libarchive, or NULL */
    enum wire_format format;
    enum shape shape;
    unsigned seed, shards;
    struct wire wire;
    bool wrap; /* sequence numbers pass 2^32 in the middle */
};

static const struct mode modes[] = {
    {.name = "whole"},
    {.name = "octet by octet", .shape = BYTES},
    {.name = "in sevens", .shape = SEVENS},
    {.name = "heads apart from content", .shape = HEADS},
    {.name = "heads with an octet of content", .shape = BEYOND_HEADS},
    {.name = "shuffled 1", .shape = SHUFFLED, .seed = 1},
    {.name = "shuffled 2", .shape = SHUFFLED, .seed = 2},
    {.name = "shuffled 3", .shape = SHUFFLED, .seed = 3},
    {.name = "shuffled 4", .shape = SHUFFLED, .seed = 4},
    {.name = "acknowledged early", .shape = ACK_FIRST},
    {.name = "keep-alives and repeats", .shape = CHATTER},
    {.name = "IPv6", .wire = {.v6 = true}},
    {.name = "IPv6 in sevens", .shape = SEVENS, .wire = {.v6 = true}},
    {.name = "IPv6 shuffled", .shape = SHUFFLED, .seed = 5, .wire = {.v6 = true}},
    {.name = "sequence wrap", .wrap = true},
    {.name = "sequence wrap octet by octet", .shape = BYTES, .wrap = true},
    {.name = "sequence wrap shuffled", .shape = SHUFFLED, .seed = 6, .wrap = true},
    {.name = "Ethernet", .wire = {.link = WIRE_ETHER}},
    {.name = "two VLAN tags", .wire = {.link = WIRE_QINQ}},
    {.name = "Linux cooked", .wire = {.link = WIRE_SLL}},
    {.name = "IP fragments", .wire = {.fragments = true}},
    {.name = "pcap", .wire = {.link = WIRE_ETHER}, .suffix = "pcap"},
    {.name = "pcap, raw IP, in sevens", .shape = SEVENS, .suffix = "pcap"},
    {.name = "pcap, big-endian, nanoseconds",
     .wire = {.link = WIRE_SLL},
     .suffix = "pcap",
     .format = WIRE_PCAP_NANO_SWAPPED},
    {.name = "pcapng", .wire = {.link = WIRE_ETHER}, .suffix = "pcapng", .format = WIRE_PCAPNG},
    {.name = "pcapng, shuffled, 3 shards",
     .shape = SHUFFLED,
     .seed = 7,
     .suffix = "pcapng",
     .format = WIRE_PCAPNG,
     .shards = 3},
    {.name = "pcap.gz", .suffix = "pcap.gz", .filter = "gzip"},
    {.name = "pcapng.zst", .suffix = "pcapng.zst", .format = WIRE_PCAPNG, .filter = "zstd"},
    {.name = "pcap.lz4", .suffix = "pcap.lz4", .filter = "lz4"},
    {.name = "pcap.xz", .suffix = "pcap.xz", .filter = "xz"},
};

/** Everything the runs share. */
struct runner {
    struct wl_budget budget;
    struct wl_arena_pool pool;
    struct watch_fence *fence;
    struct wl_text got, reference;
    const char *scratch;  /* directory for capture files */
    const char *write_to; /* or NULL */
    bool update, quick;
    unsigned first_seed, last_seed;
    bool only_seeds, no_excuses;
    unsigned n_cases, n_runs, n_failed;
};

/* --------------------------------------------------------------------------------- printing */

static void print_lines(char sign, const struct wl_span *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("    %c %.*s\n", sign, (int)lines[i].n, (const char *)lines[i].p);
}

/** Splits text at its line ends; the number of lines. */
static size_t split_lines(struct wl_span text, struct wl_span *ret, size_t max)
{
    size_t n = 0;

    while (text.n && n < max) {
        ret[n] = wl_span_sub(text, 0, wl_span_find(text, '\n'));
        text = wl_span_after(text, ret[n].n + 1);
        n++;
    }
    return n;
}

/** What is different, without the lines that are equal at both ends. */
static void print_difference(const struct wl_span *want, size_t n_want, const struct wl_span *got,
                             size_t n_got)
{
    size_t same = 0;

    while (same < n_want && same < n_got && wl_span_equal(want[same], got[same]))
        same++;
    while (n_want > same && n_got > same && wl_span_equal(want[n_want - 1], got[n_got - 1])) {
        n_want--;
        n_got--;
    }
    print_lines(' ', want, same);
    if (n_want > same)
        print_lines('-', want + same, n_want - same);
    if (n_got > same)
        print_lines('+', got + same, n_got - same);
}

static void fail(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                 const char *how, const char *what)
{
    r->n_failed++;
    printf("%s:%u: %s [%s]%s%s\n", d->path, c->line, c->title, how, *what ? ": " : "", what);
}

enum { SHOWN_LINES = 512 };

/** Compares what was said with lines; tells where they differ. */
static bool same_lines(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                       const char *how, const struct wl_span *want, size_t n_want)
{
    struct wl_span got[SHOWN_LINES];
    size_t n_got = split_lines(wl_text_span(&r->got), got, SHOWN_LINES);
    bool same = n_want == n_got;

    for (size_t i = 0; i < n_want && same; i++)
        same = wl_span_equal(want[i], got[i]);
    if (!same) {
        fail(r, d, c, how, "");
        print_difference(want, n_want, got, n_got);
    }
    return same;
}

/* ---------------------------------------------------------------------------------- running */

static void make_shape(const struct mode *m, const struct packets *played, struct packets *ret)
{
    switch (m->shape) {
    case WHOLE: *ret = *played; break;
    case BYTES: conversation_split(played, 1, ret); break;
    case SEVENS: conversation_split(played, 7, ret); break;
    case HEADS: conversation_split_heads(played, 0, ret); break;
    case BEYOND_HEADS: conversation_split_heads(played, 1, ret); break;
    case SHUFFLED: conversation_shuffle(played, m->seed, ret); break;
    case ACK_FIRST: conversation_ack_first(played, ret); break;
    case CHATTER: conversation_chatter(played, ret); break;
    }
}

/** How many positions of a direction the packets cover. */
static uint32_t covered(const struct packets *p, enum wl_dir dir)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < p->n; i++) {
        if (p->p[i].dir == dir)
            end = wl_max_u64(end, p->p[i].seq + p->p[i].payload.n);
    }
    return (uint32_t)end;
}

/** The packets of a mode in their headers. */
static void dress(const struct mode *m, const struct dialogue_case *c, const struct packets *played,
                  struct frames *ret)
{
    struct packets shaped = {.arena = played->arena};
    struct wire wire = m->wire;

    make_shape(m, played, &shaped);
    wire.port = c->port;
    wire.isn[WL_TO_SERVER] = m->wrap ? 0u - covered(played, WL_TO_SERVER) / 2 : 1000;
    wire.isn[WL_TO_CLIENT] = m->wrap ? 0u - covered(played, WL_TO_CLIENT) / 2 : 3000000000;
    wire_dress(&wire, &shaped, ret);
}

/** Shows the frames to the engine in the way of the mode; what it says is in r->got. */
static int show(struct runner *r, const struct mode *m, const struct dialogue_case *c,
                const struct frames *frames, struct wl_error *err)
{
    struct watch w = {.c = c, .lines = &r->got, .shards = m->shards};
    char path[512];
    int code;

    r->n_runs++;
    if (frames->cut)
        return wl_fail(err, WL_NOMEM, "the case is too large");
    if (!m->suffix)
        return watch_frames(&w, frames, r->fence, err);
    (void)snprintf(path, sizeof(path), "%s/case.%s", r->scratch, m->suffix);
    code = wire_write(path, wire_file(frames, m->format, frames->arena), m->filter, err);
    if (code == 0)
        code = watch_file(&w, path, err);
    (void)unlink(path);
    return code;
}

static void run_mode(struct runner *r, const struct mode *m, const struct dialogue *d,
                     const struct dialogue_case *c, const struct packets *played)
{
    struct wl_arena *a = wl_arena_new(&r->pool);
    struct frames frames = {.arena = a};
    struct packets copy = *played;
    struct wl_span want[SHOWN_LINES];
    struct wl_error err = {0};

    if (!a) {
        fail(r, d, c, m->name, "out of memory");
        return;
    }
    copy.arena = a;
    dress(m, c, &copy, &frames);
    if (show(r, m, c, &frames, &err) != 0) {
        fail(r, d, c, m->name, err.text);
    } else {
        (void)same_lines(r, d, c, m->name, want,
                         split_lines(wl_text_span(&r->reference), want, SHOWN_LINES));
    }
    wl_arena_free(a);
}

/** A finding of a line: which rule, and how bad it says it is. */
struct told {
    struct wl_span rule; /* empty: the line is of something else */
    enum wl_severity severity;
};

static struct told told_in(struct wl_span line)
{
    if (wl_span_starts(line, WL_SPAN("conn ")))
        line = wl_span_after(line, 5);
    for (enum wl_severity s = WL_NOTE; s <= WL_VIOLATION; s++) {
        const char *name = wl_severity_name(s);
        struct wl_span rest = wl_span_after(line, strlen(name) + 1);

        if (wl_span_starts(line, (struct wl_span){(const uint8_t *)name, strlen(name)}))
            return (struct told){wl_span_sub(rest, 0, wl_span_find(rest, ' ')), s};
    }
    return (struct told){WL_SPAN(""), WL_OFF};
}

/** Is it the rule, or one to which the rule gives way where it fires? */
static bool stands_for(struct wl_span rule, struct wl_span other)
{
    const struct wl_rule *r;
    char id[64];

    if (wl_span_equal(rule, other))
        return true;
    (void)snprintf(id, sizeof(id), "%.*s", (int)rule.n, (const char *)rule.p);
    r = wl_rule_find(id);
    for (size_t i = 0; r && i < WL_RULE_SEE && r->yields[i]; i++) {
        if (wl_span_equal(other, wl_span_text(r->yields[i])))
            return true;
    }
    return false;
}

/** How many findings of this rule are among the lines that are no less bad? */
static uint32_t count_known(struct told t, const struct wl_span *lines, size_t n)
{
    uint32_t count = 0;

    for (size_t i = 0; i < n; i++) {
        struct told known = told_in(lines[i]);

        count += known.severity >= t.severity && stands_for(t.rule, known.rule);
    }
    return count;
}

/** How many of them has the rule among the first n lines? */
static uint32_t count_told(struct told t, const struct wl_span *lines, size_t n)
{
    uint32_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += wl_span_equal(told_in(lines[i]).rule, t.rule);
    return count;
}

/** What the rule says may rest on something of which no trace is left when it is missing. */
static bool leaves_no_trace(struct wl_span rule)
{
    static const struct {
        const char *rule, *why;
    } all[] = {
        {"bad-gateway-without-gateway", "the other leg as a whole, of which no sign was seen"},
        {"expect-wait-forever", "the window of zero in an acknowledgement"},
        {"interim-invented-by-proxy", "one of two legs that could be the other"},
        {"rst-destroys-response", "the last acknowledgement before the RST"},
        {"timeout-408-unsolicited", "a request that nobody had acknowledged"},
    };

    for (size_t i = 0; i < WL_COUNT(all); i++) {
        if (wl_span_equal(rule, wl_span_text(all[i].rule)))
            return true;
    }
    return false;
}

/** Does the case itself have octets that the capture missed? With fewer packets it may seem to have
 * none, and then more can be judged. */
static bool has_holes(const struct dialogue_case *c)
{
    for (uint32_t i = 0; i < c->n_steps; i++) {
        if (c->steps[i].kind == STEP_GAP)
            return true;
    }
    return c->midstream;
}

/** Every rule that r->got has a finding of has one with all the evidence, too. Violations always;
 * of what is less bad, what rests on evidence. */
static void only_known_findings(struct runner *r, const struct dialogue *d,
                                const struct dialogue_case *c, const char *how)
{
    struct wl_span known[SHOWN_LINES], got[SHOWN_LINES];
    size_t n_known = split_lines(wl_text_span(&r->reference), known, SHOWN_LINES);
    size_t n_got = split_lines(wl_text_span(&r->got), got, SHOWN_LINES);

    for (size_t i = 0; i < n_got; i++) {
        struct told t = told_in(got[i]);
        uint32_t times = r->no_excuses ? count_told(t, got, i) : 0;

        if (t.severity != WL_VIOLATION && !r->no_excuses &&
            (has_holes(c) || leaves_no_trace(t.rule)))
            continue;
        if (t.rule.n && count_known(t, known, n_known) <= times) {
            fail(r, d, c, how, "a finding for want of evidence");
            print_lines('+', got + i, 1);
            print_lines(' ', got, n_got);
            return;
        }
    }
}

/** One run with some packets taken away, or the ends of those above snap octets. */
static void run_without(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                        const struct packets *less, uint32_t snap, const char *how)
{
    struct frames frames = {.arena = less->arena, .snap = snap};
    struct wl_error err = {0};

    dress(&modes[0], c, less, &frames);
    if (show(r, &modes[0], c, &frames, &err) != 0) {
        fail(r, d, c, how, err.text);
    } else {
        only_known_findings(r, d, c, how);
    }
}

/** Takes away the end, the beginning, each packet, each direction: no finding may come of it. */
static void run_missing(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                        const struct packets *played)
{
    uint32_t step = played->n / MAX_MISSING + 1;
    char how[64];

    for (uint32_t i = 0; i < played->n; i += step) {
        const struct {
            const char *how;
            uint32_t first, last;
        } cuts[] = {{"ends before packet", i, played->n},
                    {"begins after packet", 0, i},
                    {"without packet", i, i},
                    {"without what acknowledges it, nor packet", i, i + 1}};

        for (size_t k = 0; k < WL_COUNT(cuts); k++) {
            struct packets less = {.arena = wl_arena_new(&r->pool)};

            if (!less.arena)
                return;
            conversation_without(played, cuts[k].first, cuts[k].last, &less);
            (void)snprintf(how, sizeof(how), "%s %u", cuts[k].how, i + 1);
            run_without(r, d, c, &less, 0, how);
            wl_arena_free(less.arena);
        }
    }
    for (enum wl_dir dir = WL_TO_SERVER; dir <= WL_TO_CLIENT; dir++) {
        struct packets less = {.arena = wl_arena_new(&r->pool)};

        if (!less.arena)
            return;
        conversation_one_way(played, dir, &less);
        run_without(r, d, c, &less, 0, dir == WL_TO_SERVER ? "only requests" : "only responses");
        wl_arena_free(less.arena);
    }
}

/** What random numbers make of it: octets late or twice change nothing, and those that are missing
 * bring no finding about. */
static void run_seed(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                     const struct packets *played, unsigned seed)
{
    struct packets less = {.arena = wl_arena_new(&r->pool)};
    struct mode mode = {.shape = SHUFFLED, .seed = seed};
    char how[64];

    if (!less.arena)
        return;
    (void)snprintf(how, sizeof(how), "shuffled %u", seed);
    mode.name = how;
    run_mode(r, &mode, d, c, played);
    conversation_lose(played, seed, &less);
    (void)snprintf(how, sizeof(how), "losses %u", seed);
    run_without(r, d, c, &less, 0, how);
    (void)snprintf(how, sizeof(how), "losses %u, cut off", seed);
    run_without(r, d, c, &less, LEAST_SNAP + seed * 7 % SNAP_RANGE, how);
    (void)snprintf(how, sizeof(how), "cut off %u", seed);
    less.n = 0;
    conversation_without(played, UINT32_MAX, 0, &less);
    run_without(r, d, c, &less, LEAST_SNAP + seed * 13 % SNAP_RANGE, how);
    wl_arena_free(less.arena);
}

/** Refuses the nth allocation, or all from the nth on, for n = 1, 2, ... */
static void run_refused(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                        const struct frames *frames)
{
    uint64_t step = 1;
    char how[64];

    for (int after = 0; after < 2; after++) {
        for (uint64_t n = 1;; n += step) {
            struct watch w = {
                .c = c, .lines = &r->got, .memory = {.fail_at = n, .fail_after = after != 0}};
            struct wl_error err = {0};
            int code = watch_frames(&w, frames, r->fence, &err);

            r->n_runs++;
            (void)snprintf(how, sizeof(how), "%s allocation %" PRIu64 " refused",
                           after ? "from" : "only", n);
            if (code != 0 && code != WL_NOMEM) {
                fail(r, d, c, how, err.text);
            } else {
                only_known_findings(r, d, c, how);
            }
            if (!w.memory.failed)
                break;
            if (n >= MAX_REFUSALS)
                step = n / 4;
        }
    }
}

/* ------------------------------------------------------------------------------------ cases */

/** Puts the case into the folders of seeds, named after its file and line. */
static void write_seeds(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                        const struct packets *played)
{
    const char *base = strrchr(d->path, '/');
    struct wl_error err;
    char name[256];

    base = base ? base + 1 : d->path;
    (void)snprintf(name, sizeof(name), "%.*s-%u", (int)strcspn(base, "."), base, c->line);
    if (seeds_write(r->write_to, name, c, played, &err) != 0)
        fail(r, d, c, "write", err.text);
}

/** Runs one case in all ways; what the first one said is in r->reference. */
static void run_case(struct runner *r, const struct dialogue *d, const struct dialogue_case *c,
                     struct wl_arena *a)
{
    struct packets played = {.arena = a};
    struct frames frames = {.arena = a};
    struct wl_error err = {0};

    r->n_cases++;
    wl_text_reset(&r->reference);
    conversation_play(c, &played);
    if (r->write_to)
        write_seeds(r, d, c, &played);
    dress(&modes[0], c, &played, &frames);
    if (show(r, &modes[0], c, &frames, &err) != 0) {
        fail(r, d, c, modes[0].name, err.text);
        return;
    }
    if (!r->update)
        (void)same_lines(r, d, c, modes[0].name, c->expected, c->n_expected);
    wl_text_span_raw(&r->reference, wl_text_span(&r->got));
    if (r->quick)
        return;
    for (unsigned seed = r->first_seed; seed <= r->last_seed; seed++)
        run_seed(r, d, c, &played, seed);
    if (r->only_seeds)
        return;
    for (size_t i = 1; i < WL_COUNT(modes); i++)
        run_mode(r, &modes[i], d, c, &played);
    run_missing(r, d, c, &played);
    run_refused(r, d, c, &frames);
}

/** Runs all cases of a file, and writes what they gave into it when that is wanted. */
static int run_file(struct runner *r, const char *path)
{
    struct wl_arena *a = wl_arena_new(&r->pool);
    struct dialogue d;
    struct wl_error err = {0};
    struct wl_span *lines = NULL;
    int code = WL_NOMEM;

    if (a)
        code = dialogue_read(path, a, &d, &err);
    if (code == 0) {
        lines = wl_arena_array(a, d.n_cases, sizeof(*lines));
        for (uint32_t i = 0; i < d.n_cases && lines; i++) {
            run_case(r, &d, &d.cases[i], a);
            lines[i] = wl_arena_copy(a, wl_text_span(&r->reference));
        }
        if (r->update && lines)
            code = dialogue_rewrite(&d, lines, &err);
    }
    if (code != 0) {
        printf("%s\n", a ? err.text : "out of memory");
        r->n_failed++;
    }
    wl_arena_free(a);
    return code;
}

/** Orders dialogue files of a directory by name. */
static int only_text(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && strcmp(dot, ".txt") == 0;
}

static void run_path(struct runner *r, const char *path)
{
    struct dirent **entries = NULL;
    struct stat st;
    char full[1024];
    int n;

    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
        (void)run_file(r, path);
        return;
    }
    n = scandir(path, &entries, only_text, alphasort);
    if (n <= 0) {
        printf("%s: no dialogue there\n", path);
        r->n_failed++;
    }
    for (int i = 0; entries && i < n; i++) {
        (void)snprintf(full, sizeof(full), "%s/%s", path, entries[i]->d_name);
        (void)run_file(r, full);
        free(entries[i]);
    }
    free(entries);
}

static int usage(void)
{
    (void)fputs(
        "usage: run_dialogues [--update] [--quick] [--seeds FIRST-LAST] [--all] [--write DIR] "
        "PATH...\n",
        stderr);
    return 2;
}

/** Takes the options off the front; the index of the first path, or -1. */
static int parse_options(struct runner *r, int argc, char **argv)
{
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--update") == 0) {
            r->update = r->quick = true;
        } else if (strcmp(argv[i], "--quick") == 0) {
            r->quick = true;
        } else if (strcmp(argv[i], "--all") == 0) {
            r->no_excuses = true;
        } else if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc) {
            char *end;

            r->first_seed = (unsigned)strtoul(argv[++i], &end, 10);
            r->last_seed = *end == '-' ? (unsigned)strtoul(end + 1, &end, 10) : r->first_seed;
            r->only_seeds = true;
            if (*end || r->last_seed == UINT_MAX)
                return -1;
        } else if (strcmp(argv[i], "--write") == 0 && i + 1 < argc) {
            r->write_to = argv[++i];
        } else {
            return -1;
        }
    }
    return i < argc ? i : -1;
}

int main(int argc, char **argv)
{
    struct runner r = {.first_seed = FIRST_SEED, .last_seed = LAST_SEED};
    char scratch[] = "/tmp/wirelint-dialogues-XXXXXX";
    struct wl_arena *a;
    int first = parse_options(&r, argc, argv);

    if (first < 0)
        return usage();
    wl_budget_init(&r.budget, (size_t)1 << 30, NULL, NULL, NULL);
    wl_arena_pool_init(&r.pool, &r.budget, 1 << 20);
    wl_text_init(&r.got, &r.budget, MAX_LINES);
    wl_text_init(&r.reference, &r.budget, MAX_LINES);
    a = wl_arena_new(&r.pool);
    r.fence = a ? watch_fence_new(a) : NULL;
    r.scratch = mkdtemp(scratch);
    if (!r.fence || !r.scratch) {
        (void)fputs("run_dialogues: no memory or no directory to work in\n", stderr);
        return 2;
    }
    for (int i = first; i < argc; i++)
        run_path(&r, argv[i]);
    printf("%u cases, %u runs, %u failed\n", r.n_cases, r.n_runs, r.n_failed);
    (void)rmdir(r.scratch);
    watch_fence_free(r.fence);
    wl_arena_free(a);
    wl_text_release(&r.got);
    wl_text_release(&r.reference);
    wl_arena_pool_release(&r.pool);
    return r.n_failed ? 1 : 0;
}
