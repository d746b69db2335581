# SPDX-License-Identifier: GPL-2.0
"""Cases: `listenq events` and `listenq wait`, against the rows of the module's table and the clients' own ports

Topology: a server that never accepts, its queue full; each SYN of a client that comes then is refused.
"""
import json
import os
import re
import signal
import subprocess
import time

from ask import listenq
from machine import HERE, clients, connect, reaches, rows, serve, until
from verdicts import skip, verdict

AS_NOBODY = {"user": 65534, "group": 65534}
REASONS = {"accept_queue_syn": "overflow_syn", "accept_queue_ack": "overflow_ack", "accept_queue_cookie": "overflow_cookie",
           "syn_queue_drop": "reqq_full_drop", "syn_queue_cookie": "reqq_full_cookies"}


class Program:
    """with Program(words): it runs in the background; its lines on standard output, as they come"""

    def __init__(self, *words, program=("listenq",), **how):
        self.words = [*program, *map(str, words)]
        self.how = how

    def __enter__(self):
        self.child = subprocess.Popen(self.words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **self.how)
        os.set_blocking(self.child.stdout.fileno(), False)
        self.text = b""
        return self

    def __exit__(self, *what):
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()
        self.child.stderr.close()

    def lines(self):
        self.text += self.child.stdout.read() or b""
        return self.text.decode().splitlines()

    def status(self):
        self.child.wait(timeout=60)
        return self.child.returncode


def full(port, *options, backlog=4):
    """a listener with a full accept queue"""
    child = serve(port, backlog, "never", *options)
    connect(port, backlog + 1)
    reaches(port, "ack_backlog", backlog + 1)
    return child


def counted(port):
    """what the rows of a port have counted, by reason"""
    sums = {reason: 0 for reason in REASONS}
    drops = 0
    for row in rows(port):
        for reason, name in REASONS.items():
            sums[reason] += int(row[name])
        drops += int(row["listen_drops"])
    sums["other"] = drops - sum(number for reason, number in sums.items() if reason != "syn_queue_cookie")
    return {reason: number for reason, number in sums.items() if number}


def told(program):
    """the same of its events"""
    sums = {}
    for event in map(json.loads, program.lines()):
        sums[event["reason"]] = sums.get(event["reason"], 0) + event["packets"]
    return sums


def settled(program, port):
    """what it told and what is counted, at a moment when nothing is under way"""
    while True:
        before, was_told = counted(port), told(program)
        time.sleep(1)
        if (counted(port), told(program)) == (before, was_told):
            return was_told, before


def grown(now, before):
    return {reason: number - before.get(reason, 0) for reason, number in now.items() if number != before.get(reason, 0)}


def as_counted(program, port, at_first, before):
    """since then: nothing is lost, nothing told twice"""
    now_told, now = settled(program, port)
    return "" if grown(now_told, at_first) == grown(now, before) else f"told {now_told} of {at_first}, counted {now} of {before}"


def started(program, port):
    """it tells of what happens from now on: the first client whose refusal it shows"""
    until("it tells", lambda: program.child.poll() is None and (connect(port, 1) or program.lines()))


