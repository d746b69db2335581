# SPDX-License-Identifier: GPL-2.0
"""`listenq` beside real servers and the module, in the test machine: does `why` find what is the case, does its advice
name what helps and nothing that does not, and are names those that ss shows?

Each case makes a state of the kernel, waits until the module's table shows it, and asks `listenq why PORT --json`.
Expected codes must be there; forbidden words must not be in any advice. Clients are on the loopback device, or behind
netem where a round trip is needed.
"""
import subprocess
import sys

import commands
import flood
import machine
import programs
import queues
import told
import verdicts

CASES = (queues.stuck, queues.starved, queues.slow, queues.burst, queues.clamped, queues.worker, queues.ghosts,
         queues.syn_queue, queues.deferred, queues.nothing,
         programs.nginx, programs.socat, programs.passed_on,
         commands.restart, commands.plugin, commands.record, commands.columns, commands.top,
         told.events, told.events_user, told.wait, told.wait_group, told.wait_resets, told.alert,
         told.programs, told.unloaded)


def main():
    wanted = sys.argv[1:]
    unknown = set(wanted) - {case.__name__ for case in CASES}
    if unknown:
        sys.exit(f"no such case: {' '.join(sorted(unknown))}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
    flood.far_away()
    port = 8000
    for case in CASES:
        port += 20
        if wanted and case.__name__ not in wanted:
            continue
        try:
            case(port)
        except (RuntimeError, OSError, subprocess.SubprocessError, ValueError, KeyError, IndexError, TypeError) as error:
            verdicts.verdict(case.__name__, repr(error))
        finally:
            machine.clean_up()
    if not wanted:
        commands.no_module()
        machine.clean_up()
    print(f"{verdicts.passed} passed, {verdicts.failed} failed, {verdicts.skipped} skipped")
    return verdicts.failed > 0


if __name__ == "__main__":
    sys.exit(main())
