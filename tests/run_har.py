# run_har.py - HAR reports: an entry per exchange, by the schema of HAR 1.2, without credentials.
# SPDX-License-Identifier: MIT
"""run_har.py PROGRAM SAMPLES [--update]

Every sample capture beside NDJSON. What HAR 1.2 demands is checked here, key by key; where
WIRELINT_HAR_SCHEMAS names a folder with its JSON schemas (that of npm's har-schema), they are asked too.
Hostile text, credentials, -j, a golden.
"""
import datetime
import json
import os
import sys
import tempfile
import urllib.parse

from program import captures
from reports import DATE, Complaint, Traffic, check, golden, nasty_capture, records, report

# What the specification demands: (key, type); None: anything.
NEEDED = {
    "log": {"version": str, "creator": dict, "entries": list},
    "entry": {"startedDateTime": str, "time": (int, float), "request": dict, "response": dict,
              "cache": dict, "timings": dict, "serverIPAddress": str, "connection": str},
    "request": {"method": str, "url": str, "httpVersion": str, "cookies": list, "headers": list,
                "queryString": list, "headersSize": int, "bodySize": int},
    "response": {"status": int, "statusText": str, "httpVersion": str, "cookies": list, "headers": list,
                 "content": dict, "redirectURL": str, "headersSize": int, "bodySize": int},
    "content": {"size": int, "mimeType": str},
    "pair": {"name": str, "value": str},
}


def schemas():
    """A function that complains about what the schemas do not allow."""
    folder = os.environ.get("WIRELINT_HAR_SCHEMAS")
    if not folder:
        print("har: WIRELINT_HAR_SCHEMAS names no schemas: only our own checks are made")
        return lambda har: None
    import jsonschema  # pylint: disable=import-outside-toplevel
    store = {}
    for name in os.listdir(folder):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                store[name] = json.load(file)
    resolver = jsonschema.RefResolver("", store["har.json"], store={**store, "": store["har.json"]})
    validator = jsonschema.Draft6Validator(store["har.json"], resolver=resolver,
                                           format_checker=jsonschema.FormatChecker())

    def validate(har):
        for wrong in validator.iter_errors(har):
            raise Complaint(f"the schema: {list(wrong.path)}: {wrong.message[:300]}")
    return validate


def check_keys(value, kind):
    """Everything that is needed is there; what is our own begins with an underscore."""
    for key, typ in NEEDED[kind].items():
        check(isinstance(value.get(key), typ) and not isinstance(value.get(key), bool), kind, key,
              value.get(key))
    known = set(NEEDED[kind]) | {"comment"}
    check(all(k in known or k.startswith("_") for k in value), kind, "has", set(value) - known)


def check_entry(entry):
    """One entry by the specification."""
    check_keys(entry, "entry")
    datetime.datetime.fromisoformat(entry["startedDateTime"][:26])
    for side in ("request", "response"):
        check_keys(entry[side], side)
        for pair in entry[side]["headers"] + entry[side]["cookies"]:
            check_keys(pair, "pair")
    check_keys(entry["response"]["content"], "content")
    for pair in entry["request"]["queryString"]:
        check_keys(pair, "pair")
    timings = entry["timings"]
    check(all(timings[k] >= 0 for k in ("send", "wait", "receive")), "timings", timings)
    total = sum(t for t in timings.values() if t > 0)
    check(abs(entry["time"] - total) < 1e-6, "time", entry["time"], timings)
    url = urllib.parse.urlsplit(entry["request"]["url"])
    check(url.scheme in ("http", "https") or entry["request"]["url"].isascii(), "url", url)
    check(entry["request"]["url"].isprintable() and " " not in entry["request"]["url"], "url", url)


def same(entry, ex):
    """The entry says what NDJSON says of the exchange."""
    statuses = [i["status"] for i in entry["_interim"]]
    if "final" in ex:
        statuses.append(entry["response"]["status"])
        check(entry["response"]["status"] == ex["final"], "status", entry["response"]["status"], ex["final"])
    elif not ex["statuses"]:
        check(entry["response"]["status"] == 0, "a status from nowhere", entry["response"])
    check(statuses == ex["statuses"], "statuses", statuses, ex["statuses"])
    check(entry["startedDateTime"] == ex["ts"] and entry["connection"] == str(ex["conn"]), "ts or conn", ex)
    check([f["rule"] for f in entry["_findings"]] == ex["findings"], "findings", entry["_findings"])
    check(entry["request"]["method"] == ex.get("method", ""), "method", entry["request"])
    check(entry["_state"] == ex["state"] and entry["serverIPAddress"] == ex["server"]["ip"], "state", entry)
    if "request_body" in ex:
        check(entry["request"]["bodySize"] == ex["request_body"], "request body")
    if "response_body" in ex:
        check(entry["response"]["content"]["size"] == ex["response_body"], "response body")
    if "target" in ex and ex["target"].startswith("/") and "raw" not in ex:
        check(entry["request"]["url"].endswith(ex["target"]) or not ex["target"].isascii() or
              "%" in entry["request"]["url"], "url", entry["request"]["url"], ex["target"])
    if ex["state"] == "complete" and ex.get("final_after", -1) >= 0:
        check(abs(entry["time"] / 1000 - ex["duration"]) < 1e-6, "time", entry["time"], ex["duration"])


