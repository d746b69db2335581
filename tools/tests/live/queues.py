# SPDX-License-Identifier: GPL-2.0
"""Cases: states of a queue, and what `why` finds and advises"""
import os
import signal
import subprocess
import threading

from ask import NO_CURE, listenq, why
from flood import flood
from machine import clean_up, column, connect, reaches, rows, serve, settings, until
from verdicts import skip, verdict


def stuck(port):
    child = serve(port, 5, "never")
    connect(port, 9)
    reaches(port, "overflow_syn", 1)
    why("stuck", port, 1, ["stuck"], ["too-slow", "syn-drop"], [f"python3\\[{child.pid}\\]"], NO_CURE)
    os.killpg(child.pid, signal.SIGSTOP)
    why("stuck.stopped", port, 1, ["stuck"], [], ["[Ss]topped|SIGCONT"], NO_CURE)


def starved(port):
    child = serve(port, 5, "starve")

    # Of those that come at once some may get a cookie, become ghosts and never come again.
    def fill():
        connect(port, 4)
        return column(port, "ack_backlog") > 5
    until("the queue is full", fill)
    why("descriptors_at_their_limit", port, 1, ["stuck"], [], [f"\\[{child.pid}\\]", "12"],
        ["somaxconn", "tcp_max_syn_backlog", "larger backlog|backlog="])


def slow(port):
    serve(port, 12, "slow", 1)
    connect(port, 12)
    reaches(port, "accepts", 1)
    why("too_slow", port, 1, ["too-slow"], ["stuck", "always-full"], [], ["tcp_max_syn_backlog", "somaxconn"], delay=1)


def burst(port):
    child = serve(port, 2, "speak")
    # Else those that got a cookie are ghosts.
    with settings(ipv4__tcp_syncookies=0):
        connect(port, 8)
        reaches(port, "overflow_syn", 1)
        child.stdin.write("\n")
        child.stdin.flush()
        reaches(port, "accepts", 8)
    until("the queue is empty", lambda: column(port, "ack_backlog") == 0)
    why("burst", port, 1, [], ["stuck", "too-slow", "accept-full"], ["refused"], ["tcp_max_syn_backlog"])


def clamped(port):
    with settings(core__somaxconn=8):
        serve(port, 100, "never")
        connect(port, 12)
        reaches(port, "overflow_syn", 1)
        why("clamped.stuck", port, 1, ["stuck"], [], [], ["tcp_max_syn_backlog"])
    with settings(core__somaxconn=8, ipv4__tcp_syncookies=0):
        child = serve(port + 1, 100, "speak")
        connect(port + 1, 12)
        reaches(port + 1, "overflow_syn", 1)
        child.stdin.write("\n")
        child.stdin.flush()
        reaches(port + 1, "accepts", 12)
        why("clamped", port + 1, 1, ["clamped"], ["stuck"], ["somaxconn"], ["tcp_max_syn_backlog"])


def worker(port):
    workers = [serve(port, 4, "all", "reuseport") for _ in range(4)]
    os.killpg(workers[2].pid, signal.SIGSTOP)

    def fill():
        connect(port, 8)
        return max(int(row["ack_backlog"]) for row in rows(port)) > 4
    until("one member is full", fill)
    why("one_worker_stuck", port, 1, ["worker-stuck"], [], [f"\\[{workers[2].pid}\\]"], ["tcp_max_syn_backlog", "somaxconn"])
    rc, out, _ = listenq("show", "-p", port, "-H", "--raw")
    verdict("reuseport_is_one_line", "" if len(out.splitlines()) == 1 else out)


def ghosts(port):
    subprocess.run(["modprobe", "-q", "sch_netem"], check=False)
    for ms in (100, 200, 400):
        if subprocess.run(["tc", "qdisc", "replace", "dev", "lo", "root", "netem", "delay", f"{ms}ms"],
                          stderr=subprocess.DEVNULL, check=False).returncode:
            skip("ghosts", "no netem")
            return
        child = serve(port, 5, "speak")
        connect(port, 10)
        try:
            until("ghosts", lambda: (column(port, "overflow_cookie") or 0) >= 1, 10)
            break
        except RuntimeError:
            clean_up()
    try:
        lost = column(port, "overflow_cookie")
        child.stdin.write("\n")
        child.stdin.flush()
        until("all that can be are served", lambda: column(port, "accepts") + lost >= 10)
        why("ghosts", port, 1, ["ghosts"], ["stuck"], [f"\\b{lost}\\b"], ["tcp_max_syn_backlog"])
    finally:
        subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], check=False)


def syn_queue(port):
    with settings(ipv4__tcp_syncookies=0, ipv4__tcp_max_syn_backlog=4096):
        serve(port, 8, "all")
        flood(port, 30)
        reaches(port, "reqq_full_drop", 1)
        why("syn_queue_full", port, 1, ["syn-drop"], ["stuck", "no-syn"], ["tcp_syncookies"], ["somaxconn"])
    with settings(ipv4__tcp_syncookies=1):
        serve(port + 1, 8, "all")
        flood(port + 1, 30)
        reaches(port + 1, "reqq_full_cookies", 1)
        why("cookies", port + 1, 1, ["cookies"], ["syn-drop", "stuck"], [], ["tcp_max_syn_backlog", "somaxconn"])
    with settings(ipv4__tcp_syncookies=0, ipv4__tcp_max_syn_backlog=16):
        serve(port + 2, 128, "all")
        flood(port + 2, 40)
        reaches(port + 2, "listen_drops", 1)
        why("three_quarters", port + 2, 1, ["other-drops"], ["stuck"], ["tcp_max_syn_backlog"], ["somaxconn"])


def deferred(port):
    serve(port, 64, "all", "defer")
    connect(port, 10)
    reaches(port, "reqsk_qlen", 10)
    why("deferred_and_fine", port, 0, ["deferred"], ["stuck", "syn-full", "syn-drop"], [], NO_CURE)


def nothing(port):
    serve(port, 128, "all")
    why("no_syn", port, 0, ["no-syn"], ["stuck"], ["before|firewall|reach"], NO_CURE)
    over = threading.Event()

    def come():
        while not over.wait(0.1):
            connect(port, 1)
    crowd = threading.Thread(target=come)
    crowd.start()
    try:
        reaches(port, "accepts", 3)
        found = why("nothing_wrong", port, 0, [], ["stuck", "no-syn", "refusing", "too-slow"], [], NO_CURE)
    finally:
        over.set()
        crowd.join()
    verdict("nothing_wrong.no_advice", "; ".join(str(f) for f in found if f["severity"] in ("warning", "critical")))
