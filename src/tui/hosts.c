/* hosts.c - names for addresses, from a file like /etc/hosts (hosts(5)).
 * SPDX-License-Identifier: MIT
 *
 * A line is an address, white space, names, and from '#' on a comment; the first name is the one
 * that is shown. Of several lines for one address the first counts, as it does for the C library.
 * Lists that give every name of the world to one address stand in one entry, and those for 0.0.0.0
 * and :: in none: nothing comes from there.
 */
#include "hosts.h"

#include "diag.h"
#include "mem.h"

#include <arpa/inet.h>

/* Words of a line end at white space. */
static struct wl_span take_word(struct wl_span *line)
{
    struct wl_span word;
    size_t n = 0;

    *line = wl_span_trim(*line);
    while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t' && line->p[n] != '\r')
        n++;
    word = wl_span_sub(*line, 0, n);
    *line = wl_span_after(*line, n);
    return word;
}

static bool parse_address(struct wl_span word, struct wl_endpoint *ret)
{
    static const uint8_t nowhere[16];
    char text[INET6_ADDRSTRLEN];

    if (word.n == 0 || word.n >= sizeof(text))
        return false;
    memcpy(text, word.p, word.n);
    text[word.n] = '\0';
    *ret = (struct wl_endpoint){.family = 4};
    if (inet_pton(AF_INET, text, ret->ip) != 1) {
        ret->family = 6;
        if (inet_pton(AF_INET6, text, ret->ip) != 1)
            return false;
    }
    return memcmp(ret->ip, nowhere, sizeof(nowhere)) != 0;
}

/* RFC 1123 2.1, and the underscore, which many have. What else stands there is no name. */
static bool is_name(struct wl_span word)
{
    for (size_t i = 0; i < word.n; i++) {
        if (!wl_is_alpha(word.p[i]) && !wl_is_digit(word.p[i]) && word.p[i] != '-' &&
            word.p[i] != '.' && word.p[i] != '_')
            return false;
    }
    return word.n > 0 && word.n <= WL_HOSTS_NAME;
}

static int compare_addresses(const struct wl_endpoint *a, const struct wl_endpoint *b)
{
    return a->family != b->family ? a->family - b->family : memcmp(a->ip, b->ip, sizeof(a->ip));
}

/* By address, and those of one in the order of the file. */
static int compare(const void *a, const void *b)
{
    const struct wl_host *x = a, *y = b;
    int order = compare_addresses(&x->address, &y->address);

    return order ? order : x->name.p < y->name.p ? -1 : x->name.p > y->name.p;
}

/* The entry of a line; false: it has none. */
static bool parse_line(struct wl_span line, struct wl_host *ret)
{
    line = wl_span_sub(line, 0, wl_span_find(line, '#'));
    if (!parse_address(take_word(&line), &ret->address))
        return false;
    ret->name = take_word(&line);
    return is_name(ret->name);
}

/* Writes entries to at, or only counts them when that is NULL. */
static uint32_t gather(struct wl_hosts *h, struct wl_host *at)
{
    struct wl_span rest = wl_text_span(&h->text);
    struct wl_host host, last = {.address = {.family = 0}};
    uint32_t n = 0;

    while (rest.n) {
        size_t end = wl_span_find(rest, '\n');

        if (end == rest.n && h->cut)
            break; /* only a part of a line */
        if (parse_line(wl_span_sub(rest, 0, end), &host) &&
            compare_addresses(&host.address, &last.address) != 0) {
            if (n == WL_HOSTS_MAX) {
                h->cut = true;
                break;
            }
            if (at)
                at[n] = host;
            n++;
            last = host;
        }
        rest = wl_span_after(rest, end + 1);
    }
    return n;
}

bool wl_hosts_parse(struct wl_hosts *h)
{
    uint32_t n = gather(h, NULL);

    if (n == 0)
        return true;
    h->at = wl_alloc(h->budget, n * sizeof(*h->at));
    if (!h->at)
        return false;
    h->n = gather(h, h->at);
    WL_ASSERT(h->n == n);
    qsort(h->at, n, sizeof(*h->at), compare);
    return true;
}

struct wl_span wl_hosts_name(const struct wl_hosts *h, const struct wl_endpoint *e)
{
    uint32_t from = 0, to = h ? h->n : 0;

    while (from < to) { /* the first that does not stand before it */
        uint32_t middle = from + (to - from) / 2;

        if (compare_addresses(&h->at[middle].address, e) < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    if (!h || from == h->n || compare_addresses(&h->at[from].address, e) != 0)
        return wl_span(NULL, 0);
    return h->at[from].name;
}

void wl_hosts_release(struct wl_hosts *h)
{
    if (h->at)
        wl_free(h->budget, h->at, h->n * sizeof(*h->at));
    h->at = NULL;
    h->n = 0;
    wl_text_release(&h->text);
}
