/* options.c - the table of options, which help, defaults and parsing are made from.
 * SPDX-License-Identifier: MIT
 *
 * A row has the text of its default, which goes through the same parser as what the user gives.
 */
#include "options.h"

#include "packet.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_IN_RANGE = 1 << 30, /* octets of a body, exchanges of a connection */
    HELP_COLUMN = 22,        /* where the sentences begin */
};

/* A chance that is left to the profile. */
static const uint32_t undecided = UINT32_MAX;

/** What an option takes; the member at its offset is of the type behind it. */
enum kind {
    KIND_FLAG,    /* bool: nothing */
    KIND_TEXT,    /* const char * */
    KIND_PROFILE, /* const struct profile *: its name */
    KIND_NUMBER,  /* uint64_t: with a suffix k, M or G, 1024 or its powers */
    KIND_RANGE,   /* struct range: "A-B", or "A" for "A-A" */
    KIND_CHANCE,  /* uint32_t: a share of .most, in parts of PRNG_ALWAYS */
};

struct row {
    const char *name;     /* as it is typed */
    const char *argument; /* NULL: a flag */
    const char *initial;  /* NULL: zero, or as .help says */
    const char *help;     /* lines, without the last line end */
    enum kind kind;
    size_t at;            /* offset in struct options */
    uint64_t least, most; /* of numbers */
};

/* --------------------------------------------------------------------------------------- table */

#define AT(member) offsetof(struct options, member)

static const struct row rows[] = {
    {
        .name = "-o",
        .argument = "FILE",
        .kind = KIND_TEXT,
        .at = AT(output),
        .help = "where the capture goes; otherwise to standard output",
    },
    {
        .name = "--profile",
        .argument = "NAME",
        .initial = "api",
        .kind = KIND_PROFILE,
        .at = AT(profile),
        .help = "the kind of traffic, see below",
    },
    {
        .name = "--connections",
        .argument = "N",
        .initial = "10000",
        .kind = KIND_NUMBER,
        .at = AT(n_connections),
        .least = 1,
        .most = UINT64_MAX,
        .help = "connections that are opened",
    },
    {
        .name = "--concurrency",
        .argument = "N",
        .initial = "1000",
        .kind = KIND_NUMBER,
        .at = AT(n_concurrent),
        .least = 1,
        .most = UINT32_MAX,
        .help = "connections in progress at a time",
    },
    {
        .name = "--exchanges",
        .argument = "A-B",
        .kind = KIND_RANGE,
        .at = AT(exchanges),
        .most = MOST_IN_RANGE,
        .help = "exchanges of a connection; otherwise as the profile has them",
    },
    {
        .name = "--body",
        .argument = "A-B",
        .kind = KIND_RANGE,
        .at = AT(body),
        .most = MOST_IN_RANGE,
        .help = "octets of a response's body; otherwise as the profile has them",
    },
    {
        .name = "--pipeline",
        .argument = "PERCENT",
        .kind = KIND_CHANCE,
        .at = AT(pipelining),
        .most = 100,
        .help = "exchanges that begin a pipelined pair; otherwise as the profile has them",
    },
    {
        .name = "--bad",
        .argument = "PERMILLE",
        .initial = "2",
        .kind = KIND_CHANCE,
        .at = AT(violations),
        .most = 1000,
        .help = "exchanges whose status breaks a rule (401 without WWW-Authenticate,\n"
                "204 with Content-Length, ...); the framing stays intact",
    },
    {
        .name = "--no-close",
        .kind = KIND_FLAG,
        .at = AT(stay_open),
        .help = "leave every connection open: no FIN",
    },
    {
        .name = "--mss",
        .argument = "N",
        .initial = "1448",
        .kind = KIND_NUMBER,
        .at = AT(mss),
        .least = 64,
        .most = PACKET_MAX_PAYLOAD,
        .help = "octets of a segment",
    },
    {
        .name = "--burst",
        .argument = "N",
        .initial = "2",
        .kind = KIND_NUMBER,
        .at = AT(burst),
        .least = 1,
        .most = UINT32_MAX,
        .help = "packets that a connection sends before the next has its turn, mean",
    },
    {
        .name = "--loss",
        .argument = "PERCENT",
        .kind = KIND_CHANCE,
        .at = AT(faults.loss),
        .most = 100,
        .help = "segments lost before the tap: seen 2 to 12 packets of their\n"
                "connection later, when they are retransmitted",
    },
    {
        .name = "--reorder",
        .argument = "PERCENT",
        .kind = KIND_CHANCE,
        .at = AT(faults.reordering),
        .most = 100,
        .help = "segments overtaken by 1 to 3 packets of their connection",
    },
    {
        .name = "--dup",
        .argument = "PERCENT",
        .kind = KIND_CHANCE,
        .at = AT(faults.duplicates),
        .most = 100,
        .help = "segments seen twice",
    },
    {
        .name = "--gap",
        .argument = "PERCENT",
        .kind = KIND_CHANCE,
        .at = AT(faults.gap),
        .most = 100,
        .help = "segments that the tap misses: acknowledged, and never seen",
    },
    {
        .name = "--ipv6",
        .argument = "PERCENT",
        .kind = KIND_CHANCE,
        .at = AT(v6),
        .most = 100,
        .help = "connections over IPv6",
    },
    {
        .name = "--clients",
        .argument = "N",
        .initial = "20011",
        .kind = KIND_NUMBER,
        .at = AT(n_clients),
        .least = 1,
        .most = UINT32_MAX,
        .help = "addresses of clients",
    },
    {
        .name = "--port",
        .argument = "N",
        .initial = "80",
        .kind = KIND_NUMBER,
        .at = AT(port),
        .most = UINT16_MAX,
        .help = "the port of the servers",
    },
    {
        .name = "--no-checksum",
        .kind = KIND_FLAG,
        .at = AT(no_checksums),
        .help = "leave TCP checksums zero, as offloading does",
    },
    {
        .name = "--snaplen",
        .argument = "N",
        .initial = "262144",
        .kind = KIND_NUMBER,
        .at = AT(snaplen),
        .most = UINT32_MAX,
        .help = "octets that are kept of a packet",
    },
    {
        .name = "--max-bytes",
        .argument = "N",
        .kind = KIND_NUMBER,
        .at = AT(max_octets),
        .most = UINT64_MAX,
        .help = "end the file there; what is in progress is cut off",
    },
    {
        .name = "--pps",
        .argument = "N",
        .initial = "1000000",
        .kind = KIND_NUMBER,
        .at = AT(packets_per_second),
        .least = 1,
        .most = UINT32_MAX,
        .help = "packets per second by the timestamps",
    },
    {
        .name = "--seed",
        .argument = "N",
        .initial = "1",
        .kind = KIND_NUMBER,
        .at = AT(seed),
        .most = UINT64_MAX,
        .help = "another capture of the same kind",
    },
    {
        .name = "--truth",
        .argument = "FILE",
        .kind = KIND_TEXT,
        .at = AT(truth),
        .help = "what was sent, as JSON; \"-\" is standard error",
    },
    {
        .name = "--help",
        .kind = KIND_FLAG,
        .at = AT(help),
        .help = "this help",
    },
};

enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* ------------------------------------------------------------------------------------- parsing */

/* Digits in C's notations, "0x" included, and a suffix. Returns what stands
 * behind them, or NULL. */
static const char *parse_u64(const char *text, uint64_t *ret)
{
    static const char suffixes[] = "kMG";
    const char *suffix;
    unsigned shift = 0;
    uint64_t value;
    char *end;

    if (*text < '0' || *text > '9') /* strtoull would take signs and spaces */
        return NULL;
    errno = 0;
    value = strtoull(text, &end, 0);
    if (errno)
        return NULL;
    suffix = *end ? strchr(suffixes, *end) : NULL;
    if (suffix) {
        shift = 10 * (unsigned)(suffix - suffixes + 1);
        end++;
    }
    if (value > UINT64_MAX >> shift)
        return NULL;
    *ret = value << shift;
    return end;
}

static bool parse_number(const struct row *row, const char *text, uint64_t *ret)
{
    uint64_t value = 0;
    const char *end = parse_u64(text, &value);

    if (!end || *end || value < row->least || value > row->most)
        return false;
    *ret = value;
    return true;
}

static bool parse_range(const struct row *row, const char *text, struct range *ret)
{
    uint64_t least = 0, most;
    const char *end = parse_u64(text, &least);

    most = least;
    if (end && *end == '-')
        end = parse_u64(end + 1, &most);
    if (!end || *end || most < least || most > row->most)
        return false;
    *ret = (struct range){(uint32_t)least, (uint32_t)most};
    return true;
}

/* The only floating point: a decimal fraction as parts of PRNG_ALWAYS, rounded. */
static bool parse_chance(const struct row *row, const char *text, uint32_t *ret)
{
    double whole = (double)row->most;
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end || !(value >= 0 && value <= whole))
        return false;
    *ret = (uint32_t)(value / whole * (double)PRNG_ALWAYS + 0.5);
    return true;
}

