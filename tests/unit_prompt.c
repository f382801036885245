/* unit_prompt.c - the line that is typed, what Tab offers, and the table of keys.
 * SPDX-License-Identifier: MIT
 */
#include "attr.h"
#include "command.h"
#include "complete.h"
#include "keys.h"
#include "prompt.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <string.h>

/* Types ASCII. */
static void type(struct wl_prompt *p, const char *text)
{
    for (; *text; text++)
        assert_int_equal(wl_prompt_key(p, *text), WL_PROMPT_EDITED);
}

static void edits(void **state)
{
    struct wl_prompt p;

    (void)state;
    wl_prompt_open(&p, "ab", NULL, NULL);
    type(&p, "c");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_HOME), WL_PROMPT_MOVED);
    type(&p, "x");
    assert_string_equal(p.text, "xabc");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_DELETE), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "xbc");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_END), WL_PROMPT_MOVED);
    assert_int_equal(wl_prompt_key(&p, WL_KEY_BACKSPACE), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "xb");
    type(&p, " one two");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_CTRL + 'w'), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "xb one ");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_CTRL + 'u'), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_BACKSPACE), WL_PROMPT_MOVED);
    assert_int_equal(wl_prompt_key(&p, WL_KEY_ENTER), WL_PROMPT_DONE);
    assert_int_equal(wl_prompt_key(&p, WL_KEY_ESC), WL_PROMPT_LEFT);
}

/* The cursor steps over characters, not over octets. */
static void characters_of_several_octets(void **state)
{
    struct wl_prompt p;

    (void)state;
    wl_prompt_open(&p, "", NULL, NULL);
    assert_int_equal(wl_prompt_key(&p, 0xe4), WL_PROMPT_EDITED);
    assert_int_equal(wl_prompt_key(&p, 0x1f600), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "\xc3\xa4\xf0\x9f\x98\x80");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_LEFT), WL_PROMPT_MOVED);
    assert_int_equal(p.at, 2);
    assert_int_equal(wl_prompt_key(&p, WL_KEY_BACKSPACE), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "\xf0\x9f\x98\x80");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_DELETE), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "");
    /* no character: half a surrogate pair, a control character */
    assert_int_equal(wl_prompt_key(&p, 0xd800), WL_PROMPT_IGNORED);
    assert_int_equal(wl_prompt_key(&p, 0x9b), WL_PROMPT_IGNORED);
    assert_int_equal(wl_prompt_key(&p, WL_KEY_F1), WL_PROMPT_IGNORED);
}

static void is_full_at_its_limit(void **state)
{
    struct wl_prompt p;

    (void)state;
    wl_prompt_open(&p, "", NULL, NULL);
    for (int i = 0; i < 2 * WL_PROMPT_TEXT; i++)
        (void)wl_prompt_key(&p, i % 3 ? 'x' : 0x20ac);
    assert_true(p.n < WL_PROMPT_TEXT);
    assert_int_equal(strlen(p.text), p.n);
}

static void history_goes_back_and_forth(void **state)
{
    static struct wl_history h;
    struct wl_prompt p;

    (void)state;
    wl_history_add(&h, "one");
    wl_history_add(&h, "two");
    wl_history_add(&h, "two");
    wl_history_add(&h, "");
    assert_int_equal(h.n, 2);
    wl_prompt_open(&p, "", &h, NULL);
    type(&p, "three");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_UP), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "two");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_UP), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "one");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_UP), WL_PROMPT_MOVED);
    assert_int_equal(wl_prompt_key(&p, WL_KEY_DOWN), WL_PROMPT_EDITED);
    assert_int_equal(wl_prompt_key(&p, WL_KEY_DOWN), WL_PROMPT_EDITED);
    assert_string_equal(p.text, "three");
    assert_int_equal(wl_prompt_key(&p, WL_KEY_DOWN), WL_PROMPT_MOVED);
    for (int i = 0; i < 3 * WL_PROMPT_PAST; i++)
        wl_history_add(&h, i % 2 ? "even" : "odd");
    assert_int_equal(h.n, WL_PROMPT_PAST);
}

