/* unit_source.c - several files as one capture: order, filters, damage, want of memory; writing.
 * SPDX-License-Identifier: MIT
 */
#include "source.h"

#include "file.h"
#include "image.h"
#include "octets.h"
#include "pcapng_write.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* --------------------------------------------------------------------------------- sources */

struct scene {
    char directory[64];
    struct wl_budget budget;
    struct wl_limits limits;
};

static int enter(void **state)
{
    static struct scene scene;
    char name[] = "/tmp/unit_file.XXXXXX";

    wl_budget_init(&scene.budget, BUDGET, NULL, NULL, NULL);
    scene.limits.max_files = 1000;
    if (!mkdtemp(name))
        return -1;
    (void)snprintf(scene.directory, sizeof(scene.directory), "%s", name);
    *state = &scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *s = *state;
    char path[128];

    for (unsigned i = 0; i < 100; i++) {
        (void)snprintf(path, sizeof(path), "%s/%02u", s->directory, i);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof(path), "%s/sub", s->directory);
    (void)rmdir(path);
    return rmdir(s->directory);
}

static void write_file(const struct scene *s, unsigned number, struct wl_span octets)
{
    char path[128];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%02u", s->directory, number);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, octets.p, octets.n), (ssize_t)octets.n);
    assert_int_equal(close(fd), 0);
}

/** A file whose packets come at the given seconds; the captured length tells the file. */
static void write_times(struct scene *s, unsigned number, unsigned linktype,
                        const uint32_t *seconds, size_t n)
{
    struct image m;

    image_init(&m, false);
    pcap_header(&m, 0xa1b2c3d4, linktype);
    for (size_t i = 0; i < n; i++)
        pcap_record(&m, false, seconds[i], 0, 40 + number, 40 + number);
    write_file(s, number, wl_buf_span(&m.buf));
    image_release(&m);
}

/** Reads the whole directory; writes "file:frame@second " per packet. Returns the last code. */
static int read_all(struct scene *s, struct wl_source_config cfg, char *text, size_t room,
                    struct wl_error *err)
{
    const char *directory = s->directory;
    struct wl_source *source = NULL;
    struct wl_packet p;
    size_t n = 0;
    int code;

    cfg.files = &directory;
    cfg.n_files = 1;
    text[0] = '\0';
    code = wl_source_open(&cfg, &s->limits, &s->budget, &source, err);
    if (code < 0)
        return code;
    while ((code = wl_source_next(source, &p, err)) == 1) {
        n += (size_t)snprintf(text + n, room - n, "%u:%u@%u ", wl_frame_file(p.frame),
                              (unsigned)wl_frame_number(p.frame), (unsigned)(p.t / WL_SECOND));
        assert_true(n < room);
    }
    wl_source_free(source);
    assert_int_equal(s->budget.used, 0);
    return code;
}

static void merges_by_time(void **state)
{
    struct scene *s = *state;
    struct wl_error err = {.code = 0};
    char text[1024];

    write_times(s, 0, 1, (const uint32_t[]){5, 6, 9}, 3);
    write_times(s, 1, 1, (const uint32_t[]){1, 2, 6, 20}, 4);
    write_times(s, 2, 1, (const uint32_t[]){6, 3, 7}, 3); /* its time goes back */
    write_file(s, 3, WL_SPAN("no capture"));
    assert_int_equal(read_all(s, (struct wl_source_config){0}, text, sizeof(text), &err), 0);
    assert_string_equal(text, "1:1@1 1:2@2 0:1@5 0:2@6 1:3@6 2:1@6 2:2@3 2:3@7 0:3@9 1:4@20 ");
    assert_int_equal(
        read_all(s, (struct wl_source_config){.max_packets = 4}, text, sizeof(text), &err), 0);
    assert_string_equal(text, "1:1@1 1:2@2 0:1@5 0:2@6 ");
    /* a filter takes packets away, not their numbers */
    assert_int_equal(
        read_all(s, (struct wl_source_config){.bpf = "len = 41"}, text, sizeof(text), &err), 0);
    assert_string_equal(text, "1:1@1 1:2@2 1:3@6 1:4@20 ");
}

