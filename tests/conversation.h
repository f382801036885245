/* conversation.h - a case of a dialogue as TCP packets, and other packets that mean the same.
 * SPDX-License-Identifier: MIT
 *
 * Sequence numbers are positions here: 0 is the SYN, 1 the first octet. What they become on the
 * wire, and in which headers, is wire.h's business.
 */
#ifndef WL_CONVERSATION_H
#define WL_CONVERSATION_H

#include "dialogue.h"

/** RFC 9293 3.1; written here once more, so that tests and reader share no table. */
enum tcp_flag {
    TCP_FIN = 1,
    TCP_SYN = 2,
    TCP_RST = 4,
    TCP_PSH = 8,
    TCP_ACK = 16,
};

struct packet {
    wl_ns t;
    enum wl_dir dir;
    uint8_t flags;    /* enum tcp_flag */
    bool first;       /* first octets of this direction: without a handshake they must come first */
    uint8_t ttl, leg; /* leg: 1 for the second connection of the case */
    uint16_t window;
    uint64_t seq, ack;
    struct wl_span payload;
};

struct packets {
    struct packet *p;
    uint32_t n, capacity;
    struct wl_arena *arena;
    bool cut; /* memory ran out */
};

/** The case as a capture next to both sides would show it: nothing lost, late or twice. */
void conversation_play(const struct dialogue_case *c, struct packets *ret);

/* Each of these appends to ret packets that carry the same octets and acknowledgements at the same
 * times as those of in. */

/** Every packet with payload becomes packets of at most size octets. */
void conversation_split(const struct packets *in, size_t size, struct packets *ret);
/** Every packet with payload ends, and another one begins, so many octets behind each
 * empty line in it. */
void conversation_split_heads(const struct packets *in, size_t behind, struct packets *ret);
/**
 * Every packet with payload becomes pieces that overlap, come in any order, and some of them twice;
 * the acknowledgement still comes after all of them. The same seed gives the same packets.
 */
void conversation_shuffle(const struct packets *in, uint64_t seed, struct packets *ret);
/** Acknowledgements come before the octets they acknowledge, as from merged taps. */
void conversation_ack_first(const struct packets *in, struct packets *ret);
/** Keep-alives, repeated acknowledgements and SYNs, and retransmissions after the fact. */
void conversation_chatter(const struct packets *in, struct packets *ret);
/** All packets but those from first to last (counted from 0). */
void conversation_without(const struct packets *in, uint32_t first, uint32_t last,
                          struct packets *ret);
/**
 * Some of the packets, and parts of others: any number may be missing, anywhere. The same seed
 * gives the same packets.
 */
void conversation_lose(const struct packets *in, uint64_t seed, struct packets *ret);
/** Only what was sent in one direction. */
void conversation_one_way(const struct packets *in, enum wl_dir dir, struct packets *ret);

#endif
