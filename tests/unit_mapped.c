/* unit_mapped.c - files that are mapped give what files give that are read, whoever writes to them.
 * SPDX-License-Identifier: MIT
 */
#include "file.h"
#include "octets.h"
#include "scout.h"
#include "source.h"
#include "table.h"

/* cmocka.h needs these before it */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    MEMORY = 64 << 20,
    SIZE = 9 << 20, /* octets of a capture: several parts */
    BURST = 32,
};

struct scene {
    char path[64];
    struct wl_budget budget;
    struct wl_limits limits;
    uint8_t *image;
    size_t n;
};

static int enter(void **state)
{
    static struct scene scene;
    char name[] = "/tmp/unit_mapped.XXXXXX";
    int fd = mkstemp(name);

    if (fd < 0)
        return -1;
    (void)close(fd);
    (void)snprintf(scene.path, sizeof(scene.path), "%s", name);
    wl_budget_init(&scene.budget, MEMORY, NULL, NULL, NULL);
    scene.limits.max_files = 10;
    scene.image = wl_alloc(&scene.budget, SIZE);
    *state = &scene;
    return scene.image ? 0 : -1;
}

static int leave(void **state)
{
    struct scene *s = *state;

    wl_free(&s->budget, s->image, SIZE);
    (void)unlink(s->path);
    return s->budget.used == 0 ? 0 : -1;
}

/* ---------------------------------------------------------------------------- what is written */

enum kind {
    PCAP,
    PCAP_BIG_ENDIAN,
    PCAPNG,
};

static void store32(uint8_t *p, enum kind kind, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * (kind == PCAP_BIG_ENDIAN ? 3 - i : i));
}

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

/* Mostly as segments are; now and then empty, or larger than what is read at a time. */
static uint32_t some_length(uint32_t *random)
{
    uint32_t r = next_random(random);

    switch (r % 64) {
    case 0: return 0;
    case 1: return r % 300000;
    case 2:
    case 3: return r % 20000;
    default: return r & 64 ? 1514 : 60 + r % 600;
    }
}

static size_t put_header(uint8_t *p, enum kind kind)
{
    if (kind == PCAPNG) {
        static const uint32_t words[] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX,
                                         28,         1,  20,         1, 0,          20};

        for (size_t i = 0; i < WL_COUNT(words); i++)
            store32(p + 4 * i, kind, words[i]);
        return sizeof(words);
    }
    store32(p, kind, 0xa1b2c3d4);
    store32(p + 4, kind, kind == PCAP_BIG_ENDIAN ? 0x00020004 : 0x00040002);
    store32(p + 8, kind, 0);
    store32(p + 12, kind, 0);
    store32(p + 16, kind, 1 << 20);
    store32(p + 20, kind, 1);
    return 24;
}

static size_t put_record(uint8_t *p, enum kind kind, uint32_t i, uint32_t length)
{
    uint32_t block = 32 + (length + 3) / 4 * 4;

    if (kind != PCAPNG) {
        store32(p, kind, i / 1000);
        store32(p + 4, kind, i % 1000);
        store32(p + 8, kind, length);
        store32(p + 12, kind, length + 1);
        return 16;
    }
    store32(p, kind, 6);
    store32(p + 4, kind, block);
    store32(p + 8, kind, 0);
    store32(p + 12, kind, 0);
    store32(p + 16, kind, i);
    store32(p + 20, kind, length);
    store32(p + 24, kind, length + 1);
    store32(p + block - 4, kind, block);
    return 28;
}

/* Fills the image; what stands in a packet tells its place. */
static void make(struct scene *s, enum kind kind)
{
    uint32_t random = 1 + (uint32_t)kind;
    size_t n = put_header(s->image, kind);

    for (uint32_t i = 0;; i++) {
        uint32_t length = some_length(&random);
        size_t whole = 32 + (length + 3) / 4 * 4, header;

        if (n + whole > SIZE)
            break;
        memset(s->image + n, 0, whole);
        header = put_record(s->image + n, kind, i, length);
        for (uint32_t k = 0; k + 4 <= length; k += 4)
            store32(s->image + n + header + k, kind, i * 31 + k);
        n += kind == PCAPNG ? whole : header + length;
    }
    s->n = n;
}

static void write_octets(const struct scene *s, size_t n)
{
    int fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    for (size_t done = 0; done < n;) {
        ssize_t more = write(fd, s->image + done, n - done);

        assert_true(more > 0);
        done += (size_t)more;
    }
    assert_int_equal(close(fd), 0);
}

/* ------------------------------------------------------------------------------- what is read */

/* What was seen of all packets. */
struct seen {
    uint64_t digest;
    uint64_t packets;
    int code;
};