/** More files than stay open, in an order of names that is not that of time, all overlapping. */
static void merges_many_files(void **state)
{
    struct scene *s = *state;
    const char *directory = s->directory;
    struct wl_source_config cfg = {.files = &directory, .n_files = 1};
    struct wl_error err = {.code = 0};
    struct wl_source *source = NULL;
    const struct wl_input *inputs;
    struct wl_packet p;
    wl_ns last = 0;
    size_t n = 0;

    for (unsigned i = 0; i < 60; i++)
        write_times(s, i, 1, (const uint32_t[]){70 - i, 71 + i % 7, 80 + i}, 3);
    assert_int_equal(wl_source_open(&cfg, &s->limits, &s->budget, &source, &err), 0);
    assert_true(wl_source_rereadable(source));
    while (wl_source_next(source, &p, &err) == 1) {
        assert_true(p.t >= last);
        assert_int_equal(p.ordinal, n + 1);
        last = p.t;
        n++;
    }
    assert_int_equal(n, 180);
    inputs = wl_source_inputs(source, &n);
    assert_int_equal(n, 60);
    assert_int_equal(inputs[59].packets, 3);
    assert_int_equal(inputs[59].octets, 3 * 99);
    assert_int_equal(inputs[59].t_first, 11 * WL_SECOND);
    assert_int_equal(inputs[59].t_last, 139 * WL_SECOND);
    assert_null(inputs[59].damaged);
    wl_source_free(source);
    assert_int_equal(s->budget.used, 0);
}

enum { MANY = 3000 };

/* A block of pcapng: words of 32 bits, then n octets of a packet. */
static void put_block(struct image *m, uint32_t type, const uint32_t *words, size_t n_words,
                      uint32_t n)
{
    uint32_t length = 12 + 4 * (uint32_t)n_words + n;

    put32(m, type);
    put32(m, length);
    for (size_t i = 0; i < n_words; i++)
        put32(m, words[i]);
    for (uint32_t i = 0; i < n; i++)
        put_number(m, (uint8_t)(i + n), 1);
    put32(m, length);
}

/* A file of three packets at the same three seconds as all others, pcap or pcapng; in every third
 * one they are large. */
static void write_alike(const char *path, unsigned number, bool compress)
{
    const uint32_t n = number % 3 ? 40 : 9000;
    struct image m;

    image_init(&m, false);
    if (number % 2) {
        put_block(&m, 0x0a0d0d0a, (const uint32_t[]){0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX}, 4, 0);
        put_block(&m, 1, (const uint32_t[]){1, 0}, 2, 0);
        for (uint32_t i = 1; i <= 3; i++) {
            put_block(&m, 6, (const uint32_t[]){0, 0, i * 1000000, n, n}, 5, n);
            put_block(&m, 5, (const uint32_t[]){0, 0, 0}, 3, 0); /* statistics */
        }
    } else {
        pcap_header(&m, 0xa1b2c3d4, 1);
        for (uint32_t i = 1; i <= 3; i++)
            pcap_record(&m, false, i, 0, n, n);
    }
    if (compress) {
        gzFile z = gzopen(path, "wb1");

        assert_non_null(z);
        assert_int_equal(gzwrite(z, m.buf.p, (unsigned)m.buf.n), (int)m.buf.n);
        assert_int_equal(gzclose(z), Z_OK);
    } else {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, m.buf.p, m.buf.n), (ssize_t)m.buf.n);
        assert_int_equal(close(fd), 0);
    }
    image_release(&m);
}

