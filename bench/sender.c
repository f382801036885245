/* sender.c - sends the packets of a capture into an interface, as many a second as is asked for.
 * SPDX-License-Identifier: MIT
 *
 *     sender INTERFACE RATE LANES FILE    RATE: packets per second; 0: as fast as it goes
 *
 * For bench/live; FILE is what bench/workloads makes: classic pcap, little-endian, Ethernet. One
 * core cannot send 600,000 packets per second, so LANES threads share the file: a connection has
 * its lane by its addresses and ports, and within a lane packets keep their order. Packet n of the
 * file is due n/RATE seconds after the start, in whichever lane it is. Packets go out a batch at a
 * time, past the queueing discipline (packet(7), PACKET_QDISC_BYPASS), and between batches a lane
 * sleeps: what comes from a wire costs whoever receives it no processor time either. The file is
 * mapped and read beforehand.
 *
 * Prints one JSON object: packets, octets, refused (packets that the interface does not take),
 * again (times it had no room), seconds from the start to the last packet.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH = 128, /* packets per system call; the kernel's queue behind veth holds 1,000 */
    MOST_LANES = 16,
    MOST_RATE = 100000000,
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    LINKTYPE_ETHERNET = 1,
    MOST_OCTETS = 65535,
    NANOSECONDS = 1000000000,
    LEAD = 50000000, /* nanoseconds until the start, for threads to be there */
};

/** A packet of the file. */
struct frame {
    uint8_t *at;     /* mapped for reading only; an iovec has no const */
    uint32_t n;      /* octets */
    uint32_t number; /* in the file, from 0 */
};

/** The file in memory, and how far it has been read. */
struct capture {
    uint8_t *octets;
    size_t n;
    size_t at;
    uint32_t n_frames;
};

/** A thread and its share of the packets. */
struct lane {
    pthread_t thread;
    struct frame *frames;
    size_t n_frames;
    uint64_t start; /* of all lanes: nanoseconds, CLOCK_MONOTONIC */
    uint64_t rate;  /* of all lanes together; 0: no pace */
    uint64_t ended; /* when its last packet had gone */
    uint64_t n_sent;
    uint64_t n_octets; /* of these */
    uint64_t n_refused;
    uint64_t n_again;
    int socket;
    int error; /* errno of what stopped it, or 0 */
};

static int complain(const char *what)
{
    (void)fputs("sender: ", stderr);
    perror(what);
    return EXIT_FAILURE;
}

