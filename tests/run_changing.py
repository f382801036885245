#!/usr/bin/env python3
# run_changing.py - capture files that grow, shrink or go away while they are read.
# SPDX-License-Identifier: MIT
"""run_changing.py WIRELINT GENPCAP

A run is stopped when it has mapped its file, the file is changed, and the run goes on. A file is read up to the
size that it had when it was opened; one that has become shorter is told, wherever that cut it, and what was read
before is reported. While the run stands still, a writer waits for the kernel to take the lease back: then even a
file that was cut short under the run's feet is an error that is told, and no crash.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from program import Checks, Run, pieces

BREAK_TIME = "/proc/sys/fs/lease-break-time"

check = Checks()


class Changed:
    """A run whose file is changed in the middle."""

    def __init__(self, program, source, path, shards, change, length=0):
        shutil.copyfile(source, path)
        if length:
            os.truncate(path, length)
        self.inode = f":{os.stat(path).st_ino} "
        self.run = subprocess.Popen([program, "stats", "--fail-on", "never", "-j", shards, path], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, env={"LC_ALL": "C", "TZ": "UTC"})
        self.is_mapped = self._stop(path)
        self.writer = threading.Thread(target=change, args=(path,))
        self.writer.start()

    def _stop(self, path):
        while self.run.poll() is None:
            with open(f"/proc/{self.run.pid}/maps", encoding="utf-8") as maps:
                if path in maps.read():
                    self.run.send_signal(signal.SIGSTOP)
                    return True
        return False

    def wait_for_writer(self):
        """Until the writer waits for the lease, or is done."""
        while self.writer.is_alive():
            with open("/proc/locks", encoding="utf-8") as locks:
                if any("BREAKING" in line and self.inode in line for line in locks):
                    return
            time.sleep(0.001)

    def end(self):
        """Status, what was printed, what was said."""
        self.run.send_signal(signal.SIGCONT)
        out, err = self.run.communicate(timeout=120)
        self.writer.join()
        return self.run.returncode, out.decode(), err.decode()


def look_at_changes(program, source, folder, boundary):
    """Changes that the run sees while it goes on."""
    with open(source, "rb") as file:
        octets = file.read()
    half = len(octets) // 2 + 7

    def grow(path):
        with open(path, "ab") as file:
            file.write(octets[half:])

    def replace(path):
        with open(path + ".new", "wb") as file:
            file.write(octets[:boundary])
        os.replace(path + ".new", path)

    whole = Run([program, "stats", "--fail-on", "never", source]).out.decode().splitlines()[2:]
    cases = (("cut short between two records", lambda path: os.truncate(path, boundary), 0, 3, "shorter than when"),
             ("emptied", lambda path: os.truncate(path, 0), 0, 3, "shorter than when"),
             ("written on", grow, half, 3, "cut off in the middle"),
             ("replaced", replace, 0, 0, ""),
             ("removed", os.unlink, 0, 0, ""))
    for shards in ("1", "3"):
        for what, change, length, wanted, words in cases:
            run = Changed(program, source, os.path.join(folder, "changing.pcap"), shards, change, length)
            run.wait_for_writer()
            status, out, err = run.end()
            if not run.is_mapped:
                print(f"changing: {what}, -j {shards}: not mapped, or over too early")
                continue
            check(status == wanted and words in err and bool(err) == bool(words),
                  f"{what}, -j {shards}: {status}: {err}")
            if not words:
                check(out.splitlines()[2:] == whole, f"{what}, -j {shards}: {out}")
            check("exchanges" in out, f"{what}, -j {shards}: what was read is not reported: {out}")


def look_at_standing_still(program, source, folder):
    """The kernel lets the writer in after a while."""
    with open(BREAK_TIME, encoding="utf-8") as file:
        if int(file.read()) > 60:
            return
    runs = [Changed(program, source, os.path.join(folder, f"still{shards}.pcap"), shards,
                    lambda path: os.truncate(path, 1000)) for shards in ("1", "3")]
    for run in runs:
        run.writer.join()
        status, _, err = run.end()
        if run.is_mapped:
            check(status == 3 and ("cut short" in err or "shorter than" in err), f"standing still: {status}: {err}")


def main():
    """Runs every check."""
    program, genpcap = sys.argv[1:]
    if not os.path.exists(BREAK_TIME):
        print("changing: skipped: this system has no leases")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "source.pcap")
        subprocess.run([genpcap, "--connections", "4000", "--max-bytes", "60M", "-o", source], check=True,
                       stderr=subprocess.DEVNULL)
        with open(source, "rb") as file:
            found = pieces(file.read())
        boundary = sum(len(octets) for _, octets in found[:len(found) * 3 // 4])
        look_at_changes(program, source, folder, boundary)
        look_at_standing_still(program, source, folder)
    return check.status()


if __name__ == "__main__":
    sys.exit(main())
