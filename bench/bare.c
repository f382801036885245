/* bare.c - the least that finding statuses in a capture can cost: what bench/run compares with.
 * SPDX-License-Identifier: MIT
 *
 *     bare FILE SLOTS    SLOTS: of the table of connections, a power of two, more than there are
 *
 * Maps the file and goes from record to record, asks for memory ahead, looks up connections by
 * their ends, follows sequence numbers, finds where heads end and which lines frame a message, and
 * counts requests, responses and their statuses. That is all. It stores nothing, puts nothing in
 * order, pairs nothing, judges nothing, believes every octet, and knows no capture but those of
 * bench/workloads: classic pcap, little-endian, Ethernet, IPv4, servers on port 80, all connections
 * in the table at once. Who is asked to judge a file in so many times the time of cat can see here
 * how much of that time is there for it.
 *
 * Prints one JSON object: packets, requests, responses, and "ok", the responses with status 200.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    ETHERNET = 14,
    ETHERTYPE_IPV4 = 0x0800,
    HEADERS = ETHERNET + 20 + 20, /* of Ethernet, IPv4 without options and TCP, at least */
    PORT = 80,
    SYN = 2,
    BURST = 32,  /* packets whose connections are looked up before the first one is taken */
    LEAD = 80,   /* records between the one that is read and the one that is asked for */
    HEADS = 320, /* octets of a record that are asked for */
    LINE = 64,   /* octets of a cache line */
    STATUSES = 1000,
};

/** What one end sends. */
struct side {
    uint32_t next; /* sequence number */
    uint32_t left; /* octets of content, or of a chunk and the line end behind it */
    bool known;    /* next is */
    bool chunked;  /* a chunk's size comes next, once left is 0 */
};

struct connection {
    uint64_t addresses; /* of client and server; 0: the slot is free */
    uint64_t ports;
    struct side sides[2]; /* the client's, the server's */
};

/** A packet of a burst. */
struct packet {
    const uint8_t *tcp;
    uint32_t content; /* octets behind the TCP header */
    bool from_server;
    struct connection *connection;
};

struct bare {
    const uint8_t *at, *end;  /* the next record; the end of the file */
    const uint8_t *scout;     /* the record whose length is on its way */
    uint32_t lead;            /* records between those two */
    struct connection *table; /* open addressing */
    uint64_t mask, used;      /* slots less one; slots taken, never all of them */
    uint64_t packets, requests, responses;
    uint64_t statuses[STATUSES];
};

