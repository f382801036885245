#!/usr/bin/env python3
# run_install.py - the installed tree as a packager and an embedder meet it.
# SPDX-License-Identifier: MIT
"""run_install.py CMAKE BUILD-FOLDER SOURCE-FOLDER CC [SHARED]

Installs the build into a folder of its own and looks at what is there: every file is where it
belongs, the shared library shows the functions of include/wirelint and no others and needs nothing that only
the program needs, every header stands alone in C and C++, and examples/statuses.c builds through
pkg-config against both libraries and tells the same. SHARED is 0 for a build without the shared
library (sanitizers).
"""
import os
import re
import shutil
import sys
import tempfile

from program import Checks, run

LIBRARIES = {"libpcap", "libarchive", "liblzma", "libz", "libnettle", "libc", "libm", "libpthread"}
FILES = ["bin/wirelint", "share/man/man1/wirelint.1", "share/man/man5/wirelint.conf.5",
         "share/man/man7/wirelint-rules.7", "share/bash-completion/completions/wirelint",
         "share/fish/vendor_completions.d/wirelint.fish", "share/zsh/site-functions/_wirelint",
         "lib/systemd/system/wirelint@.service", "share/doc/wirelint/README.md", "include/wirelint/wirelint.h", "include/wirelint/tbl/limits.h",
         "{lib}/libwirelint.a", "{lib}/pkgconfig/libwirelint.pc"]
SHARED_FILES = ["{lib}/libwirelint.so"]

check = Checks()


def declared(include):
    """The functions that the public headers declare."""
    names = set()
    for folder, _, files in os.walk(include):
        for file in files:
            with open(os.path.join(folder, file), encoding="utf-8") as stream:
                text = re.sub(r"/\*.*?\*/", "", stream.read(), flags=re.S)
            text = re.sub(r"^#.*?(?<!\\)$", "", text, flags=re.M | re.S)
            # not those with a body, types, or what is called within them
            text = re.sub(r"static inline [^{;]*\{.*?^\}", "", text, flags=re.M | re.S)
            names |= set(re.findall(r"^(?!typedef)[a-z][^(){};=]*?\b(wl_\w+)\(", text, re.M))
    return names


def look_at_library(tree, lib):
    """What the shared library shows and needs."""
    path = os.path.join(tree, lib, "libwirelint.so")
    _, text = run("nm", "-D", "--defined-only", path)
    shown = {line.split()[2] for line in text.splitlines()}
    wanted = declared(os.path.join(tree, "include"))
    check(len(wanted) > 40, f"only {len(wanted)} functions found in the headers")
    check(not shown - wanted, f"shown and not declared: {sorted(shown - wanted)}")
    check(not wanted - shown, f"declared and not shown: {sorted(wanted - shown)}")
    _, text = run("readelf", "-d", path)
    needed = set(re.findall(r"NEEDED.*\[(\w+)[.-]", text))
    check(needed <= LIBRARIES, f"it needs {sorted(needed - LIBRARIES)}")
    name = re.search(r"SONAME.*\[(libwirelint\.so\.[0-9.]+)\]", text)
    check(name and os.path.exists(os.path.join(tree, lib, name.group(1))), "no file of the soname")


def look_at_headers(tree, cc):
    """Each header alone, as strict C17 and as C++."""
    folder = os.path.join(tree, "include", "wirelint")
    languages = [("c", ["-std=c17"])]
    if shutil.which("g++"):
        languages.append(("c++", ["-std=c++17"]))
    for header in sorted(os.listdir(folder)):
        if not header.endswith(".h"):
            continue
        for language, words in languages:
            program = "g++" if language == "c++" else cc
            status, text = run(program, *words, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only",
                               "-I" + os.path.join(tree, "include"), "-x", language, "-",
                               input=f"#include <wirelint/{header}>\nint main(void) {{ return 0; }}\n")
            check(status == 0, f"{header} as {language}: {text}")


def build_example(tree, source, cc, lib, static):
    """Builds and runs the example; what it printed."""
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(tree, lib, "pkgconfig"))
    status, flags = run("pkg-config", "--cflags", "--libs", "libwirelint", env=env)
    check(status == 0, f"pkg-config: {flags}")
    flags = flags.split()
    if static: # libwirelint.a with the shared libraries that it needs
        _, private = run("pkg-config", "--print-requires-private", "libwirelint", env=env)
        _, more = run("pkg-config", "--libs", *private.split(), env=env)
        flags = ["-l:libwirelint.a" if word == "-lwirelint" else word for word in flags]
        flags += more.split() + ["-lm", "-pthread"]
    program = os.path.join(tree, "statuses-static" if static else "statuses")
    status, text = run(cc, "-std=c17", "-Wall", "-Wextra", "-Werror", "-o", program,
                       os.path.join(source, "examples", "statuses.c"), *flags)
    check(status == 0, f"the example does not build: {text}")
    if status:
        return ""
    env["LD_LIBRARY_PATH"] = os.path.join(tree, lib)
    capture = os.path.join(source, "samples", "captures", "nginx-node-103.pcap")
    status, text = run(program, capture, env=env)
    check(status == 1, f"the example ends with {status}")
    check("violation: interim-to-http10: frame 11: 103 in answer to an HTTP/1.0 request\n" in text, text)
    check("       2  103, 200\n2 exchanges on 2 connections, 3 findings\n" in text, text)
    status, _ = run(program, os.path.join(tree, "none.pcap"), env=env)
    check(status == 3, f"the example ends with {status} where there is no capture")
    return text


def main():
    """Returns the exit status."""
    cmake, build, source, cc = sys.argv[1:5]
    shared = sys.argv[5:] != ["0"]
    if not shutil.which("pkg-config"):
        print("there is no pkg-config")
        return 77
    with tempfile.TemporaryDirectory() as tree:
        status, text = run(cmake, "--install", build, "--prefix", tree)
        check(status == 0, text)
        pc = [os.path.join(f, "pkgconfig") for f, folders, _ in os.walk(tree) if "pkgconfig" in folders]
        lib = os.path.relpath(os.path.dirname(pc[0]), tree) if pc else "lib"
        for file in FILES + (SHARED_FILES if shared else []):
            path = os.path.join(tree, file.format(lib=lib))
            check(os.path.exists(path), f"{file} is not installed")
        with open(os.path.join(tree, "lib/systemd/system/wirelint@.service"), encoding="utf-8") as unit:
            check(f"\nExecStart={tree}/bin/wirelint " in unit.read(), "the unit starts another program")
        look_at_headers(tree, cc)
        if shared:
            look_at_library(tree, lib)
            check(build_example(tree, source, cc, lib, False) ==
                  build_example(tree, source, cc, lib, True), "the two libraries differ")
    return check.status()


if __name__ == "__main__":
    sys.exit(main())
