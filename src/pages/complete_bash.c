/* complete_bash.c - what bash offers on Tab.
 * SPDX-License-Identifier: MIT
 *
 * The script holds the words of the tables and one case for each kind of value. It goes by
 * bash-completion's helpers where they are there, and by what bash itself has where the script
 * alone was sourced.
 */
#include "pages.h"

static const char head[] =
    "# bash completion for wirelint; made by scripts/pages from the tables of the program, do not edit.\n"
    "# shellcheck shell=bash\n"
    "\n";

static const char helpers[] =
    "# What is offered instead of the word $1, which may hold '=': bash takes what is behind it for a word.\n"
    "_wirelint_offer()\n"
    "{\n"
    "    local word=$1 suffix=$2 reply i\n"
    "    shift 2\n"
    "    mapfile -t COMPREPLY < <(compgen -S \"$suffix\" -W \"$*\" -- \"$word\")\n"
    "    [[ -n $suffix ]] && compopt -o nospace\n"
    "    [[ ${COMP_WORDBREAKS} == *=* && $word == *=* ]] || return 0\n"
    "    for i in \"${!COMPREPLY[@]}\"; do\n"
    "        reply=${COMPREPLY[i]}\n"
    "        COMPREPLY[i]=${reply#\"${word%\"${word##*=}\"}\"}\n"
    "    done\n"
    "}\n"
    "\n"
    "# Files; with bash-completion only those of the suffixes $1\n"
    "_wirelint_files()\n"
    "{\n"
    "    if declare -F _filedir >/dev/null; then\n"
    "        _filedir \"$@\"\n"
    "    else\n"
    "        compopt -o filenames\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "    fi\n"
    "}\n"
    "\n"
    "_wirelint_captures()\n"
    "{\n"
    "    local cur=$1\n"
    "    _wirelint_files '@(pcap|pcapng|cap|dmp)?(.gz|.zst|.lz4|.xz)'\n"
    "}\n"
    "\n"
    "_wirelint_interfaces()\n"
    "{\n"
    "    local names=(/sys/class/net/*)\n"
    "    _wirelint_offer \"$1\" '' any \"${names[@]##*/}\"\n"
    "}\n"
    "\n"
    "# The value of the option $1 as far as $2\n"
    "_wirelint_value()\n"
    "{\n"
    "    local cur=$2\n"
    "    case $1 in\n";

static const char main_part[] =
    "_wirelint()\n"
    "{\n"
    "    local cur prev words cword command='' i operands=0\n"
    "    if declare -F _init_completion >/dev/null; then\n"
    "        _init_completion -n := || return\n"
    "    else\n"
    "        words=(\"${COMP_WORDS[@]}\") cword=$COMP_CWORD\n"
    "        cur=${words[cword]} prev=${words[cword > 0 ? cword - 1 : 0]}\n"
    "    fi\n"
    "    for ((i = 1; i < cword; i++)); do\n"
    "        case ${words[i]} in\n"
    "        --*=* | -?*)\n"
    "            [[ ${words[i]} != *=* ]] && _wirelint_takes_value \"${words[i]}\" && ((i++))\n"
    "            ;;\n"
    "        *)\n"
    "            [[ -z $command && $operands -eq 0 && \" $_wirelint_commands \" == *\" ${words[i]} \"* ]] &&\n"
    "                command=${words[i]} || ((operands++))\n"
    "            ;;\n"
    "        esac\n"
    "    done\n"
    "    if [[ $cur == --*=* ]]; then\n"
    "        _wirelint_value \"${cur%%=*}\" \"${cur#*=}\"\n"
    "    elif ((cword > 1)) && _wirelint_takes_value \"$prev\"; then\n"
    "        _wirelint_value \"$prev\" \"$cur\"\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        _wirelint_offer \"$cur\" '' \"$(_wirelint_options \"$command\")\"\n"
    "    elif [[ $command == explain ]]; then\n"
    "        _wirelint_offer \"$cur\" '' \"$_wirelint_rules\"\n"
    "    elif [[ \" $_wirelint_readers \" == *\" ${command:-audit} \"* ]]; then\n"
    "        local offered=()\n"
    "        if [[ -z $command && $operands -eq 0 ]]; then\n"
    "            mapfile -t offered < <(compgen -W \"$_wirelint_commands\" -- \"$cur\")\n"
    "        fi\n"
    "        _wirelint_captures \"$cur\"\n"
    "        COMPREPLY+=(\"${offered[@]}\")\n"
    "    fi\n"
    "} &&\n"
    "    complete -F _wirelint wirelint\n";

/* "--fail-on" or "-q | --quiet", as a pattern of case; true when there was something to write */
static void put_pattern(struct wl_text *t, const struct wl_option *o)
{
    if (o->letter)
        wl_text_printf(t, "-%c", o->letter);
    if (o->letter && *o->name)
        wl_text_put(t, " | ");
    if (*o->name)
        wl_text_printf(t, "--%s", o->name);
}

