/* main.c - genpcap: makes captures of HTTP/1.1 that are the same octets on every machine.
 * SPDX-License-Identifier: MIT
 *
 *     genpcap --profile api --connections 20000 -o api.pcap --truth api.json
 *
 * For benchmarks, and for tests that want much traffic of a known kind (bench/workloads). No
 * sockets, no rights: packets are made up. Knows nothing of wirelint: what it counts as sent
 * (truth.h) is a witness of its own. The scheduler here picks one of the connections in progress at
 * random, lets it send a burst of packets of geometric length, and picks the next; one that has
 * ended gives its place to a new one.
 *
 * Files, from the inside out: prng octets | capture packet tap | content profile plan |
 * head message | conn.
 */
#include "conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A run of the scheduler. */
struct run {
    struct network net;
    struct prng prng;
    struct conn *conns; /* in progress: the first n_conns */
    uint32_t n_conns;
    uint64_t next; /* number of the next connection */
};

static bool is_full(const struct run *r)
{
    const struct capture *capture = r->net.tap.capture;

    return capture->error || capture->n_octets >= r->net.options->max_octets;
}

/* Returns false when the connection has ended. */
static bool send_burst(struct run *r, struct conn *c)
{
    uint64_t burst = r->net.options->burst;
    uint32_t goes_on = burst > 1 ? (uint32_t)(PRNG_ALWAYS - PRNG_ALWAYS / burst) : 0;

    do {
        if (!conn_advance(c, &r->net))
            return false;
    } while (prng_chance(&r->prng, goes_on) && !is_full(r));
    return true;
}

static void schedule(struct run *r)
{
    const struct options *o = r->net.options;

    for (r->n_conns = 0; r->n_conns < o->n_concurrent; r->n_conns++)
        conn_open(&r->conns[r->n_conns], &r->net, r->next++);
    while (r->n_conns && !is_full(r)) {
        struct conn *c = &r->conns[prng_below(&r->prng, r->n_conns)];

        if (send_burst(r, c))
            continue;
        conn_end(c, &r->net);
        if (r->next < o->n_connections) {
            conn_open(c, &r->net, r->next++);
        } else {
            *c = r->conns[--r->n_conns];
        }
    }
    while (r->n_conns)
        path_release(&r->conns[--r->n_conns].path);
}

/* Memory for the run, then the run. Returns 0 or errno. */
static int run(const struct options *o, struct capture *capture, struct truth *truth)
{
    struct content content = {NULL, NULL};
    struct run r = {
        .net = {.options = o,
                .content = &content,
                .tap = {.capture = capture, .faults = &o->faults, .truth = truth},
                .truth = truth,
                .packet = malloc(PACKET_MAX)},
        .prng = {o->seed ^ 0x5851f42d4c957f2d},
        .conns = calloc(o->n_concurrent, sizeof(*r.conns)),
    };
    int error = ENOMEM;

    if (r.conns && r.net.packet)
        error = content_init(&content);
    if (error == 0)
        schedule(&r);
    content_release(&content);
    free(r.net.packet);
    free(r.conns);
    return error;
}

static int complain(const char *what, int error)
{
    char why[128];

    if (strerror_r(error, why, sizeof(why)) != 0)
        (void)snprintf(why, sizeof(why), "error %d", error);
    (void)fprintf(stderr, "genpcap: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct options o;
    struct capture capture;
    struct truth truth = {.n_connections = 0};
    const char *output;
    int error, error_of_file;

    if (!options_read(&o, argc, argv))
        return 2;
    if (o.help)
        return options_help() ? EXIT_SUCCESS : EXIT_FAILURE;
    output = o.output ? o.output : "standard output";
    error = capture_open(&capture, o.output, (uint32_t)o.snaplen, o.packets_per_second);
    if (error)
        return complain(output, error);
    error = run(&o, &capture, &truth);
    error_of_file = capture_close(&capture);
    if (error)
        return complain("the connections of a run", error);
    if (error_of_file)
        return complain(output, error_of_file);
    if (o.truth) {
        error = truth_write(&truth, o.truth, o.profile->name, o.seed, &capture);
        if (error)
            return complain(o.truth, error);
    }
    return EXIT_SUCCESS;
}
