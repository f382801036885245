/* names.c - names what is no HTTP/1: TLS, HTTP/2, ICAP, SSH, SMTP, FTP, other greetings.
 * SPDX-License-Identifier: MIT
 *
 * These layers recognise and then listen no more, so that a report can say what a connection was.
 * None claims what could be HTTP/1: a TLS hello that is answered by "HTTP/1.1 400" is a garbage
 * request to an HTTP server, so what the client says is not enough where the server's answer can
 * still come. Layers that decode TLS and HTTP/2 take the places of these.
 */
#include "layer.h"

static struct wl_fed feed(struct wl_layer *l, enum wl_dir dir, struct wl_span bytes,
                          const struct wl_at *at, const struct wl_seen *seen)
{
    (void)l;
    (void)dir;
    (void)at;
    (void)seen;
    return (struct wl_fed){WL_FED_DEAF, bytes.n, 0};
}

static void close_named(struct wl_layer *l, wl_ns now)
{
    (void)l;
    (void)now;
}

/* Will the server say no more, or has the client said so much that its answers are not captured?
 * What waits for them is held. */
static bool is_alone(struct wl_span client, const struct wl_hint *hint)
{
    enum { MUCH = 3072 }; /* octets: more than a ClientHello, less than max_sniff */

    return hint->ended[WL_TO_CLIENT] || client.n >= MUCH;
}

/* ----------------------------------------------------------------------------------------- TLS */

enum {
    TLS_HEADER = 5,
    TLS_ALERT = 21,
    TLS_HANDSHAKE = 22,
    TLS_DATA = 23,
    TLS_LONGEST = 16384 + 2048, /* RFC 5246 6.2.3 */
    TLS_CLIENT_HELLO = 1,
    TLS_SERVER_HELLO = 2,
};

/* Whether s may be a run of TLS records (RFC 8446 5.1), as far as it goes: NO, MORE when it is too
 * short to tell, YES. */
static enum wl_claim like_records(struct wl_span s)
{
    struct wl_cursor c = wl_cursor(s);
    bool any = false;

    while (c.n >= TLS_HEADER) {
        uint8_t type = wl_u8(&c);
        uint16_t version = wl_be16(&c), length = wl_be16(&c);

        if (type < 20 || type > 24 || version >> 8 != 3 || (version & 0xff) > 4 ||
            length > TLS_LONGEST || (length == 0 && type != TLS_DATA))
            return WL_CLAIM_NO;
        any = true;
        if (length > c.n)
            return WL_CLAIM_YES;
        (void)wl_take(&c, length);
    }
    if (any)
        return WL_CLAIM_YES;
    if (s.n && (s.p[0] < 20 || s.p[0] > 24 || (s.n > 1 && s.p[1] != 3)))
        return WL_CLAIM_NO;
    return WL_CLAIM_MORE;
}

/* Whether s begins with this handshake message. */
static bool begins_with(struct wl_span s, uint8_t message)
{
    return s.n > TLS_HEADER && s.p[0] == TLS_HANDSHAKE && s.p[TLS_HEADER] == message &&
           like_records(s) == WL_CLAIM_YES;
}

static enum wl_claim sniff_tls(const struct wl_span first[2], const struct wl_hint *hint)
{
    struct wl_span client = first[WL_TO_SERVER], server = first[WL_TO_CLIENT];
    enum wl_claim from_client = client.n ? like_records(client) : WL_CLAIM_MORE;
    enum wl_claim from_server = server.n ? like_records(server) : WL_CLAIM_MORE;

