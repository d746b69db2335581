# SPDX-License-Identifier: GPL-2.0
"""The example for PCP, with Debian's package. Not among all: no value of ours has been seen in it yet."""
import glob

from lib import EXPORTER, Problem, Skip, case, need, run, start, until

EXAMPLES = "/usr/share/doc/prometheus-listenq-exporter/examples/"


@case
def pcp__value():
    packages = glob.glob("/opt/pcp/pcp_*.deb")
    if not packages:
        raise Skip("the package is not here")
    start(EXPORTER)
    run("dpkg", "-i", *packages, timeout=900)
    start("pmcd.service")
    run("cp", EXAMPLES + "pcp-tcp_listenq.url", "/var/lib/pcp/pmdas/openmetrics/config.d/tcp_listenq.url")
    run("sh", "-c", "cd /var/lib/pcp/pmdas/openmetrics && ./Install </dev/null", timeout=600)
    def value():
        text = run("pminfo", "-f", "openmetrics.tcp_listenq.tcp_listenq_accept_queue_capacity", fail=False)
        return text if 'port:8080' in text.replace('"', "").replace("'", "") else None
    try:
        text = until("a value of nginx", value, 120, 2)
    except Problem as problem:
        seen = run("sh", "-c", "pminfo openmetrics | head -n 20; pminfo -f openmetrics.control.status; "
                   "tail -n 20 /var/log/pcp/pmcd/openmetrics.log", fail=False)
        raise Problem(f"{problem}\n# " + seen.replace("\n", "\n# ")) from None
    line = [line for line in text.split("\n") if "8080" in line][0]
    need(line.rstrip().endswith("value 17"), line)
    run("systemctl", "stop", "pmcd.service")
