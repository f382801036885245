/* options.h - what is asked for on the command line.
 * SPDX-License-Identifier: MIT
 */
#ifndef GENPCAP_OPTIONS_H
#define GENPCAP_OPTIONS_H

#include "profile.h"

/** What happens to data segments on their way to the tap: chances. */
struct faults {
    uint32_t loss, reordering, duplicates, gap;
};

struct options {
    const struct profile *profile;
    uint64_t n_connections;
    uint64_t n_concurrent;  /* n_connections at most */
    struct range exchanges; /* of a connection */
    struct range body;      /* of a response; most 0: heavy-tailed */
    uint32_t pipelining;    /* chance of a pipelined pair */
    uint32_t violations;    /* chance that an exchange breaks a rule */
    uint32_t v6;            /* chance that a connection is one over IPv6 */
    struct faults faults;
    uint64_t mss;   /* octets of a segment */
    uint64_t burst; /* packets of a connection in a row, on average */
    uint64_t n_clients;
    uint64_t port;
    uint64_t snaplen;
    uint64_t max_octets; /* of the file */
    uint64_t packets_per_second;
    uint64_t seed;
    bool stay_open;     /* no FIN */
    bool no_checksums;  /* of TCP */
    bool help;          /* the help was asked for: nothing else is checked */
    const char *output; /* path; NULL: standard output */
    const char *truth;  /* path, "-" for standard error; NULL: none */
};

/** Reads the command line. Returns false after a message on standard error. */
bool options_read(struct options *o, int argc, char **argv);

/** Prints the help to standard output. Returns false when it cannot be written. */
bool options_help(void);

#endif