def read(raw, validate):
    """The report, checked; its entries."""
    har = json.loads(raw)
    validate(har)
    check(list(har) == ["log"], "keys", list(har))
    check_keys(har["log"], "log")
    check(har["log"]["version"] == "1.2" and har["log"]["creator"]["name"] == "wirelint", "creator")
    for entry in har["log"]["entries"]:
        check_entry(entry)
    return har["log"]["entries"]


def each_capture(program, folder, work, validate):
    """All samples."""
    total = 0
    for name in captures(folder):
        raw, _ = report(program, "har", name, work, cwd=folder)
        entries = read(raw, validate)
        exchanges = [r for r in records(program, name, cwd=folder) if r["type"] == "exchange"]
        check(len(entries) == len(exchanges), name, len(entries), "entries of", len(exchanges))
        for entry, ex in zip(entries, exchanges):
            same(entry, ex)
        check(report(program, "har", name, work, "-j", "3", cwd=folder)[0] == raw, name, "-j 3")
        total += len(entries)
    check(total > 100, "only", total, "exchanges were compared")


def hostile(program, work, validate):
    """Whatever was sent is a text, and a URL is one."""
    raw, _ = report(program, "har", nasty_capture(work), work)
    check(not any(c < 32 and c != 10 for c in raw), "control characters in the report")
    entries = read(raw, validate)
    check(len(entries) == 9, len(entries), "entries")
    check(entries[1]["request"]["url"] == "http://a.example/%3Cscript%3Ealert(1)%3C/script%3E", "url",
          entries[1]["request"]["url"])
    check(entries[7]["request"]["url"].startswith("http://a.example/=cmd%7C"), "url",
          entries[7]["request"]["url"])
    reason = entries[4]["response"]["statusText"]
    check("\u001b[2J" in reason, "reason", reason)


def credentials(program, work, validate):
    """What gives access is nowhere in the report; what it was, is."""
    traffic = Traffic()
    traffic.connect()
    traffic.exchange(
        b"GET /a?b=c+d&e=%41%zz&f HTTP/1.1\r\nHost: a.example\r\nAuthorization: Basic c2VjcmV0LTE=\r\n"
        b"Proxy-Authorization: c2VjcmV0LTI=\r\nCookie: sid=secret-3; theme=secret-4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + DATE + b"Content-Length: 0\r\nSet-Cookie: sid=secret-5; Path=/\r\n\r\n")
    raw, _ = report(program, "har", traffic.write(os.path.join(work, "secrets.pcap")), work)
    check(b"secret" not in raw.lower().replace(b"secrets.pcap", b"") and b"c2Vj" not in raw, "a secret", raw)
    request, response = (read(raw, validate)[0][k] for k in ("request", "response"))
    shown = {h["name"]: h["value"] for h in request["headers"]}
    check(shown["Authorization"] == "Basic [not shown]", "scheme", shown)
    check([c["name"] for c in request["cookies"]] == ["sid", "theme"], "cookies", request["cookies"])
    check([c["name"] for c in response["cookies"]] == ["sid"], "cookies", response["cookies"])
    query = [(p["name"], p["value"]) for p in request["queryString"]]
    check(query == [("b", "c d"), ("e", "A%zz"), ("f", "")], "query", query)


def forms(program, work, validate):
    """Every form of target is a URL; what is missing is said."""
    traffic = Traffic()
    for target, host in ((b"*", b"a.example:81"), (b"http://b.example/x?y", b"ignored"), (b"/x", b""),
                         (b"/y", b"e.example/@[x"), (b"/[", b"[::1]:8080")):
        traffic.connect()
        traffic.exchange(b"OPTIONS " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n",
                         b"HTTP/1.1 204 No Content\r\n" + DATE + b"\r\n")
    traffic.connect()
    traffic.says(True, b"GET /unanswered HTTP/1.1\r\nHost: a\r\n\r\n")
    traffic.connect()
    traffic.says(True, b"CONNECT c.example:443 HTTP/1.1\r\nHost: c.example:443\r\n\r\n")
    raw, _ = report(program, "har", traffic.write(os.path.join(work, "forms.pcap")), work)
    entries = read(raw, validate)
    urls = {e["request"]["url"] for e in entries}
    check(urls == {"http://a.example:81/", "http://b.example/x?y", "http://10.0.0.9:80/x",
                   "http://10.0.0.9:80/y", "http://[::1]:8080/%5B", "http://a/unanswered",
                   "http://c.example:443/"}, "urls", urls)
    lost = next(e for e in entries if e["request"]["url"].endswith("unanswered"))
    check(lost["response"]["status"] == 0 and "_error" in lost["response"], "unanswered", lost)


def main():
    """Runs all checks; returns the exit status."""
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    program, samples = os.path.abspath(arguments[0]), os.path.abspath(arguments[1])
    folder = os.path.join(samples, "captures")
    validate = schemas()
    try:
        with tempfile.TemporaryDirectory() as work:
            raw, _ = report(program, "har", "nginx-node-103.pcap", work, cwd=folder)
            golden(os.path.join(samples, "reports", "nginx-node-103.har"), raw, "--update" in sys.argv)
            each_capture(program, folder, work, validate)
            hostile(program, work, validate)
            credentials(program, work, validate)
            forms(program, work, validate)
    except Complaint as complaint:
        print("FAILED", complaint)
        return 1
    print("har: all well")
    return 0


sys.exit(main())
