# terminal.py - a shell in tmux for tests: keys to press, and a screen to read.
# SPDX-License-Identifier: MIT
"""What the tests of the dashboard in a terminal are made of. Nothing waits for a fixed time."""
import os
import re
import subprocess
import time

PATIENCE = float(os.environ.get("WATCH_PATIENCE", "30"))  # seconds for one step


class Complaint(Exception):
    """Something that the program must not do."""


class Terminal:
    """A shell in tmux, of a size, with keys to press and a screen to read."""

    count = 0

    def __init__(self, folder, width=80, height=24, **environment):
        Terminal.count += 1
        self.socket = os.path.join(folder, f"tmux-{Terminal.count}")
        variables = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "HISTFILE": "/dev/null"}
        # curses keeps some memory until the process ends; crashes are to look like crashes
        variables["ASAN_OPTIONS"] = ("detect_leaks=0:handle_segv=0:handle_abort=0:"
                                     + os.environ.get("ASAN_OPTIONS", ""))
        variables["TSAN_OPTIONS"] = "handle_segv=0:handle_abort=0:" + os.environ.get("TSAN_OPTIONS", "")
        variables.update(environment)
        with open(os.path.join(folder, "tmux.conf"), "w", encoding="utf-8") as conf:
            conf.write("set -g default-terminal tmux-256color\nset -g escape-time 0\n"
                       "set -g set-titles off\nset -g allow-rename on\n")
        settings = [word for name, value in variables.items()
                    for word in ("-e", f"{name}={value}")]
        self.tmux("-f", os.path.join(folder, "tmux.conf"), "new-session", "-d", "-s", "t", "-x",
                  str(width), "-y", str(height), *settings, "bash --norc --noprofile")
        self.run("PS1='ready> '")
        self.wait("re:(?m)^ready>")

    def tmux(self, *words):
        """Runs a command of tmux and returns what it printed."""
        done = subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True,
                              errors="replace", timeout=PATIENCE, check=False)
        if done.returncode:
            raise Complaint(f"tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def screen(self, looks=False):
        """What stands on the screen, with escape sequences for how it looks."""
        return self.tmux("capture-pane", "-p", *(["-e"] if looks else []))

    def press(self, *keys):
        """Presses keys by the names that tmux has for them."""
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        """Types text as it is."""
        self.tmux("send-keys", "-l", text)

    def run(self, command):
        """Types a command line."""
        self.type(command)
        self.press("Enter")

    def resize(self, width, height):
        """Changes the size of the terminal."""
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def wait(self, *wanted, without=None):
        """Waits until all the texts stand on the screen (a pattern when it begins with re:)."""
        end = time.monotonic() + PATIENCE
        shown = ""
        while time.monotonic() < end:
            shown = self.screen()
            if all(has(shown, text) for text in wanted) and not (without and has(shown, without)):
                return shown
            time.sleep(0.05)
        raise Complaint(f"{wanted!r} without {without!r} never stood on the screen:\n{shown}")

    def state(self):
        """How the terminal is set, as stty says it."""
        mark = f"state-{time.monotonic_ns()}"
        self.run(f"clear; stty -g; echo {mark}")
        shown = self.wait(f"re:(?m)^{mark}")
        return re.search(r"(?m)^[0-9a-f:]{40,}$", shown.replace(":\n", ":")).group(0)

    def children(self, name):
        """The processes of this name that run in this terminal."""
        shell = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        done = subprocess.run(["pgrep", "-P", shell, "-f", name], capture_output=True, text=True,
                              check=False)
        return [int(word) for word in done.stdout.split()]

    def close(self):
        """Ends the terminal and all that runs in it."""
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False)


def has(shown, text):
    """Whether a text stands on the screen, or a pattern matches it."""
    return bool(re.search(text[3:], shown)) if text.startswith("re:") else text in shown


def check(condition, complaint):
    """Complains unless the condition holds."""
    if not condition:
        raise Complaint(complaint)
