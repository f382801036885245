/* complete_zsh.c - what zsh offers on Tab.
 * SPDX-License-Identifier: MIT
 *
 * One list of specifications for _arguments per command; without a command it is audit's.
 */
#include "pages.h"

static const char head[] =
    "#compdef wirelint\n"
    "# zsh completion for wirelint; made by scripts/pages from the tables of the program, do not edit.\n"
    "\n";

static const char helpers[] = "_wirelint_captures() {\n"
                              "  _files -g '*.(pcap|pcapng|cap|dmp)(|.gz|.zst|.lz4|.xz)(-.)'\n"
                              "}\n"
                              "\n"
                              "_wirelint_interfaces() {\n"
                              "  local -a names\n"
                              "  names=(any /sys/class/net/*(N:t))\n"
                              "  _describe interface names\n"
                              "}\n"
                              "\n"
                              "_wirelint_rules() {\n"
                              "  _values 'rule' $_wirelint_rule_ids\n"
                              "}\n"
                              "\n"
                              "_wirelint_overrides() {\n"
                              "  if compset -P 1 '*='; then\n"
                              "    _values 'severity' $_wirelint_severities\n"
                              "  else\n"
                              "    compadd -S = -- $_wirelint_rule_ids\n"
                              "  fi\n"
                              "}\n"
                              "\n"
                              "_wirelint_settings() {\n"
                              "  if compset -P 1 '*='; then\n"
                              "    _message 'value'\n"
                              "  else\n"
                              "    compadd -S = -- $_wirelint_setting_keys\n"
                              "  fi\n"
                              "}\n"
                              "\n"
                              "_wirelint_reports() {\n"
                              "  if compset -P 1 '*='; then\n"
                              "    _files\n"
                              "  else\n"
                              "    compadd -S = -- $_wirelint_formats\n"
                              "  fi\n"
                              "}\n"
                              "\n"
                              "_wirelint_where() {\n"
                              "  compset -P '* '\n"
                              "  compset -P 'not '\n"
                              "  if compset -P 1 '*:'; then\n"
                              "    _message 'value'\n"
                              "  else\n"
                              "    compadd -S : -- $_wirelint_keys\n"
                              "  fi\n"
                              "}\n"
                              "\n";

static const char main_part[] = "_wirelint() {\n"
                                "  local command=audit word named=\n"
                                "  local -a args operands\n"
                                "  for word in ${words[2,CURRENT-1]}; do\n"
                                "    if (( ${+_wirelint_commands[$word]} )); then\n"
                                "      command=$word\n"
                                "      named=yes\n"
                                "      break\n"
                                "    fi\n"
                                "  done\n"
                                "  case $command in\n";

static const char tail[] =
    "  esac\n"
    "  if [[ -z $named ]]; then\n"
    "    operands=('1: :_wirelint_first' '*:capture or filter:_wirelint_captures')\n"
    "  else\n"
    "    operands=(\"1: :($command)\" \"$operands[@]\")\n"
    "  fi\n"
    "  _arguments -s -S $args $operands\n"
    "}\n"
    "\n"
    "_wirelint_first() {\n"
    "  local -a rows\n"
    "  local name\n"
    "  for name in ${(ok)_wirelint_commands}; do\n"
    "    rows+=(\"$name:${_wirelint_commands[$name]}\")\n"
    "  done\n"
    "  _alternative 'commands:command:{ _describe command rows }' 'files:capture:_wirelint_captures'\n"
    "}\n"
    "\n"
    "_wirelint \"$@\"\n";

static const char *action_of(enum wl_value value)
{
    switch (value) {
    case WL_VALUE_NONE:
    case WL_VALUE_WORDS: return " ";
    case WL_VALUE_FILE: return "_files";
    case WL_VALUE_CAPTURE: return "_wirelint_captures";
    case WL_VALUE_INTERFACE: return "_wirelint_interfaces";
    case WL_VALUE_USER: return "_users";
    case WL_VALUE_RULE: return "_wirelint_rules";
    case WL_VALUE_RULE_AS: return "_wirelint_overrides";
    case WL_VALUE_SETTING: return "_wirelint_settings";
    case WL_VALUE_REPORT: return "_wirelint_reports";
    case WL_VALUE_WHERE: return "_wirelint_where";
    }
    return " ";
}

