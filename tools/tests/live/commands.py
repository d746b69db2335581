# SPDX-License-Identifier: GPL-2.0
"""Cases: what the other commands print"""
import json
import os
import signal
import subprocess

from ask import listenq
from machine import TABLE, connect, reaches, rows, serve, until
from top import Top
from verdicts import verdict


def restart(port):
    child = serve(port, 16, "never")
    connect(port, 10)
    reaches(port, "ack_backlog", 10)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    until("it has gone", lambda: not rows(port))
    rc, out, err = listenq("closed", "-p", port, "--json")
    try:
        first = json.loads(out)["listeners"][0]
        problem = "" if first["reset_at_close"] == 10 and rc == 0 else f"{rc}: {first['reset_at_close']} reset"
    except (ValueError, KeyError, IndexError) as error:
        problem = f"{error!r}: {out[:200]} {err[:200]}"
    verdict("closed", problem)


def plugin(port):
    serve(port, 10, "never")
    rc, out, _ = listenq("check", "-p", port)
    verdict("check.ok", "" if rc == 0 and len(out.splitlines()) == 1 else f"{rc}: {out}")
    connect(port, 9)
    reaches(port, "ack_backlog", 9)
    rc, out, _ = listenq("check", "-p", port)
    verdict("check.warning", "" if rc == 1 and "WARNING" in out else f"{rc}: {out}")
    connect(port, 9)
    reaches(port, "ack_backlog", 11)
    rc, out, _ = listenq("check", "-p", port)
    verdict("check.critical", "" if rc == 2 and "CRITICAL" in out else f"{rc}: {out}")


def record(port):
    serve(port, 10, "all")
    connect(port, 3)
    reaches(port, "accepts", 3)
    rc, out, _ = listenq("record", "-p", port, "-i", 0.2, "--count", 3)
    looks = [json.loads(line) for line in out.splitlines()]
    verdict("record", "" if rc == 0 and len(looks) == 3 and all(look["listeners"] for look in looks) else f"{rc}: {out[:200]}")


def columns(port):
    """every column of the module, as it prints it"""
    serve(port, 10, "never")
    connect(port, 4)
    reaches(port, "ack_backlog", 4)
    with open(TABLE) as f:
        names = f.readline().split()
    steady = [name for name in names if not name.endswith("_ms")]
    rc, out, _ = listenq("show", "-p", port, "-H", "--raw", "-o", ",".join(steady))
    want = " ".join(rows(port)[0][name] for name in steady)
    verdict("columns", "" if out.split() == want.split() else f"{out.strip()} is not {want}")


def top(port):
    """rates and waits come from the module; its page has the histogram; the terminal is as it was"""
    full, busy = port, port + 1
    serve(full, 5, "never")
    serve(busy, 50, "slow", 0.3)
    connect(full, 9)
    connect(busy, 40)
    reaches(full, "overflow_syn", 1)
    reaches(busy, "accepts", 2)
    with Top(80, 24) as screen:
        screen.shows(rf"FULL +{full} .* 6/6 ")
        screen.shows(rf" {busy} .* [1-9][0-9.]* +0 ")   # accepts a second
        screen.resize(132, 30)
        screen.key("/")
        screen.key(str(busy), "Enter")
        screen.shows(rf"^>[a-z]+ +{busy} ")
        screen.key("Enter")
        screen.shows("accepted.* [1-9]")
        screen.key("q")
        screen.shows("^rc=0")
        verdict("top", "" if screen.restored() else "the terminal is not as it was")


def no_module():
    subprocess.run(["rmmod", "tcp_listenq"], check=True)
    rc, out, err = listenq("why")
    verdict("no_module.nothing_to_see", "" if rc == 2 and "modprobe" in err else f"{rc}: {out} {err}")
    serve(8900, 2, "never")
    connect(8900, 5)
    rc, out, err = listenq()
    verdict("no_module.show", "" if rc == 0 and "8900" in out and "modprobe tcp_listenq" in err else f"{rc}: {out} {err}")
    loaded = os.path.exists("/proc/net/tcp_listenq")
    verdict("no_module.loads_nothing", "it was loaded" if loaded else "")
