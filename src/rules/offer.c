/* offer.c - what an exchange has to offer to the filters and guards of rules.
 * SPDX-License-Identifier: MIT
 *
 * The guards of docs/judging.md 2: what of the evidence is complete, and where it is not, why.
 * Nothing is judged here; rules say what they need (wl_rule.needs), and the judge compares.
 */
#include "offer.h"

#include <string.h>

#include "facts.h"

void wl_offer_look(const struct wl_message *m, uint64_t ret[WL_FIELD_WORDS])
{
    memset(ret, 0, WL_FIELD_WORDS * sizeof(*ret));
    ret[0] = 1; /* they are known now */
    for (uint32_t i = 0; i < m->n_fields; i++)
        ret[m->fields[i].id / 64] |= (uint64_t)1 << m->fields[i].id % 64;
}

uint8_t wl_offer_rare_versions(const struct wl_exchange *ex)
{
    const struct wl_message *req = &ex->req;

    switch (ex->conn.proto) {
    case WL_H2: return WL_FOR_H2;
    case WL_H3: return WL_FOR_H3;
    case WL_ICAP: return WL_FOR_ICAP;
    case WL_PROTO_UNKNOWN:
    case WL_H09:
    case WL_H10:
    case WL_H11:
    case WL_PROTO_TLS:
    case WL_PROTO_WEBSOCKET:
    case WL_PROTO_SSH:
    case WL_PROTO_SMTP:
    case WL_PROTO_FTP:
    case WL_PROTO_OTHER:
    case WL_N_PROTO: break;
    }
    if (req->state < WL_HEAD) /* nobody asked, or it is not known in which */
        return req->state == WL_ABSENT && ex->paired ? 0 : WL_FOR_HTTP10 | WL_FOR_HTTP11;
    return wl_facts_http10(req) ? WL_FOR_HTTP10 : WL_FOR_HTTP11;
}

uint32_t wl_offer_end(enum wl_end end, enum wl_dir by, bool suspect)
{
    if (end != WL_END_CLOSED && (end != WL_END_RESET || suspect))
        return 0;
    return by == WL_TO_CLIENT ? WL_NEEDS_END_SERVER : WL_NEEDS_END_CLIENT;
}

struct wl_offer wl_offer_begin(const struct wl_exchange *ex)
{
    return (struct wl_offer){
        .have = wl_offer_needs(ex),
        .method = (uint8_t)ex->req.method_id,
        .versions = wl_offer_versions(ex),
    };
}

void wl_offer_message(struct wl_offer *o, const struct wl_message *m, uint8_t places)
{
    o->m = m;
    o->status = m->status;
    o->places = places;
    wl_offer_fields(m, o->present);
    o->have &= ~(uint32_t)(WL_NEEDS_BODY | WL_NEEDS_ACK);
    o->have |= m->state == WL_WHOLE ? WL_NEEDS_BODY : 0;
    o->have |= m->acked != WL_NONE ? WL_NEEDS_ACK : 0;
}

void wl_offer_whole(struct wl_offer *o, const struct wl_exchange *ex)
{
    wl_offer_message(o, &ex->res, WL_PLACE_FINAL);
    o->places |= ex->n_interim ? WL_PLACE_INTERIM : 0;
    o->have &= ~(uint32_t)WL_NEEDS_ACK;
    o->have |= ex->wait ? WL_NEEDS_ACK : 0;
}

static bool message_lacks(const struct wl_message *m, enum wl_unjudged *ret)
{
    switch (m->end) {
    case WL_END_GAP: *ret = WL_UNJUDGED_GAP; return true;
    case WL_END_SNAPLEN: *ret = WL_UNJUDGED_SNAPLEN; return true;
    case WL_END_LIMIT:
    case WL_END_EVICTED: *ret = WL_UNJUDGED_LIMIT; return true;
    case WL_END_EOF:
    case WL_END_IDLE: *ret = WL_UNJUDGED_EOF; return true;
    case WL_END_NONE:
    case WL_END_CLOSED:
    case WL_END_RESET:
    case WL_END_ABANDONED:
    case WL_END_REUSED: break;
    }
    return false;
}

enum wl_unjudged wl_offer_lacking(const struct wl_exchange *ex, uint32_t missing, bool marked)
{
    enum wl_unjudged why = WL_JUDGED;

    if (wl_offer_felt(missing, wl_facts_final(ex)) == 0)
        return WL_JUDGED;
    if (message_lacks(&ex->req, &why) || message_lacks(&ex->res, &why))
        return why;
    for (uint32_t i = 0; i < ex->n_interim; i++) {
        if (message_lacks(&ex->interim[i], &why))
            return why;
    }
    if (!ex->paired && ex->conn.midstream)
        return WL_UNJUDGED_MIDSTREAM;
    if (ex->res.state == WL_ABSENT && (ex->end == WL_END_EOF || ex->end == WL_END_IDLE))
        return WL_UNJUDGED_EOF;
    if (ex->res.state == WL_ABSENT && ex->end == WL_END_EVICTED)
        return WL_UNJUDGED_LIMIT;
    return marked ? WL_UNJUDGED_LOST : WL_JUDGED;
}
