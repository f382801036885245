/* message.c - head, then body: as it is, or in chunks of random size.
 * SPDX-License-Identifier: MIT
 *
 * A segment takes what comes next until it is full: the head, the delimiters of chunks (RFC 9112
 * 7.1) and their data. Chunks are cut while segments are filled, so that borders of chunks fall
 * anywhere in them, also into the middle of a delimiter.
 */
#include "message.h"

#include <stdio.h>
#include <string.h>

static const struct range chunk_size = {1024, 16384};

static size_t at_most(size_t n, size_t max)
{
    return n < max ? n : max;
}

static void begin_raw(struct message *m, const struct step *step, const struct content *content)
{
    m->head.n = 0;
    m->status = 0;
    m->chunks = CHUNKS_NONE;
    m->head_alone = false;
    m->body_left = step->body;
    m->pool = content->binary;
}

static void begin_http(struct message *m, const struct step *step, const struct profile *profile,
                       unsigned server, const struct content *content, struct prng *prng)
{
    bool request = step->kind == STEP_REQUEST;
    bool bodiless = step->framing == FRAMING_NONE || step->framing == FRAMING_LENGTH_ONLY;

    if (request) {
        head_request(&m->head, step, profile, server, prng);
    } else {
        head_response(&m->head, step, profile, prng);
    }
    m->status = request ? 0 : step->status;
    m->chunks = step->framing == FRAMING_CHUNKED ? CHUNKS_FIRST : CHUNKS_NONE;
    m->head_alone = step->head_alone;
    m->body_left = bodiless ? 0 : step->body;
    m->pool = content->text;
}

static bool has_more(const struct message *m)
{
    return m->head_at < m->head.n || m->delimiter_at < m->n_delimiter || m->body_left ||
           m->chunks != CHUNKS_NONE;
}

void message_begin(struct message *m, const struct step *step, const struct profile *profile,
                   unsigned server, const struct content *content, struct prng *prng)
{
    m->from = step->from;
    m->head_at = 0;
    m->n_delimiter = m->delimiter_at = 0;
    m->chunk_left = 0;
    if (step->kind == STEP_RAW) {
        begin_raw(m, step, content);
    } else {
        begin_http(m, step, profile, server, content, prng);
    }
    m->chunked = m->chunks != CHUNKS_NONE;
    m->pool_at = prng_below(prng, CONTENT_POOL);
    m->going = has_more(m);
}

static void count_response(struct message *m, struct truth *truth)
{
    if (m->status) {
        truth->n_responses++;
        truth->n_statuses[m->status]++;
    }
    m->status = 0;
}

static size_t take_head(struct message *m, struct truth *truth, uint8_t *p, size_t max)
{
    size_t n = at_most(m->head.n - m->head_at, max);

    memcpy(p, m->head.p + m->head_at, n);
    m->head_at += n;
    if (m->head_at == m->head.n)
        count_response(m, truth);
    return n;
}

static size_t take_delimiter(struct message *m, uint8_t *p, size_t max)
{
    size_t n = at_most((size_t)(m->n_delimiter - m->delimiter_at), max);

    memcpy(p, m->delimiter + m->delimiter_at, n);
    m->delimiter_at = (uint8_t)(m->delimiter_at + n);
    return n;
}

/* Of the body, but not beyond the chunk. */
static size_t take_data(struct message *m, struct truth *truth, uint8_t *p, size_t max)
{
    uint32_t n = (uint32_t)at_most(m->chunked ? m->chunk_left : m->body_left, max);

    memcpy(p, m->pool + m->pool_at, n);
    m->pool_at = (m->pool_at + n) % CONTENT_POOL;
    m->body_left -= n;
    if (m->chunked)
        m->chunk_left -= n;
    truth->n_body_octets += n;
    return n;
}

/* The delimiter that comes next becomes what is taken next. Returns false when there is none. */
static bool delimit(struct message *m, struct prng *prng)
{
    const char *end_of_data = m->chunks == CHUNKS_MORE ? "\r\n" : "";
    int n;

    if (m->chunks == CHUNKS_NONE)
        return false;
    if (m->body_left) {
        m->chunk_left = prng_between(prng, chunk_size.least, chunk_size.most);
        m->chunk_left = (uint32_t)at_most(m->chunk_left, m->body_left);
        n = snprintf(m->delimiter, sizeof(m->delimiter), "%s%x\r\n", end_of_data, m->chunk_left);
        m->chunks = CHUNKS_MORE;
    } else {
        n = snprintf(m->delimiter, sizeof(m->delimiter), "%s0\r\n\r\n", end_of_data);
        m->chunks = CHUNKS_NONE;
    }
    m->n_delimiter = n < 0 ? 0 : (uint8_t)n;
    m->delimiter_at = 0;
    return true;
}

size_t message_fill(struct message *m, struct prng *prng, struct truth *truth, uint8_t *p,
                    size_t max)
{
    size_t n = 0;

    if (m->head_at < m->head.n) {
        n = take_head(m, truth, p, max);
        if (m->head_at == m->head.n && m->head_alone)
            max = n;
    }
    while (n < max) {
        size_t k = take_delimiter(m, p + n, max - n);

        if (k == 0)
            k = take_data(m, truth, p + n, max - n);
        if (k == 0 && !delimit(m, prng))
            break;
        n += k;
    }
    m->going = has_more(m);
    return n;
}
