# SPDX-License-Identifier: GPL-2.0
"""CPU of a scrape, by the cgroup's own account: less than that of node_exporter's collector tcpstat in the same run, with
1,000 listeners and 20,000 connections, and flat in connections."""
import subprocess
import time

from lib import EXPORTER, case, cpu, figures, get, need, run, samples, scrape, start, write

NODE = "prometheus-node-exporter.service"
LISTENERS, CONNECTIONS, SCRAPES = 1000, 20000, 12
spent = {}
holders = []


def hold(*words):
    process = subprocess.Popen(["prlimit", "--nofile=200000", "python3", "-B", "/fleet/hold.py", *words],
                               stdout=subprocess.PIPE, text=True)
    holders.append(process)
    need(process.stdout.readline() == "ready\n", f"hold {words}: no sockets")


def measure(unit, url):
    """
    Milliseconds of CPU a scrape, of what the unit's processes used: the least of some, as the machine is emulated, and
    what its host does meanwhile is in its clock. The first one is not counted: there is more to do.
    """
    get(url, 300)
    took = []
    for _ in range(SCRAPES):
        time.sleep(1.2)		# the exporter keeps what it read for a second
        before = cpu(unit)
        get(url, 300)
        took.append(cpu(unit) - before)
    return min(took) * 1000


def both():
    return (measure(EXPORTER, "http://127.0.0.1:10099/metrics"),
            measure(NODE, "http://127.0.0.1:9100/metrics?collect[]=tcpstat"))


@case
def cost__1000_listeners():
    write("/etc/default/prometheus-node-exporter", 'ARGS="--collector.disable-defaults --collector.tcpstat"\n')
    # All listeners are shown.
    write("/etc/default/prometheus-listenq-exporter", 'ARGS="--max-listeners=2000"\n')
    run("systemctl", "restart", EXPORTER, NODE)
    hold("many", str(LISTENERS))
    spent["few"] = both()
    text = scrape()
    shown = len(samples(text, "tcp_listenq_accept_queue_length"))
    need(shown >= LISTENERS, f"only {shown} listeners are shown")
    memory = run("systemctl", "show", "--value", "-p", "MemoryCurrent", EXPORTER).strip()
    figures.append(f"cost: {shown} listeners, 0 connections: exporter {spent['few'][0]:.1f} ms of CPU a scrape, "
                   f"tcpstat {spent['few'][1]:.1f} ms; {len(text)} bytes; memory of the unit {int(memory) >> 10} kB")


@case
def cost__20000_connections():
    hold("connections", str(CONNECTIONS))
    spent["many"] = both()
    figures.append(f"cost: {CONNECTIONS} connections beside: exporter {spent['many'][0]:.1f} ms of CPU a scrape, "
                   f"tcpstat {spent['many'][1]:.1f} ms")
    need(spent["many"][0] < spent["many"][1], "more than tcpstat")
    return f"exporter {spent['many'][0]:.1f} ms, tcpstat {spent['many'][1]:.1f} ms"


@case
def cost__flat_in_connections():
    without, beside = spent["few"][0], spent["many"][0]
    # What a measurement of that length differs by, on a machine that does other things, too.
    need(beside < without * 1.25 + 1, f"{without:.1f} ms without connections, {beside:.1f} ms with them")
    for process in holders:
        process.kill()
        process.wait()
