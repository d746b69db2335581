# SPDX-License-Identifier: GPL-2.0
"""The trace event tcp_listenq:listen_drop in the tools that people have: tracefs, perf, trace-cmd and bpftrace of Debian.
Each must see exactly as many events as the kernel's ListenDrops has grown by. What holds the module while it listens?

Topology: a server that never accepts, its queue full; clients whose SYNs are refused.
"""
import os
import re
import signal
import subprocess
import sys
import time

import machine
from verdicts import verdict
import verdicts

EVENT = "tcp_listenq:listen_drop"
TRACING = "/sys/kernel/tracing"
PORT = 8000
REFUSED = 20


def drops():
    with open("/proc/net/netstat") as f:
        lines = [line.split() for line in f if line.startswith("TcpExt:")]
    return int(dict(zip(*lines))["ListenDrops"])


def quiet():
    """clients that nobody answers are closed: they must not knock again; what came is counted"""
    while True:
        before = drops()
        time.sleep(0.3)
        if drops() == before:
            return before


def storm():
    """how many were refused"""
    before = quiet()
    machine.connect(PORT, REFUSED)
    machine.until("they are refused", lambda: drops() - before >= REFUSED)
    for client in machine.clients[-REFUSED:]:
        client.close()
    del machine.clients[-REFUSED:]
    return quiet() - before


def unload():
    return subprocess.run(["rmmod", "tcp_listenq"], capture_output=True, text=True, check=False)


def unloads(name, refused):
    """whether rmmod is refused now; the module is there afterwards"""
    done = unload()
    if done.returncode == 0:
        subprocess.run(["modprobe", "tcp_listenq"], check=True)
    good = done.returncode != 0 and "in use" in done.stderr if refused else done.returncode == 0
    verdict(name, "" if good else f"{done.returncode}: {done.stderr}")


def write(name, text):
    with open(f"{TRACING}/{name}", "w") as f:
        f.write(text)


def read(name):
    with open(f"{TRACING}/{name}") as f:
        return f.read()


def same(name, seen, wanted):
    verdict(name, "" if seen == wanted else f"{seen} events, {wanted} refused")


def tracefs():
    write("trace", "")
    write("events/tcp_listenq/enable", "1")
    wanted = storm()
    time.sleep(0.5)
    same("tracefs.events", sum("listen_drop:" in line for line in read("trace").splitlines()), wanted)
    unloads("tracefs.unload", refused=False)
    verdict("tracefs.off", "" if read("events/tcp_listenq/enable") == "0\n" else "still on")


class Tool:
    """with Tool(words): it listens, and holds the module; interrupted at the end"""

    def __init__(self, *words):
        self.child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        machine.until("it listens", lambda: holds() or self.child.poll() is not None, 240)
        machine.until("it waits for events", lambda: self.waits() or self.child.poll() is not None, 240)
        return self

    def waits(self):
        """
        it used a quarter of the CPU at most for a second: before that it has events, and has not
        switched them on. One that looks 20 times a second uses a little where that takes long.
        """
        used = self.ticks()
        time.sleep(1)
        return self.ticks() - used <= os.sysconf("SC_CLK_TCK") / 4

    def ticks(self):
        with open(f"/proc/{self.child.pid}/stat") as f:
            return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13]))

    def __exit__(self, *what):
        for _ in range(4):
            if self.child.poll() is None:
                self.child.send_signal(signal.SIGINT)
            try:
                self.out = self.child.communicate(timeout=60)[0]
                return
            except subprocess.TimeoutExpired:
                # An interrupt in its first moments is the tool's business; where it stays, ours.
                print(f"# {self.child.args}: there a minute after an interrupt, {self.state()}")
        self.child.kill()
        raise RuntimeError(f"{self.child.args}: does not end")

    def state(self):
        with open(f"/proc/{self.child.pid}/status") as f:
            status = [line.strip() for line in f if line.startswith(("State:", "SigCgt:", "SigIgn:", "SigBlk:"))]
        with open(f"/proc/{self.child.pid}/stack") as f:
            return f"{status} {f.read().split()[1::2]}"


def holds():
    with open("/sys/module/tcp_listenq/refcnt") as f:
        return f.read() != "0\n"


def listened(name, words, see):
    """a tool that holds the module: SEE is given what it printed, and says how many events it saw"""
    with Tool(*words) as tool:
        wanted = storm()
        unloads(f"{name}.unload_refused", refused=True)
        time.sleep(0.5)
    seen = see(tool.out)
    verdict(f"{name}.events", "" if seen == wanted else f"{seen} events, {wanted} refused: {tool.out[-300:]}")
    machine.until("it has let go", lambda: not holds())