def events(port):
    """root: each packet, with its peer and with whom the listener belongs to; nothing is lost, nothing told twice"""
    child = full(port)
    other = full(port + 1)
    with Program("events", "--json", "-p", port) as program:
        until("the event is on", lambda: int(open("/sys/kernel/tracing/events/tcp_listenq/listen_drop/id").read()))
        started(program, port)
        at_first, before = settled(program, port)
        connect(port + 1, 5)
        connect(port, 20)
        mine = {client.getsockname()[1] for client in clients[-20:]}
        until("all are told", lambda: mine <= {int(json.loads(line)["peer"].rsplit(":", 1)[1]) for line in program.lines()})
        sums = as_counted(program, port, at_first, before)
        lines = [json.loads(line) for line in program.lines()]
        problems = [f"{line}" for line in lines if line["local"] != f"0.0.0.0:{port}" or
                    not line["peer"].startswith("127.0.0.1:") or line["packets"] != 1 or
                    line["cookie"] != int(rows(port)[0]["cookie"]) or
                    [p["pid"] for p in line["processes"]] != [child.pid] or
                    line["ack_backlog"] <= line["max_ack_backlog"] or abs(line["time"] - time.time()) > 120]
        with open(HERE + "/listenq.schema.json") as f:
            event = json.load(f)["$defs"]["event"]
        problems += [f"keys {list(line)}" for line in lines if list(line) != event["required"]]
        unload = subprocess.run(["rmmod", "tcp_listenq"], capture_output=True, text=True, check=False)
        if unload.returncode == 0 or "in use" not in unload.stderr:
            problems.append(f"rmmod: {unload}")
    verdict("events.sums", sums)
    verdict("events.root", "; ".join(problems)[:600])
    verdict("events.others_left_out", "" if other.poll() is None and counted(port + 1) else "the other refused nothing")
    with Program("events", "-p", port, "--count", 2) as program:
        until("two lines", lambda: connect(port, 1) or program.child.poll() is not None)
        lines = program.lines()
        good = len(lines) == 3 and lines[0].split() == "TIME REASON PACKETS LOCAL PEER QUEUE OWNER".split() and \
            f"[{child.pid}]" in lines[1] and "accept_queue_syn" in lines[2] and " 5/5 " in lines[1]
        verdict("events.table", "" if good and program.status() == 0 else f"{program.status()}: {lines}")
    # Not before the kernel has let go of the last one's.
    until("the module is free", lambda: open("/sys/module/tcp_listenq/refcnt").read() == "0\n")


def events_user(port):
    """anybody: what grew, twice a second at most"""
    full(port)
    with Program("events", "--json", "-p", port, **AS_NOBODY) as program:
        started(program, port)
        at_first, before = settled(program, port)
        connect(port, 20)
        until("it tells of them", lambda: told(program) != at_first)
        verdict("events.user.sums", as_counted(program, port, at_first, before))
        lines = [json.loads(line) for line in program.lines()]
        times = [line["time"] for line in lines if line["reason"] == "accept_queue_syn"]
        too_often = [b - a for a, b in zip(times, times[1:]) if b - a < 0.4]
        verdict("events.user", "" if all(line["peer"] is None for line in lines) and not too_often else f"{too_often}: {lines}"[:400])


def wait(port):
    """one listener: it happens, it does not, it closes"""
    child = full(port)
    started_at = time.monotonic()
    rc, out, err = listenq("wait", port, "--overflows", 1000000, "--timeout", "2s")
    took = time.monotonic() - started_at
    verdict("wait.timeout", "" if rc == 1 and not out and took >= 2 else f"{rc} after {took}: {out} {err}")
    with Program("wait", port, "--overflows", 10, "--within", "60s") as program:
        until("it waits or has ended", lambda: connect(port, 2) or program.child.poll() is not None)
        rc, lines = program.status(), program.lines()
    verdict("wait.happens", "" if rc == 0 and lines == [f"0.0.0.0:{port}: 10 overflows within 60s"] else f"{rc}: {lines}")
    with Program("wait", port, "--drops", 3, **AS_NOBODY) as program:
        until("it waits or has ended", lambda: connect(port, 5) or program.child.poll() is not None)
        verdict("wait.user", "" if program.status() == 0 else f"{program.child.stderr.read()}")
    with Program("wait", "--overflows", 3) as program:
        until("it waits or has ended", lambda: connect(port, 5) or program.child.poll() is not None)
        verdict("wait.namespace", "" if program.status() == 0 else f"{program.child.stderr.read()}")
    with Program("wait", port, "--overflows", 1000000) as program:
        until("it waits", lambda: watched(program.child.pid))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        verdict("wait.gone", "" if program.status() == 3 else f"{program.child.returncode}: {program.child.stderr.read()}")
    rc, out, err = listenq("wait", port, "--overflows", 1)
    verdict("wait.no_listener", "" if rc == 2 and "no listener" in err else f"{rc}: {out} {err}")


def watched(pid):
    """it holds an eventfd, and sleeps"""
    names = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            names.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except FileNotFoundError:
            pass
    with open(f"/proc/{pid}/stat") as f:
        asleep = f.read().rsplit(")", 1)[1].split()[0] == "S"
    return asleep and any("eventfd" in name for name in names)