static void see(struct seen *seen, const struct wl_packet *p)
{
    const uint64_t numbers[] = {wl_frame_number(p->frame), (uint64_t)p->t, p->wire_length};

    seen->digest = wl_hash(numbers, sizeof(numbers), seen->digest);
    seen->digest = wl_hash(p->bytes.p, p->bytes.n, seen->digest);
    seen->packets++;
}

/* The same from memory: nothing is mapped there. */
static struct seen expected(struct scene *s, size_t n)
{
    struct seen seen = {.packets = 0};
    struct wl_file *f = NULL;
    struct wl_packet p;
    struct wl_error err;

    assert_int_equal(wl_file_open_memory(wl_span(s->image, n), &s->budget, &f, &err), 0);
    while ((seen.code = wl_file_next(f, &p, &err)) == 1)
        see(&seen, &p);
    wl_file_free(f);
    return seen;
}

/* A run that goes on, with a scout as analyses have it. */
struct run {
    struct wl_source_config cfg;
    const char *path;
    struct wl_source *source;
    const struct wl_octets *octets;
    struct wl_scout *scout;
    struct seen seen;
    bool was_mapped;
    uint32_t lead; /* at most */
};

static void begin(struct scene *s, struct run *r)
{
    struct wl_error err;

    *r = (struct run){.path = s->path};
    r->cfg = (struct wl_source_config){.files = &r->path, .n_files = 1, .may_map = true};
    assert_int_equal(wl_source_open(&r->cfg, &s->limits, &s->budget, &r->source, &err), 0);
    r->octets = wl_source_lend(r->source);
    r->scout = wl_source_scout(r->source);
    assert_non_null(r->octets);
}

/* Reads up to a number of packets, or to the end: false there. */
static bool go_on(struct run *r, uint64_t packets)
{
    struct wl_packet burst[BURST];
    struct wl_error err;

    while (r->seen.packets < packets) {
        r->seen.code = wl_source_burst(r->source, burst, BURST, &err);
        if (r->seen.code <= 0)
            return false;
        for (int i = 0; i < r->seen.code; i++) {
            wl_scout_go(r->scout);
            see(&r->seen, &burst[i]);
        }
        r->was_mapped |= r->octets->mapped.base != NULL;
        r->lead = r->scout->lead > r->lead ? r->scout->lead : r->lead;
    }
    return true;
}

static void assert_same(const struct seen *a, const struct seen *b)
{
    assert_int_equal(a->packets, b->packets);
    assert_int_equal(a->digest, b->digest);
    assert_int_equal(a->code, b->code);
}

/* Is a lease granted where the file lies? Asked without the code that is tested, which has to map a
 * file then. */
static bool can_lease(const struct scene *s)
{
    int fd = open(s->path, O_RDONLY | O_CLOEXEC);
    bool can;

    assert_true(fd >= 0);
    can = fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
    (void)close(fd); /* gives it back */
    return can;
}

/* Writes a capture, and says what reading it gives. */
static struct seen prepare(struct scene *s, enum kind kind)
{
    make(s, kind);
    write_octets(s, s->n);
    return expected(s, s->n);
}

/* What follows is about a lease that others break: where none is granted (a file system without
 * leases) files are read, which other cases look at, and nothing is left to try. */
static void need_lease(const struct scene *s)
{
    if (!can_lease(s))
        skip(); /* no lease of this file system could be broken */
}

/* ------------------------------------------------------------------------------------- cases */

static void gives_what_reading_gives(void **state)
{
    struct scene *s = *state;

    for (enum kind kind = PCAP; kind <= PCAPNG; kind++) {
        struct seen want = prepare(s, kind);
        struct run r;

        begin(s, &r);
        assert_false(go_on(&r, UINT64_MAX));
        assert_same(&r.seen, &want);
        if (can_lease(s)) {
            assert_true(r.was_mapped);
            assert_true(r.lead > BURST);
        }
        wl_source_free(r.source);
    }
}

/* Without a scout nobody asks for what is mapped, and it is not; nor without leave. */
static void is_read_without_a_scout(void **state)
{
    struct scene *s = *state;
    struct wl_packet burst[BURST];
    struct wl_error err;
    struct run r;
    int n;

    make(s, PCAP);
    write_octets(s, s->n);
    begin(s, &r);
    wl_source_free(r.source);
    for (int scouted = 0; scouted < 2; scouted++) {
        r.cfg.may_map = !scouted;
        assert_int_equal(wl_source_open(&r.cfg, &s->limits, &s->budget, &r.source, &err), 0);
        r.octets = wl_source_lend(r.source);
        if (scouted)
            (void)wl_source_scout(r.source);
        while ((n = wl_source_burst(r.source, burst, BURST, &err)) > 0)
            assert_null(r.octets->mapped.base);
        assert_int_equal(n, 0);
        wl_source_free(r.source);
    }
}

