#!/bin/sh
# run_cli.sh - the command line as a user meets it: operands, options, messages, exit statuses.
# SPDX-License-Identifier: MIT
#
#     run_cli.sh WIRELINT SAMPLES
#
# Every check is one line: what it is about, the exit status expected, the command. What it printed
# is in $work/out and $work/err for the checks of text that follow.
set -u
wirelint=$1
samples=$2
showcase=$samples/captures/nginx-node-103.pcap
clean=$samples/captures/nginx-range-304.pcap
damaged=$samples/captures/damaged.pcap
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME="$work/none" # what the one who runs the tests has configured is not tested
checks=0
failures=0

[ -r "$showcase" ] || { echo "no $showcase"; exit 77; }

failed() {
    failures=$((failures + 1))
    echo "FAILED: $about: $*"
    sed 's/^/    out: /' "$work/out" | head -n 20
    sed 's/^/    err: /' "$work/err" | head -n 20
}

# check ABOUT STATUS ARGUMENT...
check() {
    about=$1
    expected=$2
    shift 2
    "$wirelint" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    checks=$((checks + 1))
    [ $status -eq "$expected" ] || failed "status $status, not $expected"
}

# out PATTERN, err PATTERN: standard output or error of the last check has a line that matches
out() { checks=$((checks + 1)); grep -q -e "$1" "$work/out" || failed "no '$1' in the output"; }
err() { checks=$((checks + 1)); grep -q -e "$1" "$work/err" || failed "no '$1' in the messages"; }
no_out() { checks=$((checks + 1)); [ ! -s "$work/out" ] || failed "something was printed"; }
no_err() { checks=$((checks + 1)); [ ! -s "$work/err" ] || failed "a message was printed"; }

# json PROGRAM: the last output is NDJSON, of which `lines` is made; the program must be true of it
json() {
    checks=$((checks + 1))
    python3 -c 'import json, sys
def unique(pairs):
    keys = [k for k, v in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)
lines = [json.loads(l, object_pairs_hook=unique) for l in open(sys.argv[1], encoding="utf-8")]
assert '"$1"', lines' "$work/out" 2>"$work/err" || failed "not true: $1"
}

