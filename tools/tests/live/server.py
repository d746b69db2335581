# SPDX-License-Identifier: GPL-2.0
"""A server that does what its command line says, for run.py.

server.py PORT BACKLOG HOW [OPTION...]
HOW: never		never calls accept(2)
     all		accepts and keeps whatever comes
     slow SECONDS	accepts one each so many seconds
     speak		accepts after a line on standard input, and speaks first
     starve		accepts until its descriptors are used up, then goes on trying
     pass PROGRAM...	runs PROGRAM with the socket as descriptor 3, as systemd passes it
OPTION: reuseport | defer
Prints "ready" when it listens.
"""
import errno
import os
import resource
import select
import socket
import subprocess
import sys
import time

port, backlog, how = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rest = sys.argv[4:]
kept = []

if how == "listening":		# the socket was passed
    listener = socket.socket(fileno=3)
else:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if "reuseport" in rest:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if "defer" in rest:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
    listener.bind(("0.0.0.0", port))
    listener.listen(backlog)
print("ready", flush=True)

if how == "never" or how == "listening":
    time.sleep(100000)
elif how == "all":
    while True:
        kept.append(listener.accept()[0])
elif how == "slow":
    while True:
        kept.append(listener.accept()[0])
        time.sleep(float(rest[0]))
elif how == "speak":
    sys.stdin.readline()
    while True:
        kept.append(listener.accept()[0])
        kept[-1].send(b"hello\n")
elif how == "starve":
    resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
    while True:
        try:
            kept.append(listener.accept()[0])
        except OSError as error:
            if error.errno != errno.EMFILE:
                raise
            select.select([], [], [], 0.1)
elif how == "pass":
    os.dup2(listener.fileno(), 3)
    child = subprocess.Popen([sys.executable, __file__, str(port), "0", "listening"], pass_fds=(3,))
    child.wait()
