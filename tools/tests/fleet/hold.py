# SPDX-License-Identifier: GPL-2.0
"""Holds sockets, in a process of its own. Prints "ready" when it has them.

hold.py listen PORT BACKLOG		listens and never accepts
hold.py many NUMBER			so many listeners, at 127.0.0.2 from port 20000 on
hold.py connections NUMBER		so many connections, both ends
hold.py half PORT			half a request
hold.py churn PORT NUMBER		listens, is overrun, closes, so many times
"""
import socket
import sys
import time


def listener(address, backlog, reuseport=False):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuseport:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(address)
    sock.listen(backlog)
    return sock


def connections(number):
    kept = []
    for server in range((number + 9999) // 10000):
        here = listener(("127.0.0.3", 19000 + server), 128)
        kept.append(here)
        for _ in range(min(10000, number - server * 10000)):
            client = socket.create_connection(here.getsockname())
            kept += [client, here.accept()[0]]
    return kept


def overrun(port, reuseport):
    """More clients than it has room for, and then it closes: what the kernel counted was counted before."""
    members = [listener(("127.0.0.1", port), 1, reuseport) for _ in range(3 if reuseport else 1)]
    clients = []
    for _ in range(12):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        clients.append(client)
    time.sleep(0.05)
    for sock in clients + members:
        sock.close()


what, arguments = sys.argv[1], [int(word) for word in sys.argv[2:]]
if what == "churn":
    for turn in range(arguments[1]):
        overrun(arguments[0] + turn % 3, turn % 2 == 0)
    sys.exit()
if what == "listen":
    held = [listener(("0.0.0.0", arguments[0]), arguments[1])]
elif what == "many":
    held = [listener(("127.0.0.2", 20000 + i), 16) for i in range(arguments[0])]
elif what == "connections":
    held = connections(arguments[0])
elif what == "half":
    held = [socket.create_connection(("127.0.0.1", arguments[0]))]
    held[0].send(b"GET /metrics HTT")
print("ready", flush=True)
time.sleep(100000)
