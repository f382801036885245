/* conn.c - the state machine of a connection: steps become packets.
 * SPDX-License-Identifier: MIT
 *
 * One call, one packet. Both ends are played by the same machine, so that they agree: nobody
 * answers, and nobody acknowledges, what is still under way.
 */
#include "conn.h"

/* An acknowledgement for every second segment, RFC 9293 3.8.6.3. */
enum { ACK_EVERY = 2 };

/* 10.0.1.0 and on are clients, 192.168.0.0/24 servers. */
enum {
    FIRST_CLIENT = 0x0a000100,
    N_SERVERS = 256,
    FIRST_PORT = 10000,
    N_PORTS = 50000,
};
static const uint32_t first_server = 0xc0a80000;

void conn_open(struct conn *c, const struct network *net, uint64_t id)
{
    const struct options *o = net->options;
    struct prng *prng = &c->prng;
    struct endpoint *client = &c->tcp.end[CLIENT], *server = &c->tcp.end[SERVER];

    c->n_unacknowledged = 0;
    c->path.n_held = 0;
    c->message.going = false;
    c->message.from = CLIENT;
    prng->state = o->seed * 0x9e3779b97f4a7c15u ^ (id + 1) * 0xd1342543de82ef95u;
    client->address = FIRST_CLIENT + (uint32_t)(id % o->n_clients);
    client->port = (uint16_t)(FIRST_PORT + id / o->n_clients % N_PORTS);
    server->address = first_server + prng_below(prng, N_SERVERS);
    server->port = (uint16_t)o->port;
    client->seq = (uint32_t)prng_next(prng);
    server->seq = (uint32_t)prng_next(prng);
    client->timestamp = (uint32_t)prng_next(prng) >> 1;
    server->timestamp = (uint32_t)prng_next(prng) >> 1;
    c->tcp.ip_id = (uint16_t)prng_next(prng);
    c->tcp.v6 = prng_chance(prng, o->v6);
    c->tcp.checksummed = !o->no_checksums;
    plan_init(&c->plan, prng_between(prng, o->exchanges.least, o->exchanges.most));
    net->truth->n_connections++;
}

/* Headers in front of n octets that lie in net->packet. Returns the octets of the packet. */
static size_t build(struct conn *c, struct network *net, enum dir from, unsigned flags, size_t n)
{
    uint32_t ack = 0;

    if (flags & TCP_ACK)
        ack = path_arrived(&c->path, !from, c->tcp.end[!from].seq);
    return packet_build(&c->tcp, from, flags, ack, net->packet, n);
}

static void send_control(struct conn *c, struct network *net, enum dir from, unsigned flags)
{
    size_t n;

    /* a FIN closes behind all data */
    if (flags & TCP_FIN)
        tap_catch_up(&net->tap, &c->path);
    n = build(c, net, from, flags, 0);
    tap_pass(&net->tap, &c->path, net->packet, n);
    if (flags & (TCP_SYN | TCP_FIN))
        c->tcp.end[from].seq++;
}

static void begin(struct conn *c, struct network *net, const struct step *step)
{
    /* nobody answers what has not arrived */
    if (step->from != c->message.from)
        tap_catch_up(&net->tap, &c->path);
    message_begin(&c->message, step, net->options->profile, c->tcp.end[SERVER].address % N_SERVERS,
                  net->content, &c->prng);
    if (step->kind == STEP_REQUEST)
        net->truth->n_requests++;
    c->n_unacknowledged = 0;
}

/* The payload of a segment, up to the MSS: a second request that is pipelined rides in it, too. */
static size_t fill(struct conn *c, struct network *net, uint8_t *p)
{
    struct message *m = &c->message;
    size_t max = (size_t)net->options->mss;
    size_t n = message_fill(m, &c->prng, net->truth, p, max);

    while (!m->going && m->from == CLIENT && n < max && plan_goes_on_with_request(&c->plan)) {
        begin(c, net, plan_take(&c->plan));
        n += message_fill(m, &c->prng, net->truth, p + n, max - n);
    }
    return n;
}

static void send_data(struct conn *c, struct network *net)
{
    enum dir from = c->message.from;
    struct endpoint *end = &c->tcp.end[from];
    size_t n = fill(c, net, net->packet + packet_headers(&c->tcp, TCP_ACK));
    unsigned flags = c->message.going ? TCP_ACK : TCP_ACK | TCP_PSH;
    size_t n_packet = build(c, net, from, flags, n);

    tap_pass_data(&net->tap, &c->path, &c->prng, from, end->seq, net->packet, n_packet);
    end->seq += (uint32_t)n;
    c->n_unacknowledged++;
}

/* Returns false when the step is a message that has begun, and no packet of its own. */
static bool send_step(struct conn *c, struct network *net, const struct step *step)
{
    switch (step->kind) {
    case STEP_SYN: send_control(c, net, step->from, TCP_SYN); return true;
    case STEP_SYN_ACK: send_control(c, net, step->from, TCP_SYN | TCP_ACK); return true;
    case STEP_ACK: send_control(c, net, step->from, TCP_ACK); return true;
    case STEP_FIN: send_control(c, net, step->from, TCP_FIN | TCP_ACK); return true;
    case STEP_REQUEST:
    case STEP_RESPONSE:
    case STEP_RAW: begin(c, net, step); return false;
    }
    return false;
}

bool conn_advance(struct conn *c, struct network *net)
{
    const struct planning planning = {&c->plan, net->options, &c->prng, net->truth};

    while (!c->message.going) {
        const struct step *step = plan_take(&c->plan);

        if (step && send_step(c, net, step))
            return true;
        if (!step && !plan_more(&planning))
            return false;
    }
    if (c->n_unacknowledged == ACK_EVERY) {
        c->n_unacknowledged = 0;
        send_control(c, net, !c->message.from, TCP_ACK);
    } else {
        send_data(c, net);
    }
    return true;
}

void conn_end(struct conn *c, struct network *net)
{
    tap_catch_up(&net->tap, &c->path);
    net->truth->n_finished++;
}
