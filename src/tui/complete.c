/* complete.c - what Tab offers on the filter line and on the command line.
 * SPDX-License-Identifier: MIT
 *
 * Candidates come one by one from the tables that also define what is allowed: keys of the filter
 * language, rules, statuses, methods, commands, views.
 */
#include "complete.h"

#include "attr.h"
#include "command.h"
#include "line.h"
#include "wirelint/filter.h"

#include <string.h>

/* A list of words: the i-th, or NULL after the last. */
typedef const char *word_fn(size_t i);

static const char *rule_word(size_t i)
{
    return i < wl_rule_count() ? wl_rule_at(i)->id : NULL;
}

static const char *code_word(size_t i)
{
    static const char *const words[] = {
#define WL_STATUS(code, name, reason, rfc, section) #code,
#include "wirelint/tbl/statuses.h"
#undef WL_STATUS
    };

    return i < WL_COUNT(words) ? words[i] : NULL;
}

static const char *class_word(size_t i)
{
    static const char *const words[] = {"1xx", "2xx", "3xx", "4xx", "5xx", "invalid"};

    return i < WL_COUNT(words) ? words[i] : NULL;
}

static const char *method_word(size_t i)
{
    i += WL_METHOD_OTHER + 1;
    return i < WL_N_METHODS ? wl_method_name((enum wl_method)i) : NULL;
}

static const char *version_word(size_t i)
{
    static const char *const words[] = {"0.9", "1.0", "1.1", "2", "3"};

    return i < WL_COUNT(words) ? words[i] : NULL;
}

static const char *state_word(size_t i)
{
    return i <= WL_EXCHANGE_UNSOLICITED ? wl_exchange_state_name((enum wl_exchange_state)i) : NULL;
}

static const struct {
    const char *key;
    word_fn *words;
} values[] = {
    {"rule", rule_word},   {"status", code_word},   {"class", class_word},
    {"state", state_word}, {"method", method_word}, {"version", version_word},
};

/* The n-th word of a list that begins with stem: goes to ret behind head, and tail behind it. */
static bool nth(word_fn *words, struct wl_span stem, size_t n, const char *tail,
                char ret[WL_PROMPT_WORD])
{
    const char *word;

    for (size_t i = 0; (word = words(i)) != NULL; i++) {
        if (!wl_span_starts(wl_span_text(word), stem) || n-- > 0)
            continue;
        (void)snprintf(ret, WL_PROMPT_WORD, "%s%s", word, tail);
        return true;
    }
    return false;
}

/* Where the word begins that ends at octet at: after white space that does not stand in quotes. */
static size_t word_start(const char *line, size_t at)
{
    bool quoted = false;
    size_t from = 0;

    for (size_t i = 0; i < at && line[i]; i++) {
        quoted ^= line[i] == '"';
        if (line[i] == ' ' && !quoted)
            from = i + 1;
    }
    return from;
}

static bool key_or_not(struct wl_span stem, size_t n, char ret[WL_PROMPT_WORD])
{
    size_t keys = 0;

    while (nth(wl_filter_key, stem, keys, ":", ret)) {
        if (keys++ == n)
            return true;
    }
    if (n != keys || !wl_span_starts(WL_SPAN("not"), stem))
        return false;
    (void)snprintf(ret, WL_PROMPT_WORD, "not ");
    return true;
}

bool wl_complete_filter(const char *line, size_t at, size_t i, size_t *ret_from,
                        char ret[WL_PROMPT_WORD])
{
    size_t from = word_start(line, at);
    struct wl_span word = wl_span(line + from, at - from);
    size_t colon = wl_span_find(word, ':');
    struct wl_span key = wl_span_sub(word, 0, colon);

    if (colon == word.n) {
        *ret_from = from;
        return key_or_not(word, i, ret);
    }
    word = wl_span_after(word, colon + 1);
    from += colon + 1;
    for (size_t comma; (comma = wl_span_find(word, ',')) < word.n;) {
        word = wl_span_after(word, comma + 1);
        from += comma + 1;
    }
    *ret_from = from;
    for (size_t k = 0; k < WL_COUNT(values); k++) {
        if (wl_span_equal(key, wl_span_text(values[k].key)))
            return nth(values[k].words, word, i, "", ret);
    }
    return false;
}

/* ------------------------------------------------------------------------------ command line */

static const char *command_word(size_t i)
{
    return i < wl_n_command_lines ? wl_command_lines[i].name : NULL;
}

static bool argument_word(enum wl_argument kind, struct wl_span stem, size_t n,
                          char ret[WL_PROMPT_WORD])
{
    const char *word;

    for (size_t i = 0; (word = wl_argument_word(kind, i)) != NULL; i++) {
        if (!wl_span_starts(wl_span_text(word), stem) || n-- > 0)
            continue;
        (void)snprintf(ret, WL_PROMPT_WORD, "%s", word);
        return true;
    }
    return false;
}

static const char *severity_word(size_t i)
{
    return i < WL_N_SEVERITIES ? wl_severity_name((enum wl_severity)i) : NULL;
}

bool wl_complete_command(const char *line, size_t at, size_t i, size_t *ret_from,
                         char ret[WL_PROMPT_WORD])
{
    struct wl_span text = wl_span(line, at);
    size_t space = wl_span_find(text, ' ');
    const struct wl_command_line *command;
    struct wl_span word;

    if (space == text.n) {
        *ret_from = 0;
        return nth(command_word, text, i, " ", ret);
    }
    command = wl_command_line_find(line, space);
    if (!command)
        return false;
    word = wl_span_after(text, space + 1);
    *ret_from = space + 1;
    if (command->kind == WL_ARGUMENT_FILTER) {
        bool found = wl_complete_filter(line + space + 1, word.n, i, ret_from, ret);

        *ret_from += space + 1;
        return found;
    }
    if (command->kind == WL_ARGUMENT_OVERRIDE) {
        size_t equals = wl_span_find(word, '=');

        if (equals < word.n) {
            *ret_from += equals + 1;
            return nth(severity_word, wl_span_after(word, equals + 1), i, "", ret);
        }
        return nth(rule_word, word, i, "=", ret);
    }
    if (command->kind == WL_ARGUMENT_RULE)
        return nth(rule_word, word, i, "", ret);
    return argument_word(command->kind, word, i, ret);
}
