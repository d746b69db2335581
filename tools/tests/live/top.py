# SPDX-License-Identifier: GPL-2.0
"""`listenq top` in a terminal of tmux: keys go in, the screen comes out."""
import os
import re
import subprocess
import time


class Top:
    """with Top(80, 24) as top: ... - it runs until q is pressed, or the end of the block"""

    def __init__(self, width, height, *words):
        self.size, self.words = (width, height), words

    def tmux(self, *words):
        run = subprocess.run(["tmux", "-u", "-L", "top", "-f", "/dev/null", *map(str, words)], capture_output=True, text=True,
                             env=dict(os.environ, TERM="screen", LC_ALL="C.UTF-8"), check=True, timeout=60)
        return run.stdout

    def __enter__(self):
        command = " ".join(("listenq", "top", "-d", "1", *self.words))
        self.tmux("new-session", "-d", "-x", self.size[0], "-y", self.size[1],
                  f"sh -c 'stty -g >/tmp/before; {command}; echo rc=$?; stty -g >/tmp/after; read end'")
        return self

    def __exit__(self, *what):
        subprocess.run(["tmux", "-L", "top", "kill-server"], stderr=subprocess.DEVNULL, check=False)

    def key(self, *names):
        self.tmux("send-keys", *names)

    def resize(self, width, height):
        self.tmux("resize-window", "-x", width, "-y", height)

    def lines(self):
        return self.tmux("capture-pane", "-p").splitlines()

    def shows(self, pattern, seconds=60):
        """wait until a line matches; the line"""
        end = time.monotonic() + seconds
        while True:
            lines = self.lines()
            for line in lines:
                if re.search(pattern, line):
                    return line
            if time.monotonic() > end:
                raise RuntimeError(f"no /{pattern}/ on the screen: " + " | ".join(line for line in lines if line.strip()))
            time.sleep(0.1)

    def restored(self):
        with open("/tmp/before") as before, open("/tmp/after") as after:
            return before.read() == after.read()
