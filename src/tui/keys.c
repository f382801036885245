/* keys.c - the table of keys: what can be pressed where, and what it does.
 * SPDX-License-Identifier: MIT
 *
 * One row per binding. A key may stand in several rows as long as no view sees two of them
 * (tests/unit_prompt.c holds the table to that). The order of the rows is the order of the help and
 * of the bottom line, which shows from the left what fits.
 */
#include "keys.h"

#include "attr.h"

#define MOVING (WL_IN_ALL)
#define DEEP   (WL_IN_LADDER | WL_IN_MESSAGE)
/* where there are findings to go to */
#define FINDING (WL_IN_ALL & ~(uint32_t)(WL_IN_HELP | WL_IN_COMPARE))
/* lists whose rows are, or belong to, one connection */
#define ROWS (WL_IN_CONNECTIONS | WL_IN_EXCHANGES | WL_IN_FINDINGS)

const struct wl_key_row wl_key_rows[] = {
    {WL_ACT_OPEN,
     WL_IN_ALL & ~(uint32_t)(WL_IN_MESSAGE | WL_IN_HELP | WL_IN_COMPARE),
     {WL_KEY_ENTER},
     "open",
     "deeper: what stands behind the selected line"},
    {WL_ACT_BACK,
     WL_IN_ALL & ~(uint32_t)WL_IN_OVERVIEW,
     {WL_KEY_ESC, WL_KEY_BACKSPACE},
     "back",
     "one level back"},
    {WL_ACT_BACK, WL_IN_OVERVIEW, {WL_KEY_ESC, WL_KEY_BACKSPACE}, NULL, "takes the filter away"},
    {WL_ACT_HEX, WL_IN_MESSAGE, {'x'}, "hex", "octets in hexadecimal, or not"},
    {WL_ACT_RAW, WL_IN_MESSAGE, {'r'}, "raw", "the head as it was sent, or field by field"},
    {WL_ACT_LEGS, WL_IN_LADDER, {'h'}, "legs", "one leg of a proxy, or both"},
    {WL_ACT_TIMES,
     DEEP,
     {'t'},
     "times",
     "times: since the beginning, since the line before, clock"},
    {WL_ACT_TOGGLE, WL_IN_RULES, {' '}, "on/off", "switches the rule off, or on again"},
    {WL_ACT_RAISE, WL_IN_RULES, {'+', '='}, "severer", "makes the rule more severe"},
    {WL_ACT_LOWER, WL_IN_RULES, {'-'}, "milder", "makes the rule less severe"},
    {WL_ACT_VIEW_1, WL_IN_ALL, {'1'}, "over", "the overview"},
    {WL_ACT_VIEW_2, WL_IN_ALL, {'2'}, "conns", "the connections"},
    {WL_ACT_VIEW_3, WL_IN_ALL, {'3'}, "finds", "the findings, by rule"},
    {WL_ACT_VIEW_4, WL_IN_ALL, {'4'}, "servers", "the servers"},
    {WL_ACT_VIEW_5, WL_IN_ALL, {'5'}, "rules", "the rules: off, on, their severity"},
    {WL_ACT_FILTER,
     WL_IN_ALL,
     {'/', WL_KEY_F1 + 2},
     "filter",
     "the filter line, in the language of --where"},
    {WL_ACT_SORT, WL_IN_LISTS, {'s', WL_KEY_F1 + 5}, "sort", "sorts by the next column"},
    {WL_ACT_MARK,
     ROWS,
     {' '},
     "mark",
     "marks the row: w writes its connection, d compares two of them"},
    {WL_ACT_MARK, WL_IN_LADDER, {' '}, "mark", "marks the connection"},
    {WL_ACT_COMPARE,
     ROWS,
     {'d'},
     "diff",
     "compares the two that are marked: exchanges, or connections"},
    {WL_ACT_NEXT_FINDING, FINDING, {'n'}, "next", "to the next finding"},
    {WL_ACT_NEXT_FINDING, WL_IN_COMPARE, {'n'}, "next", "to the next difference"},
    {WL_ACT_PAUSE,
     WL_IN_ALL,
     {'p'},
     "pause",
     "the picture stands, capturing goes on; again: back to now"},
    {WL_ACT_PAUSE, WL_IN_OVERVIEW, {' '}, NULL, "the picture stands, or goes on, as with p"},
    {WL_ACT_WRITE,
     WL_IN_ALL,
     {'w', WL_KEY_F1 + 1},
     "write",
     "writes connections as pcapng, the list, or the ladder to a file"},
    {WL_ACT_COPY,
     WL_IN_ALL,
     {'y'},
     "copy",
     "copies the display filter for Wireshark; again: the line for tshark"},
    {WL_ACT_PREVIOUS_FINDING, FINDING, {'N'}, NULL, "to the finding before"},
    {WL_ACT_PREVIOUS_FINDING, WL_IN_COMPARE, {'N'}, "before", "to the difference before"},
    {WL_ACT_INVERT, WL_IN_ALL, {'!'}, NULL, "turns the filter into its opposite"},
    {WL_ACT_ONLY_FINDINGS, WL_IN_ALL, {'f'}, "faulty", "only what has findings, or everything"},
    {WL_ACT_LEAST,
     WL_IN_ALL,
     {'F'},
     NULL,
     "only findings from note, warning, violation on, or all of them"},
    {WL_ACT_WINDOW,
     WL_IN_OVERVIEW | WL_IN_SERVERS | WL_IN_SEQUENCES,
     {'t'},
     "window",
     "rates over 10 s, 60 s, or all of it"},
    {WL_ACT_SORT_LEFT, WL_IN_LISTS, {'<', ','}, NULL, "sorts by the column on the left"},
    {WL_ACT_SORT_RIGHT, WL_IN_LISTS, {'>', '.'}, NULL, "sorts by the column on the right"},
    {WL_ACT_SORT_REVERSE, WL_IN_LISTS, {'I'}, NULL, "turns the order round"},
    {WL_ACT_FOLLOW, ROWS, {'A'}, "follow", "stays at the newest"},
    {WL_ACT_EXCHANGES,
     WL_IN_CONNECTIONS | WL_IN_EXCHANGES,
     {'e'},
     "exchanges",
     "connections, or the exchanges on them"},
    {WL_ACT_NAMES,
     WL_IN_OVERVIEW | (WL_IN_LISTS & ~(uint32_t)WL_IN_RULES),
     {'a'},
     NULL,
     "names instead of addresses, as --hosts has them, or addresses again"},
    {WL_ACT_SEQUENCES,
     WL_IN_ALL & ~(uint32_t)(DEEP | WL_IN_HELP | WL_IN_COMPARE),
     {'S'},
     NULL,
     "the table of status sequences"},
    {WL_ACT_UNMARK, ROWS | WL_IN_LADDER, {'u'}, NULL, "takes all marks away"},
    {WL_ACT_COMPARE, WL_IN_LADDER, {'d'}, NULL, "compares the two connections that are marked"},
    {WL_ACT_RESET, WL_IN_ALL, {WL_KEY_F1 + 4}, "reset", "counters begin anew; history stays"},
    {WL_ACT_SETTINGS, WL_IN_ALL, {'o'}, NULL, "settings"},
    {WL_ACT_COMMAND, WL_IN_ALL, {':'}, NULL, "command line, for what has no key"},
    {WL_ACT_HELP, WL_IN_ALL, {'?', WL_KEY_F1}, "help", "this page"},
    {WL_ACT_QUIT, WL_IN_ALL, {'q'}, "quit", "one level back; on the overview: ends the program"},
    {WL_ACT_LEAVE, WL_IN_ALL, {WL_KEY_F1 + 9, WL_KEY_CTRL + 'c'}, NULL, "ends the program"},
    {WL_ACT_UP, MOVING, {WL_KEY_UP, 'k'}, NULL, "up"},
    {WL_ACT_DOWN, MOVING, {WL_KEY_DOWN, 'j'}, NULL, "down"},
    {WL_ACT_LEFT, MOVING, {WL_KEY_LEFT}, NULL, "left"},
    {WL_ACT_LEFT, MOVING & ~(uint32_t)WL_IN_LADDER, {'h'}, NULL, "left"},
    {WL_ACT_RIGHT, MOVING, {WL_KEY_RIGHT, 'l'}, NULL, "right"},
    {WL_ACT_PAGE_UP, MOVING, {WL_KEY_PAGE_UP, WL_KEY_CTRL + 'b'}, NULL, "a page up"},
    {WL_ACT_PAGE_DOWN, MOVING, {WL_KEY_PAGE_DOWN, WL_KEY_CTRL + 'f'}, NULL, "a page down"},
    {WL_ACT_FIRST, MOVING, {WL_KEY_HOME, 'g'}, NULL, "to the beginning"},
    {WL_ACT_LAST, MOVING, {WL_KEY_END, 'G'}, NULL, "to the end"},
    {WL_ACT_NEXT_PANEL, WL_IN_ALL, {WL_KEY_TAB}, NULL, "to the next panel"},
    {WL_ACT_PREVIOUS_PANEL, WL_IN_ALL, {WL_KEY_BACK_TAB}, NULL, "to the panel before"},
    {WL_ACT_SUSPEND, WL_IN_ALL, {WL_KEY_CTRL + 'z'}, NULL, "stops the program; fg brings it back"},
    {WL_ACT_REDRAW, WL_IN_ALL, {WL_KEY_CTRL + 'l'}, NULL, "draws everything anew"},
};