static void may_end_anywhere(void **state)
{
    struct scene *s = *state;

    make(s, PCAP);
    for (size_t cut = 0; cut < 40; cut++) {
        size_t n = s->n - cut * 7;
        struct seen want = expected(s, n);
        struct run r;

        write_octets(s, n);
        begin(s, &r);
        assert_false(go_on(&r, UINT64_MAX));
        assert_same(&r.seen, &want);
        wl_source_free(r.source);
    }
}

/* Who has it open for writing may change it at any time: then it is read. */
static void is_read_while_it_may_change(void **state)
{
    struct scene *s = *state;
    struct seen want = prepare(s, PCAP);
    struct run r;
    int writer;

    writer = open(s->path, O_WRONLY);
    assert_true(writer >= 0);
    begin(s, &r);
    assert_false(go_on(&r, UINT64_MAX));
    assert_same(&r.seen, &want);
    assert_false(r.was_mapped);
    wl_source_free(r.source);
    (void)close(writer);
}

/* Who wants to write is let in soon; no signal comes of it, and the rest is read. */
static void lets_writers_in(void **state)
{
    struct scene *s = *state;
    struct seen want = prepare(s, PCAP);
    struct run r;
    int writer;

    need_lease(s);
    begin(s, &r);
    assert_true(go_on(&r, want.packets / 2));
    assert_non_null(r.octets->mapped.base);
    writer = open(s->path, O_WRONLY | O_NONBLOCK);
    assert_int_equal(writer, -1);
    assert_int_equal(errno, EWOULDBLOCK);
    assert_false(go_on(&r, UINT64_MAX));
    assert_same(&r.seen, &want);
    assert_null(r.octets->mapped.base);
    wl_source_free(r.source);
}

/* What is cut off meanwhile is damage, and no signal. */
static void may_shrink_meanwhile(void **state)
{
    struct scene *s = *state;
    struct seen want = prepare(s, PCAP);
    struct run r;
    int writer;

    need_lease(s);
    begin(s, &r);
    assert_true(go_on(&r, want.packets / 4));
    assert_int_equal(open(s->path, O_WRONLY | O_NONBLOCK), -1);
    while (r.octets->mapped.base)
        assert_true(go_on(&r, r.seen.packets + 1));
    writer = open(s->path, O_WRONLY | O_NONBLOCK);
    assert_true(writer >= 0);
    assert_int_equal(ftruncate(writer, (off_t)(s->n / 4 * 3)), 0);
    assert_false(go_on(&r, UINT64_MAX));
    assert_int_equal(r.seen.code, WL_EDAMAGED);
    assert_true(r.seen.packets < want.packets && r.seen.packets > want.packets / 4);
    wl_source_free(r.source);
    (void)close(writer);
}

/* A dashboard keeps a file open for hours, to read in it again; nobody has to wait for that. */
static void is_free_when_all_is_read(void **state)
{
    struct scene *s = *state;
    struct run r;
    int writer;
    uint8_t octets[8];

    make(s, PCAP);
    write_octets(s, s->n);
    begin(s, &r);
    assert_false(go_on(&r, UINT64_MAX));
    writer = open(s->path, O_WRONLY | O_NONBLOCK);
    assert_true(writer >= 0);
    assert_true(wl_octets_again(r.octets, s->n - 8, octets, 8));
    assert_memory_equal(octets, s->image + s->n - 8, 8);
    wl_source_free(r.source);
    (void)close(writer);
}

static void is_free_when_it_was_stopped(void **state)
{
    struct scene *s = *state;
    struct run r;
    int writer;

    make(s, PCAP);
    write_octets(s, s->n);
    begin(s, &r);
    assert_true(go_on(&r, 1000));
    wl_source_stop(r.source);
    assert_false(go_on(&r, UINT64_MAX));
    assert_true(r.seen.packets < 2000);
    writer = open(s->path, O_WRONLY | O_NONBLOCK);
    assert_true(writer >= 0);
    wl_source_free(r.source);
    (void)close(writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_reading_gives), cmocka_unit_test(is_read_without_a_scout),
        cmocka_unit_test(may_end_anywhere),         cmocka_unit_test(is_read_while_it_may_change),
        cmocka_unit_test(lets_writers_in),          cmocka_unit_test(may_shrink_meanwhile),
        cmocka_unit_test(is_free_when_all_is_read), cmocka_unit_test(is_free_when_it_was_stopped),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
