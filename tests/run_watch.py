#!/usr/bin/env python3
# run_watch.py - the dashboard as its users have it: in a terminal, by keys.
# SPDX-License-Identifier: MIT
"""usage: run_watch.py WIRELINT SAMPLES/captures [CASE...]

Runs the real program in tmux (and once on a bare pseudo-terminal), presses keys and reads the screen.
Nothing waits for a fixed time: every step waits until the screen says what it should, and fails when
it never does. Without tmux everything is skipped, with a message; what needs to be root, too.
"""
import csv
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

from frames import conversation, far_capture, hostile_capture
from terminal import PATIENCE, Complaint, Terminal, check, has


class Cases:
    """Every method whose name begins with case_ is a case."""

    def __init__(self, program, samples, folder):
        self.program, self.samples, self.folder = program, samples, folder
        self.sample = os.path.join(samples, "haproxy-103-http10.pcap")

    def terminal(self, *size, **environment):
        """A new terminal."""
        return Terminal(self.folder, *size, **environment)

    def watch(self, terminal, words=None):
        """Starts the dashboard on the sample and waits for it."""
        terminal.run(f"clear; {self.program} watch {words or self.sample}; echo status=$?")
        return terminal.wait("FILE", "Sequences", without="READING")

    def leave(self, terminal):
        """Ends it by q; the verdict and the status must stand there."""
        terminal.press("q")
        return terminal.wait("re:(?m)^status=[0-9]", without="Sequences")

    def case_deeper_and_back(self, terminal):
        """Overview, connections, ladder, message, and back by Esc and q."""
        before = terminal.state()
        self.watch(terminal)
        terminal.press("2")
        terminal.wait("Overview > Connections", "17081")
        terminal.press("Enter")
        terminal.wait("Ladder", "TCP open", "103 Early Hints", "200 OK", "FIN", "tcp.stream eq")
        terminal.press("Enter")
        terminal.wait("Message", "GET /hint HTTP/1.1", "decoded")
        terminal.press("x")
        terminal.wait("head in hexadecimal", "00000  47 45 54")
        terminal.press("Escape")
        terminal.wait("TCP open", without="hexadecimal")
        terminal.press("Escape")
        terminal.wait("Overview > Connections", without="TCP open")
        terminal.press("Escape")
        terminal.wait("Sequences", without="Overview >")
        shown = self.leave(terminal)
        verdict = subprocess.run([self.program, "audit", self.sample], capture_output=True, text=True,
                                 check=False).stdout.splitlines()[-1]
        check(verdict.startswith("2 violations,") and verdict in shown,
              f"no verdict '{verdict}' was left behind:\n{shown}")
        check("status=1" in shown, f"the status is not 1:\n{shown}")
        check(terminal.state() == before, "the terminal is not as it was before")

    def case_filter(self, terminal):
        """The filter line: wrong, right, completed, in every list, taken away."""
        self.watch(terminal, self.samples)
        terminal.press("2")
        terminal.wait("Overview > Connections", "re:Connections +1[0-9][0-9]")
        terminal.press("/")
        terminal.type("statu:103")
        terminal.wait("error at column 1", "did you mean 'status:'?")
        terminal.press("C-u")
        terminal.type("stat")
        terminal.press("Tab")
        terminal.wait("/ status:", "'status:' wants a status code")
        terminal.type("103")
        terminal.wait("ok", "re:Connections +[0-9]+ of 1[0-9][0-9]")
        terminal.press("Enter")
        terminal.wait("/ status:103")
        terminal.press("3")
        terminal.wait("Overview > Findings", "/ status:103", without="expect-ignored")
        terminal.press("1")
        terminal.wait("Sequences", without="Overview >")
        terminal.press("Escape")
        terminal.wait("the filter is gone")
        self.leave(terminal)

    def case_compare(self, terminal):
        """Two exchanges of one connection side by side, one above the other; then two connections;
        and what it says when there are not two."""
        self.watch(terminal, os.path.join(self.samples, "curl-keepalive.pcap"))
        terminal.press("2", "e", "d")
        terminal.wait("two marked rows are compared, and 0 are marked", "re:Exchanges +9 ")
        terminal.press("Home", "Space", "Space", "w")
        terminal.wait("packets of the 1 marked connection", "2 marked")
        terminal.press("Escape", "d")
        terminal.wait("> Compare", "re:(?m)^< start line +GET /digits.txt HTTP/1.1",
                      "re:(?m)^> start line +HEAD /missing HTTP/1.1", "re:(?m)^  User-Agent +curl/",
                      "re:(?m)^< 200 +after [0-9]+ us", "re:(?m)^> 404 +after [0-9]+ us")
        text = os.path.join(self.folder, "compared.txt")
        terminal.press("w")
        terminal.wait("what this view shows, as text")
        terminal.press("t")
        terminal.wait("write to:")
        terminal.press("C-u")
        terminal.run(text)
        terminal.wait("written to '")
        with open(text, encoding="utf-8") as file:
            lines = file.read().split("\n")
        check("< start line     GET /digits.txt HTTP/1.1" in lines
              and "> start line     HEAD /missing HTTP/1.1" in lines, f"as text: {lines}")
        terminal.resize(120, 40)
        terminal.wait("re:(?m)^\\| start line +GET /digits.txt HTTP/1.1 +HEAD /missing HTTP/1.1$")
        terminal.press("Escape", "Space", "Space", "Escape", "d")
        terminal.wait("and 4 are marked", without="> Compare")
        terminal.resize(80, 24)
        terminal.press("1")
        terminal.wait("Servers", without="Ladder")
        self.leave(terminal)
        self.watch(terminal, os.path.join(self.samples, "nginx-node-103.pcap"))
        terminal.press("2")
        terminal.wait("re:Connections +2 ")
        terminal.press("Space", "Space", "d")
        terminal.wait("< connection", "re:(?m)^[<>] GET /hint HTTP/1.[01] -> 103, 200$")
        terminal.press("Escape", "u", "Enter", "d")
        terminal.wait("Ladder", "and 0 are marked")
        terminal.press("1")
        terminal.wait("Servers", without="Ladder")
        self.leave(terminal)

    def case_compare_in_order(self, terminal):
        """Exchanges of two connections by the longest sequence that both have, target and status."""
        path = os.path.join(self.folder, "order.pcap")
        conversation(path, *[
            (b"".join(b"GET /%c HTTP/1.1\r\nHost: a\r\n\r\n" % target for target in targets),
             b"".join(b"HTTP/1.1 %d A\r\nContent-Length: 0\r\n\r\n" % (404 if target in missing else 200)
                      for target in targets))
            for targets, missing in ((b"abcd", b""), (b"axcyd", b"d"))])
        self.watch(terminal, path)
        terminal.press("2")
        terminal.wait("re:Connections +2 ")
        terminal.press("I")
        terminal.wait("re:▸N? +0 ")
        terminal.press("Space", "Space", "d")
        shown = terminal.wait("> Compare", "5 differences")
        lines = [line.split(" HTTP/1.1 -> ") for line in shown.splitlines() if "HTTP/1.1 ->" in line]
        lines = [f"{head} {status[:3]}" for head, status in lines]
        check(lines == ["  GET /a 200", "< GET /b 200", "> GET /x 200", "  GET /c 200", "< GET /d 200",
                        "> GET /y 200", "> GET /d 404"], f"in another order: {lines}")
        terminal.press("1")
        terminal.wait("Servers", without="Connections")
        self.leave(terminal)

    def case_compare_redacted(self, terminal):
        """What a level of --redact hides is not shown where two are compared either."""
        terminal.run(f"clear; {self.program} watch --redact values {self.samples}/curl-keepalive.pcap")
        terminal.wait("FILE")
        terminal.press("2", "e")
        terminal.wait("re:Exchanges +9 ")
        terminal.press("Space", "Space", "d")
        terminal.wait("> Compare", "User-Agent", without="curl/7")
        terminal.press("q", "q", "q", "q")
        terminal.wait("re:(?m)^ready>")

    def case_settings(self, terminal):
        """Colours go and come, columns too, and what a terminal has not it says."""
        colour = "\x1b\\[[0-9;]*(3|4|9)[0-7]m|\x1b\\[[0-9;]*38[;:]"
        self.watch(terminal)
        check(re.search(colour, terminal.screen(looks=True)), "there are no colours to begin with")
        terminal.press("o")
        terminal.wait("re:colours +for a dark background", without="columns")
        terminal.press("c", "c")
        terminal.wait("re:colours +none")
        check(not re.search(colour, terminal.screen(looks=True)), "there are colours still")
        terminal.press("c", "Escape", "2", "o", "l")
        terminal.wait("re:4 +client +where there is room", "re:3 +start +no room for it now")
        terminal.press("4", "4")
        terminal.wait("re:4 +client +never", "re:# +server ")
        terminal.press("3", "<", "<", "Escape")
        terminal.wait("re:columns of this list +chosen")
        terminal.press("Escape")
        terminal.wait("re:start.? +# +server", without="client")
        terminal.press("o", "l", "0", "Escape")
        terminal.wait("re:columns of this list +as room allows", "re:# +client +server ")
        terminal.press("Escape", "1")
        terminal.wait("Servers", without="Connections")
        self.leave(terminal)
        terminal.run(f"clear; NO_COLOR=1 TERM=vt100 {self.program} watch {self.sample}; echo status=$?")
        terminal.wait("FILE", "Sequences", without="READING")
        terminal.press("o", "c")
        terminal.wait("re:colours +none", "this terminal has no colours")
        terminal.press("a")
        terminal.wait("re:characters +ASCII", "this terminal shows ASCII only")
        terminal.press("Escape", "q")
        terminal.wait("re:(?m)^status=1")
        terminal.run(f"clear; NO_COLOR=1 {self.program} watch --ascii {self.sample}; echo status=$?")
        terminal.wait("FILE", "Sequences", without="READING")
        terminal.press("o", "c", "a")
        terminal.wait("re:colours +for a dark background", "re:characters +UTF-8")
        check(re.search(colour, terminal.screen(looks=True)), "colours did not come")
        terminal.press("Escape")
        self.leave(terminal)

    def case_names(self, terminal):
        """Names of --hosts in lists and not in the ladder, addresses again, /etc/hosts without it."""
        hosts = os.path.join(self.folder, "hosts")
        with open(hosts, "w", encoding="latin-1") as file:
            file.write("127.0.0.1 shop.internal second\n10.0.0.9 a\x1b]0;b\n")
        self.watch(terminal, f"--hosts {hosts} {self.sample}")
        terminal.press("2", "a")
        terminal.wait("names of 1 address from", "re:shop.*:17081", without="127.0.0.1:17081")
        terminal.press("Enter")
        terminal.wait("Ladder", "127.0.0.1:17081")
        terminal.press("Escape", "a")
        terminal.wait("127.0.0.1:17081", without="shop")
        terminal.press("1")
        terminal.wait("Servers", without="Connections")
        self.leave(terminal)

    def case_list_without_rows(self, terminal):
        """It says why: a class of which there is none, or a filter."""
        self.watch(terminal)
        terminal.type("jjjjjjjj")  # down to a class that this capture does not have
        terminal.press("Enter")
        terminal.wait("Overview > Exchanges", "There are none of these.", without="The filter lets")
        terminal.press("/")
        terminal.type("status:299")
        terminal.press("Enter")
        terminal.wait("/ status:299", "The filter lets none of them through.", without="There are none")
        terminal.press("1")
        terminal.wait("Sequences", without="Exchanges")
        self.leave(terminal)

    def case_sizes(self, terminal):
        """Resized while it runs, down to almost nothing and back."""
        self.watch(terminal)
        for width, height, wanted in ((40, 10, "1xx"), (140, 45, "Latest"), (20, 4, "V 2"),
                                      (10, 2, "FILE"), (200, 60, "Latest"), (80, 24, "Servers")):
            terminal.resize(width, height)
            terminal.wait(wanted)
        terminal.press("2", "Enter")
        for width, height in ((40, 10), (140, 45), (24, 5), (80, 24)):
            terminal.resize(width, height)
            terminal.wait("Ladder" if width > 24 else "re:.", "TCP")
        terminal.resize(20, 5)
        terminal.press("o")
        terminal.wait("Settings", "re: t.+since")  # its key, however long its value
        terminal.press("Escape")
        terminal.resize(80, 24)
        terminal.press("1")
        terminal.wait("Sequences")
        self.leave(terminal)

    def case_write_packets(self, terminal):
        """A marked connection as pcapng, which audit reads."""
        packets = os.path.join(self.folder, "marked.pcapng")
        self.watch(terminal)
        terminal.press("2")
        terminal.wait("Overview > Connections", "17081")
        terminal.press("G", "Space", "w")
        terminal.wait("packets of the 1 marked")
        terminal.press("m")
        terminal.wait("write to: ")
        terminal.press("C-u")
        terminal.type(packets)
        terminal.press("Enter")
        terminal.wait("marked.pcapng'", "re:packets? ", without="writing '")
        audit = subprocess.run([self.program, "audit", packets], capture_output=True, text=True,
                               timeout=PATIENCE, check=False)
        check(" in 1 exchanges on 1 connections" in audit.stdout,
              f"what was written is another capture:\n{audit.stdout}{audit.stderr}")
        terminal.press("1")
        terminal.wait("Sequences")
        self.leave(terminal)

    def case_write_command(self, terminal):
        """The suffix says what is written; one that says something else does not mean packets."""
        self.watch(terminal)
        for name, wanted in (("x.sarif", "the suffix says what is written"), ("x.pcapng", "x.pcapng'")):
            path = os.path.join(self.folder, name)
            terminal.type(":write " + path)
            terminal.press("Enter")
            terminal.wait(wanted, without="writing '")
            check(os.path.exists(path) == (name == "x.pcapng"), f"{name} is there, or is not")
        self.leave(terminal)

    def case_write_text(self, terminal):
        """A ladder as text, once; a name that is taken leaves the line open for another."""
        text = os.path.join(self.folder, "ladder.txt")
        other = os.path.join(self.folder, "ladder-other.txt")
        self.watch(terminal)
        terminal.press("2")
        terminal.wait("Overview > Connections", "17081")
        terminal.press("Enter")
        terminal.wait("Ladder", "103 Early Hints")
        with open(other, "w", encoding="utf-8") as file:
            file.write("another's")
        for key, name in (("t", text), ("t", other), ("c", other), ("p", other)):
            terminal.press("w")
            terminal.wait("as text")
            terminal.press(key)
            terminal.wait("write to: ")
            terminal.press("C-u")
            terminal.type(name)
            terminal.press("Enter")
            if name == text:
                terminal.wait("written to", without="write to: ")
                continue
            terminal.wait("nothing is written over", "write to: ")
            terminal.press("Escape")
            terminal.wait("TCP open", without="write to: ")
        for path, words in ((text, "103 Early Hints"), (other, "another's")):
            with open(path, encoding="utf-8") as file:
                check(words in file.read(), f"there is no '{words}' in {path}")
        terminal.press("1")
        terminal.wait("Sequences")
        self.leave(terminal)

    def case_write_table(self, terminal):
        """w writes the table of what passes the filter, as CSV; marks go first."""
        path = os.path.join(self.folder, "table.csv")
        self.watch(terminal, self.samples)
        terminal.wait("re:FILE  [0-9]+ captures")
        terminal.press("/")
        terminal.type("status:103")
        terminal.wait("re:status:103 +ok")
        terminal.press("Enter")
        terminal.press("w")
        terminal.wait("table of what passes the filter", "csv")
        terminal.press("c")
        terminal.wait("write to:")
        terminal.press("C-u")
        terminal.type(path)
        terminal.press("Enter")
        terminal.wait(f"exchanges written to '{path}'")
        self.leave(terminal)
        with open(path, encoding="utf-8", newline="") as table:
            rows = list(csv.DictReader(table))
        check(len(rows) >= 16 and all("103" in row["statuses"].split() for row in rows
                                      if row["type"] == "exchange"), f"not the filter's: {rows}")

    def case_found_severity(self, terminal):
        """A rule stands among the findings with what it found, which may be less than it can find."""
        self.watch(terminal, "--only interim-hop-by-hop-field "
                   + os.path.join(self.samples, "nginx-node-103.pcap"))
        terminal.wait("V 0 W 0 N 1", "N interim-hop-by-hop-field")
        terminal.press("3")
        terminal.wait("N  interim-hop-by-hop-field")
        terminal.press(":")
        terminal.type("rule interim-hop-by-hop-field=off")
        terminal.press("Enter")
        terminal.wait("- off, fault of the server")
        terminal.press("1")
        self.leave(terminal)

    def case_write_legs(self, terminal):
        """What is saved of the legs of a proxy says so, as --json does."""
        path = os.path.join(self.folder, "legs.ndjson")
        capture = os.path.join(self.samples, "nginx-keepalive-node-103.pcap")
        self.watch(terminal, "--correlate " + capture)
        terminal.press(":")
        terminal.type(f"write {path}")
        terminal.press("Enter")
        terminal.wait("exchanges written to")
        self.leave(terminal)
        list_ = subprocess.run([self.program, "list", "--json", "--correlate", capture], capture_output=True,
                               text=True, timeout=PATIENCE, check=False).stdout
        with open(path, encoding="utf-8") as saved:
            legs, wanted = ([(x["conn"], x["n"], x["leg"]) for x in map(json.loads, lines) if "leg" in x]
                            for lines in (saved, list_.splitlines()))
        check(legs == wanted and wanted, f"legs {legs}, not {wanted}")

    def case_write_report(self, terminal):
        """What is saved is like what --report writes: names of keys, filters by address, samples of rules."""
        paths = [os.path.join(self.folder, name) for name in ("names.ndjson", "page.html")]
        capture = os.path.join(self.samples, "nginx-node-103.pcap")
        audit = subprocess.run([self.program, "audit", "--report", f"html={paths[1]}-audit", capture, "tcp"],
                               capture_output=True, check=False, timeout=PATIENCE)
        check(audit.returncode == 1, audit.stderr)
        terminal.run(f"clear; {self.program} watch --json-names otel {capture} tcp; echo status=$?")
        terminal.wait("FILE", "Sequences", without="READING")
        for path in paths:
            terminal.press(":")
            terminal.type(f"write {path}")
            terminal.press("Enter")
            terminal.wait("exchanges written to", os.path.basename(path))
        with open(paths[0], encoding="utf-8") as saved:
            check('"http.request.method":"GET"' in saved.read(), "the keys are not those of --json-names")
        for what in ("It fires on:", "tcp.port eq", "ip.addr eq"):
            counts = []
            for path in (paths[1], paths[1] + "-audit"):
                with open(path, encoding="utf-8") as page:
                    counts.append(page.read().count(what))
            check(counts[0] == counts[1], f"'{what}' stands {counts} times")
        self.leave(terminal)

    def case_write_redacted(self, terminal):
        """Above the least level of --redact no packets are written: nothing in them could be hidden."""
        path = os.path.join(self.folder, "redacted.pcapng")
        self.watch(terminal, "--redact values "
                   + os.path.join(self.samples, "nginx-node-103.pcap"))
        terminal.press("w")
        terminal.wait("table of everything held", without="packets of")
        terminal.press("Escape", ":")
        terminal.type(f"write {path}")
        terminal.press("Enter")
        terminal.wait("packets cannot be redacted")
        check(not os.path.exists(path), "something was written")
        self.leave(terminal)

    def case_write_nothing(self, terminal):
        """Where there is nothing to write nothing is left behind, as confined as the program is."""
        path = os.path.join(self.folder, "nothing.pcapng")
        terminal.run(f"cd {self.folder}")
        self.watch(terminal)
        terminal.press("/")
        terminal.type("status:599")
        terminal.wait("re:status:599 +ok")
        terminal.press("Enter", ":")
        terminal.type("write nothing.pcapng")
        terminal.press("Enter")
        terminal.wait("there is no connection to write")
        check(not os.path.exists(path), "an empty file was left behind")
        self.leave(terminal)

    def case_ladder_content(self, terminal):
        """Content after the head has a line of its own, with the frame it ended in."""
        self.watch(terminal, os.path.join(self.samples, "gunicorn-100-http10.pcap"))
        terminal.press("2", "Enter")
        shown = terminal.wait("TCP open", "content, 9 B")
        frames = [int(n) for n in re.findall(r"(?m)[│|] +([0-9]+) *(?:V[0-9]+ *)?$", shown)]
        check(len(frames) >= 6 and frames == sorted(frames), f"frames do not rise:\n{shown}")

    def case_message_without_head(self, terminal):
        """What HTTP/0.9 answers is content alone: nothing of it is missing from the capture."""
        self.watch(terminal, os.path.join(self.samples, "http09.pcap"))
        terminal.press("2", "Enter")
        terminal.wait("HTTP/0.9 content")
        terminal.press("Enter")
        terminal.wait("Request GET")  # what comes before it is there leads nowhere
        terminal.press("Right")
        terminal.wait("Response HTTP/0.9 content", "has no head", without="not captured")
        # not Esc, which with the key behind it may be another key
        terminal.press("BSpace", "BSpace")
        terminal.wait("Connections", "re:0\\.9 ", without="client 127.0.0.1")
        terminal.press("BSpace")
        # among the sequences it is not with those that nobody answered
        terminal.press("S")
        terminal.wait("HTTP/0.9", without="no response")
        terminal.press("Enter")
        terminal.wait("Exchanges: HTTP/0.9  3", "[HTTP/0.9]")
        terminal.press("BSpace", "BSpace")
        terminal.wait("Classes")
        self.leave(terminal)

    def case_write_unkept(self, terminal):
        """Live with -j N nobody keeps packets: said before a name is asked for, and what to do."""
        if os.geteuid() != 0:
            return "needs to be root"
        path = os.path.join(self.folder, "unkept.pcapng")
        terminal.run(f"clear; {self.program} watch -j 2 -i lo tcp port 9; echo status=$?")
        terminal.wait("LIVE", "lo")
        terminal.press("w")
        terminal.wait("Write to a file", "packets of all connections held")
        terminal.press("a")
        terminal.wait("-j N keeps no packets; without -j they can be written", without=".pcapng")
        terminal.press(":")
        terminal.type(f"write {path}")
        terminal.press("Enter")
        terminal.wait("-j N keeps no packets; without -j they can be written", without="unkept")
        check(not os.path.exists(path), "something was written")
        terminal.press("q")
        terminal.press("y")
        terminal.wait("status=0")
        return None

    def case_ladder_open(self, terminal):
        """The frame in which a connection began is known while it is open, too."""
        path = os.path.join(self.folder, "open.pcap")
        far_capture(path, 3)
        terminal.run(f"clear; {self.program} watch --follow {path}")
        terminal.wait("LIVE", "V 1 W 0")
        terminal.press("2", "Enter")
        shown = terminal.wait("TCP open", "exchange 1 of 3", without="FIN")
        check(re.search(r"TCP open[^0-9]* 1 *$", shown, re.M), f"no frame:\n{shown}")

    def case_two_legs(self, terminal):
        """With --correlate both legs of a proxy stand side by side, whichever is opened."""
        self.watch(terminal, "--correlate "
                   + os.path.join(self.samples, "nginx-keepalive-node-103.pcap"))
        for down in (0, 1):
            terminal.press("2", *["j"] * down, "Enter")
            shown = terminal.wait("TCP open", "proxy", "200 OK", "tcp.stream in {0, 1}")
            check(shown.count("103 Early") >= 2 and shown.count("TCP open") == 2,
                  f"not both legs:\n{shown}")
            terminal.press("h")
            terminal.wait("tcp.stream eq", without="tcp.stream in")
            terminal.press("h", "Escape")
            terminal.wait("Overview > Connections")
            terminal.press("Escape")
            terminal.wait("Sequences", without="Overview >")
        self.leave(terminal)

    def case_next_finding(self, terminal):
        """n in the message goes on to the next exchange that has one, N back."""
        path = os.path.join(self.folder, "far.pcap")
        far_capture(path, 400)
        self.watch(terminal, path)
        terminal.press("2", "Enter")
        terminal.wait("TCP open", "exchange 1 of 400")
        terminal.press("Down", "Enter")
        terminal.wait("Message", "exchange 1 of 400")
        terminal.press("n")
        terminal.wait("exchange 399 of 400", "upgrade-required-without-upgrade")
        terminal.press("n")
        terminal.wait("no further finding on this connection")
        terminal.press("N")
        terminal.wait("no finding before this one on this connection")

    def case_copy(self, terminal):
        """y copies; what was copied is said once more at the end."""
        self.watch(terminal)
        terminal.press("2")
        terminal.wait("Overview > Connections", "17081")
        terminal.press("y")
        terminal.wait("copied: tcp.stream eq")
        terminal.press("y")
        terminal.wait("copied: tshark -r")
        terminal.press("1")
        terminal.wait("Servers")
        shown = self.leave(terminal)
        # where the line is broken is up to the length of the path
        check(has(shown.replace("\n", ""), "re:copied: tshark -r .*-Y 'tcp.stream eq 3'"),
              f"nothing about what was copied:\n{shown}")

    def case_command_line(self, terminal):
        """A rule is switched off by the command line; help tells of the keys."""
        self.watch(terminal)
        terminal.press(":")
        terminal.type("rule continue-repeated=off")
        terminal.press("Enter")
        terminal.press("5")
        terminal.wait("Overview > Rules", "re:-\\* +continue-repeated")
        terminal.press("?")
        terminal.wait("Help", "switches the rule off")
        terminal.press("Escape", "1")
        terminal.wait("Servers")
        terminal.press(":")
        terminal.type("nonsense")
        terminal.press("Enter")
        terminal.wait("'nonsense' is no command")
        self.leave(terminal)

    def case_hostile(self, terminal):
        """Escape sequences from the network stay text, on every screen."""
        path = os.path.join(self.folder, "hostile.pcap")
        hostile_capture(path)
        title = terminal.tmux("display-message", "-p", "#{pane_title}")
        terminal.resize(140, 45)
        self.watch(terminal, path)
        terminal.wait("Latest", "\\x1b")
        terminal.press("2", "Enter")
        terminal.wait("Ladder", "GET /\\x1b[2J")
        terminal.press("Enter")
        terminal.wait("Message", "Host: \\x1b[2J\\x1b]0;owned\\x07")
        terminal.press("r")
        terminal.wait("every octet", "\\x0d\\x0a")
        shown = terminal.screen(looks=True)
        check("\x07" not in shown and "\x9b" not in shown, "a control character got through")
        terminal.press("1")
        terminal.wait("Sequences")
        self.leave(terminal)
        check(terminal.tmux("display-message", "-p", "#{pane_title}") == title,
              "the title of the terminal was changed")
        check(not terminal.tmux("list-buffers").strip(), "the clipboard was written to")

    def case_stop_and_go_on(self, terminal):
        """Ctrl-Z gives the shell its terminal, fg brings the screen back."""
        before = terminal.state()
        self.watch(terminal)
        terminal.press("2")
        terminal.wait("Overview > Connections")
        for _ in range(2):
            terminal.press("C-z")
            terminal.wait("Stopped", without="Overview >")
            check(terminal.state() == before, "stopped, the terminal is not as it was")
            terminal.run("fg")
            terminal.wait("Overview > Connections", without="Stopped")
        terminal.press("1")
        terminal.wait("Sequences")
        terminal.press("q")
        terminal.wait("2 violations", without="Sequences")
        check(terminal.state() == before, "the terminal is not as it was before")

    def case_killed(self, terminal):
        """TERM ends it in order, a crash restores the terminal; after KILL reset(1) helps."""
        before = terminal.state()
        for name, number, wanted in (("TERM", signal.SIGTERM, "status=1"),
                                     ("HUP", signal.SIGHUP, "status=1"),
                                     ("SEGV", signal.SIGSEGV, "status=139"),
                                     ("ABRT", signal.SIGABRT, "status=134")):
            terminal.run("ulimit -c 0")
            self.watch(terminal)
            for process in terminal.children("watch"):
                os.kill(process, number)
            shown = terminal.wait(wanted, without="Sequences")
            check(number > signal.SIGQUIT and name != "TERM" or "violations" in shown,
                  f"{name}: no verdict:\n{shown}")
            check(terminal.state() == before, f"{name}: the terminal is not as it was before")
        self.watch(terminal)
        for process in terminal.children("watch"):
            os.kill(process, signal.SIGKILL)
        time.sleep(0.2)
        terminal.run("reset")
        terminal.run("echo still-$((40+2))")
        terminal.wait("still-42")

    def case_standard_input(self, terminal):
        """The capture comes by a pipe, keys come from the terminal."""
        terminal.run(f"clear; cat {self.sample} | {self.program} watch -; echo status=$?")
        terminal.wait("Sequences", "103")
        terminal.press("2")
        terminal.wait("Overview > Connections", "17081")
        terminal.press("1")
        terminal.wait("Sequences")
        self.leave(terminal)

    def case_named_pipe(self, terminal):
        """Keys are answered before somebody writes to it, and while nobody goes on."""
        pipe = os.path.join(self.folder, "pipe")
        os.mkfifo(pipe)
        os.chmod(pipe, 0o666)
        terminal.run(f"clear; {self.program} watch {pipe}; echo status=$?")
        terminal.wait("LIVE", "No packet yet on")
        with open(self.sample, "rb") as capture, open(pipe, "wb", buffering=0) as writer:
            writer.write(capture.read())
            terminal.wait("LIVE", "Sequences", "103")
            terminal.press("2")
            terminal.wait("Overview > Connections", "17081")
        terminal.wait("ENDED")
        terminal.press("1")
        terminal.wait("Sequences", without="Overview >")
        self.leave(terminal)

    def case_sort(self, terminal):
        """Every table is sorted by every column that is no picture, one after the other, and the other way round."""
        terminal.resize(240, 26)
        self.watch(terminal, self.samples)
        for keys, title, heads in (
                ("2", "Connections", "# start client server ver reqs sequence state dur octets finding"),
                ("2 e", "Exchanges", "time # client server host exchange took content finding"),
                ("3 Enter", "Findings > Findings", "time # frame server client seen exchange"),
                ("3", "Findings", "rule n /min last server"),
                ("4", "Servers", "server product V W N requests rate/s 1xx 2xx 3xx 4xx 5xx p50 p95 last"),
                ("5", "Rules", "rule found wrong fault source"),
                ("1 S", "Sequences", "sequence requests rate/s conns content p50 p95 server")):
            terminal.press("1")
            terminal.wait("Latest", without="Overview >")
            terminal.press(*keys.split())
            terminal.wait(f"> {title}")
            seen, wanted, shown = set(), set(heads.split()), ""
            for _ in range(2 * len(wanted) + 4):
                before = re.search(".*[▴▾].*|$", shown).group(0)
                terminal.press(">")
                shown = terminal.wait("re:[▴▾]", without=before or None)
                seen |= {a or b for a, b in re.findall(r"[▴▾](\S+)|(\S+)[▴▾]", shown)}
            check(wanted - {"#", "start"} <= seen, f"{title} was sorted by {seen}, not by {wanted - seen}")
            arrow = re.search("[▴▾]", shown).group(0)
            terminal.press("I")
            terminal.wait("▾" if arrow == "▴" else "▴", without=arrow)
        self.check_order(terminal)

    def check_order(self, terminal):
        """Rows stand in the order of the numbers that they are sorted by, the largest first."""
        for keys, head in (("4", "2xx"), ("4", "N"), ("3", "n"), ("5", "found"), ("1 S", "conns")):
            terminal.press("1")
            terminal.wait("Latest", without="Overview >")
            terminal.press(*keys.split())
            for _ in range(20):
                shown = terminal.wait("re:Overview > ")
                if f"▾{head} " in shown:
                    break
                terminal.press("I" if f"▴{head} " in shown else ">")
                terminal.wait("re:.", without=shown)
            time.sleep(0.3)
            lines = terminal.screen().splitlines()
            top = next((n for n, line in enumerate(lines) if f"▾{head} " in line), None)
            check(top is not None, f"it is not sorted by {head}:\n{shown}")
            end = lines[top].index(f"▾{head} ") + len(head) + 1
            numbers = [re.search(r"(?:\d|(?<=\d) (?=\d))+$", line[:end]) for line in lines[top + 1:top + 9]]
            numbers = [int(n.group(0).replace(" ", "")) for n in numbers if n]
            check(len(numbers) > 1 and numbers == sorted(numbers, reverse=True) and numbers[0] > numbers[-1],
                  f"{keys}, sorted by {head}: {numbers}")

    def case_reset(self, terminal):
        """Counters that begin anew are zero; nobody says that there was no packet."""
        self.watch(terminal)
        terminal.press("F5")
        terminal.wait("re:2xx +0 ", "none so far", without="There is no packet")
        terminal.press("3")
        terminal.wait("since the counters began anew")
        terminal.press("2")
        terminal.wait("re:Connections +4 ", "17081")
        terminal.press("1")
        terminal.wait("Sequences", without="Overview >")
        check("2 violations," in self.leave(terminal), "the verdict is that of what was shown")

    def case_no_request(self, terminal):
        """Octets in the place of a request are no request of version 0.0."""
        path = os.path.join(self.folder, "no-request.pcap")
        conversation(path, (b"\x7f\x01 / HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        self.watch(terminal, path)
        terminal.press("2", "Enter")
        terminal.wait("TCP open", "no request that could be read", "200 OK", without="re:── +0[.]0 ")
        terminal.press("Down", "Enter")
        terminal.wait("Message", "?, frame 4", without="HTTP/0.0")

    def case_no_capture(self, terminal):
        """What is no capture says so on the screen, and by what name it was asked for."""
        for command, words in (("true |", "it is empty"), ("echo text |", "it looks like text")):
            terminal.run(f"clear; {command} {self.program} watch -; echo status=$?")
            terminal.wait("ENDED", "There is no packet in standard input", words)
            terminal.press("q")
            terminal.wait("re:(?m)^status=3", words)
        terminal.run(f"clear; {self.program} watch {self.sample} port 9; echo status=$?")
        terminal.wait("There is no packet in", "filter may let nothing through: port 9")
        terminal.press("q")
        terminal.wait("re:(?m)^status=0")

    def case_no_colour(self, terminal):
        """NO_COLOR and --ascii are honoured; without a terminal it refuses and helps."""
        terminal.run("export NO_COLOR=1")
        self.watch(terminal, f"--ascii {self.sample}")
        looks = terminal.screen(looks=True)
        check(not re.search("\x1b\\[[0-9;]*(3|4|9)[0-7]m|\x1b\\[[0-9;]*38[;:]", looks),
              "there is colour in spite of NO_COLOR")
        check(terminal.screen().isascii(), "there is more than ASCII in spite of --ascii")
        self.leave(terminal)
        terminal.run(f"clear; {self.program} watch {self.sample} | cat; echo status=${{PIPESTATUS[0]}}")
        terminal.wait("needs a terminal", "wirelint list", "status=2")
        terminal.run(f"clear; TERM=dumb {self.program} watch {self.sample}; echo status=$?")
        terminal.wait("TERM=dumb", "status=2")

    def case_catalogue(self, terminal):
        """On a terminal as narrow as most the list of rules says what each is about."""
        terminal.resize(80, 24)
        terminal.run(f"clear; {self.program} rules; echo status=$?")
        shown = terminal.wait("re:(?m)^status=0")
        check(len(re.findall("(?m)^    [A-Z0-9]", shown)) >= 8, f"no titles: {shown}")
        check("..." not in shown, f"something is cut: {shown}")

    def case_themes(self, terminal):
        """Colours for a light background where the terminal says that it has one, and nobody says otherwise."""
        dark, light = "\x1b[38;5;87m", "\x1b[38;5;24m"  # of 1xx
        for ground, theme, expected in (("15;0", "", dark), ("0;15", "", light), ("0;default;15", "", light),
                                        ("0;15", "--theme dark", dark), ("15;0", "--theme light", light)):
            terminal.run(f"export COLORFGBG='{ground}'")
            self.watch(terminal, f"{theme} {self.sample}")
            looks = terminal.screen(looks=True)
            check(expected in looks and (dark in looks) != (light in looks), f"COLORFGBG={ground} {theme}: other colours")
            self.leave(terminal)

    def case_terminals(self, terminal):
        """Terminals with few colours, or none, or no UTF-8, and keys that are others' (tmux sends its own)."""
        for name in ("xterm", "vt100", "vt220", "linux", "screen", "xterm-256color"):
            terminal.run(f"clear; TERM={name} {self.program} watch {self.sample}")
            shown = terminal.wait("Sequences", "103")
            check(name not in ("vt100", "linux") or shown.isascii(), f"{name}: more than ASCII")
            terminal.press("2")
            terminal.wait("Overview > Connections")
            # sequences that TERM does not tell of are no Esc, and what stands in them no keys
            terminal.press("C-Right", "M-Home", "End")
            terminal.type("\033]11;rgb:1e1e/1e1e/1e1e\033\\\033[?1;2c")  # answers to what was here before
            terminal.press("F1")
            terminal.wait("Overview > Connections > Help")
            terminal.press("Escape", "1")
            terminal.wait("Servers", without="Overview >")
            terminal.press("C-z")
            terminal.wait("re:Stopped +TERM=")
            terminal.run("clear; fg")
            terminal.wait("Servers", without="Stopped")
            terminal.press("q")
            # a vt100 has but one screen: the picture stays above, and the verdict below it
            terminal.wait("re:(?m)^2 violations,.* connections?\nready>")

    def case_stalled_terminal(self, _):
        """A terminal that has stopped reading does not keep TERM from ending the program."""
        child, master = pty.fork()
        if child == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
            os.execv(self.program, [self.program, "watch", self.sample])
        try:
            read_until(master, b"Sequences")
            # nobody reads from here on: whatever is drawn piles up until write(2) hangs
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end and select.select([], [master], [], 0.2)[1]:
                try:
                    os.write(master, b"\x0c")  # Ctrl-L draws everything anew
                except BlockingIOError:
                    break
                if in_write(child):
                    break
            os.kill(child, signal.SIGTERM)
            end = time.monotonic() + PATIENCE
            done = (0, 0)
            while time.monotonic() < end and done[0] == 0:
                done = os.waitpid(child, os.WNOHANG)
                time.sleep(0.05)
            check(done[0] == child, "TERM did not end it")
            check(os.WIFEXITED(done[1]) and os.WEXITSTATUS(done[1]) in (1, 3),
                  f"it ended by status {done[1]:#x}")
        finally:
            try:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
            os.close(master)

    def case_choose(self, terminal):
        """Without an input it shows the interfaces and asks for one."""
        terminal.run(f"clear; {self.program} watch; echo status=$?")
        terminal.wait("What shall be watched?", "re: [0-9]+ +lo ", "q to leave:")
        terminal.type("nonesuch")
        terminal.press("Enter")
        terminal.wait("there is no such interface")
        terminal.type("q")
        terminal.press("Enter")
        terminal.wait("status=0")
        if os.geteuid() != 0:
            return "the rest needs to be root"
        terminal.run(f"clear; {self.program} watch; echo status=$?")
        terminal.wait("q to leave:", without="status=0")
        terminal.type("lo")
        terminal.press("Enter")
        terminal.wait("LIVE", "lo")
        terminal.press("q", "y")
        terminal.wait("re:(?m)^status=[0-9]")
        return None

    def case_live(self, terminal):
        """On lo with a real server: counted exactly, paused, gone on, written, left."""
        if os.geteuid() != 0:
            return "needs to be root"
        server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        url = f"http://127.0.0.1:{port}/hello"
        try:
            terminal.run(f"clear; {self.program} watch -i lo port {port}; echo status=$?")
            terminal.wait("LIVE", "lo")
            for _ in range(7):
                urlopen(url, timeout=PATIENCE).read()
            terminal.wait("re:2xx +7 ")
            terminal.press("p")
            terminal.wait("PAUSED")
            for _ in range(5):
                urlopen(url, timeout=PATIENCE).read()
            terminal.wait("PAUSED  +5 new", "re:2xx +7 ")
            terminal.press("p")
            terminal.wait("re:2xx +12 ", without="PAUSED")
            terminal.press("2")
            terminal.wait("re:Connections +12 ", "127.0.0.1")
            terminal.press("Enter")
            terminal.wait("GET /hello", "200 OK")
            terminal.press("1")
            terminal.wait("Sequences")
            terminal.press("q")
            terminal.wait("Stop capturing and leave?")
            terminal.press("n")
            terminal.wait("re:over", without="Stop capturing")
            terminal.press("q", "q")
            shown = terminal.wait("re:(?m)^status=0")
            check("in 12 exchanges on 12 connections" in shown, f"not 12 were counted:\n{shown}")
        finally:
            server.shutdown()
            server.server_close()
        return None


class Hello(BaseHTTPRequestHandler):
    """Answers everything with a few octets."""

    def do_GET(self):  # pylint: disable=invalid-name
        """Called by the base class."""
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"hello\n")

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Says nothing."""


def read_until(master, text):
    """Reads a pseudo-terminal until the text has come."""
    end, seen = time.monotonic() + PATIENCE, b""
    while text not in seen:
        check(time.monotonic() < end, f"{text!r} never came: {seen[-500:]!r}")
        if select.select([master], [], [], 0.2)[0]:
            seen += os.read(master, 65536)


def in_write(process):
    """Whether a thread of the process hangs in write(2) to its terminal."""
    for task in os.listdir(f"/proc/{process}/task"):
        try:
            with open(f"/proc/{process}/task/{task}/wchan", encoding="ascii") as where:
                if "tty_write" in where.read() or "n_tty_write" in where.read():
                    return True
        except OSError:
            continue
    return False


def main():
    """Runs the cases; the status is the number of those that failed, at most 1."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if not shutil.which("tmux"):
        print("skipped: there is no tmux here")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory(prefix="watch-") as folder:
        os.chmod(folder, 0o777)
        cases = Cases(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), folder)
        names = [name for name in dir(cases) if name.startswith("case_")
                 and (not sys.argv[3:] or name[5:] in sys.argv[3:])]
        for name in names:
            terminal = cases.terminal()
            started = time.monotonic()
            try:
                skipped = getattr(cases, name)(terminal)
                print(f"{'skip' if skipped else 'ok':4} {name[5:]} "
                      f"({skipped or f'{time.monotonic() - started:.1f} s'})", flush=True)
            except Complaint as complaint:
                failed += 1
                print(f"FAIL {name[5:]}: {complaint}", flush=True)
            finally:
                terminal.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
