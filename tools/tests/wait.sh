#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# wait.sh - does `listenq wait` count what grew once, whatever closes, listens again and is looked at meanwhile?
#
# wait.c does it, with ASan and UBSan, on looks that wait_scenes.h makes up. With the real thing: tests/live/told.py.
# The example in tools/examples says what is wrong without the module.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v gcc >/dev/null || ! command -v make >/dev/null; then
	skip wait "no compiler"
elif make -s -C "$tests/.." O="$scratch/o" CC=gcc "$scratch/o/wait_test" >"$scratch/build" 2>&1; then
	rc=0
	timeout "$TEST_SECONDS" "$scratch/o/wait_test" >"$out" 2>"$err" || rc=$?
	cat "$out"
	passed=$((passed + $(grep -c '^ok ' "$out" || :)))
	failed=$((failed + $(grep -c '^not ok ' "$out" || :)))
	check "all were tried" lines "$(grep -c '^{ "' "$tests/wait_scenes.h")" "$out"
	check "all are good" is "$rc" 0
	check "nothing is said" empty "$err"
else
	fail wait "does not build: $(tail -n 3 "$scratch/build" | tr '\n' ' ')"
fi

# The example, with the header where the package puts it
mkdir -p "$scratch/linux"
cp "$tests/../../module/tcp_listenq.h" "$scratch/linux"
if ! command -v gcc >/dev/null || [ -e /proc/net/tcp_listenq ]; then
	skip refused.no_module "no compiler, or the module is loaded"
elif gcc -Wall -Wextra -Werror -I"$scratch" -o "$scratch/refused" "$tests/../examples/refused.c" >"$scratch/build" 2>&1; then
	check refused.no_module fails_with 2 "tcp_listenq: No such file" "$scratch/refused"
else
	fail refused.no_module "does not build: $(tail -n 3 "$scratch/build" | tr '\n' ' ')"
fi
finish
