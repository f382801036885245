/* h1_sniff.c - is this HTTP/1? Told by content, on every port.
 * SPDX-License-Identifier: MIT
 *
 * A request line with its version, or a status line, says yes. ICAP, RTSP and SIP have the same
 * shape and other names (docs/judging.md 4); the preface of HTTP/2 looks like a request.
 * HTTP/0.9 has hardly any shape: it is believed only of a GET with a path, and once the server
 * has answered it.
 *
 * Octets are shown as they come, and where a packet ends must not matter: an answer other than
 * WL_CLAIM_MORE holds for everything that the same side may add.
 */
#include "grammar.h"
#include "h1_side.h"

enum {
    CRLF_SKIPPED = 8, /* octets of empty lines before the first start line */
    METHOD_MAX = 64,  /* octets; no more are looked at, as every packet brings the question again */
    LONG_LINE = 1024, /* a known method and a path of this length need no version yet */
};

static struct wl_span skip_empty_lines(struct wl_span s)
{
    for (size_t i = 0; i < CRLF_SKIPPED && s.n && (s.p[0] == '\r' || s.p[0] == '\n'); i++)
        s = wl_span_after(s, 1);
    return s;
}

static struct wl_span without_blanks(struct wl_span s)
{
    s = wl_span_trim(s);
    if (s.n && s.p[s.n - 1] == '\r')
        s.n--;
    return wl_span_trim(s);
}

/* Begins like a path or a URI of HTTP. */
static bool is_path(struct wl_span target)
{
    return target.n &&
           (target.p[0] == '/' || wl_span_equal_nocase(wl_span_sub(target, 0, 4), WL_SPAN("http")));
}

/* A line without a version: HTTP/0.9 when nothing follows but the server's answer, a request that
 * lacks its version when fields do. */
static enum wl_claim simple(struct wl_span line, struct wl_span after, struct wl_span server,
                            const struct wl_hint *hint)
{
    struct wl_span target = wl_span_after(line, 4);

    if (!wl_span_starts(line, WL_SPAN("GET ")) || !is_path(target) ||
        wl_span_find(target, ' ') != target.n)
        return WL_CLAIM_NO;
    if (after.n && wl_span_find(after, ':') == after.n) {
        if (!hint->ended[WL_TO_SERVER])
            return WL_CLAIM_MORE;
        if (skip_empty_lines(after).n)
            return WL_CLAIM_NO; /* neither: other protocols have a GET, too */
    }
    if (server.n == 0)
        return hint->ended[WL_TO_CLIENT] ? WL_CLAIM_YES : WL_CLAIM_MORE;
    /* what the server said before the line was complete is no answer to it;
     * more lines may follow */
    if (after.n == 0 && hint->latest == WL_TO_SERVER)
        return WL_CLAIM_MORE;
    /* RESP: "+OK", "-ERR", ":1", "$3", "*2" */
    return wl_span_find(WL_SPAN("+-:$*"), server.p[0]) < 5 ? WL_CLAIM_NO : WL_CLAIM_YES;
}

static enum wl_claim is_request(struct wl_span s, struct wl_span server, const struct wl_hint *hint)
{
    size_t lf, space, n = 0;
    struct wl_span line, last;

    s = skip_empty_lines(s);
    while (n < s.n && n <= METHOD_MAX && wl_is_tchar(s.p[n]))
        n++;
    if (n > METHOD_MAX)
        return WL_CLAIM_NO;
    if (n == s.n)
        return WL_CLAIM_MORE;
    if (n == 0 || (s.p[n] != ' ' && s.p[n] != '\t'))
        return WL_CLAIM_NO;
    lf = wl_span_find(s, '\n');
    if (lf == s.n || lf > LONG_LINE) {
        /* a line that will not be complete is believed when its path has begun; a long one is told
         * from its beginning, lest it depend on whether its end came with it */
        bool known = wl_grammar_method(wl_span_sub(s, 0, n)) > WL_METHOD_OTHER;

        if (known && (s.n > LONG_LINE || hint->ended[WL_TO_SERVER]) &&
            is_path(wl_span_after(s, n + 1)))
            return WL_CLAIM_YES;
        if (lf == s.n)
            return WL_CLAIM_MORE;
    }
    line = without_blanks(wl_span_sub(s, 0, lf));
    space = line.n;
    while (space && line.p[space - 1] != ' ' && line.p[space - 1] != '\t')
        space--;
    last = wl_span_after(line, space);
    if (space && wl_span_equal_nocase(wl_span_sub(last, 0, 5), WL_SPAN("HTTP/"))) {
        /* RFC 9113 3.4 */
        return wl_span_starts(line, WL_SPAN("PRI * HTTP/2")) ? WL_CLAIM_NO : WL_CLAIM_YES;
    }
    if (last.n >= 5 && wl_span_find(last, '/') < 6 && last.p[0] != '/')
        return WL_CLAIM_NO; /* ICAP/1.0, RTSP/1.0, SIP/2.0 */
    return simple(line, wl_span_after(s, lf + 1), server, hint);
}

static enum wl_claim is_response(struct wl_span s)
{
    s = skip_empty_lines(s);
    if (s.n >= 6)
        return memcmp(s.p, "HTTP/", 5) == 0 && wl_is_digit(s.p[5]) ? WL_CLAIM_YES : WL_CLAIM_NO;
    return wl_h1_status_start(s) == WL_CLAIM_NO ? WL_CLAIM_NO : WL_CLAIM_MORE;
}

enum wl_claim wl_h1_sniff(const struct wl_span first[2], const struct wl_hint *hint)
{
    struct wl_span client = first[WL_TO_SERVER], server = first[WL_TO_CLIENT];
    enum wl_claim request, response;

    /* what a 101 announced is no HTTP/1 (docs/judging.md 4, tunnels) */
    if (hint->after_switch && hint->expected != WL_PROTO_UNKNOWN)
        return WL_CLAIM_NO;
    request = is_request(client, server, hint);
    response = is_response(server);
    if ((client.n && request == WL_CLAIM_YES) || (server.n && response == WL_CLAIM_YES))
        return WL_CLAIM_YES;
    if (!hint->handshake && !hint->after_switch) {
        struct wl_hint turned = *hint;

        turned.ended[WL_TO_SERVER] = hint->ended[WL_TO_CLIENT];
        turned.ended[WL_TO_CLIENT] = hint->ended[WL_TO_SERVER];
        turned.latest = hint->latest == WL_TO_SERVER ? WL_TO_CLIENT : WL_TO_SERVER;
        /* the whole of a status line: a request line may be cut in front of its version */
        if (wl_h1_status_like(client))
            return WL_CLAIM_TURNED;
        if (server.n && is_request(server, client, &turned) == WL_CLAIM_YES)
            return WL_CLAIM_TURNED;
    }
    if (request == WL_CLAIM_NO && response == WL_CLAIM_NO)
        return WL_CLAIM_NO;
    /* Octets that are no request may still be answered in HTTP; a server that does not speak it
     * may still be spoken to in it (SOCKS and greetings have layers of their own). */
    if (request == WL_CLAIM_NO)
        return hint->ended[WL_TO_CLIENT] ? WL_CLAIM_NO : WL_CLAIM_MORE;
    if (response == WL_CLAIM_NO)
        return client.n == 0 || hint->ended[WL_TO_SERVER] ? WL_CLAIM_NO : WL_CLAIM_MORE;
    return WL_CLAIM_MORE;
}
