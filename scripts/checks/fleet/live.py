#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""live.py FOLDER RULES WORK [COMMAND...] - do the rules work in a real Prometheus?

FOLDER is an unpacked Prometheus, RULES has the rule files, WORK is an empty folder. Prometheus gets the hour of fixture.py as
history and scrapes on from there; who has been in trouble for forty minutes is to fire now. An alert's "for" is not waited
out: a Prometheus that starts again takes from its own series ALERTS_FOR_STATE since when an alert is active, so it is started
twice, and these series are written in between. (It would not for those whose "for" is below its grace period of ten
minutes, hence the option.)

While all is firing, COMMAND is run with the address of Prometheus in PROMETHEUS. Pages of alerts come from there with
what has happened opened, as a click does.
"""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import fixture

HOUR = 60
# Who is to fire in the end; all others are not.
EXPECTED = {
    "TcpListenerStuck": 1,
    "TcpListenerOverflowing": 2,
    "TcpListenerGhosts": 1,
    "TcpListenerStandingQueue": 3,
    "TcpListenerLongWaits": 1,
    "TcpListenerReuseportSkew": 1,
    "TcpListenerClosedOnClients": 1,
    "TcpListenerOverflowedOnce": 2,
    "TcpSynQueueCookies": 1,
    "TcpListenqBlind": 1,
}
CLICKS = b"""<script>$(function () {
$("#inactiveAlerts").change();
$(".alert_header:contains(TcpListenerStuck)").click();
$("div.show-annotations").click();
});</script>"""
DEADLINE = 120


def wait_until(what, ask):
    """What ask() returns, as soon as that is something."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.2)
    sys.exit(f"waited {DEADLINE} seconds for {what}")


class Server(http.server.ThreadingHTTPServer):
    """Serves both machines' metrics, and in front of Prometheus its pages."""

    daemon_threads = True

    def __init__(self, begin):
        super().__init__(("127.0.0.1", 0), Handler)
        self.begin = begin
        self.prometheus = None
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        machine = self.path.strip("/")
        if machine in fixture.MACHINES:
            now = time.time()
            body = fixture.text(machine, (now - self.server.begin) / 60, now).encode()
            self.answer(200, "text/plain; version=0.0.4; charset=utf-8", body)
            return
        with urllib.request.urlopen(self.server.prometheus + self.path, timeout=10) as page:
            body, kind = page.read(), page.headers["Content-Type"]
        if self.path == "/classic/alerts":
            body = body.replace(b"</body>", CLICKS + b"</body>")
        self.answer(200, kind, body)

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Prometheus:
    def __init__(self, folder, rules, work, server):
        self.promtool = folder / "usr/bin/promtool"
        self.program = folder / "usr/bin/prometheus"
        self.assets = folder / "usr/share/prometheus/web"
        self.work, self.server, self.process, self.url = work, server, None, None
        # Its pages show the paths of rules as they are given, so it runs beside them.
        for file in rules.glob("*.rules.yml"):
            shutil.copy(file, work)
        (work / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["*.rules.yml"],
            "scrape_configs": [{
                "job_name": "tcp_listenq",
                "static_configs": [{
                    "targets": [f"127.0.0.1:{server.server_port}"],
                    "labels": {"instance": machine, "__metrics_path__": "/" + machine},
                } for machine in fixture.MACHINES],
            }],
        }))

    def fill(self, data, *histories):
        """A new database with these series."""
        for history in histories:
            file = self.work / "history"
            file.write_text(history)
            subprocess.run([self.promtool, "tsdb", "create-blocks-from", "openmetrics", file, data], check=True,
                           stdout=subprocess.DEVNULL)

    def start(self, data):
        """Which port was free is read from what it says, as it has no other way to tell."""
        log = self.work / f"{data.name}.log"
        with open(log, "wb") as said:
            self.process = subprocess.Popen([
                self.program, "--config.file=prometheus.yml", f"--storage.tsdb.path={data}",
                "--web.listen-address=127.0.0.1:0", "--rules.alert.for-grace-period=1s",
                f"--web.local-assets={self.assets}"], stdout=said, stderr=said,
                cwd=self.work)
        pid = self.process.pid

        def port():
            if self.process.poll() is not None:
                sys.exit("Prometheus has ended:\n" + log.read_text())
            return listening(pid)

        self.url = f"http://127.0.0.1:{wait_until('a port of Prometheus', port)}"
        self.server.prometheus = self.url
        wait_until("Prometheus to be ready", self.ready)

    def ready(self):
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=10):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(DEADLINE)

    def get(self, path, **asked):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(asked)}", timeout=10) as answer:
            return json.load(answer)["data"]

    def alerts(self, *states):
        return [a for a in self.get("alerts")["alerts"] if a["state"] in states]


def listening(pid):
    """The port at which that process listens, when it does."""
    try:
        inodes = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    except OSError:
        return None
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            word = line.split()
            if word[3] == "0A" and f"socket:[{word[9]}]" in inodes:
                return int(word[1].split(":")[1], 16)
    return None


def counted(alerts):
    names = [a["labels"]["alertname"] for a in alerts]
    return {name: names.count(name) for name in set(names)}


def since(alerts, begin):
    """ALERTS_FOR_STATE of these, as if they had been active since the trouble began."""
    out = []
    for a in alerts:
        key = fixture.series("ALERTS_FOR_STATE", a["labels"])
        out += [f"{key} {begin + 60 * fixture.TROUBLE} {begin + 60 * m}\n" for m in range(fixture.TROUBLE, HOUR)]
    return "".join(out) + "# EOF\n"


def all_rules_well(prometheus):
    rules = [r for g in prometheus.get("rules")["groups"] for r in g["rules"]]
    for r in rules:
        if r["health"] != "ok":
            sys.exit(f"{r['name']}: {r['health']}: {r.get('lastError')}")
    return len(rules)


def run(prometheus, work, begin, command):
    history = fixture.history(begin, HOUR)
    prometheus.fill(work / "first", history)
    prometheus.start(work / "first")
    active = wait_until(f"alerts {EXPECTED}", lambda: counted(prometheus.alerts("pending", "firing")) == EXPECTED
                        and prometheus.alerts("pending", "firing"))
    prometheus.stop()
    prometheus.fill(work / "second", history, since(active, begin))
    prometheus.start(work / "second")
    wait_until("all of them to fire", lambda: counted(prometheus.alerts("firing")) == EXPECTED)
    rules = all_rules_well(prometheus)
    stuck = [a for a in prometheus.alerts("firing") if a["labels"]["alertname"] == "TcpListenerStuck"]
    if stuck[0]["labels"].get("unit") != "app.service" or "listenq why 8080" not in stuck[0]["annotations"]["first"]:
        sys.exit(f"the alert does not name what is stuck: {stuck}")
    print(f"{rules} rules are well, {sum(EXPECTED.values())} alerts fire: {stuck[0]['annotations']['summary']}")
    if command:
        environment = dict(os.environ, PROMETHEUS=f"http://127.0.0.1:{prometheus.server.server_port}")
        subprocess.run(command, check=True, env=environment)


def main():
    folder, rules, work = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
    begin = int(time.time()) - 60 * HOUR
    prometheus = Prometheus(folder, rules, work, Server(begin))
    try:
        run(prometheus, work, begin, sys.argv[4:])
    finally:
        prometheus.stop()


main()