/* The inside of a specification, between single quotes. */
static void put_escaped(struct wl_text *t, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'') {
            wl_text_put(t, "'\\''");
        } else if (*c == '[' || *c == ']' || *c == ':' || *c == '\\') {
            wl_text_printf(t, "\\%c", *c);
        } else {
            wl_text_char(t, *c);
        }
    }
}

/* '*--rule=[help]:ID=SEVERITY:action' */
static void put_spec(struct wl_text *t, const struct wl_option *o, bool letter)
{
    char line[WL_OPTION_LINE];

    wl_text_put(t, "        '*");
    if (letter) {
        wl_text_printf(t, "-%c%s", o->letter, o->argument ? "+" : "");
    } else {
        wl_text_printf(t, "--%s%s", o->name, o->argument ? "=" : "");
    }
    wl_text_char(t, '[');
    put_escaped(t, wl_option_line(o, line));
    wl_text_char(t, ']');
    if (o->argument) {
        wl_text_char(t, ':');
        put_escaped(t, o->argument);
        wl_text_char(t, ':');
        if (wl_value_of(o) == WL_VALUE_WORDS) {
            wl_text_char(t, '(');
            for (size_t i = 0; wl_value_word(o, i); i++)
                wl_text_printf(t, i ? " %s" : "%s", wl_value_word(o, i));
            wl_text_char(t, ')');
        } else {
            wl_text_put(t, action_of(wl_value_of(o)));
        }
    }
    wl_text_put(t, "'\n");
}

static void put_command(struct wl_text *t, enum wl_command command)
{
    wl_text_printf(t, "    %s)\n      args=(\n", wl_command_rows[command].name);
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        const struct wl_option *o = &wl_option_rows[i];

        if (!wl_option_shown(o) || !(o->commands & 1u << command))
            continue;
        if (o->letter)
            put_spec(t, o, true);
        if (*o->name)
            put_spec(t, o, false);
    }
    wl_text_put(t, "      )\n");
    if (wl_command_reads(command)) {
        wl_text_put(t, "      operands=('*:capture or filter:_wirelint_captures')\n");
    } else if (command == WL_COMMAND_EXPLAIN) {
        wl_text_put(t, "      operands=('*:rule:_wirelint_rules')\n");
    }
    wl_text_put(t, "      ;;\n");
}

static void put_array(struct wl_text *t, const char *name, const char *(*word)(size_t i))
{
    wl_text_printf(t, "_wirelint_%s=(", name);
    wl_put_words(t, word);
    wl_text_put(t, ")\n");
}

void wl_page_zsh(struct wl_text *t)
{
    wl_text_put(t, head);
    wl_text_put(t, "typeset -gA _wirelint_commands\n_wirelint_commands=(\n");
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        if (wl_command_rows[c].later)
            continue;
        wl_text_printf(t, "  %s '", wl_command_rows[c].name);
        put_escaped(t, wl_command_rows[c].help);
        wl_text_put(t, "'\n");
    }
    wl_text_put(t, ")\ntypeset -ga _wirelint_rule_ids _wirelint_severities _wirelint_setting_keys "
                   "_wirelint_formats _wirelint_keys\n");
    put_array(t, "rule_ids", wl_value_rule);
    put_array(t, "severities", wl_value_severity);
    put_array(t, "setting_keys", wl_value_setting);
    put_array(t, "formats", wl_value_report);
    put_array(t, "keys", wl_value_where);
    wl_text_char(t, '\n');
    wl_text_put(t, helpers);
    wl_text_put(t, main_part);
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        if (!wl_command_rows[c].later)
            put_command(t, (enum wl_command)c);
    }
    wl_text_put(t, tail);
}
