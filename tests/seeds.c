/* seeds.c - writes cases of dialogues as the inputs of the fuzzers.
 * SPDX-License-Identifier: MIT
 *
 * A fuzzer that begins with real conversations spends its time behind the parsers' front doors.
 */
#include "seeds.h"

#include "diag.h"

#include <sys/stat.h>

enum {
    /* fuzz_bytes.c: one octet of turn, lowest bit the direction, the rest the octets that follow */
    TURN_MOST = 124,
    TURN_FIN = 126,
    TURN_PAUSE = 127,
    /* fuzz_packets.c: two octets of length, one of time in units of 10 ms */
    PACKET_HEAD = 3,
};

static void put_turn(struct wl_buf *to, unsigned what, enum wl_dir dir, struct wl_span octets,
                     bool *full)
{
    uint8_t head = (uint8_t)(what << 1 | (dir == WL_TO_CLIENT));

    *full = *full || !wl_buf_append(to, wl_span(&head, 1)) || !wl_buf_append(to, octets);
}

/** The steps of the case as turns. False when memory ran out. */
static bool make_turns(const struct dialogue_case *c, struct wl_buf *ret)
{
    bool full = false;

    for (uint32_t i = 0; i < c->n_steps; i++) {
        const struct dialogue_step *step = &c->steps[i];
        struct wl_span left = step->octets;

        while (step->kind == STEP_DATA && left.n) {
            struct wl_span part = wl_span_sub(left, 0, TURN_MOST);

            put_turn(ret, (unsigned)part.n, step->dir, part, &full);
            left = wl_span_after(left, part.n);
        }
        if (step->kind == STEP_FIN) {
            put_turn(ret, TURN_FIN, step->dir, left, &full);
        } else if (step->kind == STEP_TIME) {
            put_turn(ret, TURN_PAUSE, step->dir, left, &full);
        }
    }
    return !full;
}

/** The frames, raw IP, each with its length and the time since the one before it. */
static bool make_packets(const struct frames *frames, struct wl_buf *ret)
{
    bool full = false;

    for (uint32_t i = 0; i < frames->n && !full; i++) {
        const struct frame *f = &frames->p[i];
        uint64_t pause = i ? (uint64_t)(f->t - f[-1].t) / (WL_SECOND / 100) : 0;
        uint8_t head[PACKET_HEAD] = {
            (uint8_t)(f->bytes.n >> 8),
            (uint8_t)f->bytes.n,
            (uint8_t)wl_min_u64(pause, UINT8_MAX),
        };

        full = !wl_buf_append(ret, wl_span(head, sizeof(head))) || !wl_buf_append(ret, f->bytes);
    }
    return !full;
}

static int write_one(const char *dir, const char *folder, const char *name, struct wl_span octets,
                     struct wl_error *err)
{
    char path[1024];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, folder);
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof(path), "%s/%s/%s", dir, folder, name);
    return wire_write(path, octets, NULL, err);
}

int seeds_write(const char *dir, const char *name, const struct dialogue_case *c,
                const struct packets *played, struct wl_error *err)
{
    struct wire wire = {.link = WIRE_RAW, .port = c->port, .isn = {1000, 5000}};
    struct frames raw = {.arena = played->arena}, ether = {.arena = played->arena};
    struct wl_buf turns, packets;
    struct wl_budget budget;
    int code;

    wl_budget_init(&budget, (size_t)1 << 26, NULL, NULL, NULL);
    wl_buf_init(&turns, &budget, 1 << 24);
    wl_buf_init(&packets, &budget, 1 << 24);
    wire_dress(&wire, played, &raw);
    wire.link = WIRE_ETHER;
    wire_dress(&wire, played, &ether);
    if (!make_turns(c, &turns) || !make_packets(&raw, &packets) || raw.cut || ether.cut) {
        code = wl_fail(err, WL_NOMEM, "the case is too large");
    } else {
        code = write_one(dir, "bytes", name, wl_buf_span(&turns), err);
    }
    if (code == 0)
        code = write_one(dir, "packets", name, wl_buf_span(&packets), err);
    if (code == 0)
        code = write_one(dir, "file", name, wire_file(&ether, WIRE_PCAP_MICRO, ether.arena), err);
    wl_buf_release(&turns);
    wl_buf_release(&packets);
    return code;
}
