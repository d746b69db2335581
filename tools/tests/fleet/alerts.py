# SPDX-License-Identifier: GPL-2.0
"""Debian's Prometheus scrapes the exporter and node_exporter's textfile: a server overflows and the alert fires with its
unit's name, the server is mended and the alert ends.

The rules are the package's. Every duration in them, in brackets and behind for: and keep_firing_for:, is divided by SHORTER,
and is a second at least (shorten()); numbers in comparisons stay. Prometheus looks each second, so a window of 5m still has fifteen
samples."""
import glob
import json
import os
import re
import time

from lib import (EXPORTER, PROM, TEXTFILE, Clients, alerts, case, figures, get, need, query, read, run, scrape, start, stop,
                 until, write)

SHORTER = 20
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def shorten(rules):
    def second(match):
        total = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", match[2]))
        return f"{match[1]}{max(1, total // SHORTER)}s"
    rules = re.sub(r"([\[:])((?:\d+[smhd])+)(?=[\]:])", second, rules)
    return re.sub(r"(\b(?:for|keep_firing_for): *)((?:\d+[smhd])+)\b", second, rules)


def annotation(alert):
    return json.dumps(alert["annotations"])


def healthy():
    rules = [rule for group in json.loads(get("http://127.0.0.1:9090/api/v1/rules"))["data"]["groups"]
             for rule in group["rules"]]
    bad = [rule["name"] for rule in rules if rule["health"] == "err"]
    need(not bad, f"rules with errors: {bad}")
    return all(rule["health"] == "ok" for rule in rules)


@case
def alerts__rules_are_taken():
    os.makedirs("/etc/prometheus/fleet", exist_ok=True)
    files = glob.glob("/usr/share/prometheus-listenq-exporter/rules/*.yml")
    need(files, "the package has no rules")
    for path in files:
        write("/etc/prometheus/fleet/" + os.path.basename(path), shorten(read(path)))
    write("/etc/prometheus/prometheus.yml", """
global:
  scrape_interval: 1s
  evaluation_interval: 1s
rule_files: [/etc/prometheus/fleet/*.yml]
scrape_configs:
  - job_name: listenq
    static_configs: [{targets: ['127.0.0.1:10099']}]
  - job_name: node
    scrape_interval: 2s
    static_configs: [{targets: ['127.0.0.1:9100']}]
""")
    write("/etc/default/prometheus-node-exporter",
          'ARGS="--collector.disable-defaults --collector.textfile --collector.tcpstat"\n')
    write("/etc/default/prometheus-listenq-exporter", 'ARGS=""\nTEXTFILE_ARGS="--interval=1"\n')
    run("promtool", "check", "config", "/etc/prometheus/prometheus.yml")
    run("systemctl", "restart", EXPORTER, TEXTFILE, "prometheus-node-exporter.service")
    start("prometheus.service")
    until("both targets are up", lambda: len([one for one in query("up") if one["value"][1] == "1"]) == 2, 120)
    rules = json.loads(get("http://127.0.0.1:9090/api/v1/rules"))["data"]["groups"]
    until("all rules were evaluated", healthy, 60)
    return f"{sum(len(group['rules']) for group in rules)} rules"


@case
def alerts__both_ways_give_the_same():
    for job in ("listenq", "node"):
        until(f"series by way of {job}",
              lambda job=job: query(f'tcp_listenq_accept_queue_capacity{{job="{job}",port="8080"}} == 17'), 30)


@case
def alerts__silent_when_all_is_well():
    time.sleep(20)
    loud = [alert["labels"] for alert in alerts() if alert["labels"].get("severity") != "info"]
    need(not loud, f"{loud}")


def fire(name):
    """The alert about nginx, with its unit"""
    found = [alert for alert in alerts(name) if alert["labels"].get("port") == "8080"]
    need(all(alert["labels"].get("unit") == "nginx.service" for alert in found), f"labels: {found}")
    need(all("nginx.service" in annotation(alert) and "8080" in annotation(alert) for alert in found), f"says: {found}")
    return found


@case
def alerts__name_the_unit_and_end():
    run("systemctl", "kill", "-s", "STOP", "--kill-who=all", "nginx.service")
    clients = Clients(8080)
    began = time.monotonic()
    try:
        until("TcpListenerStuck fires", lambda: fire("TcpListenerStuck"), 180)
        figures.append(f"alerts: TcpListenerStuck fires after {time.monotonic() - began:.0f} s (durations by {SHORTER})")
        found = until("TcpListenerOverflowing fires", lambda: fire("TcpListenerOverflowing"), 240)
        figures.append(f"alerts: TcpListenerOverflowing fires after {time.monotonic() - began:.0f} s")
        figures.append("alerts: " + annotation(found[0]))
    finally:
        clients.end()
        run("systemctl", "kill", "-s", "CONT", "--kill-who=all", "nginx.service")
    began = time.monotonic()
    for name in ("TcpListenerStuck", "TcpListenerOverflowing"):
        until(f"{name} ends", lambda name=name: not alerts(name), 240)
    figures.append(f"alerts: both have ended {time.monotonic() - began:.0f} s after the server was mended")


@case
def alerts__survive_a_restart_of_the_exporter():
    run("systemctl", "restart", EXPORTER)
    time.sleep(10)
    need(not alerts("TcpListenerOverflowing"), "a restart looks like refusals")
    got = query('increase(tcp_listenq_accept_queue_overflows_total{job="listenq"}[20s]) > 0')
    need(not got, f"a restart looks like events: {got}")


@case
def alerts__module_not_loaded():
    run("modprobe", "-r", "tcp_listenq")
    until("TcpListenqNotLoaded fires", lambda: alerts("TcpListenqNotLoaded"), 180)
    run("modprobe", "tcp_listenq")
    until("TcpListenqNotLoaded ends", lambda: not alerts("TcpListenqNotLoaded"), 180)


@case
def alerts__file_is_stale():
    # A writer that hangs. The 180 seconds are a number and no duration, so the file is made older.
    run("systemctl", "kill", "-s", "STOP", TEXTFILE)
    old = time.time() - 3600
    os.utime(PROM, (old, old))
    until("TcpListenqFileStale fires", lambda: alerts("TcpListenqFileStale"), 180)
    run("systemctl", "kill", "-s", "CONT", TEXTFILE)
    until("TcpListenqFileStale ends", lambda: not alerts("TcpListenqFileStale"), 180)


@case
def alerts__no_more_than_needed():
    stop("prometheus.service", TEXTFILE)
    scrape()
