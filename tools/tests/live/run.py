# SPDX-License-Identifier: GPL-2.0
"""`listenq` beside real servers and the module, in the test machine: does `why` find what is the case, does its advice
name what helps and nothing that does not, and are names those that ss shows?

Each case makes a state of the kernel, waits until the module's table shows it, and asks `listenq why PORT --json`.
Expected codes must be there; forbidden words must not be in any advice. Clients are on the loopback device, or behind
netem where a round trip is needed.
"""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

from top import Top

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = "/proc/net/tcp_listenq"
passed = failed = skipped = 0
children = []
clients = []


def verdict(name, problem):
    global passed, failed
    if problem:
        failed += 1
        print(f"not ok {name}: {problem}", flush=True)
    else:
        passed += 1
        print(f"ok {name}", flush=True)


def skip(name, why):
    global skipped
    skipped += 1
    print(f"ok {name} # SKIP {why}", flush=True)


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


def listenq(*words):
    run = subprocess.run(["listenq", *map(str, words)], capture_output=True, text=True, timeout=120)
    return run.returncode, run.stdout, run.stderr


def why(name, port, status, codes=(), no_codes=(), words=(), no_words=(), delay=0.5):
    """a case: its exit status, codes that must be found and must not, words of the advice likewise"""
    rc, out, err = listenq("why", port, "--json", "--count", 4, "-d", delay)
    try:
        found = [f for each in json.loads(out)["listeners"] for f in each["findings"]]
    except (ValueError, KeyError) as error:
        verdict(name, f"no JSON ({error}): {out[:200]} {err[:200]}")
        return []
    have = {f["code"] for f in found}
    advice = " ".join(" ".join(f["advice"]) for f in found)
    said = " ".join(f["text"] for f in found) + " " + advice
    problems = [f"exit {rc}, not {status}"] if rc != status else []
    problems += [f"no {code}" for code in codes if code not in have]
    problems += [f"has {code}" for code in no_codes if code in have]
    problems += [f"does not say {word}" for word in words if not re.search(word, said)]
    problems += [f"advises {word}" for word in no_words if re.search(word, advice)]
    verdict(name, "; ".join(problems) and "; ".join(problems) + f"; found {sorted(have)}: {said[:400]}")
    return found


NO_CURE = ("somaxconn", "tcp_max_syn_backlog", "larger backlog|backlog=|[Rr]aise")


def stuck(port):
    child = serve(port, 5, "never")
    connect(port, 9)
    reaches(port, "overflow_syn", 1)
    why("stuck", port, 1, ["stuck"], ["too-slow", "syn-drop"], [f"python3\\[{child.pid}\\]"], NO_CURE)
    os.killpg(child.pid, signal.SIGSTOP)
    why("stuck.stopped", port, 1, ["stuck"], [], ["[Ss]topped|SIGCONT"], NO_CURE)


def starved(port):
    child = serve(port, 5, "starve")

    # Of those that come at once some may get a cookie, become ghosts and never come again.
    def fill():
        connect(port, 4)
        return column(port, "ack_backlog") > 5
    until("the queue is full", fill)
    why("descriptors_at_their_limit", port, 1, ["stuck"], [], [f"\\[{child.pid}\\]", "12"],
        ["somaxconn", "tcp_max_syn_backlog", "larger backlog|backlog="])


def slow(port):
    serve(port, 12, "slow", 1)
    connect(port, 12)
    reaches(port, "accepts", 1)
    why("too_slow", port, 1, ["too-slow"], ["stuck", "always-full"], [], ["tcp_max_syn_backlog", "somaxconn"], delay=1)


def burst(port):
    child = serve(port, 2, "speak")
    # Else those that got a cookie are ghosts.
    with settings(ipv4__tcp_syncookies=0):
        connect(port, 8)
        reaches(port, "overflow_syn", 1)
        child.stdin.write("\n")
        child.stdin.flush()
        reaches(port, "accepts", 8)
    until("the queue is empty", lambda: column(port, "ack_backlog") == 0)
    why("burst", port, 1, [], ["stuck", "too-slow", "accept-full"], ["refused"], ["tcp_max_syn_backlog"])


def clamped(port):
    with settings(core__somaxconn=8):
        serve(port, 100, "never")
        connect(port, 12)
        reaches(port, "overflow_syn", 1)
        why("clamped.stuck", port, 1, ["stuck"], [], [], ["tcp_max_syn_backlog"])
    with settings(core__somaxconn=8, ipv4__tcp_syncookies=0):
        child = serve(port + 1, 100, "speak")
        connect(port + 1, 12)
        reaches(port + 1, "overflow_syn", 1)
        child.stdin.write("\n")
        child.stdin.flush()
        reaches(port + 1, "accepts", 12)
        why("clamped", port + 1, 1, ["clamped"], ["stuck"], ["somaxconn"], ["tcp_max_syn_backlog"])


