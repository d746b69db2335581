# SPDX-License-Identifier: GPL-2.0
"""fixture.py - an hour of two machines, as prometheus-listenq-exporter would tell of them

Everything that looks at rules or the dashboard without an exporter takes its samples from here: promtool as input_series,
a real Prometheus as history and as text over HTTP. Trouble begins in minute 20.

  web1  0.0.0.0:8080  app.service    accepts nothing any more, is full and refuses
        [::]:443      nginx.service  eight workers, of which one is stuck
  web2  0.0.0.0:80    nginx.service  healthy and busy, met a burst, was restarted, gets cookies
        10.1.0.2:9000 in blue, a container   slow: its queue never drains
"""

TROUBLE = 20
FILE = "/var/lib/prometheus/node-exporter/tcp_listenq.prom"
BOUNDS = ("0.001024", "0.016384", "0.262144", "1.048576", "4.194304", "33.554432", "+Inf")


def bad(minute):
    """Minutes of trouble until then."""
    return max(0, minute - TROUBLE)


class Listener:
    """What one listener shows in a minute; rates are a minute's."""

    def __init__(self, address, port, netns="", unit="", container="", sockets=1, capacity=129, **how):
        self.labels = dict(netns=netns, address=address, port=str(port))
        self.owner = dict(unit=unit, container=container, user="app", flags="reuseport" if sockets > 1 else "-")
        self.sockets, self.capacity = sockets, capacity
        self.how = dict(length=0, bad_length=0, fill=0, bad_fill=0, full=0, accepts=600, bad_accepts=600, wait=0.002,
                        syn=0, ack=0, returning=0, cookies=0, resets=0, other=0, oldest=None)
        self.how.update(how)

    def gauges(self, m, now):
        h, trouble = self.how, m >= TROUBLE
        length = h["bad_length"] if trouble else h["length"]
        yield "sockets", {}, self.sockets
        yield "accept_queue_length", {}, length
        yield "accept_queue_capacity", {}, self.capacity * self.sockets
        yield "accept_queue_fill_ratio", {}, h["bad_fill"] if trouble else h["fill"]
        yield "accept_queue_full_sockets", {}, h["full"] if trouble else 0
        yield "accept_queue_peak_length", {}, max(length, 40)
        yield "accept_queue_recent_peak_length", {}, max(length, 3)
        if trouble and h["oldest"]:
            yield "accept_queue_oldest_seconds", {}, h["oldest"](bad(m))
        yield "syn_queue_length", {}, 3
        yield "syn_queue_capacity", {}, 129 * self.sockets
        yield "syn_queue_peak_length", {}, 41
        yield "syn_queue_recent_peak_length", {}, 5
        yield "last_accept_timestamp_seconds", {}, now - 1
        if trouble and h["syn"]:
            yield "last_overflow_timestamp_seconds", {}, now - 2
        yield "listener_info", {k: v for k, v in self.owner.items() if v}, 1

    def counters(self, m):
        h, b = self.how, bad(m)
        accepts = h["accepts"] * min(m, TROUBLE) + h["bad_accepts"] * b
        overflows = dict(syn=h["syn"] * b, ack=h["ack"] * b, cookie=h["returning"] * b)
        yield "syns_total", {}, 660 * m
        yield "accepts_total", {}, accepts
        yield "accept_wait_seconds_sum", {}, accepts * h["wait"]
        yield "accept_wait_seconds_count", {}, accepts
        for bound in BOUNDS:
            yield "accept_wait_seconds_bucket", {"le": bound}, accepts if float(bound) > h["wait"] else 0
        for stage, value in overflows.items():
            yield "accept_queue_overflows_total", {"stage": stage}, value
        yield "syn_queue_full_total", {"action": "drop"}, 0
        yield "syn_queue_full_total", {"action": "cookie"}, h["cookies"] * b
        yield "syncookies_sent_total", {}, h["cookies"] * b
        yield "drops_total", {}, sum(overflows.values()) + h["other"] * m
        yield "embryonic_resets_total", {}, m
        yield "closed_resets_total", {}, h["resets"] if b else 0
        if self.sockets > 1:
            yield "fastopen_overflows_total", {}, 2 * b


MACHINES = {
    "web1": [
        Listener("0.0.0.0", 8080, unit="app.service", length=4, bad_length=129, fill=4 / 128, bad_fill=1, full=1,
                 bad_accepts=0, syn=84, ack=6, returning=3, oldest=lambda b: 60 * b),
        Listener("::", 443, unit="nginx.service", sockets=8, capacity=512, length=9, bad_length=560, fill=1 / 128,
                 bad_fill=1, full=1, syn=12, oldest=lambda b: 60 * b),
    ],
    "web2": [
        Listener("0.0.0.0", 80, unit="nginx.service", capacity=512, length=2, bad_length=2, fill=1 / 256,
                 bad_fill=1 / 256, cookies=120, resets=25, other=1),
        Listener("10.1.0.2", 9000, netns="blue", container="3f2a9c81d7e0", length=12, bad_length=96, fill=0.09375,
                 bad_fill=0.75, accepts=60, bad_accepts=60, wait=1.6, oldest=lambda b: 1.6),
    ],
}


def health(machine, m, now):
    yield "listeners", {}, 10 if machine == "web1" else 2
    yield "listeners_omitted", {}, 0
    yield "module_loaded", {}, 1
    yield "hook_armed", {"function": "__inet_accept"}, 1 if machine == "web1" else 0
    yield "read_duration_seconds", {}, 0.002
    yield "read_errors_total", {}, 0
    yield "write_errors_total", {}, 0
    yield "unassigned_events_total", {"counter": "ListenDrops"}, 0
    yield "closed_events_total", {"counter": "ListenDrops"}, bad(m)


def samples(machine, m, now):
    """(name, labels, value) of that machine in minute m of the hour, which is the Unix time now."""
    for name, labels, value in health(machine, m, now):
        yield "tcp_listenq_" + name, labels, value
    yield "node_textfile_mtime_seconds", {"file": FILE}, now - 7
    for listener in MACHINES[machine]:
        own = {k: v for k, v in listener.labels.items() if v}
        for name, labels, value in (*listener.gauges(m, now), *listener.counters(m)):
            yield "tcp_listenq_" + name, {**own, **labels}, value


def series(name, labels):
    return name + "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}"


def text(machine, m, now):
    """As a scrape gets it: the values of a minute begin with it, but counters go on within."""
    return "".join(f"{series(n, l)} {v!r}\n" for n, l, v in samples(machine, m, now))


def history(begin, minutes):
    """As OpenMetrics, for promtool tsdb create-blocks-from; each series in the order of its samples."""
    lines = {}
    for m in range(minutes):
        now = begin + 60 * m
        for machine in MACHINES:
            for name, labels, value in samples(machine, m, now):
                key = series(name, {"job": "tcp_listenq", "instance": machine, **labels})
                lines.setdefault(key, []).append(f"{key} {value!r} {now}\n")
    return "".join(line for each in lines.values() for line in each) + "# EOF\n"


def input_series(minutes):
    """As promtool test rules has them; its clock begins at 0."""
    values = {}
    for m in range(minutes + 1):
        for machine in MACHINES:
            for name, labels, value in samples(machine, m, 60 * m):
                key = series(name, {"job": "tcp_listenq", "instance": machine, **labels})
                values.setdefault(key, ["_"] * (minutes + 1))[m] = repr(value)
    return [{"series": key, "values": " ".join(each)} for key, each in values.items()]