def wait_group(port):
    """members of an SO_REUSEPORT group: together; the first to close is not the last"""
    servers = [serve(port, 1, "never", "reuseport") for _ in range(4)]
    until("all are full", lambda: connect(port, 4) or
          all(int(row["ack_backlog"]) > int(row["max_ack_backlog"]) for row in rows(port)))
    with Program("wait", port, "--overflows", 1000000) as program:
        until("it waits", lambda: watched(program.child.pid))
        servers[0].kill()
        until("one has gone", lambda: len(rows(port)) == 3)
        time.sleep(1)
        problem = "" if program.child.poll() is None else f"ended: {program.child.returncode}"
        for server in servers:
            server.kill()
        rc = program.status()
        verdict("wait.group.gone", problem or ("" if rc == 3 else f"{rc}"))
    servers = [serve(port + 1, 1, "never", "reuseport") for _ in range(4)]
    until("all are full", lambda: connect(port + 1, 4) or
          all(int(row["ack_backlog"]) > int(row["max_ack_backlog"]) for row in rows(port + 1)))
    before = sum(int(row["overflow_syn"]) for row in rows(port + 1))
    with Program("wait", port + 1, "--overflows", 40, "--within", "60s") as program:
        until("it waits", lambda: watched(program.child.pid))
        until("together 40", lambda: connect(port + 1, 4) or program.child.poll() is not None)
        now = [int(row["overflow_syn"]) for row in rows(port + 1)]
        problem = "" if program.status() == 0 and sum(now) - before >= 40 else f"{program.status()}: {now} {before}"
        verdict("wait.group", problem)


def wait_resets(port):
    """connections that nobody had accepted, when their listener closes"""
    child = full(port, backlog=16)
    with Program("wait", port, "--resets", 17) as program:
        until("it waits", lambda: watched(program.child.pid))
        os.killpg(child.pid, signal.SIGKILL)
        verdict("wait.resets", "" if program.status() == 0 else f"{program.status()}: {program.child.stderr.read()}")
    child = full(port + 1, backlog=4)
    with Program("wait", port + 1, "--resets", 6) as program:
        until("it waits", lambda: watched(program.child.pid))
        os.killpg(child.pid, signal.SIGKILL)
        verdict("wait.resets.too_few", "" if program.status() == 3 else f"{program.status()}: {program.child.stderr.read()}")


def unloaded(port):
    """who waits pins nothing, and says that the module has gone"""
    full(port)
    with Program("wait", port, "--overflows", 1000000) as one, \
            Program("events", **AS_NOBODY) as stream:
        until("both wait", lambda: watched(one.child.pid) and watched(stream.child.pid))
        subprocess.run(["rmmod", "tcp_listenq"], check=True)
        statuses = one.status(), stream.status()
        said = one.child.stderr.read().decode(), stream.child.stderr.read().decode()
    subprocess.run(["modprobe", "tcp_listenq"], check=True)
    verdict("unloaded", "" if statuses == (2, 2) and all("has gone" in each for each in said) else f"{statuses}: {said}")


def alert(port):
    """the script of docs/events.md"""
    full(port)
    with open(HERE + "/events.md") as f:
        script = re.findall(r"^```sh\n(while .*?)^```$", f.read(), re.M | re.S)[0]
    with open("/tmp/logger", "w") as f:
        f.write("#!/bin/sh\ncat >/tmp/logged\n")
    os.chmod("/tmp/logger", 0o755)
    environment = dict(os.environ, PATH="/tmp:" + os.environ["PATH"])
    with Program(program=["sh", "-c", script.replace("8080", str(port)).replace("sleep 60", "exit 9")], env=environment) as program:
        until("it alerts", lambda: connect(port, 5) or program.child.poll() is not None)
    with open("/tmp/logged") as f:
        text = f.read()
    verdict("alert", "" if program.child.returncode == 9 and "refusing" in text else f"{program.child.returncode}: {text}")


def programs(port):
    """the example of the documents, as anybody; a program of 32 bits"""
    full(port)
    for name, status in (("refused", None), ("told32", 0)):
        path = f"{HERE}/{name}"
        if not os.path.exists(path):
            skip(f"program.{name}", "not built for this architecture")
            continue
        with Program(program=[path], **AS_NOBODY) as program:
            until(f"{name} waits", lambda: watched(program.child.pid) or program.child.poll() is not None)
            until("it says so, or has ended", lambda: connect(port, 12) or "refused" in program.lines() or
                  program.child.poll() is not None)
            problem = "" if program.child.poll() == status else f"{program.child.poll()}: {program.child.stderr.read()}"
            verdict(f"program.{name}", problem)
