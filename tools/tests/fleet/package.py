# SPDX-License-Identifier: GPL-2.0
"""An upgrade restarts what runs and nothing else; purging stops it and leaves nothing."""
import glob
import os
import subprocess

from lib import EXPORTER, PROM, TEXTFILE, case, need, run, scrape, shown, start, stop, until

DEB = glob.glob("/fleet/prometheus-listenq-exporter_*.deb")[0]


@case
def package__upgrade():
    stop(TEXTFILE)
    run("systemctl", "enable", "--now", EXPORTER)
    before = shown(EXPORTER, "MainPID")
    run("dpkg", "-i", DEB)
    need(shown(EXPORTER, "ActiveState") == "active", "the service was stopped")
    need(shown(EXPORTER, "MainPID") != before, "the old program still runs")
    need(shown(TEXTFILE, "ActiveState") == "inactive", "what did not run was started")
    scrape()


@case
def package__purge():
    start(TEXTFILE)
    until("the file", lambda: os.path.exists(PROM), 5)
    run("dpkg", "-P", "prometheus-listenq-exporter")
    need(subprocess.run(["pidof", "prometheus-listenq-exporter"], check=False).returncode, "it still runs")
    left = run("find", "/etc", "/usr", "/lib/systemd", "/var/lib", "/run", "-name", "*listenq*exporter*", "!", "-path",
               "/var/lib/dpkg/*", "!", "-path", "/etc/prometheus/*")
    need(left == "" and not os.path.exists(PROM), f"left behind: {left}")