static void put_value(struct wl_text *t, const struct wl_option *o)
{
    switch (wl_value_of(o)) {
    case WL_VALUE_NONE: wl_text_put(t, "return"); break;
    case WL_VALUE_WORDS:
        wl_text_put(t, "_wirelint_offer \"$cur\" '' '");
        for (size_t i = 0; wl_value_word(o, i); i++)
            wl_text_printf(t, i ? " %s" : "%s", wl_value_word(o, i));
        wl_text_put(t, "'");
        break;
    case WL_VALUE_FILE: wl_text_put(t, "_wirelint_files"); break;
    case WL_VALUE_CAPTURE: wl_text_put(t, "_wirelint_captures \"$cur\""); break;
    case WL_VALUE_INTERFACE: wl_text_put(t, "_wirelint_interfaces \"$cur\""); break;
    case WL_VALUE_USER: wl_text_put(t, "mapfile -t COMPREPLY < <(compgen -u -- \"$cur\")"); break;
    case WL_VALUE_RULE: wl_text_put(t, "_wirelint_offer \"$cur\" '' \"$_wirelint_rules\""); break;
    case WL_VALUE_RULE_AS:
        wl_text_put(
            t,
            "if [[ $cur == *=* ]]; then\n"
            "            _wirelint_offer \"$cur\" '' \"$(printf \"${cur%%=*}=%s \" $_wirelint_severities)\"\n"
            "        else\n"
            "            _wirelint_offer \"$cur\" = \"$_wirelint_rules\"\n"
            "        fi");
        break;
    case WL_VALUE_SETTING:
        wl_text_put(t, "_wirelint_offer \"$cur\" = \"$_wirelint_settings\"");
        break;
    case WL_VALUE_REPORT:
        wl_text_put(t, "if [[ $cur == *=* ]]; then\n"
                       "            cur=${cur#*=}\n"
                       "            _wirelint_files\n"
                       "        else\n"
                       "            _wirelint_offer \"$cur\" = \"$_wirelint_reports\"\n"
                       "        fi");
        break;
    case WL_VALUE_WHERE: wl_text_put(t, "_wirelint_offer \"$cur\" : \"$_wirelint_keys\""); break;
    }
}

static void put_variable(struct wl_text *t, const char *name, const char *(*word)(size_t i))
{
    wl_text_printf(t, "_wirelint_%s='", name);
    wl_put_words(t, word);
    wl_text_put(t, "'\n");
}

static void put_commands(struct wl_text *t, const char *name, uint32_t mask)
{
    bool any = false;

    wl_text_printf(t, "_wirelint_%s='", name);
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        if (wl_command_rows[c].later || !(mask & 1u << c))
            continue;
        wl_text_printf(t, any ? " %s" : "%s", wl_command_rows[c].name);
        any = true;
    }
    wl_text_put(t, "'\n");
}

/* The options of each command, those of audit for none. */
static void put_options(struct wl_text *t)
{
    wl_text_put(t, "\n_wirelint_options()\n{\n    case $1 in\n");
    for (unsigned c = WL_N_COMMANDS; c--;) {
        bool any = false;

        if (wl_command_rows[c].later)
            continue;
        wl_text_printf(t, "    %s) echo '", c == WL_COMMAND_AUDIT ? "*" : wl_command_rows[c].name);
        for (size_t i = 0; i < wl_n_option_rows; i++) {
            const struct wl_option *o = &wl_option_rows[i];

            if (!wl_option_shown(o) || !(o->commands & 1u << c))
                continue;
            if (*o->name) {
                wl_text_printf(t, any ? " --%s" : "--%s", o->name);
            } else {
                wl_text_printf(t, any ? " -%c" : "-%c", o->letter);
            }
            any = true;
        }
        wl_text_put(t, "' ;;\n");
    }
    wl_text_put(t, "    esac\n}\n\n");
}

static void put_takers(struct wl_text *t)
{
    bool any = false;

    wl_text_put(
        t, "# Is the word behind $1 its value?\n_wirelint_takes_value()\n{\n    case $1 in\n    ");
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        const struct wl_option *o = &wl_option_rows[i];

        if (!wl_option_shown(o) || !o->argument)
            continue;
        wl_text_put(t, any ? " | " : "");
        put_pattern(t, o);
        any = true;
    }
    wl_text_put(t, ") return 0 ;;\n    *) return 1 ;;\n    esac\n}\n\n");
}

void wl_page_bash(struct wl_text *t)
{
    wl_text_put(t, head);
    put_commands(t, "commands", WL_FOR_ALL);
    put_commands(t, "readers", WL_FOR_READERS);
    put_variable(t, "rules", wl_value_rule);
    put_variable(t, "severities", wl_value_severity);
    put_variable(t, "settings", wl_value_setting);
    put_variable(t, "reports", wl_value_report);
    put_variable(t, "keys", wl_value_where);
    put_options(t);
    put_takers(t);
    wl_text_put(t, helpers);
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        const struct wl_option *o = &wl_option_rows[i];

        if (!wl_option_shown(o) || wl_value_of(o) == WL_VALUE_NONE)
            continue;
        wl_text_put(t, "    ");
        put_pattern(t, o);
        wl_text_put(t, ")\n        ");
        put_value(t, o);
        wl_text_put(t, "\n        ;;\n");
    }
    wl_text_put(t, "    esac\n}\n\n");
    wl_text_put(t, main_part);
}
