# SPDX-License-Identifier: GPL-2.0
"""The units: nothing is enabled, they start, are ready when they say so, are bare, and see what they are for."""
import os
import re
import stat
import subprocess
import time

from lib import (EXPORTER, PROM, TEXTFILE, case, get, need, read, run, samples, scrape, shown, start, stop, until)

DROP_IN = "/etc/systemd/system/" + EXPORTER + ".d"
EXAMPLES = "/usr/share/doc/prometheus-listenq-exporter/examples/"


def bare(unit, root):
    """The unit's process has no capability, and is root only where told so."""
    facts = dict(re.findall(r"^(\w+):\t(.*)$", read(f"/proc/{shown(unit, 'MainPID')}/status"), re.M))
    need((facts["Uid"].split()[0] == "0") == root, f"runs as user {facts['Uid'].split()[0]}")
    for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
        need(int(facts[name], 16) == 0, f"{name} is {facts[name]}")
    need(facts["NoNewPrivs"] == "1" and facts["Seccomp"] == "2", "new privileges or no filter of system calls")


def exposure(unit):
    """What systemd says of the unit as it runs"""
    text = run("systemd-analyze", "security", "--no-pager", "--threshold=20", unit)
    return re.search(r"exposure level for .*: (\S+)", text)[1]


def info(text, **labels):
    return samples(text, "tcp_listenq_listener_info", **labels)


def listener_in(netns, port):
    """A server in another namespace, in a unit of its own"""
    run("ip", "netns", "add", netns)
    run("systemd-run", f"--unit=in-{netns}", f"--property=NetworkNamespacePath=/run/netns/{netns}",
        "python3", "-B", "/fleet/hold.py", "listen", str(port), "16")


@case
def units__nothing_is_enabled():
    for unit in (EXPORTER, EXPORTER.replace(".service", ".socket"), TEXTFILE):
        need(run("systemctl", "is-enabled", unit, fail=False).strip() == "disabled", f"{unit} is enabled")
        need(shown(unit, "ActiveState") == "inactive", f"{unit} is {shown(unit, 'ActiveState')}")


@case
def units__http():
    start(EXPORTER)
    # No waiting: it is ready when systemd says so.
    text = scrape()
    need(samples(text, "tcp_listenq_module_loaded") == [({}, 1)], "does not see the module")
    bare(EXPORTER, root=False)
    return "exposure " + exposure(EXPORTER)


@case
def units__http__names_the_unit():
    found = until("listener_info of nginx", lambda: info(scrape(), port="8080", netns=""), 20)
    need(len(found) == 1 and found[0][0]["unit"] == "nginx.service", f"listener_info: {found}")
    # The exporter's own socket is one, too.
    need(info(scrape(), port="10099")[0][0]["unit"] == EXPORTER, "does not name itself")


@case
def units__http__only_loopback():
    text = run("ss", "-Htln", "sport = :10099")
    need([line.split()[3] for line in text.strip().split("\n")] == ["127.0.0.1:10099"], text)


@case
def units__socket():
    stop(EXPORTER)
    socket = EXPORTER.replace(".service", ".socket")
    start(socket)
    need(shown(EXPORTER, "ActiveState") == "inactive", "started before a scrape")
    need(samples(scrape(), "tcp_listenq_module_loaded") == [({}, 1)], "no answer by way of the socket")
    bare(EXPORTER, root=False)
    stop(socket, EXPORTER)


@case
def units__textfile():
    start(TEXTFILE)
    until("the file", lambda: os.path.exists(PROM), 5)
    mode = os.stat(PROM)
    need(stat.S_IMODE(mode.st_mode) == 0o644, f"mode {mode.st_mode:o}")
    bare(TEXTFILE, root=True)
    need(not [name for name in os.listdir(os.path.dirname(PROM)) if name.startswith(".tcp_listenq")], "leaves parts")
    need(run("ss", "-Htln", "sport = :10099") == "", "listens, too")
    start("prometheus-node-exporter.service")
    node = until("node_exporter has it", lambda: (lambda text: text if "tcp_listenq_sockets{" in text else None)(
        get("http://127.0.0.1:9100/metrics")), 60)
    need(samples(node, "node_textfile_scrape_error") == [({}, 0)], "node_exporter cannot read all of it")
    kinds = re.findall(r"^# TYPE tcp_listenq_\w+_total (\w+)$", node, re.M)
    need(kinds and set(kinds) == {"counter"}, f"types of counters in node_exporter: {set(kinds)}")
    return "exposure " + exposure(TEXTFILE)


@case
def units__all_namespaces():
    listener_in("blue", 7001)
    os.makedirs(DROP_IN, exist_ok=True)
    run("cp", EXAMPLES + "all-namespaces.conf", DROP_IN)
    run("systemctl", "daemon-reload")
    stop(EXPORTER)
    start(EXPORTER)
    bare(EXPORTER, root=True)
    need("ProtectKernelTunables=yes" in read("/lib/systemd/system/" + EXPORTER), "the unit does not protect tunables")
    found = until("a listener of another namespace", lambda: info(scrape(), netns="blue", port="7001"), 30)
    need(found[0][0]["unit"] == "in-blue.service", f"its unit: {found}")
    need(info(scrape(), netns="", port="8080"), "its own namespace is gone")
    return "exposure " + exposure(EXPORTER) + ", debugfs is read under ProtectKernelTunables="


@case
def units__all_namespaces__later():
    # Its name is a mount of the host that the unit's own mount namespace has to get.
    listener_in("late", 7002)
    until("a namespace that was made later has its name", lambda: info(scrape(), netns="late", port="7002"), 30)
    stop("in-late.service")
    run("ip", "netns", "del", "late")
    until("gauges of a namespace that has gone end", lambda: not samples(
        scrape(), "tcp_listenq_accept_queue_length", netns="late"), 30)


@case
def units__own_namespace_again():
    stop("in-blue.service")
    run("ip", "netns", "del", "blue")
    run("rm", "-r", DROP_IN)
    run("systemctl", "daemon-reload")
    stop(EXPORTER)
    start(EXPORTER)
    bare(EXPORTER, root=False)


@case
def units__a_scraper_that_hangs():
    nc = subprocess.Popen(["python3", "-B", "/fleet/hold.py", "half", "10099"], stdout=subprocess.PIPE)
    nc.stdout.readline()
    began = time.monotonic()
    scrape()
    took = time.monotonic() - began
    nc.kill()
    need(took < 5, f"a scrape took {took:.1f} seconds")


@case
def units__killed():
    run("systemctl", "kill", "-s", "KILL", EXPORTER)
    until("it is started again", lambda: shown(EXPORTER, "SubState") == "running" and scrape(), 60)
    run("systemctl", "kill", "-s", "HUP", EXPORTER)
    scrape()
    need(shown(EXPORTER, "NRestarts") == "1", "SIGHUP ended it")
