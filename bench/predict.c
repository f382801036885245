/* predict.c - which branches of a program could be foretold, from a trace of its instructions.
 * SPDX-License-Identifier: MIT
 *
 *     predict BRANCHES SKIP < TRACE
 *
 * TRACE is what valgrind's lackey writes with --trace-mem=yes; SKIP instructions are followed
 * without being counted; the first line of output tells how many were. BRANCHES holds the address
 * of each branch and what it is: "j" depends on a condition, "i" goes, "k" calls where a register
 * says, "c" calls, "r" returns, "u" goes. For each that was foretold wrongly: how often it was, how
 * often it ran, how often it was taken, its address and kind.
 *
 * The predictor resembles those of today's large processors: counters per branch, and three tables
 * behind them that are asked by the path of the last 34, 66 and 194 branches taken (TAGE, as in
 * Seznec and Michaud, "A case for (partially) tagged geometric history length branch prediction");
 * the longest that knows the path is believed. Targets are kept in tables of the same kind, returns
 * on a stack. It is no model of any one processor: what it says of single branches is near, and of
 * sums nearer.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TABLES = 3,
    SETS = 1024,
    WAYS = 4,
    COUNTERS = 1 << 14,
    TARGETS = 4096,
    STACK = 64,
    BRANCHES = 1 << 20,
    PATH_WORDS = 7, /* of two bits for each of 194 branches */
};

struct branch {
    uint64_t at, runs, wrong, taken;
    char kind;
};

struct entry {
    uint16_t tag;
    int8_t counter; /* -4 to 3: not taken, taken */
    uint8_t useful;
    bool there;
};

static const unsigned path_bits[TABLES] = {34 * 2, 66 * 2, 194 * 2};
static struct branch branches[BRANCHES];
static uint64_t path[PATH_WORDS];
static struct entry tables[TABLES][SETS][WAYS];
static int8_t counters[COUNTERS];
static struct {
    uint64_t target;
    uint16_t tag;
} targets[TABLES][TARGETS];
static uint64_t stack[STACK];
static unsigned depth;
static uint32_t dice = 1;

static uint64_t mix(uint64_t h)
{
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static struct branch *find(uint64_t at)
{
    uint64_t i = mix(at) % BRANCHES;

    while (branches[i].at && branches[i].at != at)
        i = (i + 1) % BRANCHES;
    return &branches[i];
}

static void note_path(uint64_t from, uint64_t to)
{
    for (int i = PATH_WORDS - 1; i > 0; i--)
        path[i] = path[i] << 2 | path[i - 1] >> 62;
    path[0] = (path[0] << 2) ^ (mix(from + (to << 7)) & 0xffff);
}

static uint64_t hash_path(unsigned bits, uint64_t at)
{
    uint64_t h = mix(at);
    unsigned word = 0;

    for (; bits >= 64; bits -= 64)
        h = mix(h ^ path[word++]);
    return bits ? mix(h ^ (path[word] & ((UINT64_C(1) << bits) - 1))) : h;
}

static void count(int8_t *counter, bool up)
{
    if (up ? *counter < 3 : *counter > -4)
        *counter = (int8_t)(*counter + (up ? 1 : -1));
}

static struct entry *look_up(unsigned table, uint64_t h)
{
    struct entry *set = tables[table][h % SETS];

    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].there && set[i].tag == (uint16_t)(h >> 48))
            return &set[i];
    }
    return NULL;
}

/* A wrong guess: the path is noted in a table that looks farther back. */
static void learn(unsigned from, const uint64_t hashes[TABLES], bool taken)
{
    dice = dice * 1103515245 + 12345;
    if (from + 1 < TABLES && (dice >> 16) % 4 == 0)
        from++;
    for (unsigned t = from; t < TABLES; t++) {
        struct entry *set = tables[t][hashes[t] % SETS], *room = NULL;

        for (unsigned i = 0; i < WAYS && !room; i++)
            room = set[i].there && set[i].useful ? NULL : &set[i];
        if (room) {
            *room = (struct entry){(uint16_t)(hashes[t] >> 48), taken ? 0 : -1, 0, true};
            return;
        }
        for (unsigned i = 0; i < WAYS; i++)
            set[i].useful--;
    }
}

