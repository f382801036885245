#!/usr/bin/env python3
# run_live.py - live capture as a user meets it: on loopback, between namespaces, from pipes.
# SPDX-License-Identifier: MIT
"""run_live.py WIRELINT CAPTURES [CASE...]

Real traffic on loopback, and on a veth pair between this network namespace and one that the test makes.
What is sent is counted, and exactly that must have been seen. A case that needs a right or a program that
is not there says so and is passed over; when none could be run the exit status is 77.
"""
import http.client
import http.server
import json
import os
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from program import Complaint, Run
from reports import DATE, Traffic

WAIT = 20  # seconds that anything may take on a slow machine


class Skip(Exception):
    """What this case needs is not here."""


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers 200, or the status that the target names."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer of two pieces waits for an acknowledgement

    def do_GET(self):
        """/404 is answered with 404."""
        word = self.path.strip("/")
        self.send_response(int(word) if word.isdigit() and len(word) == 3 else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        """Says nothing."""


class Server:
    """An HTTP server on 127.0.0.1, in a thread."""

    def __init__(self, address="127.0.0.1"):
        self.http = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.address, self.port = address, self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def get(self, n, target="/x"):
        """n requests on one connection, which is closed."""
        client = http.client.HTTPConnection(self.address, self.port, timeout=WAIT)
        for _ in range(n):
            client.request("GET", target)
            client.getresponse().read()
        client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class Live:
    """The program while it runs, reading an interface or what it is given."""

    def __init__(self, *arguments, stdin=None, ready=0.6):
        self.directory = tempfile.TemporaryDirectory()
        self.out_path = os.path.join(self.directory.name, "out")
        self.err_path = os.path.join(self.directory.name, "err")
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen([PROGRAM, *arguments], stdin=stdin or subprocess.DEVNULL,
                                            stdout=out, stderr=err)
        if ready and "-i" in arguments:
            self.wait_until_open(arguments.count("-i"))
            ready = 0.3
        elif ready:
            self.wait_until_heedful()
        time.sleep(ready)
        if ready and self.process.poll() is not None and self.process.returncode > 1:
            raise Complaint(f"it did not start: {self.err().strip()}")

    def wait_until_open(self, n):
        """Waits until it holds n packet sockets that run, or has ended."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end and self.process.poll() is None:
            with open("/proc/net/packet", encoding="ascii") as file:
                rows = [line.split() for line in file.read().splitlines()[1:]]
            running = {f"socket:[{row[8]}]" for row in rows if row[5] == "1"}
            folder = f"/proc/{self.process.pid}/fd"
            held = set()
            for name in os.listdir(folder):
                try:
                    held.add(os.readlink(os.path.join(folder, name)))
                except OSError:
                    pass
            if len(held & running) >= n:
                return
            time.sleep(0.02)

    def wait_until_heedful(self):
        """Waits until it takes signals itself, or has ended: before that one would kill it."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end and self.process.poll() is None:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
                caught = int(re.search(r"(?m)^SigCgt:\s*([0-9a-f]+)", file.read()).group(1), 16)
            if caught >> (signal.SIGINT - 1) & 1:
                return
            time.sleep(0.02)

    def switches(self):
        """How often its threads have gone to sleep until now."""
        n = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/status", encoding="ascii") as file:
                n += int(re.search(r"(?m)^voluntary_ctxt_switches:\s*(\d+)", file.read()).group(1))
        return n

    def out(self):
        """What it has printed until now."""
        with open(self.out_path, encoding="utf-8") as file:
            return file.read()

    def err(self):
        """What it has said on standard error until now."""
        with open(self.err_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_for(self, pattern, n=1):
        """Waits until the pattern stands n times in the output or among the messages."""
        end = time.monotonic() + WAIT
        while len(re.findall(pattern, self.out() + self.err())) < n:
            if time.monotonic() > end:
                raise Complaint(f"no '{pattern}' ({n}): {self.out()[-500:]} {self.err()[-500:]}")
            time.sleep(0.01)

    def end(self, with_signal=signal.SIGINT):
        """Ends it, or waits for its end; gives its status."""
        if with_signal:
            self.process.send_signal(with_signal)
        try:
            self.process.wait(WAIT)
        except subprocess.TimeoutExpired as late:
            self.process.kill()
            raise Complaint("it does not end") from late
        if self.process.returncode not in (0, 1, 3) or "Sanitizer" in self.err():
            raise Complaint(f"status {self.process.returncode}: {self.err()[-2000:]}")
        return self.process.returncode

    def records(self):
        """The NDJSON lines."""
        return [json.loads(line) for line in self.out().splitlines()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.directory.cleanup()


def expect(truth, what):
    """Complains unless it is true."""
    if not truth:
        raise Complaint(what)


def needs(*programs):
    """Passes the case over when a program is missing."""
    for name in programs:
        if not shutil.which(name) and not os.path.exists(f"/usr/sbin/{name}"):
            raise Skip(f"no {name}")


def run(*command):
    """Runs a command that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skip(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Pair:
    """A veth pair: wlt<pid> here, its peer in a namespace of its own with a server."""

    def __init__(self):
        needs("ip", "nsenter")
        self.namespace = f"wlt{os.getpid()}"
        self.name = f"wlt{os.getpid()}"[:14]
        self.server = None
        run("ip", "netns", "add", self.namespace)
        try:
            self.make()
        except Skip:
            self.__exit__()
            raise

    def make(self):
        """Makes the pair, as after it was taken away."""
        run("ip", "link", "add", self.name, "type", "veth", "peer", "name", "far", "netns",
            self.namespace)
        run("ip", "addr", "add", "10.99.77.1/24", "dev", self.name)
        run("ip", "link", "set", self.name, "up")
        run("ip", "-n", self.namespace, "addr", "add", "10.99.77.2/24", "dev", "far")
        run("ip", "-n", self.namespace, "link", "set", "far", "up")

    def serve(self):
        """Starts python's server over there."""
        self.server = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, sys.executable, "-c",
             "import sys; sys.path.insert(0, sys.argv[1]); import run_live, http.server as h;"
             "h.ThreadingHTTPServer(('10.99.77.2', 8000), run_live.Handler).serve_forever()",
             os.path.dirname(os.path.abspath(__file__))])
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            try:
                socket.create_connection(("10.99.77.2", 8000), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Complaint("the server in the namespace does not answer")

    def get(self, n):
        """n requests to it, each on a connection of its own."""
        for _ in range(n):
            client = http.client.HTTPConnection("10.99.77.2", 8000, timeout=WAIT)
            client.request("GET", "/x")
            client.getresponse().read()
            client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.kill()
            self.server.wait()
        subprocess.run(["ip", "link", "del", self.name], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", self.namespace], capture_output=True, check=False)


# --------------------------------------------------------------------------------------- counting

def every_request_is_seen():
    """N requests on loopback are N exchanges, whatever reports them."""
    with Server() as server:
        with Live("audit", "--json", "-i", "lo", "port", str(server.port)) as live:
            server.get(150)
            for _ in range(50):
                server.get(1, "/404")
            status = live.end()
            records = live.records()
        end = records[-1]
        expect(records[0]["type"] == "start" and records[0]["inputs"] == ["lo"], records[0])
        expect(end["type"] == "end" and end["exchanges"] == 200, end)
        expect(end["codes"] == {"200": 150, "404": 50} and end["dropped"] == 0, end)
        expect(end["connections"] == 51, end)
        expect(status in (0, 1), status)
        expect(sum(r["type"] == "exchange" for r in records) == 200, "not an object per exchange")


def shards_share_the_traffic():
    """The same with several sockets among which the kernel deals connections out."""
    with Server() as server:
        with Live("stats", "--json", "-j", "3", "-i", "lo", "port", str(server.port)) as live:
            for _ in range(60):
                server.get(3)
            live.end()
            end = live.records()[-1]
        expect(end["exchanges"] == 180 and end["connections"] == 60, end)


def resting_shards_end():
    """Shards to which nothing comes end at a signal, though what they have left does not fit on its way at once."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        words = ("audit", "-j", "2", "--set", "ring_events=1", "-i", "lo", "port", str(server.getsockname()[1]))
        with Live(*words) as one, Live(*words) as two, Live(*words) as three:
            clients = [socket.create_connection(server.getsockname()) for _ in range(16)]
            for client in clients:
                client.sendall(b"GET / HTTP/1.1\r\n")
            time.sleep(3)  # it takes two seconds without packets until they rest
            for live in (one, two, three):
                live.end()
                expect("16 exchanges on 16 connections" in live.out(), live.out())
            for client in clients:
                client.close()


def tunnels_want_one_shard():
    """IP in IP with -j: the kernel cannot keep what is inside together, and that is said."""
    octets, _ = capture_in_two()
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind(("lo", 0x0800))
    with Live("stats", "-j", "2", "-i", "lo", "ip", "proto", "4") as live:
        at = 24
        while at < len(octets):
            n = int.from_bytes(octets[at + 8:at + 12], "little")
            frame = octets[at + 16:at + 16 + n]
            outer = struct.pack("!BBHHHBBH4s4s", 0x45, 0, len(frame) + 6, 1, 0, 64, 4, 0,
                                b"\x0a\x63\0\1", b"\x0a\x63\0\2")
            link.send(frame[:14] + outer + frame[14:])
            at += 16 + n
        live.wait_for("use one shard")
        live.end()
    link.close()


def nginx_and_wrk():
    """wrk at full speed against nginx: what wrk counted was seen, or its loss is told."""
    needs("nginx", "wrk")
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with open(os.path.join(folder, "conf"), "w", encoding="ascii") as conf:
            conf.write(f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}\n"
                       f"http {{ access_log off; server {{ listen 127.0.0.1:{port};"
                       "location / { return 200 ok; } } }\n")
        nginx = subprocess.Popen(["nginx", "-c", os.path.join(folder, "conf"), "-e",
                                  os.path.join(folder, "log")], stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            with Live("stats", "--json", "-B", "64", "-i", "lo", "port", str(port)) as live:
                said = run("wrk", "-t1", "-c8", "-d2s", f"http://127.0.0.1:{port}/")
                live.end()
                end = live.records()[-1]
        finally:
            nginx.terminate()
            nginx.wait()
    n = int(re.search(r"(\d+) requests in", said).group(1))
    # each of the eight connections had a request under way when wrk stopped counting
    expect(end["dropped"] > 0 or n <= end["exchanges"] <= n + 8, f"{n} requests: {end}")
    print(f"    {n} requests, {end['exchanges']} exchanges, {end['dropped']} packets lost")


def losses_are_counted():
    """While the program is stopped the ring runs over: what is lost and what is seen is what was sent."""
    needs("ip")
    sent = 6000
    with Pair() as pair:
        with Live("stats", "--json", "-B", "1", "-i", pair.name, "udp", "port", "7777") as live:
            live.process.send_signal(signal.SIGSTOP)
            run("ip", "netns", "exec", pair.namespace, sys.executable, "-c",
                "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                f"for i in range({sent}): s.sendto(b'x' * 1400, ('10.99.77.1', 7777))")
            live.process.send_signal(signal.SIGCONT)
            time.sleep(0.5)
            live.end()
            end = live.records()[-1]
    expect(end["dropped"] > 0, f"nothing was lost: {end}")
    expect(end["packets"] + end["dropped"] == sent, f"{sent} were sent: {end}")


# ------------------------------------------------------------------------------------------- time

def lines_come_soon():
    """A request shows within 200 ms; on a busy machine the best of several. Also of several shards of
    which most have gone to rest: they are asked for their clock."""
    for shards, rest, limit in ((1, 0, 0.2), (3, 2.5, 0.3)):
        best = WAIT
        with Server() as server:
            with Live("list", "-j", str(shards), "-i", "lo", "port", str(server.port)) as live:
                for n in range(8 if shards == 1 else 3):
                    time.sleep(rest)
                    server.get(1)
                    began = time.monotonic()
                    live.wait_for("-> 200", n + 1)
                    best = min(best, time.monotonic() - began)
                live.end()
        expect(best < limit, f"-j {shards}: the best took {best * 1000:.0f} ms")
        print(f"    -j {shards}: the best after {best * 1000:.0f} ms")


def waking_up():
    """While nothing comes no thread wakes up more than about once a second."""
    for shards in (1, 3):
        with Live("list", "-j", str(shards), "-i", "lo", "port", "9") as live:
            time.sleep(3)  # what has come of late makes it look more often
            before, began = live.switches(), time.monotonic()
            time.sleep(3)
            n, seconds = live.switches() - before, time.monotonic() - began
            live.end()
        n_threads = 1 if shards == 1 else shards + 1
        expect(n <= 2 * n_threads * (seconds + 1), f"-j {shards}: {n} times in {seconds:.1f} s")


def intervals():
    """Reports on the way have the keys of the one at the end, and the time."""
    with Server() as server:
        with Live("stats", "--json", "--interval", "1", "--duration", "3.6", "-i", "lo", "port",
                  str(server.port)) as live:
            server.get(5)
            live.end(None)
            records = live.records()
    reports = [r for r in records if r["type"] == "interval"]
    expect(2 <= len(reports) <= 4, f"{len(reports)} reports in 3.6 s")
    expect(all(list(r) == ["type", "ts"] + list(records[-1])[1:] for r in reports), reports[0])
    expect(reports[-1]["exchanges"] == records[-1]["exchanges"] == 5, reports[-1])


def time_without_packets():
    """What is silent from the beginning has a time all the same, but for a pipe, which has none."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    for shards in "1", "2":
        with Live("stats", "--json", "--interval", "1", "-j", shards, "-i", "lo", "port", port) as live:
            live.wait_for('"type":"interval"')
            live.end()
            told = [r["ts"] for r in live.records() if r["type"] == "interval"]
        expect(all(ts > "2000" for ts in told), f"-j {shards}: {told}")
    with Live("stats", "--json", "--interval", "1", "-", stdin=subprocess.PIPE, ready=0) as live:
        live.wait_for('"type":"interval"')
        live.process.stdin.close()
        live.end(None)
        expect(all("ts" not in r for r in live.records()), live.out())


def plain_lines():
    """stats --watch says what has changed, and nothing while nothing has."""
    with Server() as server:
        with Live("stats", "--watch", "--interval", "1", "-i", "lo", "port",
                  str(server.port)) as live:
            live.wait_for("watching lo")
            server.get(4)
            live.wait_for(r"2xx: 4 more, 4 in all")
            server.get(2, "/404")
            live.wait_for(r"4xx: 2 more, 2 in all")
            time.sleep(2.2)
            live.end()
            lines = live.out().splitlines()
    expect(len(lines) == 4, lines)
    expect(lines[-1].endswith("0 violations, 0 warnings, 0 notes in 6 exchanges on 2 connections"),
           lines[-1])


def idle_connections_end():
    """What is silent for idle_timeout is over, by the clock of the wall."""
    with Server() as server:
        with Live("audit", "--json", "--set", "idle_timeout=1", "-i", "lo", "port",
                  str(server.port)) as live:
            client = http.client.HTTPConnection("127.0.0.1", server.port)
            client.request("GET", "/x")
            client.getresponse().read()
            live.wait_for('"type":"connection".*"end":"idle"')
            client.close()
            live.end()


# ------------------------------------------------------------------------------------------- ends

def bounded_runs():
    """-c and --duration end a run in order."""
    with Server() as server:
        with Live("stats", "--json", "-c", "7", "-i", "lo", "port", str(server.port)) as live:
            server.get(5)
            live.end(None)
            expect(live.records()[-1]["packets"] == 7, live.records()[-1])
        began = time.monotonic()
        with Live("list", "--json", "--duration", "1", "-i", "lo", "port", str(server.port),
                  ready=0) as live:
            live.end(None)
            expect(1 <= time.monotonic() - began < WAIT / 2, "--duration 1")
            expect(live.records()[-1]["type"] == "end", "no end")


def nothing_is_left_behind():
    """A signal right after the last answer: the block that the kernel had not handed over counts, too."""
    for number, shards in ((signal.SIGINT, 1), (signal.SIGTERM, 1), (signal.SIGINT, 3)):
        for n in (1, 150):
            with Server() as server:
                with Live("stats", "--json", "-j", str(shards), "-i", "lo", "port",
                          str(server.port)) as live:
                    for _ in range(3):
                        server.get(n)
                    began = time.monotonic()
                    live.end(number)
                    end = live.records()[-1]
                    expect(end["exchanges"] == 3 * n and end["connections"] == 3,
                           f"{3 * n} requests, -j {shards}: {end}")
                    expect(time.monotonic() - began < WAIT / 2, "it took its time")


def snap_length():
    """-s keeps as many octets of a packet as it says, however few; of -w as well."""
    for length, shown in ((66, False), (90, True)):  # 66: the headers, up to TCP's time stamps
        with Server() as server:
            with Live("audit", "--json", "-i", "lo", "-s", str(length), "port", str(server.port)) as live:
                server.get(1, "/secret")
                expect(live.end() == 0, live.err())
                records = live.records()
        expect(records[-1]["connections"] == 1 and records[-1]["not_judged"].get("snaplen"), records[-1])
        expect(("/secret" in json.dumps(records)) == shown, f"-s {length}: {records}")


def signals():
    """INT and TERM end with a report."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with Server() as server:
            with Live("audit", "-i", "lo", "port", str(server.port)) as live:
                server.get(1)
                expect(live.end(number) == 0, "status")
                expect("in 1 exchanges on 1 connections" in live.out(), live.out())


def heeds(pid):
    """Does this process run the program, and take signals itself? Before that one would kill it."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            caught = int(re.search(r"(?m)^SigCgt:\s*([0-9a-f]+)", file.read()).group(1), 16)
        return os.path.samefile(f"/proc/{pid}/exe", PROGRAM) and caught >> (signal.SIGINT - 1) & 1
    except OSError:
        return False


def wait_until_one_heeds(pids):
    """Of the processes that pids() names."""
    end = time.monotonic() + WAIT
    while not any(map(heeds, pids())):
        expect(time.monotonic() < end, "it takes no signals")
        time.sleep(0.02)


def signals_of_timeout():
    """timeout(1) signals the process and its group: that is one signal, and there is a report."""
    needs("timeout")

    def children():
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            return file.read().split()

    for n in range(6):
        with subprocess.Popen(["timeout", "--preserve-status", str(WAIT), PROGRAM, "audit", "-j", "2", "-i", "lo",
                               "port", "9"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            wait_until_one_heeds(children)
            process.send_signal(signal.SIGTERM) # it passes that on as it does when the time is over
            out, err = process.communicate(timeout=WAIT)
        expect(process.returncode == 0 and "in 0 exchanges" in out, f"{n}: {process.returncode}, {out!r}, {err!r}")


def second_signal():
    """One that comes later ends what cannot end in order, as nobody reads what it writes."""
    with subprocess.Popen([PROGRAM, "audit", "--json", CAPTURES], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        wait_until_one_heeds(lambda: [process.pid])
        for number in (signal.SIGTERM, signal.SIGINT):
            time.sleep(0.4)  # the pipe fills up
            expect(process.poll() is None, "it has ended")
            process.send_signal(number)
        expect(process.wait(WAIT) == 128 + signal.SIGINT, process.returncode)


def signal_before_the_first_octet():
    """A pipe of which nothing has come when the signal does is not called empty."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "pipe")
        os.mkfifo(path)
        with subprocess.Popen([PROGRAM, "list", path], stderr=subprocess.PIPE, text=True) as process:
            with open(path, "wb"):  # waits until it is opened for reading
                process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=WAIT)
        expect(process.returncode == 3 and "a signal came" in err and "empty" not in err, err)


def bar_beside_lines(*words):
    """How much a terminal shows of a bar while a pipe is read for longer than its patience."""
    with open(os.path.join(CAPTURES, "wrk-nginx.pcap"), "rb") as file:
        octets = file.read()
    main, terminal = pty.openpty()
    with subprocess.Popen([PROGRAM, *words, "-"], stdin=subprocess.PIPE, stdout=terminal,
                          stderr=terminal, env=dict(os.environ, TERM="xterm")) as process:
        os.close(terminal)
        process.stdin.write(octets[:1000])
        process.stdin.flush()
        time.sleep(0.8)  # half a second passes before a bar is drawn
        process.stdin.write(octets[1000:])
        process.stdin.close()
        shown = b""
        try:
            while True:
                shown += os.read(main, 65536)
        except OSError:  # the end of a terminal
            os.close(main)
    return shown.count(b"B/s")


def bars():
    """A terminal that shows lines as they come has no bar among them."""
    expect(bar_beside_lines("audit") > 0, "there is no bar at all")
    for words in (["list"], ["audit", "--json"], ["audit", "--report", "csv=-"], ["stats", "--watch"],
                  ["stats", "--interval", "60"], ["watch", "--plain"]):
        expect(bar_beside_lines(*words) == 0, f"{words}: a bar among the lines")


# ---------------------------------------------------------------------------------- who may, and where

def messages():
    """What cannot be captured from, and why."""
    done = Run([PROGRAM, "list", "-i", "lp"])
    expect(done.status == 3 and "did you mean 'lo'" in done.err, done.err)
    done = Run([PROGRAM, "list", "-i", "lo", "port", "eighty", "and"])
    expect(done.status == 2 and "filter" in done.err, done.err)
    done = Run([PROGRAM, "list", "-i", "lo", "-i", "any"])
    expect(done.status == 2 and "'any' is all" in done.err, done.err)
    done = Run([PROGRAM, "interfaces", "--json"])
    names = {i["name"]: i for i in json.loads(done.out)}
    expect(names["lo"]["loopback"] and names["lo"]["up"] and names["lo"]["capture"], names)


def plain_user():
    """A plain user is told which right is missing."""
    needs("setpriv")
    done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                           "--bounding-set=-all", PROGRAM, "list", "-i", "lo"],
                          capture_output=True, text=True, check=False)
    if "setpriv" in done.stderr:
        raise Skip(done.stderr.strip())
    expect(done.returncode == 3 and "cap_net_raw is missing" in done.stderr
           and "setcap cap_net_raw=eip" in done.stderr, done.stderr)


def rights_are_given_up():
    """While it captures it is nobody, has no capability, and few system calls."""
    if "seccomp" not in Run([PROGRAM, "--version"]).out.decode():
        raise Skip("this build does not confine itself")
    with Live("list", "-i", "lo") as live:
        with open(f"/proc/{live.process.pid}/status", encoding="ascii") as file:
            status = dict(line.split(":", 1) for line in file.read().splitlines())
        expect(set(status["Uid"].split()) == {"65534"}, status["Uid"])
        expect(all(int(status[c], 16) == 0 for c in ("CapEff", "CapPrm", "CapBnd")), status)
        expect(status["NoNewPrivs"].strip() == "1" and status["Seccomp"].strip() == "2", status)
        live.end()


def interfaces_come_and_go():
    """An interface that goes down, then away, and comes back is captured from again."""
    with Pair() as pair:
        pair.serve()
        with Live("list", "-i", pair.name, "-i", "lo", "port", "8000") as live:
            pair.get(3)
            live.wait_for("-> 200", 3)
            run("ip", "link", "set", pair.name, "down")
            live.wait_for("is down: waiting")
            run("ip", "link", "set", pair.name, "up")
            live.wait_for("is back", 1)
            pair.get(2)
            live.wait_for("-> 200", 5)
            run("ip", "link", "del", pair.name)
            live.wait_for("has gone: waiting")
            pair.make()
            live.wait_for("is back", 2)
            pair.get(4)
            live.wait_for("-> 200", 9)
            live.end()
        expect(live.process.returncode == 0, "status")


def shards_survive_an_interface():
    """With several sockets one that has gone is told and survived, and the others go on."""
    with Pair() as pair, Server() as server, tempfile.TemporaryDirectory() as folder:
        pair.serve()
        report = os.path.join(folder, "report")
        with Live("list", "-j", "2", "--report", f"html={report}", "-i", pair.name, "-i", "lo",
                  "port", "8000", "or", "port", str(server.port)) as live:
            pair.get(3)
            live.wait_for("-> 200", 3)
            run("ip", "link", "del", pair.name)
            live.wait_for("has gone: waiting")
            server.get(4, "/404")
            live.wait_for("-> 404", 4)
            pair.make()
            live.wait_for("cannot be taken up again")
            server.get(2, "/404")
            live.wait_for("-> 404", 6)
            expect(live.end() == 0, live.err())
        with open(report, encoding="utf-8") as file:
            expect("it is back and cannot be taken up again" in file.read(), "the report does not say so")


# ---------------------------------------------------------------------------- pipes and growing files

def capture_in_two():
    """The octets of the showcase, and where the second of its connections' last packets begins."""
    with open(os.path.join(CAPTURES, "nginx-node-103.pcap"), "rb") as file:
        octets = file.read()
    at = 24
    for _ in range(17):
        at += 16 + int.from_bytes(octets[at + 8:at + 12], "little")
    return octets, at


def pipes():
    """What comes through a pipe is shown as it comes, and time goes on while nothing does."""
    octets, half = capture_in_two()
    with Live("list", "-", stdin=subprocess.PIPE, ready=0) as live:
        pipe = live.process.stdin
        for part in (octets[:7], octets[7:30], octets[30:half - 5]):  # not even a header at once
            pipe.write(part)
            pipe.flush()
            time.sleep(0.1)
        live.wait_for("-> 103, 200", 1)  # the upstream leg is over; the reader waits in mid-packet
        pipe.write(octets[half - 5:])
        pipe.close()
        expect(live.end(None) == 1, "its finding is a violation")
        expect(len(re.findall("->", live.out())) == 2, live.out())
    with Live("stats", "-", stdin=subprocess.PIPE, ready=0.3) as live:
        expect(live.end() == 0, "a signal ends a run whose pipe is silent")


def pipe_from_tcpdump():
    """tcpdump -U -w - | wirelint list -"""
    needs("tcpdump")
    with Server() as server:
        tcpdump = subprocess.Popen(["tcpdump", "-i", "lo", "-U", "-w", "-", "port",
                                    str(server.port)], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        try:
            with Live("list", "-", stdin=tcpdump.stdout, ready=1) as live:
                server.get(3)
                live.wait_for("-> 200", 3)
                tcpdump.terminate()
                expect(live.end(None) == 0, live.err())
        finally:
            tcpdump.kill()
            tcpdump.wait()


def growing_files():
    """--follow waits at the end; a file that is replaced or cut short is read anew."""
    octets, half = capture_in_two()
    with open(os.path.join(CAPTURES, "curl-keepalive.pcap"), "rb") as file:
        other = file.read()
    n_other = len(Run([PROGRAM, "list", "-"], stdin=other).out.splitlines())
    expect(n_other > 0 and len(other) > half, "curl-keepalive.pcap")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "growing.pcap")
        with open(path, "wb") as file:
            with Live("list", "--follow", path, ready=0.3) as live:
                file.write(octets[:10])
                file.flush()
                live.wait_for("has 10 octets, too few to tell", 1)
                file.write(octets[10:half - 5])
                file.flush()
                live.wait_for("->", 1)
                file.write(octets[half - 5:])
                file.flush()
                live.wait_for("->", 2)
                with open(path + ".new", "wb") as new:
                    new.write(other)
                os.rename(path + ".new", path)
                live.wait_for("was replaced", 1)
                live.wait_for("->", 2 + n_other)
                with open(path, "wb") as again:
                    again.write(octets[:half])
                live.wait_for("was cut short", 1)
                live.end()


def clock_is_set_back():
    """A connection outlives the hours by which the clock of a live capture is set back."""
    traffic = Traffic()
    traffic.connect()
    with Live("audit", "--json", "--set", "idle_timeout=300", "-", stdin=subprocess.PIPE, ready=0) as live:
        pipe = live.process.stdin
        pipe.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        for n, second in enumerate((36000, 36001, 1, 2, 3), 1):
            traffic.exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                             b"HTTP/1.1 200 OK\r\n" + DATE + b"Content-Length: 0\r\n\r\n")
            for i, packet in enumerate(traffic.packets):
                pipe.write(struct.pack("<IIII", second, i * 1000, len(packet), len(packet)) + packet)
            pipe.flush()
            traffic.packets.clear()
            live.wait_for('"type":"exchange"', n)  # time goes on until this one is over
        pipe.close()
        live.end(None)
        over = [r for r in live.records() if r["type"] == "connection"]
        expect([(r["end"], r["exchanges"]) for r in over] == [("eof", 5)], over)


CASES = (every_request_is_seen, shards_share_the_traffic, resting_shards_end, tunnels_want_one_shard,
         nginx_and_wrk, losses_are_counted,
         lines_come_soon, waking_up, intervals, time_without_packets, plain_lines, idle_connections_end, bounded_runs,
         nothing_is_left_behind, snap_length, signals, signals_of_timeout, second_signal,
         signal_before_the_first_octet, bars,
         messages, plain_user, rights_are_given_up, interfaces_come_and_go,
         shards_survive_an_interface, pipes,
         pipe_from_tcpdump, growing_files, clock_is_set_back)
NEED_NO_RIGHT = (pipes, growing_files, clock_is_set_back, signal_before_the_first_octet, second_signal, bars)


def may_capture():
    """True when this user may open a packet socket."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
        return True
    except (OSError, AttributeError):
        return False


def main():
    """Runs the cases; returns the exit status."""
    wanted = sys.argv[3:]
    cases = [c for c in CASES if not wanted or c.__name__ in wanted]
    allowed = may_capture()
    n_run = n_failed = 0
    for case in cases:
        try:
            if not allowed and case not in NEED_NO_RIGHT:
                raise Skip("capturing takes cap_net_raw")
            n_run += 1
            case()
            print(f"ok {case.__name__}")
        except Skip as why:
            n_run -= allowed or case in NEED_NO_RIGHT
            print(f"skipped {case.__name__}: {why}")
        except Complaint as complaint:
            n_failed += 1
            print(f"FAILED {case.__name__}: {complaint}")
    print(f"{n_run} cases, {n_failed} failed")
    return 1 if n_failed else 0 if n_run else 77


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PROGRAM, CAPTURES = os.path.abspath(sys.argv[1]), sys.argv[2]
    sys.exit(main())