# -------------------------------------------------------------------------------- exit statuses
check "findings are status 1" 1 audit "$showcase"
out '^violation  interim-to-http10'
out 'GET .* HTTP/1.0 -> 103, 200$'
out 'tcp.stream eq [0-9]'
out '^[0-9]* violations, [0-9]* warnings, [0-9]* notes in [0-9]* exchanges on [0-9]* connections$'
no_err
check "no finding is status 0" 0 audit "$clean"
out '^0 violations, '
check "bare FILE is audit" 1 "$showcase"
out '^violation  interim-to-http10'
check "--fail-on never" 0 audit --fail-on never "$showcase"
check "--fail-on=warning" 1 audit --fail-on=warning "$showcase"
check "list has the same status" 1 list "$showcase"
check "a rule switched off does not count" 0 audit --rule 'interim-*=off' --fail-on violation "$showcase"
check "a rule made a note does not fail" 0 audit --rule interim-to-http10=note "$showcase"
out '^note  interim-to-http10'
check "--only" 0 audit --only 'switching-*' "$showcase"
check "--where that leaves nothing" 0 audit --where status:404 "$showcase"
out '^0 violations, 0 warnings, 0 notes in 0 exchanges'
check "--where about rules leaves connections out" 1 audit --where rule:interim-to-http10 "$showcase"
out '^1 violations, 0 warnings, 0 notes in 1 exchanges on 1 connections$'
check "--where not rule: as well" 0 audit --where 'not rule:interim-to-http10' "$showcase"
out ' notes in 1 exchanges on 1 connections$'
check "and their records" 1 audit --json --where rule:interim-to-http10 "$showcase"
json '[l["findings"] for l in lines if l["type"] == "connection"] == [[]]'
check "tables fit into 80 columns" 1 stats -v "$showcase"
out '^Servers  *exchanges'
checks=$((checks + 1))
awk 'length > 80 { exit 1 }' "$work/out" || failed "a line is longer"
check "a damaged file is status 3, and is reported" 3 audit "$damaged"
out ' exchanges on '
err '^wirelint: '
check "a missing file is status 3" 3 audit "$work/none.pcap"
err "^wirelint: cannot open '$work/none.pcap': no such file or directory"
no_out
check "no capture is status 3" 3 audit "$0"
err '^wirelint: '
no_out
# of two connections one is TLS, the other is HTTP to the same port
tls=$("$wirelint" audit --json "$samples/captures/tls.pcap" | python3 -c 'import json, sys
print(*(c["client"]["port"] for c in map(json.loads, sys.stdin)
        if c["type"] == "connection" and c["protocol"] == "tls"))')
check "--require-http without HTTP is status 3" 3 audit --require-http "$samples/captures/tls.pcap" port "$tls"
err 'no HTTP was found'
check "without --require-http it is 0" 0 audit "$samples/captures/tls.pcap" port "$tls"
out 'not judged: 1 tls'
out '^No HTTP was found'
check "an output that cannot be written is 3" 3 audit --report "json=$work/none/x" "$clean"
err 'cannot write'

# ------------------------------------------------------------------------------ usage is status 2
check "no operand" 2
err 'no capture was named'
check "unknown option names the nearest" 2 audit --wehre x "$clean"
err "did you mean '--where'"
check "an option without its value" 2 audit "$clean" --where
check "a value that is none" 2 audit --fail-on error "$clean"
err 'violation, warning, note or never'
check "a flag with another value than yes or no" 2 audit --json=maybe "$clean"
err "yes or no"
check "an unknown rule names the nearest" 2 audit --rule interim-to-htp10=off "$clean"
err "did you mean 'interim-to-http10'"
check "an unknown threshold" 2 audit --set processing.fnal=3 "$clean"
err 'processing.final'
check "a threshold of what is not read in this version" 2 audit --set icap.slow=3 "$clean"
check "a wrong filter" 2 audit "$clean" tcp prt 80
no_out
check "a wrong --where" 2 audit --where 'stats:3' "$clean"
# all of it on one machine: nothing but time and target speaks for the pair
check "two legs on one machine are possible" 0 audit --correlate --only via-missing --json "$showcase"
json '[l["confidence"] for l in lines if l["type"] == "finding"] == ["possible"]'
json '[l["severity"] for l in lines if l["type"] == "finding"] == ["warning"]'
json '[l["leg"]["confidence"] for l in lines if "leg" in l] == ["possible"]'
check "lines say what was found" 0 watch --plain --only interim-hop-by-hop-field "$showcase"
out 'note interim-hop-by-hop-field: 1 more'
check "lines say what was made of it" 0 watch --plain --only early-hints-misuse --rule '*=note' "$showcase"
out 'note early-hints-misuse: 1 more'
check "two filters" 2 audit -f tcp "$clean" port 80
check "two conditions, of which one would hold" 2 audit --where status:200 --where status:103 "$clean"
check "two patterns" 2 audit --only 'early-*' --only 'interim-*' "$clean"
check "a filter in another language" 2 list --where 'status:404 or status:410' "$clean"
err "'status:404,410' is one or the other"
check "a threshold that is like none" 2 audit --set x=1 "$clean"
err 'wirelint.conf(5)'
check "a host by its name" 2 audit "$clean" host no-such-host.invalid
err 'no name is looked up'
check "a file where a filter is" 2 audit "$clean" -- "$showcase"
err 'is a file; what follows -f or -- is a filter'
for pace in 0x10 1e3x 1.2.3x ' 2x' 0x -1 nan; do
    check "the pace '$pace'" 2 watch --speed "$pace" "$clean"
    err 'multiple of the capture'
done
check "the end of an interface" 2 list -i lo --follow --duration 1
check "an option of another command" 2 rules --json
check "--examples is for audit" 2 list --examples 3 "$clean"
check "an output that is an input" 2 audit -w "$clean" "$clean"
err 'would be overwritten'
ln -s "$clean" "$work/link.pcap"
check "an output that is an input by another name" 2 audit --report "json=$work/link.pcap" "$clean"
err 'would be overwritten'
check "an output that is a configuration file" 2 audit --config /dev/null --config "$samples/../LICENSE" \
    --report "json=$samples/../LICENSE" "$clean"
mkdir -p "$work/mine/wirelint" "$work/kept"
echo 'examples = 2' >"$work/mine/wirelint/config"
XDG_CONFIG_HOME="$work/mine"
check "an output that is the user's own configuration file" 2 audit --report "json=$work/mine/wirelint/config" "$clean"
err 'would be overwritten'
XDG_CONFIG_HOME="$work/none"
cp "$clean" "$work/kept/a.pcap"
for output in "--report json=$work/kept/a.pcap" "-w $work/kept/a.pcap"; do
    # shellcheck disable=SC2086 # options and their values
    check "an output that is in a directory of inputs: $output" 2 audit $output "$work/kept"
    err 'would be overwritten'
    no_out
    # shellcheck disable=SC2086
    "$wirelint" audit $output - <"$work/kept/a.pcap" >"$work/out" 2>"$work/err"
    [ $? -eq 2 ] || { about="an output that is standard input: $output"; failed "status"; }
    cmp -s "$clean" "$work/kept/a.pcap" || failed "the capture is lost"
done
for _ in 1 2; do
    check "a report among the inputs, which is no capture" 0 audit --report "json=$work/kept/a.json" "$work/kept"
done
mkdir "$work/linked"
ln -s "$(realpath "$clean")" "$work/linked/capture.pcap"
check "a directory of links to captures elsewhere" 0 audit "$work/linked"
out ' in [1-9][0-9]* exchange'
check "help is no command" 3 help
err "'wirelint --help'"
check "a part of the names of rules" 2 explain interim
err "explain '\*interim\*'"
for two in "--report json=$work/one --report text=$work/one" "--report json=$work/one -w $work/./one" \
    "--write-baseline $work/one --report csv=$work/one" '--json --report text=-' '--report json=- --report csv=-'; do
    # shellcheck disable=SC2086 # options and their values
    check "two outputs in one place: $two" 2 audit $two "$clean"
    err 'would both be written to'
done
ln -s one "$work/also"
: >"$work/one"
check "two names of one file" 2 audit --report "json=$work/one" --report "csv=$work/also" "$clean"
check "one device twice" 0 audit -q --report json=/dev/null --report csv=/dev/null "$clean"
check "the same report asked for twice" 0 audit -q --report "json=$work/one" --report "json=$work/one" "$clean"
check "a report in place of the text" 0 audit --report json=- "$clean"
json 'lines[0]["type"] == "start" and lines[-1]["type"] == "end"'
check "--json-names without NDJSON" 2 list --json-names otel "$clean"
err 'NDJSON'
check "--json-names for a report" 0 list -q --json-names otel --report "json=$work/one" "$clean"
check "packets to two files" 2 audit -w "$work/one" -w "$work/two" "$clean"
err '-w was given twice'
check "two profiles" 2 audit --profile nginx --profile haproxy "$clean"
err '--profile was given twice'
check "a filter that the first link type has not" 2 audit "$samples/captures/any-sll2.pcap" vlan 5
no_out
check "a filter that a later link type has not" 3 audit --json "$samples/captures/merged.pcapng" vlan 5
err 'no VLAN support'
json '"no VLAN support" in lines[-1]["damaged"]'
# a run that comes to nothing leaves the report of the one before as it was; one of nothing does not
for format in json text csv html; do
    echo before >"$work/one"
    check "a $format report and a wrong filter" 2 audit --report "$format=$work/one" "$clean" no filter
    [ "$(cat "$work/one")" = before ] || failed "the report before is gone"
done
echo text >"$work/notes"
check "a report of what is no capture" 3 list --report "text=$work/one" "$work/notes"
[ "$(cat "$work/one")" = before ] || failed "the report before is gone"
check "a list of none" 0 list --where status:599 --report "text=$work/one" "$clean"
[ -s "$work/one" ] && failed "the report before is still there"
# a pipe whose reader leaves has not got the report; the same of standard output is no failure
mkfifo "$work/pipe"
head -c 1 "$work/pipe" >"$work/one" &
check "a report to a pipe that breaks" 3 audit --report "json=$work/pipe" "$samples"/captures/[e-z]*.pcap
err 'cannot write .*pipe.*: broken pipe'
wait
about="a report to standard output by another name"
"$wirelint" audit --report json=/dev/stdout "$samples"/captures/[e-z]*.pcap 2>"$work/err" | head -c 1 >"$work/out"
[ -s "$work/err" ] && failed "it complains"
check "standard input twice" 2 list - -
err 'named twice'
about="standard input that is closed"
"$wirelint" list - >"$work/out" 2>"$work/err" <&-
status=$?
[ $status -eq 3 ] || failed "status $status, not 3"
err 'bad file descriptor'
about="standard output that is closed, and the files that are opened next"
"$wirelint" audit --report "json=$work/one" "$showcase" 2>"$work/err" >&-
status=$?
[ $status -eq 3 ] || failed "status $status, not 3"
err 'bad file descriptor'
cp "$work/one" "$work/out"
json 'lines[0]["type"] == "start" and lines[-1]["type"] == "end"'
check "explain without a rule" 2 explain
check "an unknown rule to explain" 2 explain interim-to-http1
err "did you mean 'interim-to-http10'"
check "a misspelt command is a missing file, with a hint" 3 adit
err "did you mean the command 'audit'"
for option in '--keylog k'; do
    # shellcheck disable=SC2086 # an option and its value
    check "$option is refused" 2 audit $option "$clean"
    err 'this version'
    no_out
done
check "a screen needs a terminal" 2 watch "$clean"
err 'wirelint list'
no_out
for option in '-B 2' '-p' '-s 100'; do
    # shellcheck disable=SC2086 # an option and its value
    check "$option without an interface" 2 audit $option "$clean"
    err '-i is missing'
    no_out
done
for option in '--duration 3' '--interval 2'; do
    # shellcheck disable=SC2086 # an option and its value
    check "$option of a file" 2 audit $option "$clean"
    err 'go by the clock'
    no_out
done
for option in '--speed 2x' '--refresh 2' '--hosts /etc/hosts' '--theme light' --ascii --no-mouse; do
    # shellcheck disable=SC2086 # an option and its value
    check "$option without a screen" 2 watch --plain $option "$clean"
    err 'about the screen'
done
check "a hosts file that is not there" 3 watch --hosts "$work/nonesuch" "$clean"
err "cannot read '.*nonesuch'"
check "two hosts files" 2 watch --hosts a --hosts b "$clean"
err 'was given twice'
check "rights that are given up and kept" 2 audit -Z nobody --no-confine "$clean"
err 'take one of them'
check "the pace of what is captured" 2 watch -i lo --speed 2x
err 'at its own pace'
check "the pace of a file that grows" 2 watch --follow --speed 2x "$clean"
check "an interval that is none" 2 stats -i lo --interval 0.1
err '1 or more'
check "a file and an interface" 2 audit "$clean" -i lo
err 'cannot be read together'
check "a list has no interval" 2 list -i lo --interval 1
err 'does not take --interval'
check "a report as an option" 2 audit --sarif out.sarif "$clean"
err "did you mean '--report sarif=FILE'"
check "an option of another command, before one of its own" 2 audit --format json -j 1 "$clean"
err "'wirelint audit' does not take --format"
err "'wirelint audit --help' lists"
check "interfaces" 0 interfaces
check "interfaces for programs" 0 interfaces --json
python3 -c 'import json, sys; assert all("name" in i and "up" in i for i in json.load(sys.stdin))' \
    <"$work/out" || failed "no list of interfaces"
check "-D" 0 -D
check "interfaces takes no operand" 2 interfaces lo
check "plain lines of a file" 1 watch --plain "$showcase"
out '1 violations'

# ------------------------------------------------------------------------------------- operands
check "-r FILE and trailing words" 0 audit -r "$clean" tcp port 1
out ' in 0 exchanges on 0 connections'
check "a filter after the file" 0 audit "$clean" port 1
check "-f" 0 audit -f 'port 1' "$clean"
out ' in 0 exchanges on 0 connections'
check "-- begins the filter" 0 audit "$clean" -- port 1
check "options may follow the filter" 0 audit "$clean" port 1 --json
json 'lines[-1]["type"] == "end" and lines[-1]["connections"] == 0'
check "a net in the filter is no file" 0 audit "$clean" net 10.99.0.0/16
check "-j N gives the same" 1 list -j 3 "$showcase"
cp "$work/out" "$work/shards"
check "-j 0 is none" 2 list -j 0 "$showcase"
check "without -j" 1 list "$showcase"
cmp -s "$work/out" "$work/shards" || failed "-j 3 differs"
check "several files are one capture" 1 audit --json "$clean" "$showcase"
json 'all("file" in l for l in lines if l["type"] in ("exchange", "finding"))'
json 'len(lines[0]["inputs"]) == 2 and [l["type"] for l in lines].count("start") == 1'
check "--separate runs each by itself" 1 audit --separate --json "$clean" "$showcase"
json '[l["type"] for l in lines].count("start") == 2'
cp "$showcase" "$work/audit"
check "./audit is a file" 1 "$work/audit"
"$wirelint" audit - <"$showcase" >"$work/out" 2>"$work/err"
[ $? -eq 1 ] || { about="standard input"; failed "status"; }
about="standard input has one shard"
"$wirelint" audit -j 2 - <"$showcase" >"$work/out" 2>"$work/err"
err 'one shard'
check "what is followed has one shard" 0 list -j 2 --follow -c 3 "$showcase"
err 'what is followed has one shard'
mkdir "$work/dir" && cp "$clean" "$showcase" "$work/dir/" && echo text >"$work/dir/notes"
check "a directory is every capture in it" 1 audit --json "$work/dir"
json 'len(lines[0]["inputs"]) == 2'
check "--separate on a directory" 1 audit --json --separate "$work/dir"
json '[l["type"] for l in lines].count("start") == 2'

# --------------------------------------------------------------------------------------- output
check "audit --json" 1 audit --json "$showcase"
json 'lines[0]["type"] == "start" and lines[0]["schema"] == "wirelint/1"'
json 'lines[-1]["type"] == "end"'
json '{l["type"] for l in lines} == {"start", "exchange", "finding", "connection", "end"}'
json 'all(l["rule"] in lines[i - 1].get("findings", [l["rule"]]) for i, l in enumerate(lines) if l["type"] == "finding" and lines[i - 1]["type"] != "finding")'
json 'sum(lines[-1]["findings"].values()) == sum(l["type"] == "finding" for l in lines)'
json 'lines[-1]["exchanges"] == sum(l["type"] == "exchange" for l in lines)'
json 'lines[-1]["connections"] == sum(l["type"] == "connection" for l in lines)'
json 'any(l["statuses"] == [103, 200] and l["version"] == "1.0" for l in lines if l["type"] == "exchange")'
check "list --json" 1 list --json "$showcase"
json '{l["type"] for l in lines} == {"start", "exchange", "end"}'
check "stats --json" 1 stats --json "$showcase"
json '[l["type"] for l in lines] == ["start", "end"] and lines[1]["times"]["final"]["p50"] >= 0'
check "stats" 1 stats "$showcase"
out '^  1xx '
out '103, 200'
out 'to the final response'
check "list" 1 list --utc "$showcase"
out '^[0-9:.]\{15\} [0-9.:]* > [0-9.:]*  GET .* HTTP/1.0 -> 103, 200  .*s  interim-to-http10'
check "HTTP/0.9 answers without a status" 0 list --utc "$samples/captures/http09.pcap"
out 'GET /hello.txt -> \[HTTP/0.9\]  140 us$'
check "it is not unanswered" 0 list --where 'state:unanswered' "$samples/captures/http09.pcap" "$samples/captures/node-103.pcap"
checks=$((checks + 1))
if grep -q 'HTTP/0.9' "$work/out"; then failed "an answer of HTTP/0.9 is none"; fi
out '> 103, ?'
check "--report beside standard output" 1 audit --report "json=$work/r.json" --report "text=$work/r.txt" "$showcase"
cp "$work/out" "$work/text"
cmp -s "$work/text" "$work/r.txt" || failed "text differs from --report text"
"$wirelint" audit --json "$showcase" >"$work/out"
cmp -s "$work/out" "$work/r.json" || failed "json differs from --report json"
check "--report csv is the same from every command" 1 audit --report "csv=$work/a.csv" "$showcase"
for command in list stats; do
    check "$command --report csv" 1 "$command" --report "csv=$work/b.csv" "$showcase"
    cmp -s "$work/a.csv" "$work/b.csv" || failed "csv of $command differs"
done
check "--color always" 1 audit --color always "$showcase"
out "$(printf '\033')"'\['
about="no colour that cannot be read on a light ground"
checks=$((checks + 1))
if grep -q "$(printf '\033')"'\[[0-9;]*3[236]m' "$work/out"; then failed "green, yellow or cyan"; fi
check "--color auto to a pipe is plain" 1 audit "$showcase"
if grep -q "$(printf '\033')" "$work/out"; then failed "escape sequences"; fi
check "-q is short" 1 audit -q "$showcase"
checks=$((checks + 1))
[ "$(wc -l <"$work/out")" -lt 12 ] || failed "not short"
check "-v tells more" 1 audit -v "$showcase"
out '^Counters'
check "--examples 0" 1 audit --examples 0 "$showcase"
if grep -q 'Wireshark:' "$work/out"; then failed "examples"; fi
about="a reader that goes away"
"$wirelint" list --json "$showcase" 2>"$work/err" | head -c 10 >"$work/out"
no_err
about="a full disk"
for command in "audit -w $work/long.pcapng" "audit --report html=$work/long.html" "explain *"; do
    # shellcheck disable=SC2086 # options and their values
    case $command in
    explain*) (set -f; ulimit -f 1 && "$wirelint" $command >"$work/long") 2>"$work/err" ;;
    *) (ulimit -f 1 && "$wirelint" $command "$showcase" >/dev/null) 2>"$work/err" ;;
    esac
    [ $? -eq 3 ] || { about="a file that may not grow: $command"; failed "status"; }
    err 'file too large'
