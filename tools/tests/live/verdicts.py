# SPDX-License-Identifier: GPL-2.0
"""What passed, failed and was skipped, a line each"""
passed = failed = skipped = 0


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
