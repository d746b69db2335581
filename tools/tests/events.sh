#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# events.sh - are the bytes of the trace event read as they were written, and do two looks tell what grew between them?
#
# Both forms of the event: its reason as a byte, and as 32 bits.
# events.c does it, with ASan and UBSan, by a "format" file as the kernel writes it. With the real thing: tests/live/told.py.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v gcc >/dev/null || ! command -v make >/dev/null; then
	skip events "no compiler"
elif make -s -C "$tests/.." O="$scratch/o" CC=gcc "$scratch/o/events_test" >"$scratch/build" 2>&1; then
	wide=$scratch/format
	sed -e '/__u8 reason;/s/__u8\(.*\):42;\(.*\):1;/__u32\1:44;\2:4;/' -e '/saddr\[4\]/s/:43;/:48;/' \
		-e '/daddr\[4\]/s/:47;/:52;/' -e '/saddr_v6/s/:51;/:56;/' -e '/daddr_v6/s/:67;/:72;/' \
		"$recorded/event/format" >"$wide"
	check "reason.wide" has "__u32 reason;	offset:44;	size:4;" "$wide"
	for format in "$recorded/event/format" "$wide"; do
		timeout "$TEST_SECONDS" "$scratch/o/events_test" "$format" >"$out" 2>"$err" || :
		while read -r word name; do
			check "$name" is "$word" ok
		done <"$out"
		check "all were tried" lines 17 "$out"
		check "nothing is said" empty "$err"
	done
else
	fail events "does not build: $(tail -n 3 "$scratch/build" | tr '\n' ' ')"
fi
finish
