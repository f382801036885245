/* man_program.c - the page wirelint(1).
 * SPDX-License-Identifier: MIT
 */
#include "pages.h"
#include "roff.h"
#include "wirelint/names.h"

static const char description[] =
    "wirelint reads packet captures, or captures from interfaces, puts TCP back in order, and shows the "
    "whole sequence of statuses of every HTTP exchange (`103, 200` and not just 200). It judges each "
    "exchange against a catalogue of rules from the RFCs and from incidents, and tells what breaks one "
    "with the packets that prove it, the section where it is written, and the display filter that finds "
    "it in Wireshark.\n\n"
    "What the capture does not show (lost packets, a start in the middle, encryption) is not judged: it is "
    "counted as such and never reported as a fault. Nothing is ever sent on the network, and no name is "
    "looked up.\n\n"
    "The first operand is always a file, and so is any word with a slash or the suffix of a capture "
    "(.pcap .pcapng .cap .dmp, also before a suffix of compression). The first other word begins the "
    "FILTER, as does `--`. `-` is standard input.";

static const char filters[] =
    "FILTER is that of libpcap (`pcap-filter(7)`) and decides about packets, before anything is put "
    "together. `--where` decides about exchanges:";

static const struct {
    const char *head, *text;
} keys[] = {
    {"status:103", "some response of the exchange, interim ones included, has this status"},
    {"class:5xx", "or this class: 1xx to 5xx, invalid"},
    {"seq:\"103,200\"",
     "its whole sequence; `*` stands for any run of statuses. The quotes belong to the filter, not "
     "to the shell: without them it is 103 alone or 200 alone"},
    {"state:unanswered",
     "how it ended: complete, unanswered (no final response came), truncated, tunnel, unsolicited"},
    {"rule:interim-*", "a rule that fired on it"},
    {"method:POST version:1.0", "of the request"},
    {"client:10.0.0.0/8 server:[2001:db8::9]:443", "address, address and prefix, address and port"},
    {"port:8000-8999", "of the server"},
};

static const struct {
    const char *head, *text;
} statuses[] = {
    {"0", "ran to the end, and nothing was found at or above `--fail-on`"},
    {"1", "ran to the end, and something was"},
    {"2", "the command line or a configuration file is wrong; nothing was read"},
    {"3",
     "an input is missing, no capture, damaged or cut off (what was read before is reported); an output "
     "could not be written; there is no right to capture; `--require-http`, and there was no HTTP. "
     "Wins over 1."},
};

static const char signals[] =
    "INT and TERM end a live run in order, with its report, and count as its end; a second one ends it at "
    "once. A file that was not read to its end for them is status 3. A reader of standard output that goes away ends it quietly.";

static const char security[] =
    "When everything that needs rights is open, and before the first octet of a capture is looked at, the "
    "program gives up what it has: it becomes nobody instead of root (`-Z` names another user), drops all "
    "capabilities, may open no file but those named (Landlock) and make no system call but those for "
    "reading, writing, memory, threads and time (seccomp). `wirelint --version` tells what this kernel "
    "has of it, `-v` what is in force.\n\n"
    "Nothing from the network reaches a terminal, a log or a page unescaped: control characters, escape "
    "sequences, bidirectional overrides and what is not UTF-8 are shown as \\xNN.";

static const struct {
    const char *head, *text;
} environment[] = {
    {"COLORFGBG",
     "set by some terminals; when it ends with ;7 or ;15 the background is light, and the "
     "screen's colours are those of `--theme light`, unless `--theme` says otherwise"},
    {"NO_COLOR", "when set and not empty: no colours"},
    {"TERM", "`dumb` means no colours; the screen goes by terminfo"},
    {"TZ", "the time zone of what is shown, unless `--utc`"},
    {"XDG_CONFIG_HOME", "where the configuration file is, by default ~/.config"},
};

/* "-q, --quiet", "--where EXPR" with the names in bold */
static void put_head(struct wl_text *t, const struct wl_option *o)
{
    char head[128];

    (void)snprintf(head, sizeof(head), "%s%.1s%s%s%s%s%s%s%s", o->letter ? "`-" : "",
                   o->letter ? &o->letter : "", o->letter ? "`" : "",
                   o->letter && *o->name ? ", " : "", *o->name ? "`--" : "", o->name,
                   *o->name ? "`" : "", o->argument ? " " : "", o->argument ? o->argument : "");
    wl_roff_head(t, head);
}