done
about="half a page"
# shellcheck disable=SC2046 # 60 words
(set -f && "$wirelint" explain $(printf '* %.0s' $(seq 60)) >"$work/out" 2>"$work/err")
[ $? -eq 3 ] || failed "status"
no_out
about="a signal before all was read"
python3 -c 'import select, signal, subprocess, sys
run = subprocess.Popen([sys.argv[1], "audit", "--json", sys.argv[2]], stdout=subprocess.PIPE)
select.select([run.stdout], [], []) # there is more to come than a pipe holds
run.send_signal(signal.SIGTERM)
last = run.stdout.read().splitlines()[-1]
if b"\"stopped\":true}" not in last or b"\"type\":\"end\"" not in last:
    sys.exit("the end does not say that it is none")
sys.exit(run.wait())' "$wirelint" "$samples/captures" 2>"$work/err"
[ $? -eq 3 ] || failed "status"
err 'before all was read'
check "all that was asked for" 0 audit -c 5 --report "json=$work/part" --report "html=$work/page" "$showcase"
checks=$((checks + 1))
grep -q '"stopped":true}$' "$work/part" || failed "NDJSON does not tell a part"
grep -q 'Stopped before the end of the input' "$work/page" || failed "HTML does not tell a part"
check "all there is" 1 audit --report "json=$work/part" --report "html=$work/page" "$showcase"
checks=$((checks + 1))
! grep -q '"stopped"' "$work/part" || failed "NDJSON tells a part of what is whole"
! grep -q 'Stopped before' "$work/page" || failed "HTML tells a part of what is whole"
if [ -w /dev/full ]; then
    check "a damaged input and a report that cannot be written" 3 audit --report html=/dev/full "$damaged"
    err 'cut off'
    err 'cannot write'
    check "a report that cannot be written ends the run, which others say" 3 audit --report json=/dev/full "$samples/captures"
    out 'stopped before the end of the input'
    err 'cannot write'
    "$wirelint" list "$showcase" >/dev/full 2>"$work/err"
    [ $? -eq 3 ] || failed "status"
    err 'cannot write standard output: no space left'
