"""run_html.py - the HTML report, read back by a strict parser of our own and measured.

usage: run_html.py PROGRAM CAPTURES [--update]

Every sample capture becomes a page that must be well formed, complete in itself, accessible as far as
markup tells, and agree with NDJSON about every number. One page is compared octet for octet. Then there
are captures made here: one of what strangers write to hurt whoever opens the page, one of more than
100,000 findings, and ones of nothing.
SPDX-License-Identifier: MIT
"""

import base64
import difflib
import hashlib
import html.parser
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

import rawip
from program import Complaint, Run, captures, check

GOLDEN = "haproxy-103-http10.pcap"
LIMIT = 5_000_000
VOID = {"meta", "link", "input", "br"}
SELF_CLOSED = {"path", "line", "rect"}
ALLOWED_LINKS = ("https://www.rfc-editor.org/",)


class Page(html.parser.HTMLParser):
    """Reads a page that leaves nothing to the mercy of a browser: every element is closed, in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.labels, self.headings = [], [], [], [], []
        self.counts, self.texts, self.title = {}, [], ""
        self.attributes, self.policy, self.rows, self.meta = [], None, [], {}
        self.style = self.script = ""
        check(text.startswith("<!DOCTYPE html>\n<html lang=\"en\">"), "no doctype or language")
        self.feed(text)
        self.close()
        check(not self.open, "never closed:", self.open)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        check(len(given) == len(attrs), "an attribute stands twice in", tag, attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            check(not name.startswith("on"), "an event handler:", name)
            check(name != "style", "a style attribute on", tag)
            check(name not in ("src", "srcset", "action", "data", "poster", "formaction", "background"),
                  "something is loaded:", name, value)
            self.attributes.append(value or "")
        if "id" in given:
            self.ids.append(given["id"])
        if "href" in given and tag == "a":
            self.links.append(given["href"])
        for name in ("aria-labelledby", "for"):
            if name in given:
                self.labels.append(given[name])
        if tag == "svg":
            named = given.get("role") == "img" and given.get("aria-label")
            inside = any(t == "svg" for t, _ in self.open)
            check(inside or named or given.get("aria-hidden") == "true", "a drawing without a name")
        if tag == "th" and "thead" not in [t for t, _ in self.open]:
            check(given.get("scope") == "row", "a head of a row without scope")
        if tag == "meta":
            self.meta[given.get("name") or given.get("http-equiv") or "charset"] = given.get("content")
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th") and self.rows:
            self.rows[-1] += int(given.get("colspan", 1))
            table = [a.get("class", "").split() for t, a in self.open if t == "table"][-1]
            check(self.rows[-1] <= 4 or "stack" in table, "too wide for a telephone:", table)
            check(tag == "th" or "tight" not in table or "data-h" in given or "barred" in given.get("class", ""),
                  "without its head nobody knows what a cell says")
        if tag not in VOID:
            self.open.append((tag, given))

    def handle_startendtag(self, tag, attrs):
        check(tag in SELF_CLOSED, "closed in itself:", tag)
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        check(self.open and self.open[-1][0] == tag, "closed out of order:", tag, self.open[-3:])
        if tag == "table":
            check(len(set(self.rows)) <= 1, "rows of different lengths:", sorted(set(self.rows)))
            self.rows = []
        self.open.pop()

    def handle_data(self, data):
        inside = self.open[-1][0] if self.open else ""
        if inside == "style":
            self.style += data
        elif inside == "script":
            self.script += data
        else:
            self.texts.append(data)
            if inside == "title":
                self.title += data
            if re.fullmatch("h[1-6]", inside):
                self.headings.append((int(inside[1]), data))

    def text(self):
        return " ".join(" ".join(self.texts).replace("\u00a0", " ").split())


def is_sound(text):
    """All that must be true of every page; the page as read."""
    check(len(text) < LIMIT, "the page has", len(text), "octets")
    page = Page(text.decode("utf-8"))
    for character in text.decode("utf-8"):
        code = ord(character)
        check(code >= 32 or character == "\n", "a control character:", hex(code))
        check(not 0x7F <= code < 0xA0 and code not in range(0x202A, 0x202F)
              and code not in range(0x2066, 0x206A) and code != 0xFEFF, "a treacherous character:", hex(code))
    check(len(page.ids) == len(set(page.ids)), "ids stand twice")
    for link in page.links:
        check((link[1:] in page.ids) if link.startswith("#") else link.startswith(ALLOWED_LINKS),
              "a link leads to", link)
    for label in page.labels:
        check(label in page.ids, "a label by", label)
    for section in page.ids:
        check("h-" + section not in page.ids or "#" + section in page.links, "no link leads to", section)
    for tag, n in (("h1", 1), ("main", 1), ("nav", 1), ("header", None), ("footer", 1), ("title", 1),
                   ("style", 1), ("script", 1)):
        check(page.counts.get(tag, 0) == n or (n is None and page.counts.get(tag)), "how many", tag)
    level = 0
    for n, heading in page.headings:
        check(n <= level + 1, "a level is left out before", heading)
        level = n
    check(page.title, "no title")
    check("@import" not in page.style and "url(" not in page.style, "the style loads something")
    policy = page.meta["Content-Security-Policy"]
    check("default-src 'none'" in policy and "unsafe" not in policy, policy)
    for name, part in (("style", page.style), ("script", page.script)):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        check(f"{name}-src 'sha256-{digest}'" in policy, "the policy does not name its", name)
    return page


class Test:
    """What every case needs."""

    def __init__(self, program, folder, work, update):
        self.program, self.folder, self.work, self.update = program, folder, work, update

    def run(self, *arguments, cwd=None, status=(0, 1, 3)):
        path = os.path.join(self.work, "page.html")
        objects = os.path.join(self.work, "objects")
        done = Run([self.program, "audit", "-q", "--utc", "--report", f"html={path}", "--report",
                    f"json={objects}", *arguments], cwd=cwd)
        check(done.status in status, done.status, done.err)
        with open(path, "rb") as file:
            text = file.read()
        with open(objects, encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        return text, records

    def case_every_capture(self):
        fired = 0
        for name in captures(self.folder):
            try:
                fired += self.agrees(*self.run(os.path.join(self.folder, name)))
            except Complaint as wrong:
                raise Complaint(f"{name}: {wrong}") from wrong
        check(fired > 50, "only", fired, "findings in all")

    def case_all_together(self):
        check(self.agrees(*self.run(self.folder)) > 50, "few findings")

    def agrees(self, text, records):
        """The page says what the objects say; how many findings there are."""
        page, words = is_sound(text), None
        words = page.text()
        end = records[-1]
        findings = [r for r in records if r["type"] == "finding"]
        for severity in ("violation", "warning", "note"):
            n = end["findings"].get(severity, 0)
            check(f"{severity}s {n}" in words, severity, n, "is not said")
        check(f"exchanges {end['exchanges']} " in words, "exchanges")
        for rule, n in end["rules"].items():
            check(f"rule-{rule}" in page.ids, rule, "has no page")
            check(re.search(rf"{rule} (violation|warning|note) .*?{n} finding", words), rule, "count", n)
        check({i[5:] for i in page.ids if i.startswith("rule-")} == set(end["rules"]), "rules that did not fire")
        for code, n in end.get("codes", {}).items():
            check(re.search(rf"\b{int(code):03d} [A-Za-z -]+? ?{n}\b", words), "status", code, n)
        for reason in end.get("not_judged", {}):
            check(reason in words, "not judged:", reason)
        for finding in findings:
            check(" ".join(finding["message"].split()) in words or len(finding["message"]) > 390 or "raw" in finding,
                  "a message is not there:", finding["message"])
        return len(findings)

    def case_golden(self):
        """One page octet for octet, but for style and script, and for what is the catalogue's."""
        text, _ = self.run(GOLDEN, cwd=self.folder)
        for part, instead in ((rb"sha256-[^']*", b"sha256-"), (rb"<style>.*</style>", b"<style></style>"),
                              (rb"<script>.*</script>", b"<script></script>"), (rb"of \d+ rules", b"of N rules"),
                              (rb'<div class="about">.*?</div>', b'<div class="about"></div>'),
                              (rb"<details><summary>A conversation.*?</details>\n", b""),
                              (rb"(wirelint |<span>)\d+\.\d+\.\d+", rb"\1VERSION")):
            text = re.sub(part, instead, text, flags=re.S)
        path = os.path.join(self.folder, GOLDEN + ".html")
        if self.update:
            with open(path, "wb") as file:
                file.write(text)
        with open(path, "rb") as file:
            expected = file.read()
        if text != expected:
            sys.stdout.writelines(list(difflib.unified_diff(
                expected.decode().splitlines(True), text.decode().splitlines(True), "expected", "now"))[:60])
            raise Complaint("the page is another one: --update, and read the difference")

    def case_the_same_again(self):
        path = os.path.join(self.folder, GOLDEN)
        pages = {self.run("-j", n, path)[0] for n in ("1", "1", "4")}
        check(len(pages) == 1, "two runs, two pages")

    def case_both_legs(self):
        """nginx between a client and node: who is the proxy, and who speaks when."""
        text, _ = self.run("--correlate", os.path.join(self.folder, "nginx-node-103.pcap"))
        page = is_sound(text)
        drawn = [a.replace("\u00a0", " ") for a in page.attributes if a.startswith("at 0 client:") and "proxy:" in a]
        check(drawn, "no ladder begins with the client")
        order = re.findall(r"(client|proxy|server): ([^;,]*)", drawn[0])
        expected = [("client", "GET /hint HTTP/1.1"), ("proxy", "GET /hint HTTP/1.0"), ("server", "200 OK"),
                    ("proxy", "103 Early Hints"), ("proxy", "200 OK"), ("client", "FIN")]
        check(order == expected, "another order:", order)
        check("200 OK, after 103" in drawn[0], "interim responses of the other leg:", drawn[0])

    def case_every_interval(self):
        """Live, the page is there before the end, and whole whenever it is looked at."""
        path = os.path.join(self.work, "live.html")
        with open(os.path.join(self.folder, GOLDEN), "rb") as file:
            capture = file.read()
        with subprocess.Popen([self.program, "audit", "-q", "--utc", "--interval", "1", "--report", f"html={path}", "-"],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as live:
            live.stdin.write(capture)
            live.stdin.flush()
            late = time.monotonic() + 30
            while not os.path.exists(path) and time.monotonic() < late:
                time.sleep(0.05)
            check(os.path.exists(path), "no page before the end")
            with open(path, "rb") as file:
                early = file.read()
            live.stdin.close()
            live.wait(30)
        check("violation" in is_sound(early).text(), "nothing was found before the end")
        with open(path, "rb") as file:
            is_sound(file.read())
        check(os.listdir(self.work).count("live.html") == 1 and not [n for n in os.listdir(self.work) if "live.html." in n],
              "something is left beside it")

    def case_strangers(self):
        hostile = [b"/<script>alert(1)</script>", b"/\"onload=\"x\"'", b"/&amp;&#60;", b"/\x1b[2J\x07\x7f",
                   "/\u202egpj.exe\u2066\u200b\ufeff".encode(), b"/\xff\xfe\xc0\x80\xed\xa0\x80", b"/" + b"<" * 3000,
                   b"/--></style></script><!--", b"/]]>{{script}}{{title}}", b"/" + b"\x80" * 3000]
        exchanges = [(b"GET " + target + b" HTTP/1.0\r\nX: y\r\n\r\n",
                      b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 2<b>0 \"><img src=x>\r\n\r\n") for target in hostile]
        exchanges += [(b"GET " + target + b" HTTP/1.0\r\n\r\n",
                       b"HTTP/1.1 103 <i>\r\nConnection: \"><u>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                      for target in hostile]
        path = os.path.join(self.work, "<img src=x onerror=alert(1)>&\"'\n.pcap")
        write_capture(path, exchanges)
        text, records = self.run("--examples", "9", "./" + os.path.basename(path), cwd=self.work)
        page = is_sound(text)
        check(sum(r["type"] == "finding" for r in records) >= len(exchanges), "too few findings")
        for tag in ("img", "i", "u"):
            check(tag not in page.counts, "a stranger's element:", tag)
        check(page.counts.get("script") == 1 and text.count(b"</script>") == 1, "a stranger's script")
        words = page.text()
        for part in ("/<script>alert(1)</script>", "/&amp;&#60;", "\\x1b[2J\\x07\\x7f", "\\xe2\\x80\\xaegpj.exe",
                     "\\xff\\xfe\\xc0\\x80\\xed\\xa0\\x80", "{{script}}{{title}}", "<img src=x onerror=alert(1)>&\"'\\x0a"):
            check(part in words, "not as it was sent:", part)

    def case_right_to_left(self):
        """Words of Hebrew and Arabic are readable, and turn nothing round that stands beside them."""
        path = os.path.join(self.work, "right.pcap")
        write_capture(path, [("GET /\u05e9\u05dc\u05d5\u05dd/\u0639 HTTP/1.0\r\nX-\u05e2\u05d5 : 12\r\n\r\n".encode(),
                              b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")])
        text = self.run(path)[0]
        is_sound(text)
        for part in ("X-<bdi>\u05e2\u05d5</bdi> : 12&#39;",
                     "GET /<bdi>\u05e9\u05dc\u05d5\u05dd</bdi>/<bdi>\u0639</bdi> HTTP/1.0 -&gt; 103, 204</code>"):
            check(part.encode() in text, "turned round:", part)

    def case_very_many(self):
        request = (b"GET /%06d/a/target/of/some/length?with=query HTTP/1.0\r\nHost: a.example\r\n"
                   b"Expect: 100-continue\r\n\r\n")
        answer = (b"HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\nHTTP/1.1 204 No Content\r\n"
                  b"Content-Length: 2\r\n\r\nok")
        path = os.path.join(self.work, "many.pcap")
        write_capture(path, [(request % i, answer) for i in range(34_000)], servers=90)
        text, records = self.run(path)
        page, n = is_sound(text), sum(r["type"] == "finding" for r in records)
        check(n >= 100_000, "only", n, "findings")
        words = page.text()
        listed = re.search(r"Of ([\d ]+) findings this page lists ([\d ]+),", words)
        check(listed, "what was left out is not said")
        check(int(listed[1].replace(" ", "")) == n, "of how many", listed[0])
        rows = text.count(b'<tr><td class="nw" data-v=')
        check(rows >= 800, "only", rows, "are listed")
        check(int(listed[2].replace(" ", "")) == rows, "lists", listed[2], "and not", rows)
        servers = re.findall(rb'class="at"><code>10\.1\.0\.\d+:80</code></th><td class="num" data-v="(\d+)" ', text)
        others = 34_000 - sum(map(int, servers))
        check(len(servers) == 50 and f"And {others // 1000} {others % 1000:03} exchanges with further servers" in words,
              "of servers left out is not told:", others)
        table = Run([self.program, "stats", path]).out.decode().split("Servers  ")[1]
        shown = re.findall(r"^  (?:10\.1\.0\.\d+:80|others)[ ]{2,}(\d[\d ]*?)(?:[ ]{2,}.*)?$", table, re.M)
        check(len(shown) == 11 and sum(int(row.replace(" ", "")) for row in shown) == 34_000, "stats:", shown)
        print(f"    {n} findings, {len(text)} octets, {rows} listed")

    def case_columns_of_stats(self):
        """The same numbers as text: no address and no sequence is too long for its column."""
        interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
        answer = interim * 12 + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        path = os.path.join(self.work, "columns.pcap")
        for prefix in (b"\x0a\x01\0", b"\x20\x01\x0d\xb8" + b"\x11\x11" * 5 + b"\x11"):
            write_capture(path, [(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", answer)] * 12, servers=12, prefix=prefix)
            text = Run([self.program, "stats", path]).out.decode()
            long = [line for line in text.splitlines() if len(line) > 80 and not line.startswith(path)]
            check(not long, "longer than 80 columns:", long)
            sequence = text.split("Status sequences")[1].split("\n\n")[0].split("\n", 1)[1]
            check(sequence.split()[1:] == ["103,"] * 12 + ["200"], "another sequence:", sequence)
            table = text[text.index("\nServers ") + 1:].splitlines()
            head = table[0].index("exchanges") + len("exchanges")
            numbers = [line[head - 9:head].strip() for line in table[1:] if not line.endswith(":80")]
            check(numbers == ["1"] * 10 + ["2"], "not below their heads:", table)

    def case_nothing(self):
        path = os.path.join(self.work, "nothing.pcap")
        write_capture(path, [])
        text, _ = self.run(path)
        check("no HTTP was found" in is_sound(text).text(), "nothing is not told")
        write_capture(path, [(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"")])
        is_sound(self.run(path)[0])
        text, _ = self.run("--where", "status:599", os.path.join(self.folder, GOLDEN))
        check("no exchange matches --where" in is_sound(text).text(), "what --where left out is not told")

    def case_no_times(self):
        """Packets without a time, as those of pcapng's simple blocks, were nevertheless sent."""
        path = os.path.join(self.work, "timeless.pcap")
        write_capture(path, [(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n")], timed=False)
        page = is_sound(self.run(path)[0])
        check("Responses by status" in page.text() and "over time" not in page.text(), "what is told without times")

    def case_verdicts(self):
        path = os.path.join(self.folder, GOLDEN)
        for least, word in (("violation", "Fails: "), ("never", "Passes: ")):
            check(word in is_sound(self.run("--fail-on", least, path)[0]).text(), least)
        check("Undecided: " in is_sound(self.run("--rule", "*=off", os.path.join(self.folder, "damaged.pcap"))[0]).text(),
              "a damaged input passes")

    def case_known(self):
        """What a baseline covers is said, by itself, and counted nowhere else."""
        path, baseline = os.path.join(self.folder, GOLDEN), os.path.join(self.work, "known")
        self.run("--write-baseline", baseline, path)
        words = is_sound(self.run("--baseline", baseline, path)[0]).text()
        check("Passes: no findings" in words, "known findings fail the run")
        check("2 violations, 0 warnings, 2 notes do not count" in words, "known findings are not told")
        check(re.search(r"baseline \S*known: 4 findings", words), "by what they are known")

    def case_no_locale(self):
        """The point of printf's fractions is a comma in half of the world; SVG and scripts know a point only."""
        report = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "report")
        for name in [n for n in os.listdir(report) if n == "out_html.c" or n.startswith("html_")]:
            with open(os.path.join(report, name), encoding="utf-8") as file:
                check(not re.search(r"%[\d.]*[1-9]f|%[\d.]*[eg]\b", file.read()), "a fraction in", name)

    def case_contrast(self):
        """Every text on every ground of the style, light, dark and on paper: WCAG 2.2 1.4.3."""
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "report", "html", "page.css")
        with open(root, encoding="utf-8") as file:
            css = file.read()
        blocks = re.findall(r":root \{(.*?)\}", css, re.S)
        check(len(blocks) == 3, "light, dark and paper:", len(blocks))
        colors, n = {}, 0
        for i, name in enumerate(("light", "dark", "paper")):
            if name == "paper":
                colors = dict(light)
            colors.update(re.findall(r"--([\w-]+): (#[0-9a-f]+)", blocks[i]))
            if name == "light":
                light = dict(colors)
            grounds = ("page", "card", "sunk")
            pairs = [(c, g) for c in ("ink", "soft", "link", "v", "w", "n", "ok", "k0", "k1", "k2", "k3", "k4", "k5")
                     for g in grounds] + [("v", "v-bg"), ("w", "w-bg"), ("n", "n-bg"), ("ink", "w-bg"), ("link", "w-bg")]
            for color, ground in pairs:
                ratio = contrast(colors[color], colors[ground])
                check(ratio >= 4.5, f"{name}: {color} on {ground} has a contrast of {ratio:.2f}")
                n += 1
        check(n > 100, n)


def contrast(a, b):
    def luminance(color):
        color = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
        parts = [int(color[i:i + 2], 16) / 255 for i in (0, 2, 4)]
        return sum(w * (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4)
                   for w, p in zip((0.2126, 0.7152, 0.0722), parts))
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def packet(sport, dport, server, to_server, seq, ack, flags, payload):
    client = bytes(len(server) - 4) + b"\x0a\0\0\x02"
    source, target = (client, server) if to_server else (server, client)
    return rawip.packet((source, sport), (target, dport), seq, ack, flags, payload)


def write_capture(path, exchanges, servers=1, timed=True, prefix=b"\x0a\x01\0"):
    """One connection for each request and its answer."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
        for i, (request, answer) in enumerate(exchanges):
            port, address = 1024 + i % 60000, prefix + bytes([i % servers + 1])
            steps = [(True, 0, 0, 2, b""), (False, 0, 1, 0x12, b""), (True, 1, 1, 0x18, request)]
            if answer:
                steps.append((False, 1, 1 + len(request), 0x18, answer))
            steps += [(True, 1 + len(request), 1 + len(answer), 0x11, b""),
                      (False, 1 + len(answer), 2 + len(request), 0x11, b"")]
            for k, (to_server, seq, ack, flags, payload) in enumerate(steps):
                ports = (port, 80) if to_server else (80, port)
                data = packet(*ports, address, to_server, seq, ack, flags, payload)
                moment = 1795232839_000_000 + i * 10_000 + k * 1000 if timed else 0
                file.write(struct.pack("<IIII", moment // 1_000_000, moment % 1_000_000, len(data),
                                       len(data)) + data)


def main():
    words = [word for word in sys.argv[1:] if word != "--update"]
    program, folder = os.path.abspath(words[0]), os.path.abspath(words[1])
    wanted, failed = words[2:], 0
    with tempfile.TemporaryDirectory() as work:
        test = Test(program, folder, work, "--update" in sys.argv)
        for name in [n for n in dir(test) if n.startswith("case_")]:
            if wanted and name[5:] not in wanted:
                continue
            try:
                getattr(test, name)()
                print("ok    ", name[5:])
            except Complaint as wrong:
                failed += 1
                print("FAILED", name[5:], "-", wrong)
    sys.exit(failed != 0)


main()
