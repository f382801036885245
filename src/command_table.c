/* command_table.c - the commands, one row each: names, operands, and the examples of their help.
 * SPDX-License-Identifier: MIT
 */
#include "option_table.h"

const struct wl_command_row wl_command_rows[WL_N_COMMANDS] = {
    [WL_COMMAND_AUDIT] =
        {
            .name = "audit",
            .help = "judge and report; exit 1 on violations (for CI)",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint audit test-run.pcapng",
                    "wirelint audit --fail-on warning --json captures/ > findings.ndjson",
                    "wirelint audit -w evidence.pcapng prod.pcap.zst host 10.0.0.9",
                    "tcpdump -U -w - port 80 | wirelint audit -",
                },
        },
    [WL_COMMAND_LIST] =
        {
            .name = "list",
            .help = "a line per exchange, with all of its statuses",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint list -i eth0 port 80",
                    "wirelint list prod.pcap",
                    "wirelint list --where 'class:5xx method:POST' prod.pcap",
                    "wirelint list --where state:unanswered prod.pcap",
                },
        },
    [WL_COMMAND_STATS] =
        {
            .name = "stats",
            .help = "counts per class and code, sequences, times",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint stats prod.pcap",
                    "wirelint stats -i any --interval 60",
                    "wirelint stats --where server:10.0.0.9 prod.pcap",
                    "wirelint stats --json prod.pcap | jq 'select(.type == \"end\").times'",
                },
        },
    [WL_COMMAND_WATCH] =
        {
            .name = "watch",
            .help = "the dashboard",
            .operands = "FILE... [FILTER]",
            .examples =
                {
                    "wirelint watch prod.pcap",
                    "wirelint watch --speed 10x prod.pcap port 8080",
                    "tcpdump -U -w - | wirelint watch -",
                    "ssh host tcpdump -U -w - | wirelint watch -",
                },
        },
    [WL_COMMAND_RULES] =
        {
            .name = "rules",
            .help = "the catalogue of rules",
            .operands = "",
            .examples = {"wirelint rules", "wirelint rules --format json | jq -r '.[].id'"},
        },
    [WL_COMMAND_PROFILES] =
        {
            .name = "profiles",
            .help = "the thresholds of known gateways, for --profile",
            .operands = "",
            .examples = {"wirelint profiles", "wirelint audit --profile cloudflare prod.pcap"},
        },
    [WL_COMMAND_EXPLAIN] =
        {
            .name = "explain",
            .help = "a rule: why, where it is written, what to do",
            .operands = "RULE...",
            .examples = {"wirelint explain interim-to-http10"},
        },
    [WL_COMMAND_INTERFACES] =
        {
            .name = "interfaces",
            .help = "the interfaces there are to capture from",
            .operands = "",
            .examples = {"wirelint interfaces", "wirelint interfaces --json | jq -r '.[].name'"},
        },
    [WL_COMMAND_CONFIG] =
        {
            .name = "config",
            .help = "the settings in force, and where each comes from",
            .operands = "",
            .examples = {"wirelint config",
                         "wirelint config --config ci/wirelint.conf --fail-on note"},
        },
};
