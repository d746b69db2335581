# SPDX-License-Identifier: GPL-2.0
"""Nothing is counted twice or lost: series + closed + unassigned is the growth of the kernel's own counters, while listeners
come and go between two scrapes, and while the module is unloaded and loaded again."""
import threading
import time

from lib import EXPORTER, Clients, case, figures, kernel, need, quiet, run, samples, scrape, start, stop, total, until

SERIES = {"ListenOverflows": "accept_queue_overflows_total", "ListenDrops": "drops_total"}


def sums(text):
    """What the exporter says of each of the kernel's counters, in its own namespace"""
    return {counter: total(text, metric, netns="") + total(text, "closed_events_total", netns="", counter=counter) +
            total(text, "unassigned_events_total", netns="", counter=counter) for counter, metric in SERIES.items()}


def settled():
    """A scrape at a quiet moment: what a listener that has vanished has lost is known with the second look after it."""
    quiet()
    for _ in range(3):
        text = scrape()
        time.sleep(1.2)
    return text


def workers(signal):
    run("systemctl", "kill", "-s", signal, "--kill-who=all", "nginx.service")


def storm(seconds):
    """A server that does not accept, and others that are overrun and close, while the exporter looks now and then"""
    workers("STOP")
    clients = Clients(8080)
    churn = threading.Thread(target=run, args=("python3", "-B", "/fleet/hold.py", "churn", "6100", str(seconds * 6)),
                             kwargs={"timeout": 600})
    churn.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end or churn.is_alive():
        scrape()
        time.sleep(1.5)
    churn.join()
    clients.end()
    workers("CONT")


def compare(text, base, at):
    for counter, value in sums(text).items():
        growth = kernel()[counter] - base[counter] + at[counter]
        need(value == growth, f"{counter}: the exporter has {value:.0f}, the kernel {growth:.0f}")


nothing = {counter: 0 for counter in SERIES}


@case
def exact__sums():
    stop(EXPORTER)
    quiet()
    base = kernel()
    start(EXPORTER)
    storm(20)
    text = settled()
    compare(text, base, nothing)
    need(sums(text)["ListenOverflows"] > 100, f"no storm: {sums(text)}")


@case
def exact__more_close_than_have_a_record():
    base, at = kernel(), sums(scrape())
    # A namespace keeps 128 records, and nobody looks meanwhile.
    run("python3", "-B", "/fleet/hold.py", "churn", "6100", "240", timeout=900)
    text = settled()
    compare(text, base, at)
    closed = total(text, "closed_events_total", netns="", counter="ListenOverflows")
    need(closed > 0, "all had a record")
    grown = kernel()["ListenOverflows"] - base["ListenOverflows"]
    figures.append(f"exact: of {grown} ListenOverflows between two looks {closed:.0f} are of listeners without a record")


@case
def exact__a_restart_counts_nothing():
    stop(EXPORTER)
    start(EXPORTER)
    need(not any(sums(settled()).values()), f"after a restart: {sums(scrape())}")


@case
def exact__module_loaded_again():
    base = kernel()
    storm(8)
    text = settled()
    compare(text, base, nothing)
    before = sums(text)
    run("modprobe", "-r", "tcp_listenq")
    text = scrape()
    need(samples(text, "tcp_listenq_module_loaded") == [({}, 0)], "does not see that the module is gone")
    need(not samples(text, "tcp_listenq_accept_queue_length", port="8080"), "shows a queue without the module")
    # What happens now is seen by nobody.
    clients = Clients(8080)
    time.sleep(3)
    clients.end()
    quiet()
    base = kernel()
    run("modprobe", "tcp_listenq")
    until("sees the module again", lambda: samples(scrape(), "tcp_listenq_module_loaded") == [({}, 1)], 30)
    after = sums(scrape())
    need(all(after[counter] >= before[counter] for counter in SERIES), f"falls from {before} to {after}")
    storm(8)
    compare(settled(), base, before)


@case
def exact__began_without_the_module():
    stop(EXPORTER)
    run("modprobe", "-r", "tcp_listenq")
    start(EXPORTER)
    text = scrape()
    need(samples(text, "tcp_listenq_module_loaded") == [({}, 0)], "does not say that the module is missing")
    need(not samples(text, "tcp_listenq_sockets"), "makes something up")
    quiet()
    base = kernel()
    run("modprobe", "tcp_listenq")
    storm(8)
    compare(settled(), base, nothing)