const size_t wl_n_key_rows = WL_COUNT(wl_key_rows);

enum wl_action wl_key_action(int key, uint32_t where)
{
    for (size_t i = 0; i < wl_n_key_rows; i++) {
        const struct wl_key_row *row = &wl_key_rows[i];

        for (size_t k = 0; (row->where & where) && k < WL_KEYS_PER_ROW && row->keys[k]; k++) {
            if (row->keys[k] == key)
                return row->action;
        }
    }
    return WL_ACT_NONE;
}

void wl_key_name(int key, char ret[WL_KEY_NAME])
{
    static const struct {
        int key;
        const char *name;
    } names[] = {
        {WL_KEY_TAB, "Tab"},         {WL_KEY_ENTER, "Enter"}, {WL_KEY_ESC, "Esc"},
        {WL_KEY_BACKSPACE, "Bksp"},  {WL_KEY_UP, "Up"},       {WL_KEY_DOWN, "Down"},
        {WL_KEY_LEFT, "Left"},       {WL_KEY_RIGHT, "Right"}, {WL_KEY_PAGE_UP, "PgUp"},
        {WL_KEY_PAGE_DOWN, "PgDn"},  {WL_KEY_HOME, "Home"},   {WL_KEY_END, "End"},
        {WL_KEY_BACK_TAB, "Sh-Tab"}, {WL_KEY_DELETE, "Del"},  {' ', "Space"},
    };

    for (size_t i = 0; i < WL_COUNT(names); i++) {
        if (names[i].key == key) {
            (void)snprintf(ret, WL_KEY_NAME, "%s", names[i].name);
            return;
        }
    }
    if (key >= WL_KEY_F1 && key <= WL_KEY_F12) {
        (void)snprintf(ret, WL_KEY_NAME, "F%d", key - WL_KEY_F1 + 1);
    } else if (key > WL_KEY_CTRL) {
        (void)snprintf(ret, WL_KEY_NAME, "Ctrl-%c", key - WL_KEY_CTRL - 'a' + 'A');
    } else {
        (void)snprintf(ret, WL_KEY_NAME, "%c", key > ' ' && key < 127 ? key : '?');
    }
}
