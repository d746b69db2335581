#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# holders.py CASE - who holds listeners, in a real situation: what $LISTENQ shows must be
# what was set up and, where ss is installed, what `ss -ltnp` shows. For names.sh.
#
# The processes of a situation are children that do what they are told over a socket.
import ctypes, json, os, re, shutil, socket, subprocess, sys, time

LISTENQ = os.environ["LISTENQ"]
SECONDS = 60	# for what takes several looks; all of it takes one or two where nothing is wrong
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
libc = ctypes.CDLL(None)


class Child:
    """A process that holds only the descriptors in KEEP."""

    def __init__(self, keep=()):
        self.control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid:
            other.close()
            return
        # It ends when the control socket is closed, also when its Child is forgotten.
        libc.prctl(PR_SET_PDEATHSIG, 9)
        low = 3
        for fd in sorted([other.fileno(), *keep]) + [4096]:
            os.closerange(low, fd)
            low = fd + 1
        try:
            while self.obey(other):
                pass
        finally:
            os._exit(0)

    @staticmethod
    def obey(control):
        message, fds, _, _ = socket.recv_fds(control, 4096, 8)
        word, *numbers = message.decode().split() or [""]
        if word == "take":		# keeps what was sent
            reply = fds[0]
        elif word == "move":		# dup2(2), then close
            os.dup2(int(numbers[0]), int(numbers[1]))
            reply = os.close(int(numbers[0]))
        elif word == "dup":
            reply = os.dup2(int(numbers[0]), int(numbers[1]))
        elif word == "give":		# sends it, and closes it
            socket.send_fds(control, [b"given"], [int(numbers[0])])
            os.close(int(numbers[0]))
            return True
        elif word == "name":
            reply = libc.prctl(PR_SET_NAME, bytes.fromhex(numbers[0]))
        elif word == "crowd":		# many other descriptors
            for _ in range(150):
                os.open("/dev/null", os.O_RDONLY)
                reply = socket.socket(socket.AF_UNIX).detach()
        elif word == "fork":		# a worker that ends with it
            reply = os.fork()
            if not reply:
                libc.prctl(PR_SET_PDEATHSIG, 9)
                control.close()
                while True:
                    time.sleep(1000)
        elif word == "thread":
            import threading
            reply = threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        else:
            return False
        control.send(b"%s" % str(reply).encode())
        return True

    def ask(self, text, fds=()):
        if fds:
            socket.send_fds(self.control, [text.encode()], fds)
        else:
            self.control.send(text.encode())
        message, got, _, _ = socket.recv_fds(self.control, 4096, 8)
        if not message:
            sys.exit("a child of the test died at '%s'" % text)
        return got[0] if got else message.decode()

    def end(self):
        self.control.close()
        os.waitpid(self.pid, 0)