static int refuse(const char *what, const char *why)
{
    (void)fprintf(stderr, "bare: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

/* ------------------------------------------------------------------------------------ messages */

static uint32_t decimal(const uint8_t *p, const uint8_t *end)
{
    uint32_t n = 0;

    while (p < end && *p == ' ')
        p++;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        n = n * 10 + (uint32_t)(*p - '0');
    return n;
}

static bool is_field(const uint8_t *line, const uint8_t *end, const char *name, size_t n)
{
    return (size_t)(end - line) > n && strncasecmp((const char *)line, name, n) == 0;
}

/* A head from its first octet on. Returns its octets; 0: it does not end here. */
static size_t take_head(struct bare *b, struct side *s, bool from_server, const uint8_t *p,
                        size_t n)
{
    static const char length[] = "Content-Length:", coding[] = "Transfer-Encoding:";
    const uint8_t *line = p, *end = p + n, *lf = memchr(p, '\n', n);
    uint32_t status, content = 0;
    bool chunked = false;

    while (lf && lf - line > 1) {
        line = lf + 1;
        lf = memchr(line, '\n', (size_t)(end - line));
        if (!lf)
            break;
        if (is_field(line, lf, length, sizeof(length) - 1)) {
            content = decimal(line + sizeof(length) - 1, lf);
        } else if (is_field(line, lf, coding, sizeof(coding) - 1)) {
            chunked = true;
        }
    }
    if (!lf)
        return 0;
    if (from_server) {
        status = decimal(p + 8, lf) % STATUSES; /* behind "HTTP/1.1" */
        b->responses++;
        b->statuses[status]++;
        if (status < 200 || status == 204 || status == 304) {
            content = 0;
            chunked = false;
        }
    } else {
        b->requests++;
    }
    s->left = content;
    s->chunked = chunked;
    return (size_t)(lf + 1 - p);
}

/* The line with a chunk's size. Returns its octets; 0: it does not end here. */
static size_t take_chunk_size(struct side *s, const uint8_t *p, size_t n)
{
    const uint8_t *lf = memchr(p, '\n', n);
    uint32_t size = 0;

    if (!lf)
        return 0;
    for (const uint8_t *d = p; *d != '\r' && *d != '\n' && *d != ';'; d++)
        size = size << 4 | (uint32_t)((*d & 0xf) + (*d >> 6) * 9);
    s->left = size + 2; /* CRLF behind it, or behind no trailer fields */
    s->chunked = size > 0;
    return (size_t)(lf + 1 - p);
}

/* Octets of one end, in order. What does not end where its segment does is given up. */
static void take_content(struct bare *b, struct side *s, bool from_server, const uint8_t *p,
                         size_t n)
{
    static const char version[] = "HTTP/";

    /* requests are forgotten, so what answers HEAD is known by what follows it */
    if (s->left && n >= sizeof(version) && memcmp(p, version, sizeof(version) - 1) == 0)
        *s = (struct side){.next = s->next, .known = true};
    while (n) {
        size_t used = s->left < n ? s->left : n;

        if (s->left) {
            s->left -= (uint32_t)used;
        } else {
            used = s->chunked ? take_chunk_size(s, p, n) : take_head(b, s, from_server, p, n);
            if (used == 0) {
                s->chunked = false;
                return;
            }
        }
        p += used;
        n -= used;
    }
}

/* ------------------------------------------------------------------------------------- packets */

/* Asks for what the next records bring, before it is known where those behind them begin. */
static void scout(struct bare *b)
{
    for (; b->lead < LEAD && b->end - b->scout >= RECORD_HEADER; b->lead++) {
        size_t left = (size_t)(b->end - b->scout), n = RECORD_HEADER + le32(b->scout + 8);

        if (n > left)
            n = left;
        for (size_t i = LINE; i < n && i < HEADS; i += LINE)
            __builtin_prefetch(b->scout + i);
        b->scout += n;
        __builtin_prefetch(b->scout);
    }
}

/* NULL: the table is full. */
static struct connection *find(struct bare *b, uint64_t addresses, uint64_t ports)
{
    uint64_t h = (addresses ^ ports * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;

    for (uint64_t i = h >> 32;; i++) {
        struct connection *c = &b->table[i & b->mask];

        if (c->addresses == 0) {
            if (b->used == b->mask)
                return NULL;
            b->used++;
            c->addresses = addresses;
            c->ports = ports;
        }
        if (c->addresses == addresses && c->ports == ports)
            return c;
    }
}

/* The next packet of TCP. Returns false at the end, and where the table is full. */
static bool next_packet(struct bare *b, struct packet *ret)
{
    while (b->end - b->at >= RECORD_HEADER) {
        const uint8_t *p = b->at + RECORD_HEADER, *ip = p + ETHERNET, *tcp = ip + 20;
        size_t n = le32(b->at + 8);
        uint64_t source, destination, ports;
        uint32_t total, headers;

        scout(b);
        if ((size_t)(b->end - p) < n)
            return false;
        b->at = p + n;
        b->lead -= b->lead > 0;
        b->packets++;
        if (n < HEADERS || be16(p + 12) != ETHERTYPE_IPV4)
            continue;
        total = be16(ip + 2);
        headers = 20 + (tcp[12] >> 4) * 4u;
        if (total > n - ETHERNET || headers > total)
            continue;
        ret->tcp = tcp;
        ret->content = total - headers;
        ret->from_server = be16(tcp) == PORT;
        source = be32(ip + 12);
        destination = be32(ip + 16);
        ports = be32(tcp);
        ret->connection = ret->from_server
                              ? find(b, destination << 32 | source, (ports & 0xffff) << 16 | PORT)
                              : find(b, source << 32 | destination, ports);
        return ret->connection;
    }
    return false;
}

static void take_packet(struct bare *b, const struct packet *p)
{
    struct side *s = &p->connection->sides[p->from_server];
    uint32_t seq = be32(p->tcp + 4);

    if (p->tcp[13] & SYN) {
        *s = (struct side){.next = seq + 1, .known = true};
        return;
    }
    if (p->content == 0 || (s->known && (int32_t)(seq - s->next) < 0))
        return;
    if (!s->known || seq != s->next) /* something is missing */
        *s = (struct side){.known = true};
    s->next = seq + p->content;
    take_content(b, s, p->from_server, p->tcp + (size_t)(p->tcp[12] >> 4) * 4, p->content);
}

static void run(struct bare *b)
{
    struct packet burst[BURST];
    size_t n;

    do {
        for (n = 0; n < BURST && next_packet(b, &burst[n]); n++)
            continue;
        for (size_t i = 0; i < n; i++)
            take_packet(b, &burst[i]);
    } while (n);
}

/* Maps the file. Returns NULL when it cannot be read as a capture. */
static const uint8_t *map(const char *path, size_t *ret_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *octets = MAP_FAILED;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && status.st_size >= FILE_HEADER) {
        *ret_n = (size_t)status.st_size;
        octets = mmap(NULL, *ret_n, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
    }
    (void)close(fd);
    return octets == MAP_FAILED ? NULL : octets;
}

/* Returns the exit status of the program. */
static int count(const char *path, const uint8_t *octets, size_t n, uint64_t slots)
{
    struct bare b = {.mask = slots - 1};

    b.at = b.scout = octets + FILE_HEADER;
    b.end = octets + n;
    b.table = calloc(slots, sizeof(*b.table));
    if (!b.table)
        return refuse(path, "no memory");
    run(&b);
    free(b.table);
    if (b.used == b.mask)
        return refuse(path, "too many connections for so many slots");
    (void)printf("{\"packets\":%" PRIu64 ",\"requests\":%" PRIu64 ",\"responses\":%" PRIu64
                 ",\"ok\":%" PRIu64 "}\n",
                 b.packets, b.requests, b.responses, b.statuses[200]);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    uint64_t slots = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    const uint8_t *octets;
    size_t n = 0;

    if (slots == 0 || (slots & (slots - 1)) != 0) {
        (void)fputs("usage: bare FILE SLOTS\n", stderr);
        return 2;
    }
    octets = map(argv[1], &n);
    return octets ? count(argv[1], octets, n, slots) : refuse(argv[1], "cannot be read");
}