def worker(port):
    workers = [serve(port, 4, "all", "reuseport") for _ in range(4)]
    os.killpg(workers[2].pid, signal.SIGSTOP)

    def fill():
        connect(port, 8)
        return max(int(row["ack_backlog"]) for row in rows(port)) > 4
    until("one member is full", fill)
    why("one_worker_stuck", port, 1, ["worker-stuck"], [], [f"\\[{workers[2].pid}\\]"], ["tcp_max_syn_backlog", "somaxconn"])
    rc, out, _ = listenq("show", "-p", port, "-H", "--raw")
    verdict("reuseport_is_one_line", "" if len(out.splitlines()) == 1 else out)


def ghosts(port):
    subprocess.run(["modprobe", "-q", "sch_netem"], check=False)
    for ms in (100, 200, 400):
        if subprocess.run(["tc", "qdisc", "replace", "dev", "lo", "root", "netem", "delay", f"{ms}ms"],
                          stderr=subprocess.DEVNULL, check=False).returncode:
            skip("ghosts", "no netem")
            return
        child = serve(port, 5, "speak")
        connect(port, 10)
        try:
            until("ghosts", lambda: (column(port, "overflow_cookie") or 0) >= 1, 10)
            break
        except RuntimeError:
            clean_up()
    try:
        lost = column(port, "overflow_cookie")
        child.stdin.write("\n")
        child.stdin.flush()
        until("all that can be are served", lambda: column(port, "accepts") + lost >= 10)
        why("ghosts", port, 1, ["ghosts"], ["stuck"], [f"\\b{lost}\\b"], ["tcp_max_syn_backlog"])
    finally:
        subprocess.run(["tc", "qdisc", "del", "dev", "lo", "root"], check=False)


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


def syn_queue(port):
    with settings(ipv4__tcp_syncookies=0, ipv4__tcp_max_syn_backlog=4096):
        serve(port, 8, "all")
        flood(port, 30)
        reaches(port, "reqq_full_drop", 1)
        why("syn_queue_full", port, 1, ["syn-drop"], ["stuck", "no-syn"], ["tcp_syncookies"], ["somaxconn"])
    with settings(ipv4__tcp_syncookies=1):
        serve(port + 1, 8, "all")
        flood(port + 1, 30)
        reaches(port + 1, "reqq_full_cookies", 1)
        why("cookies", port + 1, 1, ["cookies"], ["syn-drop", "stuck"], [], ["tcp_max_syn_backlog", "somaxconn"])
    with settings(ipv4__tcp_syncookies=0, ipv4__tcp_max_syn_backlog=16):
        serve(port + 2, 128, "all")
        flood(port + 2, 40)
        reaches(port + 2, "listen_drops", 1)
        why("three_quarters", port + 2, 1, ["other-drops"], ["stuck"], ["tcp_max_syn_backlog"], ["somaxconn"])


def deferred(port):
    serve(port, 64, "all", "defer")
    connect(port, 10)
    reaches(port, "reqsk_qlen", 10)
    why("deferred_and_fine", port, 0, ["deferred"], ["stuck", "syn-full", "syn-drop"], [], NO_CURE)


def nothing(port):
    serve(port, 128, "all")
    why("no_syn", port, 0, ["no-syn"], ["stuck"], ["before|firewall|reach"], NO_CURE)
    over = threading.Event()

    def come():
        while not over.wait(0.1):
            connect(port, 1)
    crowd = threading.Thread(target=come)
    crowd.start()
    try:
        reaches(port, "accepts", 3)
        found = why("nothing_wrong", port, 0, [], ["stuck", "no-syn", "refusing", "too-slow"], [], NO_CURE)
    finally:
        over.set()
        crowd.join()
    verdict("nothing_wrong.no_advice", "; ".join(str(f) for f in found if f["severity"] in ("warning", "critical")))


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


def same_names(name):
    """processes of each listener: those that ss -ltnp shows, no more and no less"""
    problem = ""
    for _ in range(5):
        shown = {}
        for line in subprocess.run(["ss", "-ltnpeH"], capture_output=True, text=True, check=True).stdout.splitlines():
            inode = re.search(r"\bino:(\d+)", line)
            if inode:
                shown[int(inode[1])] = {int(pid) for pid in re.findall(r"pid=(\d+)", line)}
        rc, out, _ = listenq("show", "--json")
        ours = {each["inode"]: {p["pid"] for p in each["processes"]} for each in json.loads(out)["listeners"] if each["inode"]}
        problem = "" if ours == shown else f"ss {shown}, listenq {ours}"
        if not problem:
            break
    verdict(name, problem)