/** All overlap, and together they need far more memory and descriptors than there are. */
static void merges_more_files_than_can_be_open(void **state)
{
    struct scene *s = *state;
    char directory[128], path[192];
    const char *directories[] = {directory};
    struct wl_source_config cfg = {.files = directories, .n_files = 1};
    struct wl_error err = {.code = 0};
    struct wl_source *source = NULL;
    struct wl_packet burst[8];
    struct rlimit before, few;
    uint64_t n = 0, octets = 0;
    int code;

    (void)snprintf(directory, sizeof(directory), "%s/sub", s->directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(path, sizeof(path), "%s/%04u", directory, i);
        write_alike(path, i, i % 5 == 0);
    }
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 64;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    s->limits.max_files = MANY;
    assert_int_equal(wl_source_open(&cfg, &s->limits, &s->budget, &source, &err), 0);
    while ((code = wl_source_burst(source, burst, WL_COUNT(burst), &err)) > 0) {
        for (int i = 0; i < code; i++, n++) {
            /* second by second, in each of them file by file */
            assert_int_equal(burst[i].ordinal, n + 1);
            assert_int_equal(burst[i].t, (wl_ns)(n / MANY + 1) * WL_SECOND);
            assert_int_equal(wl_frame_file(burst[i].frame), n % MANY);
            assert_int_equal(wl_frame_number(burst[i].frame), n / MANY + 1);
            octets += burst[i].bytes.n;
            for (size_t k = 0; k < burst[i].bytes.n; k++)
                assert_int_equal(burst[i].bytes.p[k], (uint8_t)(k + burst[i].bytes.n));
        }
    }
    assert_string_equal(err.text, "");
    assert_int_equal(code, 0);
    assert_int_equal(n, 3 * MANY);
    assert_int_equal(octets, 3 * (MANY / 3 * 9000 + MANY / 3 * 2 * 40));
    wl_source_free(source);
    assert_int_equal(s->budget.used, 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(path, sizeof(path), "%s/%04u", directory, i);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(directory), 0);
}

static void tells_damage_at_the_end(void **state)
{
    struct scene *s = *state;
    struct wl_error err = {.code = 0};
    struct image m;
    char text[256];

    image_init(&m, false);
    pcap_header(&m, 0xa1b2c3d4, 1);
    pcap_record(&m, false, 1, 0, 9, 9);
    pcap_record(&m, false, 2, 0, 9, 9);
    m.buf.n -= 3;
    write_file(s, 0, wl_buf_span(&m.buf));
    write_file(s, 2, wl_span_sub(wl_buf_span(&m.buf), 0, 10)); /* cut in the file header */
    image_release(&m);
    write_times(s, 1, 1, (const uint32_t[]){1, 5}, 2);
    assert_int_equal(read_all(s, (struct wl_source_config){0}, text, sizeof(text), &err),
                     WL_EDAMAGED);
    assert_string_equal(text, "0:1@1 1:1@1 1:2@5 ");
    assert_non_null(strstr(err.text, "00' is cut off in the middle of packet 2"));
    assert_non_null(strstr(err.text, "1 other"));
}

/** What is compressed and of which nothing can be read was a capture perhaps, and is not passed
 * over; what is compressed and no capture is. */
static void tells_what_cannot_be_unpacked(void **state)
{
    static const struct {
        struct wl_span octets;
        bool told;
    } all[] = {
        {{(const uint8_t *)"\xfd\x37zXZ\0\0\4\xe6\xd6\xb4", 11}, true},         /* xz, cut off */
        {{(const uint8_t *)"\xfd\x37zXZ\0\0\4\xe6\xd6\xb5\x46----", 16}, true}, /* damaged */
        {{(const uint8_t *)"\x28\xb5\x2f\xfd\x24", 5}, true},                   /* zstd */
        {{(const uint8_t *)"\x28\xb5\x2f\xfd\x24\xff\xff\xff\xff", 9}, true},
        {{(const uint8_t *)"\x04\x22\x4d\x18\x64", 5}, true}, /* lz4 */
        {{(const uint8_t *)"BZh91AY&SY----", 14}, true},
        {{(const uint8_t *)"\x1f\x8b\x08\0\0", 5}, true}, /* gzip */
        /* "hello", in zstd */
        {{(const uint8_t *)"\x28\xb5\x2f\xfd\x20\5\x29\0\0hello", 14}, false},
    };
    struct scene *s = *state;

    for (size_t i = 0; i < WL_COUNT(all); i++) {
        struct wl_error err = {.code = 0};
        char text[256];
        int code;

        write_file(s, 0, all[i].octets);
        write_times(s, 1, 1, (const uint32_t[]){1, 5}, 2);
        code = read_all(s, (struct wl_source_config){0}, text, sizeof(text), &err);
        if (strcmp(text, all[i].told ? "1:1@1 1:2@5 " : "0:1@1 0:2@5 ") != 0 ||
            code != (all[i].told ? WL_EDAMAGED : 0) || !strstr(err.text, all[i].told ? "00'" : ""))
            fail_msg("%zu: %d, %s, %s", i, code, err.text, text);
    }
}

