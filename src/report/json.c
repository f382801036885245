/* json.c - writes JSON documents: objects within objects, one value after the other.
 * SPDX-License-Identifier: MIT
 */
#include "json.h"

void wl_json_key(struct wl_json *j, const char *key)
{
    if (j->comma)
        wl_text_char(j->text, ',');
    j->comma = true;
    if (!key)
        return;
    wl_text_char(j->text, '"');
    wl_text_put(j->text, key);
    wl_text_put(j->text, "\":");
}

void wl_json_line(struct wl_json *j)
{
    if (j->comma)
        wl_text_char(j->text, ',');
    wl_text_char(j->text, '\n');
    j->comma = false;
}

void wl_json_open(struct wl_json *j, const char *key, char bracket)
{
    wl_json_key(j, key);
    wl_text_char(j->text, bracket);
    j->comma = false;
}

void wl_json_close(struct wl_json *j, char bracket)
{
    wl_text_char(j->text, bracket);
    j->comma = true;
}

void wl_json_string(struct wl_json *j, const char *key, struct wl_span value)
{
    wl_json_key(j, key);
    wl_text_char(j->text, '"');
    (void)wl_text_json(j->text, value);
    wl_text_char(j->text, '"');
}

void wl_json_text(struct wl_json *j, const char *key, const char *value)
{
    wl_json_string(j, key, wl_span_text(value));
}

void wl_json_u64(struct wl_json *j, const char *key, uint64_t value)
{
    wl_json_key(j, key);
    wl_text_u64(j->text, value);
}

void wl_json_bool(struct wl_json *j, const char *key, bool value)
{
    wl_json_key(j, key);
    wl_text_put(j->text, value ? "true" : "false");
}

/* The first character of s, in JSON and made harmless; its length in octets. */
static size_t put_character(struct wl_text *t, struct wl_span s)
{
    uint32_t c = 0;
    size_t n = wl_text_printable(s, &c);

    if (n == 0) {
        static const char digits[] = "0123456789abcdef";

        wl_text_put(t, "\\\\x");
        wl_text_char(t, digits[s.p[0] >> 4]);
        wl_text_char(t, digits[s.p[0] & 15]);
        return 1;
    }
    switch (c) {
    case '{': wl_text_put(t, "{{"); break;
    case '}': wl_text_put(t, "}}"); break;
    case '"': wl_text_put(t, "\\\""); break;
    case '\\': wl_text_put(t, "\\\\"); break;
    case ']': wl_text_put(t, s.n > 1 && s.p[1] == '(' ? "\\\\x5d" : "]"); break;
    default: wl_text_span_raw(t, wl_span(s.p, n)); break; /* of all characters that there are */
    }
    return n;
}

void wl_json_message(struct wl_json *j, const char *key, struct wl_span value)
{
    wl_json_key(j, key);
    wl_text_char(j->text, '"');
    while (value.n)
        value = wl_span_after(value, put_character(j->text, value));
    wl_text_char(j->text, '"');
}
