# SPDX-License-Identifier: GPL-2.0
"""Print docs/screens.md: what listenq shows of real servers in the test machine, for scripts/docs/screens.

Four servers: one that accepts nothing, one that is slow, one that was restarted under its clients, nginx with
reuseport and nothing wrong.
"""
import os
import subprocess
import time

import machine


def screen(*words):
    shown = subprocess.run(["listenq", *words], capture_output=True, text=True, check=False, timeout=60)
    lines = "\n".join(line.rstrip() for line in (shown.stdout + shown.stderr).splitlines())
    print(f"[//]: # (not run: no other run prints the same)\n```console\n$ {' '.join(('listenq', *words))}\n{lines}\n```\n", flush=True)


def tmux(*words):
    return subprocess.run(["tmux", "-L", "screens", *words], capture_output=True, text=True, check=True).stdout


def top():
    env = dict(os.environ, TERM="screen", LC_ALL="C.UTF-8")
    subprocess.run(["tmux", "-u", "-L", "screens", "-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "24",
                    "listenq", "top", "-d", "1"], check=True, env=env)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        time.sleep(1)
    text = tmux("capture-pane", "-p")
    tmux("send-keys", "q")
    lines = [line.rstrip() for line in text.rstrip().splitlines()]
    # Lines without a listener between the last one and the keys.
    while len(lines) > 1 and not lines[-2]:
        del lines[-2]
    print("```text\n" + "\n".join(lines) + "\n```\n", flush=True)


def main():
    with open("/tmp/nginx.conf", "w") as f:
        f.write("""daemon off; worker_processes 2; error_log stderr crit; pid /tmp/nginx.pid;
            events { worker_connections 64; }
            http { access_log off; server { listen 80 reuseport; return 200; } }""")
    machine.children.append(subprocess.Popen(["nginx", "-c", "/tmp/nginx.conf"], start_new_session=True,
                                         stderr=subprocess.DEVNULL))
    machine.serve(8080, 128, "never")
    machine.serve(8443, 64, "slow", 0.5)
    gone = machine.serve(9000, 16, "never")
    machine.until("nginx listens", lambda: len(machine.rows(80)) == 2)
    machine.connect(80, 20)
    machine.connect(8443, 64)
    machine.connect(9000, 10)
    machine.reaches(9000, "ack_backlog", 10)
    machine.connect(8080, 140)
    machine.reaches(8080, "overflow_syn", 20)
    machine.reaches(8443, "accepts", 12)
    os.killpg(gone.pid, 9)
    gone.wait()
    machine.until("it has gone", lambda: not machine.rows(9000))
    print("# What listenq shows\n")
    print("[//]: # (SPDX-License-Identifier: GPL-2.0)")
    print("[//]: # (Made by scripts/docs/screens from one run in the test machine)\n")
    print("Four servers in a virtual machine: on 8080 one that accepts nothing, on 8443 one that takes half a second for each\n"
          "client, nginx on 80, and one on 9000 that was killed while ten clients waited. [tools.md](tools.md) explains.\n")
    screen()
    screen("why")
    screen("why", "80")
    screen("closed")
    screen("check", "-p", "8080")
    print("`listenq top`, after twenty seconds:\n")
    top()
    machine.clean_up()


main()