static int refuse(const char *what, const char *why)
{
    (void)fprintf(stderr, "sender: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

static uint64_t now(void)
{
    struct timespec t = {0, 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NANOSECONDS + (uint64_t)t.tv_nsec;
}

/* ------------------------------------------------------------------------------------ the file */

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Maps the file, all of it in memory. Returns false when it has said what is wrong. */
static bool open_capture(struct capture *c, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *octets;

    if (fd < 0 || fstat(fd, &status) != 0) {
        (void)complain(path);
        return false;
    }
    if (status.st_size < FILE_HEADER) {
        (void)refuse(path, "no capture");
        (void)close(fd);
        return false;
    }
    octets = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    (void)close(fd);
    if (octets == MAP_FAILED) {
        (void)complain(path);
        return false;
    }
    *c = (struct capture){.octets = octets, .n = (size_t)status.st_size, .at = FILE_HEADER};
    if (le32(c->octets) != 0xa1b2c3d4 || le32(c->octets + 20) != LINKTYPE_ETHERNET) {
        (void)refuse(path, "no little-endian pcap of Ethernet with microseconds");
        return false;
    }
    return true;
}

/* The next packet. Returns false at the end, and where a record is cut off. */
static bool next_frame(struct capture *c, struct frame *ret)
{
    uint32_t n;

    if (c->n - c->at < RECORD_HEADER)
        return false;
    n = le32(c->octets + c->at + 8);
    if (n > MOST_OCTETS || n > c->n - c->at - RECORD_HEADER)
        return false;
    *ret = (struct frame){c->octets + c->at + RECORD_HEADER, n, c->n_frames++};
    c->at += RECORD_HEADER + n;
    return true;
}

/* The same for both directions of a connection: a sum over addresses and ports. */
static unsigned lane_of(const struct frame *f, unsigned n_lanes)
{
    /* Ethernet, type | IPv4: addresses at 12, ports behind 20 octets and options; IPv6:
     * at 8, behind 40 */
    const uint8_t *ip = f->at + ETH_HLEN;
    uint32_t sum = 0;
    size_t from, to;

    if (f->n < ETH_HLEN + 40 + 4)
        return 0;
    if (f->at[12] == 0x08 && f->at[13] == 0x00) {
        from = 12;
        to = 4 * (size_t)(ip[0] & 15);
    } else if (f->at[12] == 0x86 && f->at[13] == 0xdd) {
        from = 8;
        to = 40;
    } else {
        return 0;
    }
    for (size_t i = from; i < (from == 12 ? 20 : to); i++)
        sum += ip[i];
    for (size_t i = to; i < to + 4 && ETH_HLEN + i < f->n; i++)
        sum += ip[i];
    return sum % n_lanes;
}

/* Deals the packets out. Returns what lanes point into, for free(3), or NULL without memory. */
static struct frame *fill_lanes(const struct capture *capture, struct lane *lanes, unsigned n_lanes)
{
    struct capture all = *capture;
    struct frame *frames, *next, f;

    while (next_frame(&all, &f)) {
    }
    frames = calloc((size_t)all.n_frames + 1, sizeof(*frames));
    next = frames;
    for (unsigned i = 0; frames && i < n_lanes; i++) {
        struct capture c = *capture;

        lanes[i].frames = next;
        while (next_frame(&c, &f)) {
            if (lane_of(&f, n_lanes) == i)
                *next++ = f;
        }
        lanes[i].n_frames = (size_t)(next - lanes[i].frames);
    }
    return frames;
}

/* --------------------------------------------------------------------------------- the sending */

static int open_socket(unsigned interface)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_ifindex = (int)interface,
    };
    int one = 1;
    /* protocol 0: it receives nothing */
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

    if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) == 0 &&
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    if (fd >= 0) {
        int error = errno;

        (void)close(fd);
        errno = error;
    }
    return -1;
}

