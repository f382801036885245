/* head.c - writes request and response heads as clients and servers of the profile do.
 * SPDX-License-Identifier: MIT
 *
 * RFC 9110 and RFC 9112: what a status demands (Allow, Content-Range, Upgrade, ...) is there,
 * unless the step says that it lacks. Names, lengths and order of the fields are those of common
 * programs, since a reader's speed depends on them.
 */
#include "head.h"

#include <assert.h>
#include <string.h>

/* Room for n octets, which count as written. */
static inline char *extend(struct head *head, size_t n)
{
    char *p = head->p + head->n;

    assert(n <= HEAD_MAX - head->n);
    head->n += n;
    return p;
}

static inline void put(struct head *head, const char *words)
{
    size_t n = strlen(words);

    memcpy(extend(head, n), words, n);
}

static void put_number(struct head *head, uint64_t value)
{
    size_t n = 1;
    char *p;

    for (uint64_t rest = value / 10; rest; rest /= 10)
        n++;
    p = extend(head, n);
    while (n--) {
        p[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* The last n digits of a number. */
static inline void put_hex(struct head *head, uint64_t value, unsigned n)
{
    char *p = extend(head, n);

    for (unsigned i = 0; i < n; i++)
        p[i] = "0123456789abcdef"[value >> 4 * (n - 1 - i) & 15];
}

/* Words of 16 digits, as tokens are made of. */
static void put_token(struct head *head, struct prng *prng, unsigned n_words)
{
    for (; n_words; n_words--)
        put_hex(head, prng_next(prng), 16);
}

/* RFC 9112 6. FRAMING_CLOSE needs no word. */
static void put_framing(struct head *head, const struct step *step)
{
    if (step->framing == FRAMING_LENGTH || step->framing == FRAMING_LENGTH_ONLY) {
        put(head, "Content-Length: ");
        put_number(head, step->body);
        put(head, "\r\n");
    } else if (step->framing == FRAMING_CHUNKED) {
        put(head, "Transfer-Encoding: chunked\r\n");
    } else if (step->forbidden_length) {
        put(head, "Content-Length: 0\r\n");
    }
    put(head, "\r\n");
}

/* ------------------------------------------------------------------------------------ requests */

static void put_target(struct head *head, const struct step *step, const struct profile *profile,
                       struct prng *prng)
{
    if (step->method == METHOD_CONNECT) {
        put(head, " upstream.example:443");
    } else if (profile->api_paths) {
        put(head, " /api/v2/items/");
        put_number(head, prng_below(prng, 1000000));
        if (prng_coin(prng)) {
            put(head, "?fields=id,name,price&page=");
            put_number(head, prng_below(prng, 100));
        }
    } else if (step->upgrades) {
        put(head, " /socket");
    } else {
        put(head, " /assets/");
        put_hex(head, prng_next(prng), 12);
        put(head, "/page-");
        put_number(head, prng_below(prng, 10000));
        put(head, prng_coin(prng) ? ".js?v=20240117" : ".html");
    }
}

static void put_service_fields(struct head *head, struct prng *prng)
{
    put(head, "User-Agent: svc-client/3.4.1\r\n"
              "Accept: application/json\r\n"
              "Authorization: Bearer ");
    put_token(head, prng, 3);
    put(head, "\r\nX-Request-Id: ");
    put_token(head, prng, 1);
    put(head, "\r\n");
}

static void put_browser_fields(struct head *head, struct prng *prng)
{
    put(head,
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
        "Accept-Language: en-US,en;q=0.5\r\n"
        "Accept-Encoding: gzip, deflate, br\r\n"
        "Cookie: sid=");
    put_token(head, prng, 2);
    put(head, "; _ga=GA1.2.");
    put_number(head, prng_below(prng, 1u << 30));
    if (prng_coin(prng)) {
        put(head, "; pref=");
        put_token(head, prng, 8);
    }
    put(head, "\r\n");
}

static void put_upgrade_fields(struct head *head, struct prng *prng)
{
    put(head, "Connection: Upgrade\r\n"
              "Upgrade: websocket\r\n"
              "Sec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: ");
    put_token(head, prng, 1);
    put(head, "AAAAAA==\r\n");
}

void head_request(struct head *head, const struct step *step, const struct profile *profile,
                  unsigned server, struct prng *prng)
{
    static const char *const methods[] = {
        [METHOD_GET] = "GET",         [METHOD_HEAD] = "HEAD",       [METHOD_POST] = "POST",
        [METHOD_PUT] = "PUT",         [METHOD_DELETE] = "DELETE",   [METHOD_PATCH] = "PATCH",
        [METHOD_OPTIONS] = "OPTIONS", [METHOD_CONNECT] = "CONNECT",
    };

    head->n = 0;
    put(head, methods[step->method]);
    put_target(head, step, profile, prng);
    put(head, " HTTP/1.1\r\nHost: www");
    put_number(head, server);
    put(head, ".example.com\r\n");
    if (profile->service) {
        put_service_fields(head, prng);
    } else {
        put_browser_fields(head, prng);
    }
    if (step->upgrades) {
        put_upgrade_fields(head, prng);
    } else {
        put(head, step->closes ? "Connection: close\r\n" : "Connection: keep-alive\r\n");
    }
    if (step->expects)
        put(head, "Expect: 100-continue\r\n");
    if (step->body)
        put(head, "Content-Type: application/json\r\n");
    put_framing(head, step);
}

/* ----------------------------------------------------------------------------------- responses */

static const char *reason_phrase(unsigned status)
{
    static const char *const phrases[] = {
        [100] = "Continue",
        [101] = "Switching Protocols",
        [102] = "Processing",
        [103] = "Early Hints",
        [200] = "OK",
        [201] = "Created",
        [202] = "Accepted",
        [204] = "No Content",
        [205] = "Reset Content",
        [206] = "Partial Content",
        [207] = "Multi-Status",
        [301] = "Moved Permanently",
        [302] = "Found",
        [303] = "See Other",
        [304] = "Not Modified",
        [307] = "Temporary Redirect",
        [308] = "Permanent Redirect",
        [400] = "Bad Request",
        [401] = "Unauthorized",
        [403] = "Forbidden",
        [404] = "Not Found",
        [405] = "Method Not Allowed",
        [409] = "Conflict",
        [410] = "Gone",
        [416] = "Range Not Satisfiable",
        [417] = "Expectation Failed",
        [422] = "Unprocessable Content",
        [426] = "Upgrade Required",
        [429] = "Too Many Requests",
        [500] = "Internal Server Error",
        [502] = "Bad Gateway",
        [503] = "Service Unavailable",
        [504] = "Gateway Timeout",
    };

    if (status < sizeof(phrases) / sizeof(phrases[0]) && phrases[status])
        return phrases[status];
    return "Unknown";
}

static void put_status_line(struct head *head, const struct step *step)
{
    put(head, step->http10 ? "HTTP/1.0 " : "HTTP/1.1 ");
    put_number(head, step->status);
    put(head, " ");
    put(head, reason_phrase(step->status));
    put(head, "\r\n");
}

static void put_interim_fields(struct head *head, unsigned status, struct prng *prng)
{
    if (status == 101) {
        put(head, "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: ");
        put_token(head, prng, 1);
        put(head, "abcdefghi=\r\n");
    } else if (status == 103) {
        for (uint32_t n = prng_between(prng, 1, 4); n; n--) {
            put(head, "Link: </assets/");
            put_hex(head, prng_next(prng), 12);
            put(head, ".css>; rel=preload; as=style\r\n");
        }
    }
}

static void put_content_range(struct head *head, const struct step *step)
{
    put(head, "Content-Range: bytes 0-");
    put_number(head, step->body - 1);
    put(head, "/");
    put_number(head, step->body + 4096u);
    put(head, "\r\n");
}

/* What a server must say with this status, RFC 9110. */
static void put_demanded_field(struct head *head, const struct step *step)
{
    switch (step->status) {
    case 206: put_content_range(head, step); break;
    case 401: put(head, "WWW-Authenticate: Bearer realm=\"api\"\r\n"); break;
    case 405: put(head, "Allow: GET, HEAD\r\n"); break;
    case 426: put(head, "Upgrade: HTTP/2.0\r\nConnection: Upgrade\r\n"); break;
    default: break;
    }
}

/* What it commonly says. */
static void put_usual_field(struct head *head, unsigned status, struct prng *prng)
{
    switch (status) {
    case 201:
        put(head, "Location: /api/v2/items/");
        put_number(head, prng_below(prng, 1000000));
        put(head, "\r\n");
        break;
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
        put(head, "Location: https://www.example.com/p/");
        put_number(head, prng_below(prng, 100000));
        put(head, "\r\n");
        break;
    case 429:
    case 503:
        put(head, "Retry-After: ");
        put_number(head, prng_between(prng, 1, 120));
        put(head, "\r\n");
        break;
    default: break;
    }
}

static void put_validators(struct head *head, const struct profile *profile, struct prng *prng)
{
    put(head, "ETag: \"");
    put_token(head, prng, 1);
    put(head, "\"\r\nCache-Control: max-age=");
    put_number(head, prng_below(prng, 86400));
    put(head, "\r\n");
    if (profile->pages) {
        put(head, "Last-Modified: Mon, 13 Nov 2023 08:00:00 GMT\r\n"
                  "Vary: Accept-Encoding\r\n"
                  "X-Frame-Options: SAMEORIGIN\r\n"
                  "Strict-Transport-Security: max-age=31536000\r\n");
    }
}

static void put_final_fields(struct head *head, const struct step *step,
                             const struct profile *profile, struct prng *prng)
{
    unsigned status = step->status;

    put(head, "Date: Tue, 14 Nov 2023 22:13:");
    put_number(head, 10 + prng_below(prng, 50));
    put(head, " GMT\r\nServer: ");
    put(head, prng_next(prng) % 4 ? "nginx/1.24.0\r\n" : "Apache/2.4.57 (Debian)\r\n");
    if (status != 204 && status != 304 && step->method != METHOD_CONNECT) {
        put(head, profile->pages ? "Content-Type: text/html; charset=utf-8\r\n"
                                 : "Content-Type: application/json\r\n");
    }
    if (!step->lacks_field)
        put_demanded_field(head, step);
    put_usual_field(head, status, prng);
    if (status == 200 || status == 206 || status == 304)
        put_validators(head, profile, prng);
    if (step->closes) {
        put(head, "Connection: close\r\n");
    } else if (prng_coin(prng)) {
        put(head, "Connection: keep-alive\r\n");
    }
}

void head_response(struct head *head, const struct step *step, const struct profile *profile,
                   struct prng *prng)
{
    head->n = 0;
    put_status_line(head, step);
    if (step->status < 200) {
        put_interim_fields(head, step->status, prng);
    } else {
        put_final_fields(head, step, profile, prng);
    }
    put_framing(head, step);
}