static void put_option(struct wl_text *t, const struct wl_option *o)
{
    const char letter[2] = {o->letter, '\0'};
    const char *more = wl_manual_option(*o->name ? o->name : letter);
    char line[WL_OPTION_LINE];
    size_t n = 0;

    put_head(t, o);
    if ((o->commands & WL_FOR_READERS) != WL_FOR_READERS &&
        (o->commands & WL_FOR_ALL) != WL_FOR_ALL) {
        wl_text_put(t, "(");
        for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
            if (o->commands & 1u << c)
                wl_text_printf(t, n++ ? ", %s" : "%s", wl_command_rows[c].name);
        }
        wl_text_put(t, ")\n");
    }
    wl_roff_text(t, wl_option_line(o, line));
    if (more) {
        wl_roff_more(t);
        wl_roff_text(t, more);
    }
}

static void put_synopsis(struct wl_text *t)
{
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        const struct wl_command_row *row = &wl_command_rows[c];

        if (row->later)
            continue;
        wl_text_printf(t, "%s.B wirelint %s\n", c ? ".br\n" : "", row->name);
        wl_text_printf(t, "[\\fIoptions\\fR]%s%s\n",
                       wl_command_reads((enum wl_command)c)
                           ? " \\fIFILE\\fR... | \\fB\\-i\\fR \\fIIFACE\\fR"
                           : "",
                       wl_command_reads((enum wl_command)c) ? " [\\fIFILTER\\fR]" : "");
        if (!wl_command_reads((enum wl_command)c) && *row->operands)
            wl_text_printf(t, "\\fI%s\\fR\n", row->operands);
    }
    wl_text_put(t,
                ".br\n.B wirelint\n[\\fIoptions\\fR] \\fIFILE\\fR... | \\fB\\-i\\fR \\fIIFACE\\fR "
                "[\\fIFILTER\\fR]\n");
}

static void put_commands(struct wl_text *t)
{
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        const struct wl_command_row *row = &wl_command_rows[c];
        const char *more = wl_manual_command(row->name);

        if (row->later)
            continue;
        wl_roff_item(t, row->name, row->help);
        if (more) {
            wl_roff_more(t);
            wl_roff_text(t, more);
        }
    }
}

static void put_examples(struct wl_text *t)
{
    for (unsigned c = 0; c < WL_N_COMMANDS; c++) {
        const struct wl_command_row *row = &wl_command_rows[c];

        if (row->later || !row->examples[0])
            continue;
        if (c)
            wl_text_put(t, ".PP\n");
        wl_roff_text(t, row->help);
        for (size_t i = 0; i < WL_COUNT(row->examples) && row->examples[i]; i++) {
            char line[256];

            (void)snprintf(line, sizeof(line), "%s\n", row->examples[i]);
            wl_roff_example(t, line);
        }
    }
}

void wl_page_program(struct wl_text *t)
{
    wl_roff_title(t, "wirelint", 1);
    wl_roff_section(t, "NAME");
    wl_text_put(t, "wirelint \\- judges the status sequences of HTTP in packet captures\n");
    wl_roff_section(t, "SYNOPSIS");
    put_synopsis(t);
    wl_roff_section(t, "DESCRIPTION");
    wl_roff_text(t, description);
    wl_roff_section(t, "COMMANDS");
    put_commands(t);
    wl_roff_section(t, "OPTIONS");
    wl_roff_text(
        t, "Options may stand anywhere; a long one takes its value behind `=` or as the next word. "
           "What only some commands take names them.");
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        if (wl_option_shown(&wl_option_rows[i]))
            put_option(t, &wl_option_rows[i]);
    }
    wl_roff_section(t, "FILTERS");
    wl_roff_text(t, filters);
    for (size_t i = 0; i < WL_COUNT(keys); i++)
        wl_roff_item(t, keys[i].head, keys[i].text);
    wl_roff_section(t, "EXIT STATUS");
    for (size_t i = 0; i < WL_COUNT(statuses); i++)
        wl_roff_item(t, statuses[i].head, statuses[i].text);
    wl_roff_paragraph(t, signals);
    wl_roff_section(t, "ENVIRONMENT");
    for (size_t i = 0; i < WL_COUNT(environment); i++)
        wl_roff_item(t, environment[i].head, environment[i].text);
    wl_roff_section(t, "EXAMPLES");
    put_examples(t);
    wl_roff_section(t, "SECURITY");
    wl_roff_text(t, security);
    wl_roff_section(t, "SEE ALSO");
    wl_text_put(
        t,
        ".BR wirelint\\-rules (7),\n.BR wirelint.conf (5),\n.BR pcap\\-filter (7),\n.BR tcpdump (8),\n"
        ".BR tshark (1)\n");
}
