# measure - runs a command and says what it took: wall time, user time, resident memory.
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
    """-> (seconds of wall time, seconds of user time)"""
    start = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=DEVNULL)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - start
    _check(command, status, accepted)
    return seconds, usage.ru_utime


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
