# SPDX-License-Identifier: GPL-2.0
"""A state of the machine: settings, servers, clients, and the module's table, which shows that it is reached"""
import os
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = "/proc/net/tcp_listenq"
children = []
clients = []


def sysctl(name, value):
    path = "/proc/sys/net/" + name
    with open(path) as f:
        old = f.read().strip()
    with open(path, "w") as f:
        f.write(str(value))
    return old


class settings:
    """with settings(name=value): they are put back at the end"""

    def __init__(self, **values):
        self.values = values

    def __enter__(self):
        self.old = {k: sysctl(k.replace("__", "/"), v) for k, v in self.values.items()}

    def __exit__(self, *what):
        for name, value in self.old.items():
            sysctl(name.replace("__", "/"), value)


def serve(*words):
    child = subprocess.Popen([sys.executable, "-B", HERE + "/server.py", *map(str, words)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True, start_new_session=True)
    children.append(child)
    if child.stdout.readline() != "ready\n":
        raise RuntimeError("the server did not start")
    return child


def connect(port, nr, address="127.0.0.1"):
    """nr clients that only connect; none waits for another"""
    for _ in range(nr):
        client = socket.socket()
        client.setblocking(False)
        try:
            client.connect((address, port))
        except BlockingIOError:
            pass
        clients.append(client)


def clean_up():
    for client in clients:
        client.close()
    clients.clear()
    for child in children:
        try:
            os.killpg(child.pid, signal.SIGCONT)
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()
    children.clear()


def rows(port):
    with open(TABLE) as f:
        names = f.readline().split()
        found = [dict(zip(names, line.split())) for line in f]
    return [row for row in found if row["local"].rsplit(":", 1)[1] == str(port)]


def until(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"it did not come to this: {what}")
        time.sleep(0.05)


def column(port, name):
    value = rows(port)[0][name]
    return None if value == "-" else int(value)


def reaches(port, name, least):
    until(f"{name} {least}", lambda: (column(port, name) or 0) >= least)