static bool parse_profile(const char *text, const struct profile **ret)
{
    const struct profile *profile = profile_find(text);

    if (profile)
        *ret = profile;
    return profile;
}

/* value: NULL for a flag. Returns false when it is none that the option takes. */
static bool apply(struct options *o, const struct row *row, const char *value)
{
    void *at = (char *)o + row->at;

    switch (row->kind) {
    case KIND_FLAG: *(bool *)at = true; return true;
    case KIND_TEXT: *(const char **)at = value; return true;
    case KIND_PROFILE: return parse_profile(value, at);
    case KIND_NUMBER: return parse_number(row, value, at);
    case KIND_RANGE: return parse_range(row, value, at);
    case KIND_CHANCE: return parse_chance(row, value, at);
    }
    return false;
}

static const struct row *find(const char *name)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

static bool set_defaults(struct options *o)
{
    *o = (struct options){.pipelining = undecided, .max_octets = UINT64_MAX};
    for (size_t i = 0; i < N_ROWS; i++) {
        if (rows[i].initial && !apply(o, &rows[i], rows[i].initial))
            return false;
    }
    return true;
}

/* What was left to the profile, whichever option came first. */
static void ask_profile(struct options *o)
{
    if (o->exchanges.most == 0)
        o->exchanges = o->profile->exchanges;
    if (o->body.most == 0)
        o->body = o->profile->body;
    if (o->pipelining == undecided)
        o->pipelining = o->profile->pipelining;
}

static bool refuse(const char *name, const char *why)
{
    (void)fprintf(stderr, "genpcap: %s %s (genpcap --help)\n", name, why);
    return false;
}

static bool refuse_value(const struct row *row, const char *value)
{
    (void)fprintf(stderr, "genpcap: %s does not take '%s': ", row->name, value);
    switch (row->kind) {
    case KIND_PROFILE: (void)fputs("no such profile", stderr); break;
    case KIND_RANGE: (void)fprintf(stderr, "A or A-B, up to %" PRIu64, row->most); break;
    case KIND_FLAG:
    case KIND_TEXT:
    case KIND_NUMBER:
    case KIND_CHANCE:
        (void)fprintf(stderr, "a number from %" PRIu64 " to %" PRIu64, row->least, row->most);
        break;
    }
    (void)fputs(" (genpcap --help)\n", stderr);
    return false;
}

bool options_read(struct options *o, int argc, char **argv)
{
    if (!set_defaults(o))
        return refuse("a default", "is not what its option takes");
    for (int i = 1; i < argc; i++) {
        const struct row *row = find(argv[i]);
        const char *value = NULL;

        if (!row)
            return refuse(argv[i], "is no option");
        if (row->kind != KIND_FLAG) {
            if (++i == argc)
                return refuse(row->name, "needs a value");
            value = argv[i];
        }
        if (!apply(o, row, value))
            return refuse_value(row, value ? value : "");
    }
    ask_profile(o);
    if (o->n_concurrent > o->n_connections)
        o->n_concurrent = o->n_connections;
    return true;
}

/* ---------------------------------------------------------------------------------------- help */

/* The lines of a sentence in their column; from: the column that is reached. */
static void print_sentence(const char *text, int from, const char *initial)
{
    const char *end;

    for (; (end = strchr(text, '\n')); text = end + 1, from = 0)
        (void)printf("%*s%.*s\n", HELP_COLUMN - from, "", (int)(end - text), text);
    (void)printf("%*s%s", HELP_COLUMN - from, "", text);
    if (initial)
        (void)printf(" (%s)", initial);
    (void)puts("");
}

bool options_help(void)
{
    (void)puts(
        "usage: genpcap [OPTION]...\n\n"
        "Writes a capture of made-up HTTP/1.1 over TCP: whole connections with correct checksums, and\n"
        "the faults that are asked for. The same options make the same octets on every machine.\n"
        "Numbers in brackets hold where nothing else is said; N may end in k, M or G.\n");
    for (size_t i = 0; i < N_ROWS; i++) {
        const struct row *row = &rows[i];
        int n = printf("  %s%s%s", row->name, row->argument ? " " : "",
                       row->argument ? row->argument : "");

        print_sentence(row->help, n, row->initial);
    }
    (void)puts("\nProfiles:");
    for (size_t i = 0; profile_at(i); i++)
        print_sentence(profile_at(i)->help, printf("  %s", profile_at(i)->name), NULL);
    return fflush(stdout) == 0 && !ferror(stdout);
}
