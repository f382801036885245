# measure - runs a command and says what it took: time, resident memory, calls that read.
# SPDX-License-Identifier: MIT
"""Output goes to /dev/null. Memory is watched in a run of its own, from outside: what wait4 tells
counts that of the process the command was started from as well, and watching takes time."""
import os
import sys
import time

DEVNULL = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]


class Failure(SystemExit):
    """A command ended otherwise than is accepted; ends the benchmark unless the caller goes on."""


def _check(command, status, accepted):
    code = os.waitstatus_to_exitcode(status)
    if code not in accepted:
        raise Failure("%s: %s: exit status %d" % (os.path.basename(sys.argv[0]), " ".join(command), code))


def times(command, accepted=(0, 1)):
    """-> seconds of wall time, of user time, of system time"""
    start = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=DEVNULL)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - start
    _check(command, status, accepted)
    return seconds, usage.ru_utime, usage.ru_stime


def reads(command, accepted=(0, 1)):
    """-> calls of read(2) and its kin; None where the kernel does not tell"""
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=DEVNULL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    try:
        with open("/proc/%d/io" % pid) as io:
            told = dict(line.split(": ") for line in io)
    except OSError:
        told = {}
    _check(command, os.waitpid(pid, 0)[1], accepted)
    return int(told["syscr"]) if "syscr" in told else None


def resident(command, accepted=(0, 1)):
    """-> MiB of memory resident at most"""
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=DEVNULL)
    most = 0
    while True:
        try:
            with open("/proc/%d/status" % pid) as status:
                for line in status:
                    if line.startswith("VmHWM:"):
                        most = int(line.split()[1]) # the kernel's own maximum so far
        except OSError:
            pass
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _check(command, status, accepted)
            return most / 1024
        time.sleep(0.002)
