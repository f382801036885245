/* complete_fish.c - what fish offers on Tab.
 * SPDX-License-Identifier: MIT
 */
#include "pages.h"

static const char head[] =
    "# fish completion for wirelint; made by scripts/pages from the tables of the program, do not edit.\n"
    "\n"
    "# The command on the line: the first word behind the program that is none of an option. Without one\n"
    "# it is audit.\n"
    "function __wirelint_command\n"
    "    for word in (commandline -opc)[2..]\n"
    "        if contains -- $word $__wirelint_commands\n"
    "            echo $word\n"
    "            return\n"
    "        end\n"
    "    end\n"
    "    return 1\n"
    "end\n"
    "\n"
    "function __wirelint_is\n"
    "    set -l command (__wirelint_command; or echo audit)\n"
    "    contains -- $command $argv\n"
    "end\n"
    "\n"
    "# Pairs of a rule and what becomes of it\n"
    "function __wirelint_overrides\n"
    "    set -l token (commandline -ct | string replace -r '^--rule=' '')\n"
    "    if string match -q '*=*' -- $token\n"
    "        set -l id (string split -m 1 = -- $token)[1]\n"
    "        printf '%s\\n' $id=$__wirelint_severities\n"
    "    else\n"
    "        printf '%s=\\n' $__wirelint_rules\n"
    "    end\n"
    "end\n"
    "\n"
    "function __wirelint_reports\n"
    "    set -l token (commandline -ct | string replace -r '^--report=' '')\n"
    "    if string match -q '*=*' -- $token\n"
    "        set -l format (string split -m 1 = -- $token)\n"
    "        printf '%s\\n' $format[1]=(__fish_complete_path $format[2] | string replace -r '\\t.*' '')\n"
    "    else\n"
    "        printf '%s=\\n' $__wirelint_formats\n"
    "    end\n"
    "end\n"
    "\n"
    "function __wirelint_interfaces\n"
    "    echo any\n"
    "    path basename /sys/class/net/* 2>/dev/null; or string replace -r '.*/' '' -- /sys/class/net/*\n"
    "end\n"
    "\n";

/* Text between single quotes. */
static void put_quoted(struct wl_text *t, const char *text)
{
    wl_text_char(t, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '\'' || *c == '\\')
            wl_text_char(t, '\\');
        wl_text_char(t, *c);
    }
    wl_text_char(t, '\'');
}

static void put_value(struct wl_text *t, const struct wl_option *o)
{
    switch (wl_value_of(o)) {
    case WL_VALUE_NONE: wl_text_put(t, o->argument ? " -x" : ""); break;
    case WL_VALUE_WORDS:
        wl_text_put(t, " -x -a '");
        for (size_t i = 0; wl_value_word(o, i); i++)
            wl_text_printf(t, i ? " %s" : "%s", wl_value_word(o, i));
        wl_text_put(t, "'");
        break;
    case WL_VALUE_FILE:
    case WL_VALUE_CAPTURE: wl_text_put(t, " -r -F"); break;
    case WL_VALUE_INTERFACE: wl_text_put(t, " -x -a '(__wirelint_interfaces)'"); break;
    case WL_VALUE_USER: wl_text_put(t, " -x -a '(__fish_complete_users)'"); break;
    case WL_VALUE_RULE: wl_text_put(t, " -x -a '$__wirelint_rules'"); break;
    case WL_VALUE_RULE_AS: wl_text_put(t, " -x -a '(__wirelint_overrides)'"); break;
    case WL_VALUE_SETTING: wl_text_put(t, " -x -a '$__wirelint_settings='"); break;
    case WL_VALUE_REPORT: wl_text_put(t, " -x -a '(__wirelint_reports)'"); break;
    case WL_VALUE_WHERE: wl_text_put(t, " -x -a '$__wirelint_keys:'"); break;
    }
}

static void put_variable(struct wl_text *t, const char *name, const char *(*word)(size_t i))
{
    wl_text_printf(t, "set -g __wirelint_%s ", name);
    wl_put_words(t, word);
    wl_text_char(t, '\n');
}

static const char *command_word(size_t i)
{
    return i < WL_N_COMMANDS ? wl_command_rows[i].name : NULL;
}

static void put_option(struct wl_text *t, const struct wl_option *o)
{
    char line[WL_OPTION_LINE];

    wl_text_put(t, "complete -c wirelint");
    if ((o->commands & WL_FOR_ALL) != WL_FOR_ALL) {
        wl_text_put(t, " -n '__wirelint_is");
        for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
            if (o->commands & 1u << c)
                wl_text_printf(t, " %s", wl_command_rows[c].name);
        }
        wl_text_put(t, "'");
    }
    if (o->letter)
        wl_text_printf(t, " -s %c", o->letter);
    if (*o->name)
        wl_text_printf(t, " -l %s", o->name);
    put_value(t, o);
    wl_text_put(t, " -d ");
    put_quoted(t, wl_option_line(o, line));
    wl_text_char(t, '\n');
}

void wl_page_fish(struct wl_text *t)
{
    wl_text_put(t, head);
    put_variable(t, "commands", command_word);
    put_variable(t, "rules", wl_value_rule);
    put_variable(t, "severities", wl_value_severity);
    put_variable(t, "settings", wl_value_setting);
    put_variable(t, "formats", wl_value_report);
    put_variable(t, "keys", wl_value_where);
    wl_text_put(t, "\ncomplete -c wirelint -f\n");
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        if (wl_command_rows[c].later)
            continue;
        wl_text_printf(t, "complete -c wirelint -n 'not __wirelint_command' -a %s -d ",
                       wl_command_rows[c].name);
        put_quoted(t, wl_command_rows[c].help);
        wl_text_char(t, '\n');
    }
    wl_text_put(t, "complete -c wirelint -n '__wirelint_is");
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        if (wl_command_reads((enum wl_command)c))
            wl_text_printf(t, " %s", wl_command_rows[c].name);
    }
    wl_text_put(t, "' -F\n"
                   "complete -c wirelint -n '__wirelint_is explain' -a '$__wirelint_rules'\n\n");
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        if (wl_option_shown(&wl_option_rows[i]))
            put_option(t, &wl_option_rows[i]);
    }
}
