#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# closed.sh - does `listenq closed` say what went, with what it threw away?
#
# Newest first; its two sums in words or beside the listeners, never among them; filters, columns, order, JSON; words
# where nothing has closed, nothing matches, and where it is not known.

. "$(dirname "$0")/lib.sh"

run closed --root "$recorded/reader"
check "closed.status" is "$rc" 0
check "closed.newest_first" is "$(awk 'NR == 2 { print $1 }' "$out")" 0.0.0.0:8080
check "closed.values" like '^0\.0\.0\.0:8080 +5s +129 +129/129 +2214 ' "$out"
check "closed.unknown" like '^\[::1\]:8443 +1d +- ' "$out"
check "closed.sum_closed" has "131 connections reset at close, 2214 packets refused" "$out"
check "closed.sum_nobody" has "Charged to no listener: 2 packets refused" "$out"
check "closed.quiet" empty "$err"

run closed --root "$recorded/reader" --raw -H -o local,closed_ms,reset_at_close
check "closed.raw" is "$(sed -n 1p "$out")" "0.0.0.0:8080 5120 129"
check "closed.raw_no_sums" lines 3 "$out"

run closed --root "$recorded/reader" --raw -H -o local --sort -closed_ms
check "closed.sort" is "$(sed -n 1p "$out")" "[::1]:8443"
run closed --root "$recorded/reader" --raw -H -o local -t
check "closed.trouble" is "$(cat "$out")" "0.0.0.0:8080"
run closed --root "$recorded/reader" --raw -H -o local -p 8443,1
check "closed.port" is "$(cat "$out")" "[::1]:8443"
run closed --root "$recorded/reader" -p 1
check "closed.no_match" has "Nothing that closed is one of these." "$out"
check "closed.no_column" fails_with 2 "nonsense" "$LISTENQ" closed --root "$recorded/reader" -o nonsense

run closed --root "$recorded/reader" -N all
check "closed.owner" like '^0\.0\.0\.0:8080 .* java\[4711\]$' "$out"
check "closed.namespace" has "in namespace 4026531840: 131" "$out"
check "closed.namespace_quiet" lacks "4026532201" "$out"
run closed --root "$recorded/reader" -N 4026532201
check "closed.other_namespace" lacks "131" "$out"

run closed --root "$recorded/reader" --json
# json CONDITION
json()
{
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
l, s = d["listeners"], d["sums"]
assert eval(sys.argv[2]), (l, s)' "$out" "$1"
}
check "closed.json" json 'd["version"] == 1 and len(l) == 3 and len(s) == 2'
schema=$tests/../../docs/listenq.schema.json
if python3 -c 'import jsonschema' 2>/dev/null && [ -e "$schema" ]; then
	check "closed.json_schema" python3 -c 'import json, jsonschema, sys
jsonschema.Draft202012Validator(json.load(open(sys.argv[1]))).validate(json.load(open(sys.argv[2])))' "$schema" "$out"
else
	skip closed.json_schema "no python3-jsonschema, or no schema beside the tools"
fi
check "closed.json_values" json 'l[0]["closed_ms"] == 5120 and l[0]["reset_at_close"] == 129 and l[2]["accepts"] is None'
check "closed.json_sums" json 's[1]["of"] == "closed" and s[1]["reset_at_close"] == 131 and s[0]["syns"] is None'

run closed --root "$recorded/reader-closed-none"
check "nothing.status" is "$rc" 0
check "nothing.words" has "Nothing has closed since the module was loaded." "$out"
run closed --root "$recorded/reader-closed-none" --json
check "nothing.json" json 'l == [] and len(s) == 2'

run closed --root "$recorded/reader-0.1.0"
check "old.status" is "$rc" 0
check "old.words" has "not known" "$out"
check "old.said" has "tcp_listenq_closed: not there" "$err"
check "absent" fails_with 2 "tcp_listenq_closed" "$LISTENQ" closed --root "$scratch/nowhere"
cp -r "$recorded/reader" "$scratch/cut"
head -c 450 "$recorded/reader/proc/net/tcp_listenq_closed" >"$scratch/cut/proc/net/tcp_listenq_closed"
run closed --root "$scratch/cut"
check "cut.words" has "What has closed is not known." "$out"
check "cut.said" has "cut or mangled" "$err"
check "sort" fails_with 2 'no column "port,queue"; there are' "$LISTENQ" closed --root "$recorded/reader" --sort port,queue
run closed --list-columns
check "columns" has "reset_at_close" "$out"

finish
