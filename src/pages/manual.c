/* manual.c - what the manual says of options and commands beyond their line of help.
 * SPDX-License-Identifier: MIT
 *
 * Names, arguments, lines of help and who takes an option come from the table of options and are
 * not repeated here. An option without an entry needs none. Empty lines part paragraphs; what
 * stands between backquotes is typed as it stands.
 */
#include "pages.h"

struct prose {
    const char *name;
    const char *text;
};

static const struct prose commands[] = {
    {"audit",
     "Reads everything, judges every exchange against the catalogue of rules, and reports what "
     "was read, findings by rule with examples, responses by class and code, status sequences, "
     "and times. The last line counts the findings. This is what happens when only a file is "
     "named."},
    {"list",
     "Writes one line per exchange as it is over: time, client, server, request, the whole "
     "sequence of statuses, duration, and the rules that fired. With `-i` and no command, where "
     "standard output is no terminal, this is what happens."},
    {"stats", "The numbers without the findings."},
    {"watch",
     "A screen that follows an interface, a pipe or a file: classes, codes, sequences, servers, "
     "findings; from each down to the ladder of one connection and the octets of one message. "
     "`?` shows the keys. Without a file or interface it asks for one. With `-i` and no command, "
     "on a terminal, this is what happens. It leaves a verdict on the terminal."},
    {"rules",
     "One line per rule: id, severity, whose fault it is, title. `wirelint-rules(7)` has all of "
     "it."},
    {"explain",
     "The page of a rule: why it matters, where it is written, what to do, a conversation on "
     "which it fires and one on which it does not. `*` stands for any octets: "
     "`wirelint explain 'interim-*'`."},
    {"profiles",
     "Thresholds that are the time-outs of known gateways and clouds, with the source of "
     "each; `wirelint.conf(5)` lists them."},
    {"config", "Every option with its value and where it comes from, as a configuration file. "
               "See `wirelint.conf(5)`."},
    {"interfaces", "What `-i` takes, with addresses and the packets per second that pass now."},
};

static const struct prose options[] = {
    {"config", "See `wirelint.conf(5)`."},
    {"r",
     "pcap (microseconds or nanoseconds, either byte order) or pcapng, plain or compressed with "
     "gzip, zstd, lz4 or xz; the content decides, not the name. A directory is every capture in it. "
     "Several files are one capture, merged by time; connections go on from one file to the next."},
    {"i",
     "Needs root or the capability cap_net_raw, which is given up once the interface is open. `any` "
     "stands alone."},
    {"follow", "What is replaced by another file of the same name is taken up, too."},
    {"f",
     "See `pcap-filter(7)`. For files as well; packets that it leaves out are not counted when "
     "connections get their numbers, frame numbers stay those of the file."},
    {"interval", "Each report is of everything since the beginning."},
    {"j",
     "Connections are dealt out to the shards; the output is the same, also where `max_connections` "
     "is reached, unless memory is refused. Standard input has one shard, and so has a "
     "`max_connections` below 2048. Live, each shard has a socket of its own, and the kernel deals "
     "connections out."},
    {"port", "By default every TCP connection is looked at, and told by its content."},
    {"where",
     "Words of the form key:value, all of which must hold; values separated by commas, of which "
     "one must; `not` before a word turns it round. What does not match counts neither in the "
     "numbers nor in the exit status. See `FILTERS`."},
    {"rule",
     "ID may hold `*`. A rule can be made less than it is, more, or nothing (`off`). Of several, "
     "the last that matches wins."},
    {"only", "One pattern; `*` stands for any octets."},
    {"set",
     "The keys stand in `wirelint.conf(5)`. Times are seconds (`1.5`, `250ms`), sizes take K, M "
     "and G."},
    {"profile",
     "What `--set` says of the same keys wins, whichever comes first; but a profile on the "
     "command line wins over `--set` of a configuration file."},
    {"correlate",
     "A capture with both sides of a proxy has every exchange twice. Pairs are found by ids in "
     "fields, else by target and time, and rules about what a proxy must do are judged."},
    {"fail-on", "Whatever it is, a damaged or missing input is status 3."},
    {"json",
     "One object per line: start, exchange, finding, connection, end. The keys are described in "
     "docs/ndjson.md of the source, and do not change. Of `interfaces` it is one array."},
    {"report", "May repeat. `-` as FILE is standard output, in place of the text."},
    {"baseline",
     "What stands in it does not count, in the numbers or the exit status. See `wirelint.conf(5)`."},
    {"write-baseline", "The exit status of this run is the one it would have without."},
    {"metrics",
     "OpenMetrics, or the text of Prometheus where that is asked for, at /metrics. Without ADDR "
     "only this machine is answered."},
    {"w",
     "Connections with findings at or above `--fail-on`, each offending packet with a comment that "
     "names the rule and what was seen. Files are read a second time for it; of standard input and "
     "interfaces recent packets are kept in memory (`max_spool`)."},
    {"speed", "Without it a file is read at once."},
    {"hosts",
     "In the form of hosts(5): an address and its names, the first of which is shown. It is read once, "
     "at the beginning, up to 1 MiB and 16,384 addresses of it. No name is ever looked up anywhere "
     "else, and filters, files and the ladder keep to addresses."},
    {"theme", "Only inks that can be read on such a background are used."},
    {"ascii",
     "The same without characters that some terminals and fonts lack; so it is by itself where "
     "the locale has no UTF-8."},
    {"color", "`auto`: on a terminal, unless NO_COLOR is set or TERM is dumb."},
    {"Z", "Only root can; without it root becomes nobody."},
    {"no-confine", "Debuggers and profilers need rights that the program gives up otherwise."},
    {"D", "As `wirelint interfaces`."},
};

static const char *find(const struct prose *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].name, name) == 0)
            return list[i].text;
    }
    return NULL;
}

const char *wl_manual_option(const char *name)
{
    return find(options, WL_COUNT(options), name);
}

const char *wl_manual_command(const char *name)
{
    return find(commands, WL_COUNT(commands), name);
}

const char *wl_manual_option_at(size_t i)
{
    return i < WL_COUNT(options) ? options[i].name : NULL;
}

const char *wl_manual_command_at(size_t i)
{
    return i < WL_COUNT(commands) ? commands[i].name : NULL;
}