    if (from_client == WL_CLAIM_NO || from_server == WL_CLAIM_NO)
        return WL_CLAIM_NO;
    if (hint->midstream) {
        if (!hint->handshake &&
            (begins_with(server, TLS_CLIENT_HELLO) || begins_with(client, TLS_SERVER_HELLO)))
            return WL_CLAIM_TURNED;
        return from_client == WL_CLAIM_YES || from_server == WL_CLAIM_YES ? WL_CLAIM_YES
                                                                          : WL_CLAIM_MORE;
    }
    if (client.n > TLS_HEADER && !begins_with(client, TLS_CLIENT_HELLO))
        return WL_CLAIM_NO;
    if (server.n && from_server == WL_CLAIM_YES) { /* ServerHello, or an alert */
        return server.p[0] == TLS_HANDSHAKE || server.p[0] == TLS_ALERT ? WL_CLAIM_YES
                                                                        : WL_CLAIM_NO;
    }
    /* what the client said has to do */
    return is_alone(client, hint) && begins_with(client, TLS_CLIENT_HELLO) ? WL_CLAIM_YES
                                                                           : WL_CLAIM_MORE;
}

/* ----------------------------------------------------------------------------------- greetings */

/* Whether s begins with text, without regard to case: MORE while it may still. */
static enum wl_claim begins_text(struct wl_span s, const char *text)
{
    struct wl_span prefix = wl_span_text(text);

    if (!wl_span_equal_nocase(wl_span_sub(s, 0, prefix.n), wl_span_sub(prefix, 0, s.n)))
        return WL_CLAIM_NO;
    return s.n < prefix.n ? WL_CLAIM_MORE : WL_CLAIM_YES;
}

static bool contains_text(struct wl_span s, const char *text)
{
    struct wl_span word = wl_span_text(text);

    for (size_t i = 0; i + word.n <= s.n; i++) {
        if (wl_span_equal_nocase(wl_span_sub(s, i, word.n), word))
            return true;
    }
    return false;
}

/* Whether s begins with one of these: MORE while it may still. */
static enum wl_claim begins_any(struct wl_span s, const char *const *texts)
{
    enum wl_claim any = WL_CLAIM_NO;

    for (; *texts && any != WL_CLAIM_YES; texts++) {
        enum wl_claim claim = begins_text(s, *texts);

        any = claim == WL_CLAIM_NO ? any : claim;
    }
    return any;
}

static enum wl_claim sniff_ssh(const struct wl_span first[2], const struct wl_hint *hint)
{
    enum wl_claim claim = WL_CLAIM_NO;

    (void)hint;
    for (unsigned dir = 0; dir < 2 && claim != WL_CLAIM_YES; dir++) {
        if (first[dir].n)
            claim = begins_text(first[dir], "SSH-");
    }
    return claim;
}

/* SMTP and FTP both greet with 220 (RFC 5321 4.2, RFC 959 5.4); the greeting's words, or what the
 * client answers, tell which it is. */
static enum wl_claim sniff_220(const struct wl_span first[2], const char *word,
                               const char *const *verbs)
{
    struct wl_span client = first[WL_TO_SERVER], server = first[WL_TO_CLIENT];
    enum wl_claim greeting = server.n ? begins_text(server, "220") : WL_CLAIM_NO;

    if (greeting != WL_CLAIM_YES)
        return greeting;
    if (server.n > 3 && server.p[3] != ' ' && server.p[3] != '-')
        return WL_CLAIM_NO;
    if (client.n == 0)
        return contains_text(wl_span_sub(server, 0, 128), word) ? WL_CLAIM_YES : WL_CLAIM_MORE;
    return begins_any(client, verbs);
}

static enum wl_claim sniff_smtp(const struct wl_span first[2], const struct wl_hint *hint)
{
    static const char *const verbs[] = {"EHLO", "HELO", "STARTTLS", "QUIT", NULL};

    (void)hint;
    return sniff_220(first, "SMTP", verbs);
}

static enum wl_claim sniff_ftp(const struct wl_span first[2], const struct wl_hint *hint)
{
    static const char *const verbs[] = {"USER ", "AUTH ", "FEAT", "SYST", "QUIT", NULL};

    (void)hint;
    return sniff_220(first, "FTP", verbs);
}

/* Mail boxes, IRC, RFB: greetings that no HTTP server sends. */
static enum wl_claim sniff_other(const struct wl_span first[2], const struct wl_hint *hint)
{
    static const char *const greetings[] = {"+OK ", "* OK ", "RFB 00", ":irc.", NULL};
    struct wl_span server = first[WL_TO_CLIENT];

    (void)hint;
    return server.n ? begins_any(server, greetings) : WL_CLAIM_NO;
}

