/* prompt.c - a line that is being typed: editing, history, completion.
 * SPDX-License-Identifier: MIT
 *
 * The keys are those of readline as far as hands know them. Tab completes as far as all candidates
 * agree; where they do not, each further Tab gives the next one.
 */
#include "prompt.h"

#include "attr.h"

#include <string.h>

enum { TAIL_MASK = 0xc0, TAIL = 0x80 }; /* octets of UTF-8 that do not begin a character */

size_t wl_utf8_put(uint32_t c, char ret[4])
{
    uint8_t *p = (uint8_t *)ret;

    if (c < 0x80) {
        p[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        p[0] = (uint8_t)(0xc0 | c >> 6);
        p[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c >= 0x110000 || (c >= 0xd800 && c < 0xe000))
        return 0;
    if (c < 0x10000) {
        p[0] = (uint8_t)(0xe0 | c >> 12);
        p[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        p[2] = (uint8_t)(0x80 | (c & 0x3f));
        return 3;
    }
    p[0] = (uint8_t)(0xf0 | c >> 18);
    p[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    p[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    p[3] = (uint8_t)(0x80 | (c & 0x3f));
    return 4;
}

/* ----------------------------------------------------------------------------------- history */

void wl_history_add(struct wl_history *h, const char *line)
{
    if (!*line || (h->n && strcmp(h->lines[h->n - 1], line) == 0))
        return;
    if (h->n == WL_PROMPT_PAST) {
        memmove(h->lines[0], h->lines[1], sizeof(h->lines) - sizeof(h->lines[0]));
        h->n--;
    }
    (void)snprintf(h->lines[h->n++], WL_PROMPT_TEXT, "%s", line);
}

static void set_text(struct wl_prompt *p, const char *text)
{
    (void)snprintf(p->text, sizeof(p->text), "%s", text);
    p->n = p->at = strlen(p->text);
}

/* by: 1 to older lines, -1 to newer ones */
static enum wl_prompt_did walk_history(struct wl_prompt *p, int by)
{
    size_t n = p->history ? p->history->n : 0;

    if ((by > 0 && p->past == n) || (by < 0 && p->past == 0))
        return WL_PROMPT_MOVED;
    if (p->past == 0)
        (void)snprintf(p->typed, sizeof(p->typed), "%s", p->text);
    p->past = by > 0 ? p->past + 1 : p->past - 1;
    set_text(p, p->past ? p->history->lines[n - p->past] : p->typed);
    return WL_PROMPT_EDITED;
}

/* -------------------------------------------------------------------------------- completion */

/* Puts word in the place of the octets from..at. */
static void replace(struct wl_prompt *p, size_t from, const char *word)
{
    size_t n = strlen(word);

    if (from > p->at || p->n - (p->at - from) + n >= sizeof(p->text))
        return;
    memmove(p->text + from + n, p->text + p->at, p->n - p->at + 1);
    memcpy(p->text + from, word, n);
    p->n = p->n - (p->at - from) + n;
    p->at = from + n;
}

/* What all candidates begin with; how many there are. */
static size_t common(const struct wl_prompt *p, size_t *from, char ret[WL_PROMPT_WORD])
{
    char word[WL_PROMPT_WORD];
    size_t n = 0;

    while (n < WL_PROMPT_CANDIDATES && p->complete(p->text, p->at, n, from, word)) {
        size_t same = 0;

        if (n == 0) {
            memcpy(ret, word, sizeof(word));
        } else {
            while (ret[same] && ret[same] == word[same])
                same++;
            ret[same] = '\0';
        }
        n++;
    }
    return n;
}

static enum wl_prompt_did complete(struct wl_prompt *p)
{
    char word[WL_PROMPT_WORD] = "";
    char line[WL_PROMPT_TEXT];
    size_t from = 0;

    if (!p->complete)
        return WL_PROMPT_IGNORED;
    if (p->turn == 0) {
        if (common(p, &from, word) == 0)
            return WL_PROMPT_MOVED;
        if (strlen(word) > p->at - from) {
            replace(p, from, word);
            return WL_PROMPT_EDITED;
        }
        p->stem = p->at;
    }
    /* the candidates of what stood before the first Tab, one after the other */
    (void)snprintf(line, sizeof(line), "%.*s", (int)p->stem, p->text);
    if (!p->complete(line, p->stem, p->turn, &from, word)) {
        p->turn = 0;
        if (!p->complete(line, p->stem, 0, &from, word))
            return WL_PROMPT_MOVED;
    }
    p->turn++;
    replace(p, from, word);
    return WL_PROMPT_EDITED;
}

/* ----------------------------------------------------------------------------------- editing */

static size_t before(const struct wl_prompt *p, size_t at)
{
    while (at > 0 && ((uint8_t)p->text[--at] & TAIL_MASK) == TAIL)
        continue;
    return at;
}

static size_t after(const struct wl_prompt *p, size_t at)
{
    if (at < p->n)
        at++;
    while (at < p->n && ((uint8_t)p->text[at] & TAIL_MASK) == TAIL)
        at++;
    return at;
}

static enum wl_prompt_did cut(struct wl_prompt *p, size_t from, size_t to)
{
    if (from == to)
        return WL_PROMPT_MOVED;
    memmove(p->text + from, p->text + to, p->n - to + 1);
    p->n -= to - from;
    p->at = from;
    return WL_PROMPT_EDITED;
}

static size_t word_before(const struct wl_prompt *p)
{
    size_t at = p->at;

    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at--;
    return at;
}

static enum wl_prompt_did insert(struct wl_prompt *p, uint32_t c)
{
    char octets[4];
    size_t n = c < ' ' || (c >= 0x7f && c < 0xa0) ? 0 : wl_utf8_put(c, octets);

    if (n == 0)
        return WL_PROMPT_IGNORED;
    if (p->n + n >= sizeof(p->text))
        return WL_PROMPT_MOVED;
    memmove(p->text + p->at + n, p->text + p->at, p->n - p->at + 1);
    memcpy(p->text + p->at, octets, n);
    p->n += n;
    p->at += n;
    return WL_PROMPT_EDITED;
}

void wl_prompt_open(struct wl_prompt *p, const char *text, struct wl_history *history,
                    wl_complete_fn *complete_fn)
{
    *p = (struct wl_prompt){.history = history, .complete = complete_fn};
    set_text(p, text);
}

static enum wl_prompt_did edit(struct wl_prompt *p, int key)
{
    switch (key) {
    case WL_KEY_BACKSPACE:
    case WL_KEY_CTRL + 'h': return cut(p, before(p, p->at), p->at);
    case WL_KEY_DELETE:
    case WL_KEY_CTRL + 'd': return cut(p, p->at, after(p, p->at));
    case WL_KEY_CTRL + 'u': return cut(p, 0, p->n);
    case WL_KEY_CTRL + 'k': return cut(p, p->at, p->n);
    case WL_KEY_CTRL + 'w': return cut(p, word_before(p), p->at);
    case WL_KEY_UP: return walk_history(p, 1);
    case WL_KEY_DOWN: return walk_history(p, -1);
    default: return key > 0 && key < WL_KEY_UP ? insert(p, (uint32_t)key) : WL_PROMPT_IGNORED;
    }
}

enum wl_prompt_did wl_prompt_key(struct wl_prompt *p, int key)
{
    enum wl_prompt_did did = WL_PROMPT_MOVED;

    if (key == WL_KEY_TAB)
        return complete(p);
    p->turn = 0;
    switch (key) {
    case WL_KEY_ENTER: return WL_PROMPT_DONE;
    case WL_KEY_ESC:
    case WL_KEY_CTRL + 'c':
    case WL_KEY_CTRL + 'g': return WL_PROMPT_LEFT;
    case WL_KEY_LEFT:
    case WL_KEY_CTRL + 'b': p->at = before(p, p->at); break;
    case WL_KEY_RIGHT:
    case WL_KEY_CTRL + 'f': p->at = after(p, p->at); break;
    case WL_KEY_HOME:
    case WL_KEY_CTRL + 'a': p->at = 0; break;
    case WL_KEY_END:
    case WL_KEY_CTRL + 'e': p->at = p->n; break;
    default: did = edit(p, key);
    }
    return did;
}