def restart(port):
    child = serve(port, 16, "never")
    connect(port, 10)
    reaches(port, "ack_backlog", 10)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    until("it has gone", lambda: not rows(port))
    rc, out, err = listenq("closed", "-p", port, "--json")
    try:
        first = json.loads(out)["listeners"][0]
        problem = "" if first["reset_at_close"] == 10 and rc == 0 else f"{rc}: {first['reset_at_close']} reset"
    except (ValueError, KeyError, IndexError) as error:
        problem = f"{error!r}: {out[:200]} {err[:200]}"
    verdict("closed", problem)


def plugin(port):
    serve(port, 10, "never")
    rc, out, _ = listenq("check", "-p", port)
    verdict("check.ok", "" if rc == 0 and len(out.splitlines()) == 1 else f"{rc}: {out}")
    connect(port, 9)
    reaches(port, "ack_backlog", 9)
    rc, out, _ = listenq("check", "-p", port)
    verdict("check.warning", "" if rc == 1 and "WARNING" in out else f"{rc}: {out}")
    connect(port, 9)
    reaches(port, "ack_backlog", 11)
    rc, out, _ = listenq("check", "-p", port)
    verdict("check.critical", "" if rc == 2 and "CRITICAL" in out else f"{rc}: {out}")


def record(port):
    serve(port, 10, "all")
    connect(port, 3)
    reaches(port, "accepts", 3)
    rc, out, _ = listenq("record", "-p", port, "-i", 0.2, "--count", 3)
    looks = [json.loads(line) for line in out.splitlines()]
    verdict("record", "" if rc == 0 and len(looks) == 3 and all(look["listeners"] for look in looks) else f"{rc}: {out[:200]}")


def columns(port):
    """every column of the module, as it prints it"""
    serve(port, 10, "never")
    connect(port, 4)
    reaches(port, "ack_backlog", 4)
    with open(TABLE) as f:
        names = f.readline().split()
    steady = [name for name in names if not name.endswith("_ms")]
    rc, out, _ = listenq("show", "-p", port, "-H", "--raw", "-o", ",".join(steady))
    want = " ".join(rows(port)[0][name] for name in steady)
    verdict("columns", "" if out.split() == want.split() else f"{out.strip()} is not {want}")


def top(port):
    """rates and waits come from the module; its page has the histogram; the terminal is as it was"""
    full, busy = port, port + 1
    serve(full, 5, "never")
    serve(busy, 50, "slow", 0.3)
    connect(full, 9)
    connect(busy, 40)
    reaches(full, "overflow_syn", 1)
    reaches(busy, "accepts", 2)
    with Top(80, 24) as screen:
        screen.shows(rf"FULL +{full} .* 6/6 ")
        screen.shows(rf" {busy} .* [1-9][0-9.]* +0 ")   # accepts a second
        screen.resize(132, 30)
        screen.key("/")
        screen.key(str(busy), "Enter")
        screen.shows(rf"^>[a-z]+ +{busy} ")
        screen.key("Enter")
        screen.shows("accepted.* [1-9]")
        screen.key("q")
        screen.shows("^rc=0")
        verdict("top", "" if screen.restored() else "the terminal is not as it was")


def no_module():
    subprocess.run(["rmmod", "tcp_listenq"], check=True)
    rc, out, err = listenq("why")
    verdict("no_module.nothing_to_see", "" if rc == 2 and "modprobe" in err else f"{rc}: {out} {err}")
    serve(8900, 2, "never")
    connect(8900, 5)
    rc, out, err = listenq()
    verdict("no_module.show", "" if rc == 0 and "8900" in out and "modprobe tcp_listenq" in err else f"{rc}: {out} {err}")
    loaded = os.path.exists("/proc/net/tcp_listenq")
    verdict("no_module.loads_nothing", "it was loaded" if loaded else "")


CASES = (stuck, starved, slow, burst, clamped, worker, ghosts, syn_queue, deferred, nothing, nginx, socat, passed_on,
         restart, plugin, record, columns, top)


def main():
    wanted = sys.argv[1:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
    far_away()
    port = 8000
    for case in CASES:
        port += 20
        if wanted and case.__name__ not in wanted:
            continue
        try:
            case(port)
        except (RuntimeError, OSError, subprocess.SubprocessError, ValueError, KeyError, IndexError, TypeError) as error:
            verdict(case.__name__, repr(error))
        finally:
            clean_up()
    if not wanted:
        no_module()
        clean_up()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
