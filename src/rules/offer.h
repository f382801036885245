/* offer.h - what an exchange has to offer to the filters and guards of rules.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_OFFER_H
#define WL_OFFER_H

#include "attr.h"
#include "wirelint/rule.h"

/** Versions of the request a rule is asked for, or that it may have: bits. Where it is not known, a
 * rule must be meant for each of them. None: nobody asked, and that has no version. */
enum {
    WL_FOR_HTTP10 = 1,
    WL_FOR_HTTP11 = 2,
    WL_FOR_H2 = 4,
    WL_FOR_H3 = 8,
    WL_FOR_ICAP = 16,
    WL_FOR_ALL = 31,
};

/** Places a message can have in its exchange: bits. */
enum {
    WL_PLACE_REQUEST = 1,
    WL_PLACE_INTERIM = 2,
    WL_PLACE_FINAL = 4,
    WL_PLACE_ALL = 7,
};

/** What a message offers to filters and guards. */
struct wl_offer {
    const struct wl_message *m; /* NULL: a connection record */
    uint64_t present[WL_FIELD_WORDS];
    uint32_t have; /* wl_needs that are met */
    uint16_t status;
    uint8_t method, versions, places; /* versions: those that the request may have */
};

/** What all messages of an exchange have in common. */
struct wl_offer wl_offer_begin(const struct wl_exchange *ex);
/** Offers a message of the exchange; o was begun for it, and may have offered another one. */
void wl_offer_message(struct wl_offer *o, const struct wl_message *m, uint8_t places);
/** Offers all of the exchange: its final response, with what it consists of. */
void wl_offer_whole(struct wl_offer *o, const struct wl_exchange *ex);
/** Of WL_NEEDS_END_*: that of the side which ended the connection, by its own FIN or RST. */
uint32_t wl_offer_end(enum wl_end end, enum wl_dir by, bool suspect);
/** Of the evidence that is missing, that which takes something from the judgement. final: the final
 * response is known. */
static inline uint32_t wl_offer_felt(uint32_t missing, bool final)
{
    /* acknowledgements and the clock are noted only where something was at stake; once the final
     * response is there, it matters no more how the connection ended */
    missing &= ~(uint32_t)(WL_NEEDS_ACK | WL_NEEDS_CLK);
    return final ? missing & ~(uint32_t)(WL_NEEDS_END_SERVER | WL_NEEDS_END_CLIENT) : missing;
}
/**
 * Why evidence is missing; JUDGED when it is not: what a rule needs simply did not happen.
 * missing  wl_needs
 * marked   it is a mark whose place is not certain
 */
enum wl_unjudged wl_offer_lacking(const struct wl_exchange *ex, uint32_t missing, bool marked);

/** May the head of a message of ex be content that looks like one (docs/judging.md 4)? */
static inline bool wl_offer_is_guess(const struct wl_exchange *ex, const struct wl_message *m)
{
    return WL_LIKELY_FALSE(ex->guessed) &&
           ex->guessed >> (m == &ex->req ? WL_TO_SERVER : WL_TO_CLIENT) & 1 &&
           (m == &ex->req || m == &ex->res || m - ex->interim >= (ptrdiff_t)ex->n_interim_sure);
}

/** Was the head of a message of ex seen, and are all its fields here? What lacks one may lack the
 * one that matters. */
static inline bool wl_offer_knows_head(const struct wl_exchange *ex, const struct wl_message *m)
{
    return m->state >= WL_HEAD && !wl_offer_is_guess(ex, m) &&
           (m->n_marks == 0 || !wl_message_mark(m, WL_MARK_FIELDS_TOO_MANY));
}

/** Versions that the request may have: bits. That of most stands in wl_offer_versions. */
uint8_t wl_offer_rare_versions(const struct wl_exchange *ex);
static inline uint8_t wl_offer_versions(const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;
    bool usual = ex->conn.proto == WL_H11 && req->state >= WL_HEAD && req->major == 1 && req->minor;

    return WL_LIKELY_TRUE(usual) ? WL_FOR_HTTP11 : wl_offer_rare_versions(ex);
}

/** The wl_needs that an exchange meets, but for those of its messages (BODY, ACK). */
static inline uint32_t wl_offer_needs(const struct wl_exchange *ex)
{
    uint32_t have = 0;

    if (WL_LIKELY_FALSE(ex->end != WL_END_NONE))
        have = wl_offer_end(ex->end, ex->end_by, ex->rst_suspect);
    have |= ex->paired && ex->req.state != WL_ABSENT ? WL_NEEDS_PAIR : 0;
    have |= ex->clocked ? WL_NEEDS_CLK : 0;
    have |= wl_offer_knows_head(ex, &ex->req) ? WL_NEEDS_REQUEST : 0;
    have |= wl_offer_knows_head(ex, &ex->res) ? WL_NEEDS_RESPONSE : 0;
    have |= ex->conn.midstream ? 0 : WL_NEEDS_HANDSHAKE;
    return have;
}

/** The fields that m has, one bit each, found by looking at each of them. */
void wl_offer_look(const struct wl_message *m, uint64_t ret[WL_FIELD_WORDS]);
/** The same; as parsers have noted it, which they nearly always have. */
static inline void wl_offer_fields(const struct wl_message *m, uint64_t ret[WL_FIELD_WORDS])
{
    if (WL_LIKELY_FALSE(!(m->present[0] & 1))) {
        wl_offer_look(m, ret);
        return;
    }
    for (size_t w = 0; w < WL_FIELD_WORDS; w++)
        ret[w] = m->present[w];
}

#endif
