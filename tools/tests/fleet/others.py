# SPDX-License-Identifier: GPL-2.0
"""The example for collectd, with Debian's package."""
import glob
import os

from lib import case, need, read, run, start, until, write

EXAMPLES = "/usr/share/doc/prometheus-listenq-exporter/examples/"


@case
def others__collectd():
    write("/etc/collectd/collectd.conf", f"""
Hostname "vm"
FQDNLookup false
Interval 2
LoadPlugin logfile
LoadPlugin csv
<Plugin csv>
  DataDir "/var/lib/collectd/csv"
</Plugin>
Include "{EXAMPLES}collectd.conf"
""")
    os.makedirs("/var/lib/collectd/csv", exist_ok=True)
    start("collectd.service")
    pattern = "/var/lib/collectd/csv/*/tcp_listenq-127.0.0.1_8080/gauge-accept_queue_limit-*"
    found = until("a value of nginx", lambda: glob.glob(pattern), 90)
    value = until("a line of values", lambda: read(found[0]).strip().split("\n")[1:], 30)[0].split(",")[1]
    need(float(value) == 16, f"the limit is {value}")
    run("systemctl", "stop", "collectd.service")
