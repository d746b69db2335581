#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# events.sh - are the bytes of the trace event read as they were written, and do two looks tell what grew between them?
#
# events.c does it, with ASan and UBSan, by a "format" file as the kernel writes it. With the real thing: tests/live/told.py.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v gcc >/dev/null || ! command -v make >/dev/null; then
	skip events "no compiler"
elif make -s -C "$tests/.." O="$scratch/o" CC=gcc "$scratch/o/events_test" >"$scratch/build" 2>&1; then
	timeout "$TEST_SECONDS" "$scratch/o/events_test" "$recorded/event/format" >"$out" 2>"$err" || :
	while read -r word name; do
		check "$name" is "$word" ok
	done <"$out"
	check "all were tried" lines 17 "$out"
	check "nothing is said" empty "$err"
else
	fail events "does not build: $(tail -n 3 "$scratch/build" | tr '\n' ' ')"
fi
finish