def perf():
    def see(_):
        text = subprocess.run(["perf", "script", "-i", "/tmp/perf.data"], capture_output=True, text=True, check=True).stdout
        lines = [line for line in text.splitlines() if EVENT in line]
        return sum("accept_queue_syn" in line and f"sport={PORT}" in line for line in lines)
    listened("perf", ["perf", "record", "-q", "-a", "-e", EVENT, "-o", "/tmp/perf.data"], see)


def bpftrace():
    program = "tracepoint:tcp_listenq:listen_drop { @[args->sport, args->reason] = count(); }"

    def see(out):
        counts = [line.rsplit(":", 1)[1] for line in out.splitlines() if line.startswith(f"@[{PORT}, 0]:")]
        return sum(map(int, counts))
    listened("bpftrace", ["bpftrace", "-e", program], see)


def trace_cmd():
    """it listens by tracefs, and does not hold the module"""
    child = subprocess.Popen(["trace-cmd", "record", "-q", "-e", EVENT, "-o", "/tmp/trace.dat"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    machine.until("it listens", lambda: read("events/tcp_listenq/enable") == "1\n" or child.poll() is not None, 120)
    time.sleep(1)
    wanted = storm()
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    out = child.communicate(timeout=120)[0]
    report = subprocess.run(["trace-cmd", "report", "-i", "/tmp/trace.dat"], capture_output=True, text=True, check=False)
    lines = [line for line in report.stdout.splitlines() if "listen_drop:" in line]
    verdict("trace-cmd.events", "" if len(lines) == wanted else f"{len(lines)} of {wanted}: {out} {report.stderr} {lines[:2]}")
    verdict("trace-cmd.reason", "" if all("accept_queue_syn" in line for line in lines) else f"{lines[:2]}")
    write("events/enable", "0")
    unloads("trace-cmd.unload", refused=False)


def weighs():
    """bytes of perf's file for each event: of two files, that what both have is left out"""
    sizes, events = [], []
    for storms in (1, 6):
        with Tool("perf", "record", "-q", "-a", "-e", EVENT, "-o", "/tmp/perf.data"):
            events.append(sum(storm() for _ in range(storms)))
            time.sleep(0.5)
        sizes.append(os.stat("/tmp/perf.data").st_size)
        machine.until("it has let go", lambda: not holds())
    print(f"# {(sizes[1] - sizes[0]) / (events[1] - events[0]):.0f} bytes of perf.data an event")


def recipe(nr, port, pid=0):
    """a command of docs/events.md"""
    with open(machine.HERE + "/events.md") as f:
        block = re.findall(r"^```sh\n(.*?)^```$", f.read(), re.M | re.S)[nr]
    return block.replace("8080", str(port)).replace("4711", str(pid))


def printed(command, meanwhile):
    """what a command has printed when it is interrupted after that"""
    with Tool("sh", "-c", "exec " + command) as tool:
        done = meanwhile()
        time.sleep(1)
    machine.until("it has let go", lambda: not holds())
    return tool.out, done


def recipes():
    out, refused = printed(recipe(0, PORT), storm)
    same("recipe.events", sum("accept_queue_syn" in line and "127.0.0.1:" in line for line in out.splitlines()), refused)
    out, refused = printed(recipe(1, PORT), storm)
    same("recipe.by_peer", sum(int(n) for n in re.findall(r"^@refused\[.*127[.]0[.]0[.]1\]: (\d+)$", out, re.M)), refused)
    out, refused = printed(recipe(2, PORT), storm)
    gaps = sum(int(n) for n in re.findall(r"^[\[(].*[\])] +(\d+) \|", out, re.M))
    same("recipe.gaps", gaps, refused - 1)
    server = machine.serve(PORT + 1, 1, "slow", 0.05)

    def overrun():
        before = len(machine.clients)
        for _ in range(100):
            machine.connect(PORT + 1, 2)
            time.sleep(0.02)
        for client in machine.clients[before:]:
            client.close()
        del machine.clients[before:]
    out, _ = printed(recipe(3, PORT + 1, server.pid), overrun)
    verdict("recipe.asleep", "" if re.search(r"^@off\[$", out, re.M) and "schedule" in out else out[-300:])
    record, script = recipe(5, PORT).splitlines()
    os.chdir("/tmp")
    out, refused = printed(record, storm)
    text = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    same("recipe.hour", sum(EVENT in line and "reason=accept_queue_syn" in line for line in text.splitlines()), refused)


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tracefs", "none", TRACING], check=False, stderr=subprocess.DEVNULL)
    machine.serve(PORT, 4, "never")
    machine.connect(PORT, 5)
    machine.reaches(PORT, "ack_backlog", 5)
    for case in (tracefs, trace_cmd, perf, bpftrace, recipes, weighs):
        try:
            case()
        except (RuntimeError, OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            verdict(case.__name__, repr(error))
    machine.clean_up()
    print(f"{verdicts.passed} passed, {verdicts.failed} failed, {verdicts.skipped} skipped")
    return verdicts.failed > 0


if __name__ == "__main__":
    sys.exit(main())