/** The same of what takes more memory than is granted. */
static void tells_what_takes_too_much(void **state)
{
    static const uint8_t greedy[] = "\xfd\x37zXZ\0\0\4\xe6\xd6\xb4\x46"       /* xz, CRC64 */
                                    "\x02\0\x21\1\x28\0\0\0\xe6\xa0\x11\xb3"; /* of 4 GiB */
    struct scene *s = *state;
    struct wl_error err = {.code = 0};
    char text[256];

    write_file(s, 0, wl_span(greedy, sizeof(greedy) - 1));
    write_times(s, 1, 1, (const uint32_t[]){1, 5}, 2);
    assert_int_equal(read_all(s, (struct wl_source_config){0}, text, sizeof(text), &err),
                     WL_EDAMAGED);
    assert_string_equal(text, "1:1@1 1:2@5 ");
    assert_non_null(strstr(err.text, "00': xz: it takes 4097 MiB to unpack, 128 are granted"));
}

static void refuses(void **state)
{
    struct scene *s = *state;
    struct wl_error err = {.code = 0};
    const char *nothing = "/nonexistent/x.pcap";
    struct wl_source_config cfg = {.files = &nothing, .n_files = 1};
    struct wl_source *source = NULL;
    char text[256];

    assert_int_equal(wl_source_open(&cfg, &s->limits, &s->budget, &source, &err), WL_EOPEN);
    assert_string_equal(err.text, "cannot open '/nonexistent/x.pcap': no such file or directory");
    assert_int_equal(read_all(s, (struct wl_source_config){0}, text, sizeof(text), &err),
                     WL_EOPEN); /* an empty directory */
    write_times(s, 0, 1, (const uint32_t[]){1}, 1);
    assert_int_equal(
        read_all(s, (struct wl_source_config){.bpf = "tcp port"}, text, sizeof(text), &err),
        WL_EINVAL);
    assert_non_null(strstr(err.text, "'tcp port'"));
    s->limits.max_files = 1;
    write_times(s, 1, 1, (const uint32_t[]){1}, 1);
    assert_int_equal(read_all(s, (struct wl_source_config){0}, text, sizeof(text), &err),
                     WL_EINVAL);
    s->limits.max_files = 1000;
}

/** One link type that a filter makes sense on, one that it does not, one that nobody knows. */
static void filters_per_link_type(void **state)
{
    struct scene *s = *state;
    struct wl_error err = {.code = 0};
    char text[256];

    write_times(s, 0, 1, (const uint32_t[]){1}, 1);
    write_times(s, 1, 101, (const uint32_t[]){2}, 1);
    write_times(s, 2, 9999, (const uint32_t[]){3}, 1);
    assert_int_equal(
        read_all(s, (struct wl_source_config){.bpf = "len > 0"}, text, sizeof(text), &err), 0);
    assert_string_equal(text, "0:1@1 1:1@2 ");
}

static void stops_when_told(void **state)
{
    struct scene *s = *state;
    const char *directory = s->directory;
    struct wl_source_config cfg = {.files = &directory, .n_files = 1};
    struct wl_error err = {.code = 0};
    struct wl_source *source = NULL;
    struct wl_packet p;

    write_times(s, 0, 1, (const uint32_t[]){1, 2, 3}, 3);
    assert_int_equal(wl_source_open(&cfg, &s->limits, &s->budget, &source, &err), 0);
    assert_int_equal(wl_source_next(source, &p, &err), 1);
    wl_source_stop(source);
    assert_int_equal(wl_source_next(source, &p, &err), 0);
    wl_source_free(source);
}

