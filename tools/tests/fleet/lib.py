# SPDX-License-Identifier: GPL-2.0
"""What the cases of run.py share: verdicts, systemd, scrapes, the kernel's counters, clients."""
import json
import re
import select
import socket
import subprocess
import threading
import time
import traceback
import urllib.request

EXPORTER = "prometheus-listenq-exporter.service"
TEXTFILE = "prometheus-listenq-exporter-textfile.service"
PROM = "/var/lib/prometheus/node-exporter/tcp_listenq.prom"
counts = {"passed": 0, "failed": 0, "skipped": 0}
figures = []		# what was measured, for the end of the output


class Problem(Exception):
    """What is wrong, for the line "not ok"."""


class Skip(Exception):
    """Why this cannot be tested here."""


def case(function):
    """Run it at once: a case passes if it returns. What it returns is said behind its name."""
    name = function.__name__.replace("__", ".")
    try:
        said = function()
        counts["passed"] += 1
        print(f"ok {name}" + (f" # {said}" if said else ""), flush=True)
    except Skip as why:
        counts["skipped"] += 1
        print(f"ok {name} # SKIP {why}", flush=True)
    except Exception as problem:	# a case that breaks has failed, and the others go on
        counts["failed"] += 1
        print(f"not ok {name}: {problem}", flush=True)
        if not isinstance(problem, Problem):
            print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)


def need(condition, problem):
    if not condition:
        raise Problem(problem)


def run(*words, fail=True, timeout=300):
    """Standard output and error of a program."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", check=False)
    if fail and done.returncode:
        raise Problem(f"{' '.join(words)}: status {done.returncode}: {done.stdout[-600:]}")
    return done.stdout


def until(what, condition, seconds=120, every=0.3):
    """Wait until condition() is true, and return what it gave. Who does not answer yet is not there yet."""
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except OSError:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise Problem(f"{what}: not within {seconds} seconds")
        time.sleep(every)


def start(unit):
    try:
        run("systemctl", "start", unit)
    except Problem as problem:
        raise Problem(f"{problem}\n# " + run("journalctl", "-u", unit, "-n", "20", "--no-pager").replace("\n", "\n# "))


def stop(*units):
    run("systemctl", "stop", *units)


def shown(unit, what):
    """A property of a unit."""
    return run("systemctl", "show", "--value", "-p", what, unit).strip()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def get(url, timeout=60):
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        return answer.read().decode()


def scrape(port=10099):
    return get(f"http://127.0.0.1:{port}/metrics")


def samples(text, name, **labels):
    """[(labels, value)] of one metric, without those that have other labels than asked for."""
    found = []
    for line in text.split("\n"):
        match = re.fullmatch(re.escape(name) + r"(?:\{(.*)\})? (\S+)", line)
        if match:
            has = dict(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', match[1] or ""))
            if all(has.get(label, "") == value for label, value in labels.items()):
                found.append((has, float(match[2])))
    return found


def total(text, name, **labels):
    return sum(value for _, value in samples(text, "tcp_listenq_" + name, **labels))


def kernel():
    """{name: value} of TcpExt, of this namespace"""
    names, values = [line.split()[1:] for line in read("/proc/net/netstat").split("\n") if line.startswith("TcpExt:")]
    return dict(zip(names, map(int, values)))


def cpu(unit):
    """Seconds of CPU that the unit's processes have used."""
    text = read("/sys/fs/cgroup" + shown(unit, "ControlGroup") + "/cpu.stat")
    return int(re.search(r"^usage_usec (\d+)", text, re.M)[1]) / 1e6


class Clients:
    """In a thread: keeps so many connections to a port in the making, new ones again and again, until end()."""

    def __init__(self, port, number=40, every=0.5, address="127.0.0.1"):
        self.to, self.number, self.every = (address, port), number, every
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self):
        open_now = []
        while not self.over.wait(self.every):
            for _ in range(self.number // 4):
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(self.to)
                open_now.append(client)
            while len(open_now) > self.number:
                open_now.pop(0).close()
        for client in open_now:
            client.close()

    def end(self):
        self.over.set()
        self.thread.join()


def quiet():
    """Wait until the kernel counts no more refusals."""
    def same():
        before = kernel()
        time.sleep(2.5)
        after = kernel()
        return all(before[name] == after[name] for name in ("ListenOverflows", "ListenDrops"))
    until("no more refusals", same, 120, 0)


def query(expression):
    """The samples that Prometheus has for an expression."""
    from urllib.parse import quote
    answer = json.loads(get("http://127.0.0.1:9090/api/v1/query?query=" + quote(expression)))
    return answer["data"]["result"]


def alerts(name=None):
    """Alerts that are firing."""
    found = json.loads(get("http://127.0.0.1:9090/api/v1/alerts"))["data"]["alerts"]
    return [alert for alert in found if alert["state"] == "firing" and name in (None, alert["labels"]["alertname"])]
