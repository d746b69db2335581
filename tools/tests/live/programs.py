# SPDX-License-Identifier: GPL-2.0
"""Cases: programs that people run, and which process is meant"""
import json
import os
import signal
import subprocess

from ask import NO_CURE, listenq, same_names, why
from machine import children, column, connect, rows, serve, until
from verdicts import verdict


def nginx(port):
    conf = f"""daemon off; master_process on; worker_processes 3; error_log stderr crit; pid /tmp/nginx.pid;
        events {{ worker_connections 64; }}
        http {{ access_log off; server {{ listen {port} reuseport backlog=6; return 200; }} }}"""
    with open("/tmp/nginx.conf", "w") as f:
        f.write(conf)
    child = subprocess.Popen(["nginx", "-c", "/tmp/nginx.conf"], start_new_session=True, stderr=subprocess.DEVNULL)
    children.append(child)
    until("nginx listens", lambda: len(rows(port)) == 3)
    same_names("nginx.names")

    def accepted():
        connect(port, 4)
        return all(int(row["accepts"]) for row in rows(port))
    until("each worker has accepted", accepted)
    # Whoever accepts from a member is known; all workers hold the sockets of all.
    with open("/sys/kernel/debug/tcp_listenq/listeners") as f:
        names = f.readline().split()
        mine = [dict(zip(names, line.split())) for line in f]
    mine = [row for row in mine if row["local"].endswith(f":{port}")]
    victim = int(mine[0]["acceptor"].split("/")[0])
    os.kill(victim, signal.SIGSTOP)

    def fill():
        connect(port, 8)
        return max(int(row["ack_backlog"]) for row in rows(port)) > 6
    until("its queue is full", fill)
    rc, out, _ = listenq("why", port, "-N", "all", "--json", "--count", 3, "-d", 0.5)
    found = [f for each in json.loads(out)["listeners"] for f in each["findings"]]
    text = " ".join(f["text"] + " ".join(f["advice"]) for f in found)
    verdict("nginx.which_worker", "" if f"[{victim}]" in text and rc == 1 else f"{rc}, {victim} is not named: {text[:400]}")
    os.kill(victim, signal.SIGCONT)


def socat(port):
    child = subprocess.Popen(["socat", f"TCP-LISTEN:{port},fork,backlog=3", "EXEC:cat"], start_new_session=True)
    children.append(child)
    until("socat listens", lambda: rows(port))
    os.killpg(child.pid, signal.SIGSTOP)
    connect(port, 6)
    until("its queue is full", lambda: column(port, "ack_backlog") > 3)
    why("socat", port, 1, ["stuck"], [], [f"socat\\[{child.pid}\\]"], ["somaxconn", "tcp_max_syn_backlog"])


def passed_on(port):
    """as systemd does: one opens the socket, another accepts"""
    serve(port, 4, "pass")
    connect(port, 7)
    until("the queue is full", lambda: column(port, "ack_backlog") > 4)
    same_names("passed_descriptor.names")
    why("passed_descriptor", port, 1, ["stuck"], [], [], NO_CURE)