/* Would it have been known whether the branch is taken? */
static bool foretell(uint64_t at, bool taken)
{
    int8_t *counter = &counters[mix(at) % COUNTERS];
    struct entry *believed = NULL;
    bool other = *counter >= 0, guess = other;
    uint64_t hashes[TABLES];
    unsigned next = 0; /* table behind the one that is believed */

    for (unsigned t = 0; t < TABLES; t++) {
        struct entry *e;

        hashes[t] = hash_path(path_bits[t], at);
        e = look_up(t, hashes[t]);
        if (e) {
            other = believed ? believed->counter >= 0 : *counter >= 0;
            believed = e;
            next = t + 1;
        }
    }
    if (believed) {
        bool own = believed->counter >= 0;
        bool fresh = (believed->counter == 0 || believed->counter == -1) && !believed->useful;

        guess = fresh ? other : own;
        if (own != other) {
            if (own == taken && believed->useful < 3)
                believed->useful++;
            else if (own != taken && believed->useful)
                believed->useful--;
        }
        count(&believed->counter, taken);
    } else {
        count(counter, taken);
    }
    if (guess != taken)
        learn(next, hashes, taken);
    return guess == taken;
}

/* Would it have been known where it goes? The table that looks farthest back is asked first. */
static bool foretell_target(uint64_t at, uint64_t to)
{
    bool known = false, right = false;

    for (unsigned t = TABLES; t-- > 0;) {
        uint64_t h = hash_path(t ? path_bits[t] : 0, at);
        uint16_t tag = (uint16_t)(h >> 48);

        if (!known && targets[t][h % TARGETS].tag == tag) {
            known = true;
            right = targets[t][h % TARGETS].target == to;
        }
        targets[t][h % TARGETS].target = to;
        targets[t][h % TARGETS].tag = tag;
    }
    return right;
}

/* The branch led to an instruction; behind is what follows it. */
static bool take(const struct branch *b, uint64_t behind, uint64_t to)
{
    bool right = true;

    switch (b->kind) {
    case 'j': right = foretell(b->at, to != behind); break;
    case 'i':
    case 'k': right = foretell_target(b->at, to); break;
    case 'r': right = stack[--depth % STACK] == to; break;
    default: break;
    }
    if (b->kind == 'c' || b->kind == 'k')
        stack[depth++ % STACK] = behind;
    if (to != behind)
        note_path(b->at, to);
    return right;
}

static bool read_branches(const char *name)
{
    FILE *f = fopen(name, "r");
    uint64_t at, n = 0;
    char kind;

    if (!f)
        return false;
    while (n < BRANCHES / 2 && fscanf(f, "%" SCNx64 " %c", &at, &kind) == 2) {
        *find(at) = (struct branch){.at = at, .kind = kind};
        n++;
    }
    (void)fclose(f);
    return n > 0;
}

int main(int argc, char **argv)
{
    static char line[4096];
    struct branch *last = NULL;
    uint64_t skip, behind = 0, n = 0;

    if (argc != 3 || !read_branches(argv[1])) {
        (void)fprintf(stderr, "usage: predict BRANCHES SKIP < TRACE\n");
        return 2;
    }
    skip = strtoull(argv[2], NULL, 10);
    while (
        fgets(line, sizeof(line), stdin)) { /* "I  address,octets", and what it reads and writes */
        uint64_t at, octets;
        char *end;

        if (line[0] != 'I')
            continue;
        at = strtoull(line + 1, &end, 16);
        octets = *end == ',' ? strtoull(end + 1, NULL, 10) : 0;
        if (last) {
            bool right = take(last, behind, at);

            if (n > skip) {
                last->runs++;
                last->wrong += !right;
                last->taken += at != behind;
            }
        }
        last = find(at);
        last = last->at ? last : NULL;
        behind = at + octets;
        n++;
    }
    printf("%" PRIu64 " %" PRIu64 "\n", n, n > skip ? n - skip : 0);
    for (unsigned i = 0; i < BRANCHES; i++) {
        const struct branch *b = &branches[i];

        if (b->wrong)
            printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIx64 " %c\n", b->wrong, b->runs,
                   b->taken, b->at, b->kind);
    }
    return 0;
}