static void tab(const char *typed, wl_complete_fn *complete, unsigned times, const char *wanted)
{
    struct wl_prompt p;

    wl_prompt_open(&p, typed, NULL, complete);
    for (unsigned i = 0; i < times; i++)
        (void)wl_prompt_key(&p, WL_KEY_TAB);
    assert_string_equal(p.text, wanted);
}

static void tab_completes_filters(void **state)
{
    (void)state;
    tab("stat", wl_complete_filter, 1, "status:");
    tab("status:10", wl_complete_filter, 1, "status:100"); /* all agree already: the first one */
    tab("status:103 not rule:interim-to", wl_complete_filter, 1,
        "status:103 not rule:interim-to-http10");
    tab("class:1xx,inv", wl_complete_filter, 1, "class:1xx,invalid");
    tab("no", wl_complete_filter, 1, "not ");
    tab("nothing:x", wl_complete_filter, 2, "nothing:x");
    tab("method:CONN", wl_complete_filter, 1, "method:CONNECT");
}

static void tab_goes_round(void **state)
{
    (void)state;
    tab("version:1.", wl_complete_filter, 2, "version:1.1");
    tab("version:1.", wl_complete_filter, 3, "version:1.0");
}

static void tab_completes_commands(void **state)
{
    (void)state;
    tab("un", wl_complete_command, 1, "unmark ");
    tab("open seq", wl_complete_command, 1, "open sequences");
    tab("rule interim-to", wl_complete_command, 1, "rule interim-to-http10=");
    tab("rule interim-to-http10=w", wl_complete_command, 1, "rule interim-to-http10=warning");
    tab("filter class:4", wl_complete_command, 1, "filter class:4xx");
    tab("nonsense x", wl_complete_command, 1, "nonsense x");
}

/* A beginning will do as long as it is the only one. */
static void commands_by_their_beginning(void **state)
{
    (void)state;
    assert_string_equal(wl_command_line_find("quit", 4)->name, "quit");
    assert_string_equal(wl_command_line_find("q", 1)->name, "quit");
    assert_null(wl_command_line_find("re", 2)); /* refresh, reset */
    assert_null(wl_command_line_find("", 0));
    assert_null(wl_command_line_find("quitter", 7));
}

/* No view has a key twice, for else the second one would never be reached. */
static void no_key_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < wl_n_key_rows; i++) {
        for (size_t k = 0; k < WL_KEYS_PER_ROW && wl_key_rows[i].keys[k]; k++) {
            for (uint32_t view = 1; view < WL_IN_ALL; view <<= 1) {
                if (wl_key_rows[i].where & view) {
                    assert_int_equal(wl_key_action(wl_key_rows[i].keys[k], view),
                                     wl_key_rows[i].action);
                }
            }
        }
    }
}

static void names_of_keys(void **state)
{
    static const struct {
        int key;
        const char *name;
    } names[] = {{WL_KEY_ENTER, "Enter"},     {' ', "Space"},    {'/', "/"},
                 {WL_KEY_F1 + 9, "F10"},      {WL_KEY_UP, "Up"}, {WL_KEY_CTRL + 'z', "Ctrl-Z"},
                 {WL_KEY_BACK_TAB, "Sh-Tab"}, {0x20ac, "?"}};
    char name[WL_KEY_NAME];

    (void)state;
    for (size_t i = 0; i < WL_COUNT(names); i++) {
        wl_key_name(names[i].key, name);
        assert_string_equal(name, names[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits),
        cmocka_unit_test(characters_of_several_octets),
        cmocka_unit_test(is_full_at_its_limit),
        cmocka_unit_test(history_goes_back_and_forth),
        cmocka_unit_test(tab_completes_filters),
        cmocka_unit_test(tab_goes_round),
        cmocka_unit_test(tab_completes_commands),
        cmocka_unit_test(commands_by_their_beginning),
        cmocka_unit_test(no_key_twice),
        cmocka_unit_test(names_of_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
