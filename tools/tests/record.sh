#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# record.sh - does `listenq record` write whole lines of JSON, one a look, whatever ends it?
#
# --count; a line is there as soon as the look is; signals end it with status 0 and a whole line; a file is appended to,
# also behind a cut line; a full disk; a source that cannot be read for a while is said once and looked at again.

. "$(dirname "$0")/lib.sh"

tree "$scratch/machine"
listener "$scratch/machine" local=0.0.0.0:80 ack_backlog=1 max_ack_backlog=5 cookie=7 inode=70 syns=18446744073709551615
table=$scratch/machine/proc/net/tcp_listenq
file=$scratch/file

# good FILE LINES CONDITION - that many lines of JSON, each of which meets the condition
good()
{
	python3 -c 'import json, sys
text = open(sys.argv[1]).read()
assert text.endswith("\n"), "its last line is cut: " + text[-100:]
lines = [json.loads(line) for line in text.splitlines()]
assert len(lines) == int(sys.argv[2]), len(lines)
for d in lines:
	l = d["listeners"]
	assert eval(sys.argv[3]), d' "$@"
}

more_lines()
{
	[ "$(wc -l <"$file")" -ge "$1" ]
}

run record --root "$scratch/machine" --count 2 -i 0.1
check "count.status" is "$rc" 0
check "count.lines" good "$out" 2 'd["version"] == 1 and l[0]["syns"] == 2 ** 64 - 1 and l[0]["port"] == 80'
check "count.quiet" empty "$err"

printf '{"cut' >"$file"
run record --root "$scratch/machine" --count 1 -o "$file"
check "append.status" is "$rc" 0
check "append.cut" is "$(sed -n 1p "$file")" '{"cut'
check "append.lines" lines 2 "$file"
run record --root "$scratch/machine" --count 1 -o "$file" -p 81
check "append.again" lines 3 "$file"
check "filter" like '"listeners":\[\]' "$file"
run record --root "$scratch/machine" --count 1 -t
check "trouble" good "$out" 1 'l == []'

for signal in INT TERM HUP; do
	rm -f "$file"
	# A shell has its background jobs ignore SIGINT; python3 does not pass that on.
	timeout "$TEST_SECONDS" python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$LISTENQ" record --root "$scratch/machine" -i 0.1 -o "$file" 2>"$err" &
	recorder=$!
	check "$signal.flushed" until_true 60 more_lines 2
	python3 -c 'import os, signal, sys
pid = int(open("/proc/%s/task/%s/children" % (sys.argv[1], sys.argv[1])).read().split()[0])
os.kill(pid, getattr(signal, "SIG" + sys.argv[2]))' "$recorder" "$signal"
	rc=0
	wait "$recorder" || rc=$?
	check "$signal.status" is "$rc" 0
	check "$signal.whole" good "$file" "$(wc -l <"$file")" 'len(l) == 1'
	check "$signal.quiet" empty "$err"
done

# The module goes while looks are taken, and comes again.
rm -f "$file"
timeout "$TEST_SECONDS" "$LISTENQ" record --root "$scratch/machine" -i 0.1 -o "$file" 2>"$err" &
recorder=$!
said()
{
	[ -s "$err" ]
}
check "gone.before" until_true 60 more_lines 1
mv "$table" "$table.away"
check "gone.said" until_true 60 said
before=$(wc -l <"$file")
sed 's/0.0.0.0:80 /0.0.0.0:81 /' "$table.away" >"$table.new"
mv "$table.new" "$table"
check "gone.again" until_true 60 more_lines $((before + 2))
kill "$recorder"
wait "$recorder" || :
check "gone.once" lines 1 "$err"
check "gone.new" has '"port":81' "$file"
mv "$table.away" "$table"

# What cannot be read at its end has no end.
"$LISTENQ" record --root "$scratch/machine" -i 0.1 --count 30 -o "$scratch/ends" 2>"$err" &
recorder=$!
check "ends.begun" until_true 10 test -s "$scratch/ends"
mv "$table" "$table.away"
rc=0
wait "$recorder" || rc=$?
check "ends.status" is "$rc" 2
mv "$table.away" "$table"
rc=0
"$LISTENQ" record --root "$scratch/machine" --count 1 >&- 2>"$err" || rc=$?
check "closed.status" is "$rc" 1
check "closed.once" lines 1 "$err"

check "absent" fails_with 2 "No such file" "$LISTENQ" record --root "$scratch/nowhere"
check "no_folder" fails_with 1 "No such file" "$LISTENQ" record --root "$scratch/machine" -o "$scratch/nowhere/file"
if [ -c /dev/full ]; then
	check "full" fails_with 1 "No space left" "$LISTENQ" record --root "$scratch/machine" --count 3 -i 0.1 -o /dev/full
else
	skip full "no /dev/full"
fi
finish
