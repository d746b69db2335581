# SPDX-License-Identifier: GPL-2.0
"""SYNs from addresses that never answer"""
import socket
import struct
import subprocess


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def syn(source, port):
    """a SYN from somebody who will never answer"""
    to = socket.inet_aton("10.8.0.1")
    tcp = struct.pack("!HHIIBBHHH", 40000, port, 1, 0, 5 << 4, 2, 65535, 0, 0)
    pseudo = socket.inet_aton(source) + to + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, socket.inet_aton(source), to)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(ip + tcp, ("10.8.0.1", 0))


def flood(port, nr):
    for i in range(nr):
        syn(f"10.9.{i // 200}.{i % 200 + 1}", port)


def far_away():
    """10.8.0.1 is here, and what goes to 10.9.0.0/16 gets lost"""
    for words in ("link add far type dummy", "link set far up", "addr add 10.8.0.1/32 dev far", "route add 10.9.0.0/16 dev far"):
        subprocess.run(["ip", *words.split()], check=False)
