# SPDX-License-Identifier: GPL-2.0
"""What `listenq` says of a state, and what it must and must not say"""
import json
import re
import subprocess

from verdicts import verdict

NO_CURE = ("somaxconn", "tcp_max_syn_backlog", "larger backlog|backlog=|[Rr]aise")


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