/** The nth allocation fails, for every n: no leak, no crash, and an end that says so. */
static void survives_want_of_memory(void **state)
{
    struct scene *s = *state;
    char text[256];
    size_t most;

    write_times(s, 0, 1, (const uint32_t[]){1, 2, 3}, 3);
    write_times(s, 1, 1, (const uint32_t[]){1, 2, 3}, 3);
    most = s->budget.max;
    for (size_t max = 0; max < 2 << 20; max += max < 8192 ? 64 : 10007) {
        struct wl_error err = {.code = 0};

        s->budget.max = max;
        (void)read_all(s, (struct wl_source_config){.bpf = "ip"}, text, sizeof(text), &err);
        assert_int_equal(s->budget.used, 0);
    }
    s->budget.max = most;
}

/* ---------------------------------------------------------------------------------- writing */

static void writes_what_it_reads(void **state)
{
    struct scene *s = *state;
    static uint8_t octets[100000];
    char path[128], comment[40000];
    struct wl_pcapng_writer *w = NULL;
    struct wl_error err = {.code = 0};
    struct wl_file *f = NULL;
    struct wl_packet p = {.t = 1234567890123456789, .linktype = 1, .wire_length = 1500};

    for (size_t i = 0; i < sizeof(octets); i++)
        octets[i] = (uint8_t)i;
    memset(comment, 'c', sizeof(comment));
    (void)snprintf(path, sizeof(path), "%s/00", s->directory);
    assert_int_equal(wl_pcapng_writer_new(path, &s->budget, &w, &err), 0);
    assert_int_equal(wl_pcapng_writer_begin(w, &err), 0);
    for (uint32_t i = 0; i < 12; i++) {
        p.bytes = wl_span(octets, i < 8 ? i : 99980 + i);
        p.linktype = i % 3 == 0 ? 1 : 12;
        p.wire_length = (uint32_t)p.bytes.n + 1;
        assert_int_equal(wl_pcapng_write(w, &p, wl_span(comment, i < 4 ? i : i * 3600), &err), 0);
    }
    assert_int_equal(wl_pcapng_writer_close(w, &err), 0);
    assert_int_equal(wl_file_open(path, NULL, &s->budget, &f, &err), 0);
    for (uint32_t i = 0; i < 12; i++) {
        assert_int_equal(wl_file_next(f, &p, &err), 1);
        assert_int_equal(p.t, 1234567890123456789);
        assert_int_equal(p.linktype, i % 3 == 0 ? 1 : 12);
        assert_int_equal(p.bytes.n, i < 8 ? i : 99980 + i);
        assert_int_equal(p.wire_length, p.bytes.n + 1);
        assert_memory_equal(p.bytes.p, octets, p.bytes.n);
    }
    assert_int_equal(wl_file_next(f, &p, &err), 0);
    wl_file_free(f);
    assert_int_equal(s->budget.used, 0);
    assert_int_equal(wl_pcapng_writer_new("/nonexistent/x", &s->budget, &w, &err), WL_EOUTPUT);
    if (wl_pcapng_writer_new("/dev/full", &s->budget, &w, &err) == 0) {
        p.bytes = wl_span(octets, 10);
        assert_int_equal(wl_pcapng_writer_begin(w, &err), 0);
        (void)wl_pcapng_write(w, &p, WL_SPAN(""), &err);
        assert_int_equal(wl_pcapng_writer_close(w, &err), WL_EOUTPUT);
    }
    assert_int_equal(s->budget.used, 0);
}