static void wait_until(uint64_t when)
{
    struct timespec t = {
        .tv_sec = (time_t)(when / NANOSECONDS),
        .tv_nsec = (long)(when % NANOSECONDS),
    };

    if (now() < when)
        (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* All of these messages, in order; whatever has no room is tried again. Returns 0 or errno. */
static int send_all(struct lane *lane, struct mmsghdr *messages, unsigned n)
{
    for (unsigned at = 0; at < n;) {
        int sent = sendmmsg(lane->socket, messages + at, n - at, 0);

        if (sent > 0) {
            for (int i = 0; i < sent; i++)
                lane->n_octets += messages[at + (unsigned)i].msg_len;
            lane->n_sent += (unsigned)sent;
            at += (unsigned)sent;
        } else if (errno == ENOBUFS || errno == EAGAIN || errno == EINTR) {
            lane->n_again++;
        } else if (errno == EMSGSIZE || errno == EINVAL) {
            lane->n_refused++; /* longer than the MTU, or shorter than a header */
            at++;
        } else {
            return errno;
        }
    }
    return 0;
}

static void *run_lane(void *argument)
{
    struct lane *lane = argument;
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];

    memset(messages, 0, sizeof(messages));
    for (unsigned i = 0; i < BATCH; i++) {
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (size_t at = 0; at < lane->n_frames && !lane->error;) {
        const struct frame *f = &lane->frames[at];
        unsigned n = 0;

        wait_until(lane->start + (lane->rate ? f->number * (uint64_t)NANOSECONDS / lane->rate : 0));
        for (; n < BATCH && at < lane->n_frames; n++, at++) {
            vectors[n].iov_base = lane->frames[at].at;
            vectors[n].iov_len = lane->frames[at].n;
        }
        lane->error = send_all(lane, messages, n);
    }
    lane->ended = now();
    return NULL;
}

/* Starts every lane at the same time, and waits for them. Returns 0 or errno. */
static int run(struct lane *lanes, unsigned n_lanes, uint64_t rate)
{
    const uint64_t start = now() + LEAD;
    unsigned n_started = 0;
    int error = 0;

    for (; n_started < n_lanes && !error; n_started += !error) {
        struct lane *lane = &lanes[n_started];

        lane->start = start;
        lane->rate = rate;
        error = pthread_create(&lane->thread, NULL, run_lane, lane);
    }
    for (unsigned i = 0; i < n_started; i++) {
        (void)pthread_join(lanes[i].thread, NULL);
        if (!error)
            error = lanes[i].error;
    }
    return error;
}

static bool report(const struct lane *lanes, unsigned n_lanes)
{
    uint64_t n_sent = 0, n_octets = 0, n_refused = 0, n_again = 0, ended = lanes[0].start;

    for (unsigned i = 0; i < n_lanes; i++) {
        n_sent += lanes[i].n_sent;
        n_octets += lanes[i].n_octets;
        n_refused += lanes[i].n_refused;
        n_again += lanes[i].n_again;
        if (lanes[i].n_frames && lanes[i].ended > ended)
            ended = lanes[i].ended;
    }
    (void)printf("{\"packets\": %" PRIu64 ", \"octets\": %" PRIu64 ", \"refused\": %" PRIu64
                 ", \"again\": %" PRIu64 ", \"seconds\": %.6f}\n",
                 n_sent, n_octets, n_refused, n_again,
                 (double)(ended - lanes[0].start) / (double)NANOSECONDS);
    return fflush(stdout) == 0 && !ferror(stdout);
}

/* ------------------------------------------------------------------------------------- options */

/* A number from 0 to most, digits only. */
static bool read_number(const char *text, uint64_t most, uint64_t *ret)
{
    uint64_t value = 0;

    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = 10 * value + (uint64_t)(*text - '0');
        if (value > most)
            return false;
    }
    *ret = value;
    return true;
}

/* Everything after the options. Returns the exit status. */
static int send_capture(const char *name, uint64_t rate, unsigned n_lanes, const char *path)
{
    struct lane lanes[MOST_LANES] = {{.n_frames = 0}};
    unsigned interface = if_nametoindex(name);
    struct capture capture;
    struct frame *frames;
    int error = 0;

    if (interface == 0)
        return complain(name);
    if (!open_capture(&capture, path))
        return EXIT_FAILURE;
    frames = fill_lanes(&capture, lanes, n_lanes);
    if (!frames)
        return complain(path);
    for (unsigned i = 0; i < n_lanes && !error; i++) {
        lanes[i].socket = open_socket(interface);
        if (lanes[i].socket < 0)
            error = errno;
    }
    if (!error)
        error = run(lanes, n_lanes, rate);
    free(frames);
    if (error) {
        errno = error;
        return complain(name);
    }
    return report(lanes, n_lanes) ? EXIT_SUCCESS : complain("standard output");
}

int main(int argc, char **argv)
{
    uint64_t rate, n_lanes;

    if (argc == 5 && read_number(argv[2], MOST_RATE, &rate) &&
        read_number(argv[3], MOST_LANES, &n_lanes) && n_lanes > 0)
        return send_capture(argv[1], rate, (unsigned)n_lanes, argv[4]);
    (void)fprintf(stderr,
                  "usage: sender INTERFACE RATE LANES FILE\n"
                  "RATE: packets per second, 0 to %d; LANES: threads, 1 to %d\n",
                  MOST_RATE, MOST_LANES);
    return 2;
}