/* ------------------------------------------------------------------------------ HTTP/2 and ICAP */

/* What the client said is no HTTP/1, but a server that knows nothing else answers in it: NO where
 * it does, MORE while it may. */
static enum wl_claim unless_answered(const struct wl_span first[2], const struct wl_hint *hint)
{
    const struct wl_span name = WL_SPAN("HTTP/");
    struct wl_span begin = wl_span_sub(first[WL_TO_CLIENT], 0, name.n);

    if (!wl_span_starts(name, begin))
        return WL_CLAIM_YES;
    if (begin.n == name.n)
        return WL_CLAIM_NO;
    return is_alone(first[WL_TO_SERVER], hint) ? WL_CLAIM_YES : WL_CLAIM_MORE;
}

static enum wl_claim sniff_h2(const struct wl_span first[2], const struct wl_hint *hint)
{
    const struct wl_span preface = WL_SPAN("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    struct wl_span client = wl_span_sub(first[WL_TO_SERVER], 0, preface.n);
    struct wl_span server = first[WL_TO_CLIENT];

    if (client.n && wl_span_starts(preface, client))
        return client.n == preface.n ? unless_answered(first, hint) : WL_CLAIM_MORE;
    if (!hint->handshake && wl_span_starts(server, preface))
        return WL_CLAIM_TURNED;
    return WL_CLAIM_NO;
}

/* The beginning of a request of ICAP (RFC 3507 4.3.2), or of the status line of a response. */
static enum wl_claim sniff_icap(const struct wl_span first[2], const struct wl_hint *hint)
{
    static const char *const requests[] = {"REQMOD icap", "RESPMOD icap", "OPTIONS icap", NULL};
    static const char *const responses[] = {"ICAP/1.", NULL};
    struct wl_span client = first[WL_TO_SERVER], server = first[WL_TO_CLIENT];
    enum wl_claim request = client.n ? begins_any(client, requests) : WL_CLAIM_NO;
    enum wl_claim response = server.n ? begins_any(server, responses) : WL_CLAIM_NO;

    if (request == WL_CLAIM_YES)
        return unless_answered(first, hint);
    if (request == WL_CLAIM_MORE || response == WL_CLAIM_YES)
        return request == WL_CLAIM_MORE ? request : response;
    if (!hint->handshake && ((server.n && begins_any(server, requests) == WL_CLAIM_YES) ||
                             (client.n && begins_any(client, responses) == WL_CLAIM_YES)))
        return WL_CLAIM_TURNED;
    return response;
}

/* -------------------------------------------------------------------------------------- layers */

/* Letters of either case. */
#define FIRST_LETTER(upper) (WL_FIRST(upper) | WL_FIRST((upper) | 0x20))

#define NAMED(which, protocol, below_64, others)       \
    extern const struct wl_layer_ops wl_layer_##which; \
    const struct wl_layer_ops wl_layer_##which = {     \
        .name = #which,                                \
        .proto = (protocol),                           \
        .firsts = {(below_64), (others)},              \
        .sniff = sniff_##which,                        \
        .feed = feed,                                  \
        .close = close_named,                          \
    }

NAMED(tls, WL_PROTO_TLS,
      WL_FIRST(20) | WL_FIRST(TLS_ALERT) | WL_FIRST(TLS_HANDSHAKE) | WL_FIRST(TLS_DATA) |
          WL_FIRST(24),
      0);
NAMED(h2, WL_H2, 0, WL_FIRST('P'));
NAMED(icap, WL_ICAP, 0, FIRST_LETTER('R') | FIRST_LETTER('O') | FIRST_LETTER('I'));
NAMED(ssh, WL_PROTO_SSH, 0, FIRST_LETTER('S'));
NAMED(smtp, WL_PROTO_SMTP, WL_FIRST('2'), 0);
NAMED(ftp, WL_PROTO_FTP, WL_FIRST('2'), 0);
NAMED(other, WL_PROTO_OTHER, WL_FIRST('+') | WL_FIRST('*') | WL_FIRST(':'), FIRST_LETTER('R'));
