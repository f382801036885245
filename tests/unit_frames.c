/* unit_frames.c - the layers of frames behind a 101: where a frame ends, at every edge of
 * its length. SPDX-License-Identifier: MIT
 *
 * What the frames of a connection are held against is in the dialogues (websocket, upgrade). Here
 * payloads are as long as no dialogue would have them: behind each stands a frame with a fault,
 * which is found only where the payload was passed over to its last octet, in packets of any size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hear.h"

extern const struct wl_layer_ops wl_layer_websocket, wl_layer_h2c;

enum { MAX_FRAMES = 80 << 10 };

/* Octets of frames, one direction. */
struct frames {
    uint8_t p[MAX_FRAMES];
    size_t n;
};

static const char ws_request[] = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: "
                                 "websocket\r\nSec-WebSocket-Version: 13\r\n"
                                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
static const char ws_response[] = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                                  "Upgrade: websocket\r\n"
                                  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char h2c_request[] =
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
static const char h2c_response[] =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

static void begin(struct heard *h, const char *request, const char *response)
{
    static const struct wl_layer_ops *const layers[] = {&wl_layer_h1, &wl_layer_websocket,
                                                        &wl_layer_h2c, NULL};

    hear_begin_with(h, 1000 * WL_SECOND, layers);
    h->host.keep_steps = true;
    hear_all(h, WL_TO_SERVER, request, SIZE_MAX);
    hear_all(h, WL_TO_CLIENT, response, SIZE_MAX);
}

static void finish(struct heard *h)
{
    hear_finish(h);
    hear_release(h);
}

/* A frame of RFC 6455 5.2 with n octets of payload, its length in the fewest octets. */
static void put_frame(struct frames *to, uint8_t first, bool masked, size_t n)
{
    uint8_t *p = to->p + to->n;
    size_t length = n < 126 ? n : n <= UINT16_MAX ? 126 : 127, more = 0;

    if (length == 126)
        more = 2;
    if (length == 127)
        more = 8;
    assert_true(to->n + 2 + more + 4 + n <= sizeof(to->p));
    *p++ = first;
    *p++ = (uint8_t)((masked ? 0x80 : 0) | length);
    for (size_t i = more; i--;)
        *p++ = (uint8_t)((uint64_t)n >> (8 * i));
    if (masked) {
        memset(p, 0x5a, 4);
        p += 4;
    }
    memset(p, 0x81, n); /* each octet of it begins a frame, where it is taken for one */
    to->n = (size_t)(p - to->p) + n;
}

/* A payload of every kind of length, then a frame with reserved bits: its place tells. */
static void lengths(void **state)
{
    static const size_t sizes[] = {0, 1, 125, 126, 127, 65535, 65536, 70000};
    static const size_t pieces[] = {1, 2, 3, 13, 1448, 65000};
    static struct frames frames;
    struct heard h;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(sizes) * WL_COUNT(pieces) * 2; i++) {
        size_t n = sizes[i / 2 % WL_COUNT(sizes)], piece = pieces[i / 2 / WL_COUNT(sizes)];
        enum wl_dir dir = i % 2 ? WL_TO_CLIENT : WL_TO_SERVER;
        uint64_t before = strlen(dir == WL_TO_SERVER ? ws_request : ws_response), odd;

        frames.n = 0;
        put_frame(&frames, 0x82, dir == WL_TO_SERVER, n);
        odd = before + frames.n;
        put_frame(&frames, 0xc1, dir == WL_TO_SERVER, 2);
        put_frame(&frames, 0x8a, dir == WL_TO_SERVER, 0);
        begin(&h, ws_request, ws_response);
        hear_octets(&h, dir, wl_span(frames.p, frames.n), piece);
        finish(&h);
        assert_int_equal(h.n_marks, 1);
        assert_int_equal(h.marks[0].id, WL_MARK_WS_RESERVED);
        assert_int_equal(h.marks[0].value, 4);
        assert_int_equal(h.marks[0].count, 1);
        assert_int_equal(h.marks[0].at.dir, dir);
        assert_int_equal(h.marks[0].at.offset, odd);
        assert_int_equal(h.marks[0].ordinal, 1);
    }
}

/* Both directions at once, octets of one between those of the other. */
static void both_ways(void **state)
{
    static struct frames to_server, to_client;
    struct heard h;

    (void)state;
    to_server.n = to_client.n = 0;
    for (size_t n = 0; n < 300; n += 60) {
        put_frame(&to_server, 0x81, true, n);
        put_frame(&to_client, 0x82, false, n * 3);
    }
    put_frame(&to_server, 0x81, false, 4); /* no mask */
    begin(&h, ws_request, ws_response);
    for (size_t i = 0; i < to_client.n || i < to_server.n; i++) {
        hear_octets(&h, WL_TO_SERVER, wl_span_sub(wl_span(to_server.p, to_server.n), i, 1), 1);
        hear_octets(&h, WL_TO_CLIENT, wl_span_sub(wl_span(to_client.p, to_client.n), i, 1), 1);
    }
    finish(&h);
    assert_int_equal(h.n_marks, 1);
    assert_int_equal(h.marks[0].id, WL_MARK_WS_UNMASKED);
    assert_int_equal(h.marks[0].at.offset, strlen(ws_request) + to_server.n - 6);
}

/* A frame of RFC 9113 4.1. */
static void put_h2(struct frames *to, uint8_t type, uint8_t flags, uint8_t stream, size_t n)
{
    const uint8_t head[] = {
        (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n, type, flags, 0, 0, 0, stream};

    assert_true(to->n + sizeof(head) + n <= sizeof(to->p));
    memcpy(to->p + to->n, head, sizeof(head));
    memset(to->p + to->n + sizeof(head), 1, n); /* type HEADERS, where it is taken for a head */
    to->n += sizeof(head) + n;
}

/* The answer on stream 1 is found behind any length, and is missed where it is not there. */
static void h2c_answer(void **state)
{
    static const size_t sizes[] = {0, 1, 255, 256, 16384, 70000};
    static const size_t pieces[] = {1, 8, 9, 10, 1448, 65000};
    static struct frames frames;
    struct heard h;

    (void)state;
    for (size_t i = 0; i < WL_COUNT(sizes) * WL_COUNT(pieces) * 2; i++) {
        size_t n = sizes[i / 2 % WL_COUNT(sizes)], piece = pieces[i / 2 / WL_COUNT(sizes)];
        bool answered = i % 2;

        frames.n = 0;
        put_h2(&frames, 4, 0, 0, 0);                /* SETTINGS */
        put_h2(&frames, 0xfa, 0, 0, n);             /* a type that nobody knows */
        put_h2(&frames, 1, 4, answered ? 1 : 3, 5); /* HEADERS */
        begin(&h, h2c_request, h2c_response);
        hear_octets(&h, WL_TO_CLIENT, wl_span(frames.p, frames.n), piece);
        finish(&h);
        assert_int_equal(h.n_marks, answered ? 0 : 1);
        assert_true(answered || h.marks[0].id == WL_MARK_H2C_NO_RESPONSE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths),
        cmocka_unit_test(both_ways),
        cmocka_unit_test(h2c_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