def listen():
    """A listener's descriptor here, and its port."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(5)
    port = sock.getsockname()[1]
    return sock.detach(), port


def of_ss(ports):
    """{port: {pid: lowest fd}}. A process may have put anything into its name, so no line is trusted to be whole."""
    text = subprocess.run(["ss", "-ltnpH"], stdout=subprocess.PIPE, check=True).stdout.decode("latin-1")
    held = {}
    for row in text.split("LISTEN ")[1:]:
        port = int(row.split()[2].rpartition(":")[2])
        pids = held.setdefault(port, {})
        for pid, fd in re.findall(r",pid=(\d+),fd=(\d+)\)", row):
            pids[int(pid)] = min(int(fd), pids.get(int(pid), 1 << 30))
    return {port: held.get(port) for port in ports}


def of_look(look, ports):
    held = dict.fromkeys(ports)
    for l in look["listeners"]:
        if l["port"] in held:
            pids = [p["pid"] for p in l["processes"]]
            if pids != sorted(set(pids)):
                sys.exit("not by PID, or twice: %s" % pids)
            held[l["port"]] = {p["pid"]: p["fd"] for p in l["processes"]}
    return held


def show(*arguments):
    text = subprocess.run([LISTENQ, "show", "--json", "--unfold", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout
    return json.loads(text.decode("utf-8"))


def must_be(expected):
    """EXPECTED: {port: {pid: fd}}"""
    got = of_look(show(), expected)
    if got != expected:
        sys.exit("shown %s, not %s" % (got, expected))
    if shutil.which("ss") and of_ss(expected) != expected:
        sys.exit("ss shows %s, not %s" % (of_ss(expected), expected))


class Looks:
    """One program that looks again and again."""

    def __init__(self):
        self.program = subprocess.Popen([LISTENQ, "record", "-i", "0.1"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)

    def at_once(self, what, expected):
        """The first look that begins after this shows it."""
        after = time.time()
        look = {"time": 0}
        while look["time"] <= after:
            look = self.next(what)
        if of_look(look, expected) != expected:
            sys.exit("%s: shown %s, not %s" % (what, of_look(look, expected), expected))

    def next(self, what):
        line = self.program.stdout.readline()
        if not line:
            sys.exit("the program ended with %d, before %s" % (self.program.wait(), what))
        return json.loads(line.decode("utf-8"))

    def until(self, what, true):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            last = self.next(what)
            if true(last):
                return
        sys.exit("not seen in %d s: %s; at last %s" % (SECONDS, what,
                 [(l["port"], l["processes"]) for l in last["listeners"]]))

    def until_held(self, what, expected):
        self.until(what, lambda look: of_look(look, expected) == expected)

    def end(self):
        self.program.terminate()
        self.program.wait()
        self.program.stdout.close()


def case_plain():
    fd, port = listen()
    must_be({port: {os.getpid(): fd}})


def case_dup():
    fd, port = listen()
    child = Child([fd])
    child.ask("dup %d 60" % fd)
    child.ask("dup %d 50" % fd)
    must_be({port: {os.getpid(): fd, child.pid: fd}})
    child.ask("move %d 70" % fd)
    must_be({port: {os.getpid(): fd, child.pid: 50}})


def case_forked():
    fd, port = listen()
    children = [Child([fd]) for _ in range(100)]
    os.close(fd)
    must_be({port: {child.pid: fd for child in children}})


def case_passed():
    child = Child()
    fd, port = listen()
    theirs = int(child.ask("take", [fd]))
    must_be({port: {os.getpid(): fd, child.pid: theirs}})
    os.close(fd)
    must_be({port: {child.pid: theirs}})


def case_in_flight():
    fd, port = listen()
    left, right = socket.socketpair()
    socket.send_fds(left, [b"x"], [fd])
    os.close(fd)
    must_be({port: {}})
    fd = socket.recv_fds(right, 1, 1)[1][0]
    must_be({port: {os.getpid(): fd}})


def case_crowd():
    """Several listeners of one process among many other descriptors, and one with a thread."""
    child = Child()
    child.ask("thread")
    expected = {}
    for _ in range(3):
        child.ask("crowd")
        fd, port = listen()
        expected[port] = {child.pid: int(child.ask("take", [fd]))}
        os.close(fd)
    must_be(expected)


# What prctl(PR_SET_NAME) was given, and what is shown of it.
HOSTILE = [
    (b"\xff\xfe", r"\377\376"), (b"\x1b[31mred", r"\033[31mred"), (b"two\nlines", r"two\012lines"),
    (b'q"u\'o`te', "q\"u'o`te"), (b"back\\slash", r"back\134slash"), (b"(a) b)", "(a) b)"),
    ("ünïcode".encode(), "ünïcode"), (b"\xc3", r"\303"), ("\u202edlrow".encode(), r"\342\200\256dlrow"),
    (b"\x7f\xc2\x9b1m", r"\177\302\2331m"), (b" ", " "), (b"%s%n", "%s%n"), (b"LISTEN", "LISTEN"),
]


def case_hostile():
    fd, port = listen()
    names = {}
    children = [Child([fd]) for _ in HOSTILE]
    for child, (name, shown) in zip(children, HOSTILE):
        child.ask("name " + name.hex())
        names[child.pid] = shown
    os.close(fd)
    look = show("-p", str(port))
    got = {p["pid"]: p["comm"] for p in look["listeners"][0]["processes"]}
    if got != names:
        sys.exit("shown %s, not %s" % (got, names))


def case_looks():
    """What changes between the looks of one program."""
    other = Child()
    fd, port = listen()
    children = [Child([fd]) for _ in range(4)]
    held = {child.pid: fd for child in children}
    os.close(fd)
    looks = Looks()
    looks.at_once("four workers", {port: held})
    gone = children.pop()
    gone.end()
    del held[gone.pid]
    looks.at_once("a worker ended", {port: held})
    children[0].ask("move %d 90" % held[children[0].pid])
    held[children[0].pid] = 90
    looks.at_once("another descriptor", {port: held})
    children[1].ask("name " + b"renamed".hex())
    looks.until("a name changed", lambda look: "renamed" in [
        p["comm"] for l in look["listeners"] if l["port"] == port for p in l["processes"]])
    fd = children[0].ask("give 90")
    new = Child([fd])
    del held[children[0].pid]
    held[new.pid] = fd
    held[os.getpid()] = fd
    looks.until_held("given to one that was there before", {port: held})
    os.close(fd)
    del held[os.getpid()]
    looks.at_once("given up by one that was there", {port: held})
    added = int(new.ask("fork"))
    held[added] = held[new.pid]
    looks.at_once("a new worker", {port: held})
    for child in [*children, new]:
        child.end()
    looks.until("closed", lambda look: port not in [l["port"] for l in look["listeners"]])
    fd, port = listen()
    looks.at_once("a new listener", {port: {os.getpid(): fd}})
    theirs = int(other.ask("take", [fd]))
    os.close(fd)
    looks.at_once("passed on, the first holder gone", {port: {other.pid: theirs}})
    looks.end()


if __name__ == "__main__":
    case = globals().get("case_" + sys.argv[1] if len(sys.argv) == 2 else "")
    if not case:
        sys.exit("holders.py CASE, one of: " + " ".join(n[5:] for n in globals() if n.startswith("case_")))
    case()