fi

about="README shows a finding as the report has it"
checks=$((checks + 1))
root=$(cd "$samples/.." && pwd)
awk '/^```/ { on = 0 } /^violation / { on = 1 } on' "$root/README.md" >"$work/readme"
(cd "$root" && TZ=UTC "$wirelint" samples/captures/nginx-node-103.pcap) >"$work/out" 2>"$work/err"
python3 -c 'import sys
shown, report = (open(name).read() for name in sys.argv[1:])
sys.exit(len(shown) < 200 or shown not in report)' "$work/readme" "$work/out" || failed "it differs"

# ------------------------------------------------------------------------------ the other commands
check "--help" 0 --help
out 'wirelint list'
[ "$(awk 'length > 80' "$work/out" | wc -l)" -eq 0 ] || failed "wider than 80 columns"
check "-h" 0 -h
for command in audit list stats watch rules profiles explain interfaces; do
    check "$command --help" 0 $command --help
    checks=$((checks + 1))
    [ "$(awk 'length > 80' "$work/out" | wc -l)" -eq 0 ] || failed "wider than 80 columns"
done
check "--version" 0 --version
out '^wirelint [0-9]'
out 'libpcap'
check "rules" 0 rules
out '^interim-to-http10 .* violation  server '
check "rules --format json" 0 rules --format json
python3 -c 'import json, sys
rules = json.load(open(sys.argv[1]))
ids = [r["id"] for r in rules]
assert ids == sorted(set(ids)) and len(ids) > 30
assert all(r["severity"] in ("violation", "warning", "note") and r["title"] and r["cite"] for r in rules)
' "$work/out" || failed "the catalogue is not as it should be"
check "rules --format markdown" 0 rules --format markdown
out '^### interim-to-http10'
check "profiles" 0 profiles
out '^nginx '
check "profiles --format json" 0 profiles --format json
python3 -c 'import json, sys
profiles = json.load(open(sys.argv[1]))
names = [p["name"] for p in profiles]
assert names == sorted(set(names)) and all(p["source"] and p["settings"] for p in profiles)
' "$work/out" || failed "the profiles are not as they should be"
check "profiles --format markdown" 0 profiles --format markdown
for profile in $("$wirelint" profiles --format json | python3 -c 'import json, sys
print(*[p["name"] for p in json.load(sys.stdin)])'); do
    check "--profile $profile" 0 audit --fail-on never --profile $profile "$showcase"
done
check "--profile of nobody" 2 audit --profile cloudflar "$showcase"
err "did you mean 'cloudflare'"
check "--set wins over --profile" 2 audit --set processing.final=x --profile nginx "$showcase"
check "--correlate" 0 list --correlate --fail-on never "$samples/captures/nginx-keepalive-node-103.pcap"
out '^    upstream .* GET /hint HTTP/1.1 -> 103, 200'
check "findings beyond a limit" 0 list --json --set max_findings=0 "$showcase"
out '"limits":{"max_findings":[1-9]'
check "explain" 0 explain interim-to-http10
out 'https://www.rfc-editor.org/rfc/rfc9110#section-15.2'
out '^It fires on'
out '^It does not fire on'
check "explain takes globs" 0 explain 'interim-*'
"$wirelint" rules | while read -r id rest; do
    "$wirelint" explain "$id" >"$work/out" 2>"$work/err" && grep -q '^It fires on' "$work/out" ||
        echo "$id $rest"
done >"$work/unexplained"
about="every rule has its page with an example"
checks=$((checks + 1))
[ ! -s "$work/unexplained" ] || { cp "$work/unexplained" "$work/out"; failed "some have none"; }

echo "$checks checks, $failures failed"
[ $failures -eq 0 ]
