#!/usr/bin/env python3
# run_scrape.py - the endpoint of --metrics, as Prometheus and everybody else meets it.
# SPDX-License-Identifier: MIT
"""run_scrape.py WIRELINT SOURCE [CASE...]

A live run is fed by a pipe and asked for its numbers: in both formats, by every method, over both families of
addresses, by more visitors than it takes. A real Prometheus scrapes it and answers every question of the
dashboard. On loopback the program captures its own endpoint and must find no fault with it, confined as it is. A
case that needs a right or a program that is not there says so and is passed over.
"""
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from program import Complaint, Run, check

WAIT = 20
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Skip(Exception):
    """What this case needs is not here."""


class Endpoint:
    """A run with --metrics on a port that is free, and the port."""

    def __init__(self, *arguments, at="0", fed=True):
        self.errors = tempfile.TemporaryFile("w+")
        self.output = tempfile.TemporaryFile("w+")  # a pipe that nobody reads would stop it
        self.process = subprocess.Popen([PROGRAM, "audit", *arguments, "--metrics", at], stdin=subprocess.PIPE,
                                        stdout=self.output, stderr=self.errors)
        end = time.monotonic() + WAIT
        found = None
        while not found and time.monotonic() < end and self.process.poll() is None:
            found = re.search(r"metrics are at http://(.*):(\d+)/metrics", self.said())
            time.sleep(0.02)
        if not found:
            self.process.kill()
            raise Complaint(f"it does not say where it listens: {self.said()}")
        self.address, self.port = found[1].strip("[]"), int(found[2])
        if fed and "-" in arguments:
            self.feed()

    def feed(self):
        """Gives it a capture with a finding to read."""
        with open(os.path.join(SOURCE, "samples/captures/nginx-node-103.pcap"), "rb") as file:
            self.process.stdin.write(file.read())
        self.process.stdin.flush()

    def said(self):
        """Standard error until now; the file's offset stays, for it is where the program writes."""
        fd = self.errors.fileno()
        return os.pread(fd, os.fstat(fd).st_size, 0).decode()

    def ask(self, method="GET", target="/metrics", **fields):
        """One request; gives status, fields and content."""
        client = http.client.HTTPConnection(self.address, self.port, timeout=WAIT)
        client.request(method, target, headers=fields)
        response = client.getresponse()
        content = response.read()
        client.close()
        return response.status, response.headers, content.decode()

    def raw(self, octets):
        """What comes back for these octets until the connection is over."""
        with socket.create_connection((self.address, self.port), timeout=WAIT) as s:
            s.sendall(octets)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := s.recv(65536):
                    answer += piece
        return answer

    def value(self, name):
        """A sample without labels, now."""
        return float(re.search(rf"(?m)^{name} (\S+)$", self.ask()[2])[1])

    def wait_for(self, name, least):
        """Waits until a sample has come so far."""
        end = time.monotonic() + WAIT
        while self.value(name) < least:
            check(time.monotonic() < end, name, "is", self.value(name), "and should be", least)
            time.sleep(0.1)

    def end(self):
        """Ends it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=WAIT)
        check(self.process.returncode in (0, 1) and "Sanitizer" not in self.said(), "status",
              self.process.returncode, self.said()[-2000:])
        self.output.seek(0)
        return self.output.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.errors.close()
        self.output.close()


def numbers(_):
    """They begin at 0, and follow what is read within a second or two."""
    with Endpoint("-", fed=False) as e:
        check(e.value("wirelint_exchanges_total") == 0, "it does not begin at 0")
        check('wirelint_rule_findings_total{rule="interim-to-http10"} 0' in e.ask()[2], "a series is missing")
        e.feed()
        e.wait_for("wirelint_exchanges_total", 1)
        e.wait_for("wirelint_packets_total", 22)
        check('wirelint_rule_findings_total{rule="interim-to-http10"} 1' in e.ask()[2], "no finding")
        said = e.end()
        check("interim-to-http10" in said, "the report is not written", said)


ACCEPT = [
    (None, TEXT), ("*/*", TEXT), ("text/html", TEXT), ("", TEXT), ("text/plain", TEXT), ("text/*", TEXT),
    ("application/openmetrics-text", OPENMETRICS), ("application/*", OPENMETRICS),
    ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
     "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPENMETRICS),
    ("application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPENMETRICS),
    ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
     "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
     "text/plain;version=0.0.4;q=0.2,*/*;q=0.1", OPENMETRICS),
    ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
     "text/plain;version=0.0.4;q=0.3,*/*;q=0.1", TEXT),
    ("application/openmetrics-text;q=0.3, text/plain;q=0.5", TEXT),
    ("APPLICATION/OpenMetrics-Text, text/plain", OPENMETRICS),
    ("application/openmetrics-text;version=\"1.0.0\"", OPENMETRICS),
    ("application/openmetrics-text;version=2.0.0, text/plain", TEXT),
    ("application/openmetrics-text;q=0, */*", TEXT), ("text/plain;q=0, */*;q=0.5", OPENMETRICS),
    ("application/openmetrics-text;q=nonsense", TEXT), (", ,;,\"", TEXT),
]


def negotiation(_):
    """Who can read OpenMetrics gets it, everybody else the text."""
    with Endpoint("-") as e:
        for accept, expected in ACCEPT:
            status, fields, content = e.ask(**({} if accept is None else {"Accept": accept}))
            check(status == 200 and fields["Content-Type"] == expected, accept, "gets", fields["Content-Type"])
            check(content.endswith("# EOF\n") == (expected == OPENMETRICS), accept, "gets another content")
            check(fields["Vary"].lower() == "accept", "Vary is", fields["Vary"])
        e.end()


def methods(_):
    """GET and HEAD of /metrics; the rest is refused as RFC 9110 has it."""
    with Endpoint("-") as e:
        got, head = e.ask(), e.ask("HEAD")
        check(head[0] == 200 and head[2] == "", "HEAD has content")
        check(abs(int(head[1]["Content-Length"]) - len(got[2])) < 100, "HEAD tells another length")
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
            status, fields, _ = e.ask(method, **{"Content-Length": "0"})
            check(status == 405 and fields["Allow"] == "GET, HEAD", method, "gets", status, fields)
        check(e.ask("BREW")[0] == 501, "an unknown method")
        for target in ("/", "/metrics/", "/metric", "//metrics", "/Metrics", "*"):
            check(e.ask(target=target)[0] == 404, target, "is there")
        for target in ("/metrics?x=1", "http://elsewhere/metrics"):
            check(e.ask(target=target)[0] == 200, target, "is not there")
        for octets, status in ((b"GET /metrics HTTP/1.1\r\n\r\n", b" 400 "),
                               (b"GET /metrics HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", b" 400 "),
                               (b"GET /metrics HTTP/1.0\r\n\r\n", b" 200 "),
                               (b"GET /metrics HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40000 + b"\r\n\r\n", b" 431 "),
                               (b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b" 414 "),
                               (b"PUT /metrics HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                                b"Content-Length: 99999999\r\n\r\n", b" 405 ")):
            answer = e.raw(octets)
            check(status in answer.split(b"\r\n")[0] and answer.count(b"HTTP/1.1 ") == 1, octets[:60], "gets",
                  answer[:200])
        e.end()


def recovers(e):
    """Does it serve again, as soon as it has noticed who is gone?"""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with contextlib.suppress(ConnectionError, http.client.HTTPException):
            return e.ask()[0] == 200
        time.sleep(0.1)
    return False


def visitors(_):
    """Those who say nothing do not keep others out for long, and are shown the door."""
    with Endpoint("-") as e:
        began = time.monotonic()
        silent = [socket.create_connection((e.address, e.port), timeout=WAIT) for _ in range(40)]
        for s in silent:
            with contextlib.suppress(ConnectionError):
                check(s.recv(1) == b"", "it speaks first")
            s.close()
        check(time.monotonic() - began < 15, "it waited", time.monotonic() - began, "seconds for nothing")
        check(recovers(e), "it does not recover")
        e.end()


def addresses(_):
    """Loopback unless told otherwise; IPv6; what is no address, and a port that is taken."""
    with Endpoint("-") as e:
        check(e.address == "127.0.0.1", "it listens on", e.address)
        run = Run([PROGRAM, "audit", "--metrics", str(e.port), "-"], stdin=b"")
        check(run.status == 3 and f"cannot listen on 127.0.0.1:{e.port}: address already in use" in run.err,
              "a port that is taken:", run.status, run.err)
        e.end()
    with Endpoint("-", at="localhost:0") as e:
        check(e.address == "127.0.0.1" and e.ask()[0] == 200, "localhost")
    if not os.path.exists("/proc/net/if_inet6") or not open("/proc/net/if_inet6", encoding="ascii").read():
        print("addresses: no IPv6 here")
    else:
        with Endpoint("-", at="[::1]:0") as e:
            check(e.address == "::1" and e.ask()[0] == 200, "IPv6")
        with Endpoint("-", at="[::]:0") as e:
            for address in ("127.0.0.1", "::1"):
                e.address = address
                check(e.ask()[0] == 200, address, "by way of [::]")
    for value in ("x", "", ":", "1:2:3", "::1:9464", "[::1]", "[127.0.0.1]:1", "65536", "-1", "9464 ", "host:1",
                  "127.0.0.1:", "[::1:1", "1.2.3:4"):
        run = Run([PROGRAM, "audit", "--metrics", value, "-"], stdin=b"")
        check(run.status == 2 and "--metrics" in run.err, value, run.status, run.err)
    run = Run([PROGRAM, "audit", "--metrics", "0", os.path.join(SOURCE, "samples/captures/node-103.pcap")])
    check(run.status == 2 and "openmetrics" in run.err, "a file:", run.status, run.err)
    run = Run([PROGRAM, "audit", "--metrics", "192.0.2.1:0", "-"], stdin=b"")
    check(run.status == 3 and "192.0.2.1" in run.err, "an address of somebody else:", run.status, run.err)


def itself(_):
    """Captured on loopback by the run it belongs to, confined, it has no fault."""
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    probe = Run([PROGRAM, "audit", "-q", "-i", "lo", "--duration", "0.1"])
    if probe.status == 3:
        raise Skip(probe.err.splitlines()[0])
    with Endpoint("--json", "-v", "-i", "lo", "port", str(port), at=str(port)) as e:
        time.sleep(0.5)
        with open(f"/proc/{e.process.pid}/status", encoding="ascii") as file:
            confined = re.search(r"(?m)^Seccomp:\s+2", file.read())
        sanitized = b"confinement: none" in Run([PROGRAM, "--version"]).out
        check(confined or sanitized, "it is not confined")
        for method in ("GET", "HEAD", "POST", "OPTIONS", "BREW"):
            e.ask(method)
            e.ask(method, "/")
        e.ask(Accept="application/openmetrics-text")
        e.raw(b"GET /metrics HTTP/1.0\r\n\r\n")
        e.raw(b"GET /metrics HTTP/1.1\r\n\r\n")
        e.raw(b"PUT /metrics HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        e.raw(b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        e.wait_for("wirelint_exchanges_total", 14)  # it sees itself
        records = [json.loads(line) for line in e.end().splitlines()]
    faults = [r for r in records if r["type"] == "finding" and r["fault"] != "client"]
    check(not faults, "faults:", faults)
    n = sum(r["type"] == "exchange" for r in records)
    check(n >= 15, "only", n, "exchanges")
    print("itself:", n, "exchanges without a fault of the server",
          "(a build with sanitizers is not confined)" if sanitized else "while confined")


def ask_prometheus(port, path, **query):
    """The API of Prometheus; None while it is not up."""
    url = f"http://127.0.0.1:{port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
    try:
        with urllib.request.urlopen(url, timeout=WAIT) as response:
            return json.load(response)["data"]
    except urllib.error.HTTPError as refused:
        if refused.code == 503:  # it listens before it can answer
            return None
        raise Complaint(f"Prometheus refuses {query}: {refused.read().decode()}") from refused
    except (OSError, ValueError):
        return None


def scraped(port, endpoint):
    """What Prometheus knows of the run, once it has scraped it."""
    end = time.monotonic() + 2 * WAIT
    while time.monotonic() < end:
        found = ask_prometheus(port, "query", query="count_over_time((wirelint_exchanges_total > 0)[1m:1s])")
        if found and found["result"] and float(found["result"][0]["value"][1]) > 3:
            return
        time.sleep(0.2)
    raise Complaint(f"Prometheus does not get it: {ask_prometheus(port, 'targets')} {endpoint.ask()[1]}")


def prometheus(work):
    """A real one scrapes it, knows types and units, and answers the dashboard."""
    if not shutil.which("prometheus"):
        raise Skip("there is no prometheus")
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    with Endpoint("-") as e:
        with open(os.path.join(work, "prometheus.yml"), "w", encoding="ascii") as file:
            json.dump({"global": {"scrape_interval": "1s"}, "scrape_configs": [
                {"job_name": "wirelint", "static_configs": [{"targets": [f"127.0.0.1:{e.port}"]}]}]}, file)
        with subprocess.Popen(["prometheus", f"--config.file={work}/prometheus.yml",
                               f"--storage.tsdb.path={work}/data", f"--web.listen-address=127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                scraped(port, e)
                metadata = ask_prometheus(port, "targets/metadata", match_target='{job="wirelint"}')
                known = {m["metric"]: (m["type"], m["unit"]) for m in metadata}
                check(known.get("wirelint_captured_bytes") == ("counter", "bytes"), "types and units:", known)
                check(known.get("wirelint_first_response_seconds") == ("histogram", "seconds"), "types:", known)
                up = ask_prometheus(port, "query", query='up{job="wirelint"}')["result"]
                check(up and up[0]["value"][1] == "1", "it is not up")
                dashboard(port)
            finally:
                process.terminate()
                process.wait(WAIT)
        e.end()


def dashboard(port):
    """Every question of the dashboard is understood; those about what there is are answered."""
    with open(os.path.join(SOURCE, "docs/grafana-dashboard.json"), encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    asked = answered = 0
    for panel in panels:
        for target in panel.get("targets", []):
            question = target["expr"].replace("$job", ".*").replace("$instance", ".*")
            question = question.replace("$__rate_interval", "30s").replace("$__range", "1m")
            result = ask_prometheus(port, "query", query=question)["result"]
            asked += 1
            answered += bool(result)
    check(answered > asked / 2, "only", answered, "of", asked, "questions of the dashboard have an answer")
    print("prometheus:", asked, "questions of the dashboard,", answered, "with an answer")


CASES = [numbers, negotiation, methods, visitors, addresses, itself, prometheus]


def main():
    """Every case, or those named."""
    failed = 0
    for case in CASES:
        if CHOSEN and case.__name__ not in CHOSEN:
            continue
        with tempfile.TemporaryDirectory() as work:
            try:
                case(work)
                print("ok     ", case.__name__, flush=True)
            except Skip as why:
                print("skipped", case.__name__ + ":", why, flush=True)
            except Complaint as complaint:
                failed += 1
                print("FAILED ", case.__name__ + ":", complaint, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    PROGRAM, SOURCE, CHOSEN = sys.argv[1], sys.argv[2], sys.argv[3:]
    sys.exit(main())
