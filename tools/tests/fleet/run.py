# SPDX-License-Identifier: GPL-2.0
"""The exporter's package in a booted Debian, beside Prometheus, node_exporter, nginx, collectd and PCP.

run.py [FILE...]: the cases of these files, or of those in ALL, in this order.
"""
import importlib
import sys

import lib

ALL = ["units", "exact", "alerts", "cost", "others", "package"]


def nginx():
    """One worker, and a backlog that clients can fill"""
    conf = lib.read("/etc/nginx/nginx.conf").replace("worker_processes auto", "worker_processes 1")
    lib.write("/etc/nginx/nginx.conf", conf)
    lib.write("/etc/nginx/conf.d/fleet.conf", 'server { listen 127.0.0.1:8080 backlog=16; location / { return 200 "ok\\n"; } }\n')
    lib.run("rm", "-f", "/etc/nginx/sites-enabled/default")
    lib.start("nginx.service")


nginx()
for name in sys.argv[1:] or ALL:
    importlib.import_module(name)
for figure in lib.figures:
    print("# " + figure)
print("{passed} passed, {failed} failed, {skipped} skipped".format(**lib.counts), flush=True)
sys.exit(lib.counts["failed"] > 0)
