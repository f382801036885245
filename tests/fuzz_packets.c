/* fuzz_packets.c - libFuzzer: octets as packets, through the whole engine.
 * SPDX-License-Identifier: MIT
 *
 * The input is a run of records: two octets of length (big-endian), one of time (in units of 10
 * ms), then the packet, raw IP. It is fed to an engine with one shard and to one with three; what
 * they say must be the same, and neither may crash, leak, or read beyond a packet.
 */
#include "diag.h"
#include "line.h"
#include "table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAW_IP = 12 /* DLT_RAW */, MAX_PACKETS = 4096 };

/* An output that keeps nothing but a digest of what it is told. */
struct digest {
    struct wl_budget budget;
    struct wl_text line;
    uint64_t value, n;
};

static void absorb(struct digest *d)
{
    d->value = wl_hash(d->line.buf.p, d->line.buf.n, d->value);
    d->n++;
}

static void absorb_findings(struct digest *d, const struct wl_finding *findings, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        wl_text_reset(&d->line);
        wl_text_printf(&d->line, "%s %u ", findings[i].rule->id, findings[i].ordinal);
        wl_text_terminal(&d->line, findings[i].message);
        absorb(d);
    }
}

static int on_exchange(struct wl_sink *s, const struct wl_exchange *ex)
{
    struct digest *d = s->state;

    wl_text_reset(&d->line);
    wl_text_printf(&d->line, "%llu %u %d ", (unsigned long long)ex->conn.number, ex->ordinal,
                   (int)ex->state);
    wl_line_exchange(&d->line, ex, 0);
    absorb(d);
    absorb_findings(d, ex->findings, ex->n_findings);
    return 0;
}

static int on_connection(struct wl_sink *s, const struct wl_conn_record *conn)
{
    struct digest *d = s->state;

    wl_text_reset(&d->line);
    wl_text_printf(&d->line, "%llu %u %u %d %llu %llu", (unsigned long long)conn->conn.number,
                   conn->n_exchanges, conn->n_steps, (int)conn->end,
                   (unsigned long long)conn->bytes[0], (unsigned long long)conn->bytes[1]);
    absorb(d);
    absorb_findings(d, conn->findings, conn->n_findings);
    return 0;
}

static int on_close(struct wl_sink *s, const struct wl_stats *st, struct wl_error *err)
{
    (void)s;
    (void)err;
    return st ? 0 : WL_EINVAL;
}

static const struct wl_sink_ops digest_ops = {
    .name = "digest",
    .exchange = on_exchange,
    .connection = on_connection,
    .close = on_close,
    .wants_connections = true,
    .wants_exchanges = true,
};

/* Each packet lies in memory of its own, so that a sanitizer sees the octet behind it. */
static void feed(struct wl_engine *e, struct wl_budget *budget, const uint8_t *data, size_t size)
{
    struct wl_cursor c = wl_cursor(wl_span(data, size));
    wl_ns t = 1000 * WL_SECOND;

    for (unsigned i = 0; c.n && i < MAX_PACKETS; i++) {
        size_t n = wl_be16(&c);
        struct wl_span packet;
        uint8_t *copy;

        t += (wl_ns)wl_u8(&c) * 10000000;
        packet = wl_take(&c, wl_min_size(n, c.n));
        copy = packet.n ? wl_alloc(budget, packet.n) : NULL;
        if (!copy)
            continue;
        memcpy(copy, packet.p, packet.n);
        if (wl_engine_packet(e, RAW_IP, t, wl_span(copy, packet.n), (uint32_t)n) < 0)
            __builtin_trap();
        wl_free(budget, copy, packet.n);
    }
}

static void run(struct digest *d, unsigned shards, const uint8_t *data, size_t size)
{
    struct wl_config cfg;
    struct wl_engine *e;

    wl_config_init(&cfg);
    cfg.shards = shards;
    cfg.limits.memory = 64u << 20;
    wl_budget_init(&d->budget, 1u << 20, NULL, NULL, NULL);
    wl_text_init(&d->line, &d->budget, 64u << 10);
    if (wl_engine_new(&cfg, &e, NULL) < 0 ||
        wl_engine_add_sink(e, &digest_ops, d, &(struct wl_sink_config){.path = "-"}, NULL) < 0)
        __builtin_trap();
    feed(e, &d->budget, data, size);
    if (wl_engine_finish(e, NULL) < 0)
        __builtin_trap();
    wl_engine_free(e);
    wl_text_release(&d->line);
    if (d->budget.used)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct digest one = {.value = 1}, three = {.value = 1};

    run(&one, 1, data, size);
    run(&three, 3, data, size);
    if (one.value != three.value || one.n != three.n)
        __builtin_trap();
    return 0;
}