/** One file is lent, beyond its end too; where several are one capture, none is. */
static void lends_the_file_that_is_alone(void **state)
{
    struct scene *s = *state;
    const char *directory = s->directory;
    struct wl_source_config cfg = {.files = &directory, .n_files = 1};
    const uint8_t magic[] = {0xd4, 0xc3, 0xb2, 0xa1};
    struct wl_error err = {.code = 0};
    struct wl_source *source = NULL;
    const struct wl_octets *octets;
    struct wl_packet p;
    uint8_t first[4] = {0};
    uint64_t place = 0;

    write_times(s, 0, 1, (const uint32_t[]){5, 6, 9}, 3);
    assert_int_equal(wl_source_open(&cfg, &s->limits, &s->budget, &source, &err), 0);
    octets = wl_source_lend(source);
    assert_non_null(octets);
    assert_int_equal(wl_source_next(source, &p, &err), 1);
    assert_true(wl_octets_place(octets, p.bytes.p, &place));
    assert_int_equal(place, 24 + 16);
    assert_false(wl_octets_place(octets, first, &place));
    while (wl_source_burst(source, &p, 1, &err) == 1)
        continue;
    assert_int_equal(wl_source_burst(source, &p, 1, &err), 0);
    assert_true(wl_octets_again(octets, 0, first, sizeof(first)));
    assert_memory_equal(first, magic, sizeof(magic));
    assert_false(wl_octets_again(octets, octets->offset, first, 1));
    wl_source_free(source);
    assert_int_equal(s->budget.used, 0);

    write_times(s, 1, 1, (const uint32_t[]){1, 2}, 2);
    assert_int_equal(wl_source_open(&cfg, &s->limits, &s->budget, &source, &err), 0);
    assert_null(wl_source_lend(source));
    wl_source_free(source);
    assert_int_equal(s->budget.used, 0);
}

/** What its writer put into a followed file before another one took its name is read first. */
static void a_followed_file_is_read_to_its_end(void **state)
{
    struct scene *s = *state;
    enum { LOOK = 1024 }; /* packets until files are looked at */
    char paths[3][128];
    const char *files[2] = {paths[0], paths[1]};
    struct wl_source_config cfg = {.files = files, .n_files = 2, .follow = true};
    struct wl_error err = {.code = 0};
    struct wl_source *source = NULL;
    static uint32_t seconds[LOOK + LOOK / 2];
    char seen[64] = "";
    struct wl_packet p = {.ordinal = 0};
    struct image m;
    int fd;

    for (unsigned i = 0; i < 3; i++)
        (void)snprintf(paths[i], sizeof(paths[i]), "%s/%02u", s->directory, i);
    for (unsigned i = 0; i < LOOK + LOOK / 2; i++)
        seconds[i] = 10 + i;
    write_times(s, 0, 1, (const uint32_t[]){1}, 1);
    write_times(s, 1, 1, seconds, LOOK + LOOK / 2);
    write_times(s, 2, 1, (const uint32_t[]){3}, 1);
    assert_int_equal(wl_source_open(&cfg, &s->limits, &s->budget, &source, &err), 0);
    while (p.ordinal < LOOK)
        assert_int_equal(wl_source_burst(source, &p, 1, &err), 1);
    image_init(&m, false);
    pcap_record(&m, false, 2, 0, 40, 40);
    fd = open(paths[0], O_WRONLY | O_APPEND);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, m.buf.p, m.buf.n), (ssize_t)m.buf.n);
    assert_int_equal(close(fd), 0);
    image_release(&m);
    assert_int_equal(rename(paths[2], paths[0]), 0);
    while (wl_source_burst(source, &p, 1, &err) == 1) {
        if (wl_frame_file(p.frame) == 0) {
            (void)snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%u ",
                           (unsigned)(p.t / WL_SECOND));
        }
    }
    assert_string_equal(seen, "2 ");
    wl_source_free(source);
    assert_int_equal(s->budget.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(merges_by_time, enter, leave),
        cmocka_unit_test_setup_teardown(merges_many_files, enter, leave),
        cmocka_unit_test_setup_teardown(merges_more_files_than_can_be_open, enter, leave),
        cmocka_unit_test_setup_teardown(tells_damage_at_the_end, enter, leave),
        cmocka_unit_test_setup_teardown(tells_what_cannot_be_unpacked, enter, leave),
        cmocka_unit_test_setup_teardown(tells_what_takes_too_much, enter, leave),
        cmocka_unit_test_setup_teardown(refuses, enter, leave),
        cmocka_unit_test_setup_teardown(filters_per_link_type, enter, leave),
        cmocka_unit_test_setup_teardown(stops_when_told, enter, leave),
        cmocka_unit_test_setup_teardown(survives_want_of_memory, enter, leave),
        cmocka_unit_test_setup_teardown(writes_what_it_reads, enter, leave),
        cmocka_unit_test_setup_teardown(lends_the_file_that_is_alone, enter, leave),
        cmocka_unit_test_setup_teardown(a_followed_file_is_read_to_its_end, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
