#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# reader.sh - does the reader of tables take what is good of anything, and nothing that is not so?
#
# * reader.c, built here with ASan and UBSan: columns in any order, unknown, missing and twice; an older module's table;
#   lines cut anywhere, mangled, very long, with NUL; 64-bit numbers; groups, growth between looks, filters.
# * recorded files that cannot be read: a folder, a FIFO, an empty file, no file.
# * without the module: the same listeners, queues and limits as ss -ltn shows on this machine, in IPv4, IPv6 and both,
#   with and without a device.

. "$(dirname "$0")/lib.sh"

if ! command -v make >/dev/null || ! command -v gcc >/dev/null; then
	skip reader.c "no compiler"
elif make -s -C "$tests/.." O="$scratch/o" CC=gcc "$scratch/o/reader" >"$scratch/build" 2>&1; then
	rc=0
	timeout "$TEST_SECONDS" "$scratch/o/reader" >"$out" 2>"$err" || rc=$?
	sed '$d' "$out"
	passed=$((passed + $(grep -c '^ok ' "$out" || :)))
	failed=$((failed + $(grep -c '^not ok ' "$out" || :)))
	check "reader.all" is "$rc" 0
	check "reader.quiet" empty "$err"
else
	fail reader.c "does not build: $(tail -n 3 "$scratch/build" | tr '\n' ' ')"
fi

#
# Recorded files
#

run --root "$recorded/reader-0.1.0" --raw -H -o local,ack_backlog,overflow_syn,syns
check "old.status" is "$rc" 0
check "old.values" like '^\*:80 +4 +5 +-$' "$out"
check "old.quiet" empty "$err"

run --root "$recorded/reader" --raw -H -o cookie,syns
check "big.numbers" like '^18446744073709551615 +18446744073709551615$' "$out"

run --root "$recorded/reader" -N all --raw -H -o local,listener_by
check "names.clean" clean "$out"
check "names.all_netns" like '^0.0.0.0:80 +800/nginx' "$out"

bad=$scratch/bad
tree "$bad"
table=$bad/proc/net/tcp_listenq
rm "$table"
check "absent" fails_with 2 "No such file" "$LISTENQ" --root "$bad"
mkdir "$table"
check "folder" fails_with 2 "s a directory" "$LISTENQ" --root "$bad"
rmdir "$table"
mkfifo "$table"
check "fifo" fails_with 2 "tcp_listenq" "$LISTENQ" --root "$bad"
rm "$table"
: >"$table"
check "empty" fails_with 2 "it is empty" "$LISTENQ" --root "$bad"
echo no Header here >"$table"
check "no_header" fails_with 2 "does not name columns" "$LISTENQ" --root "$bad"
cut=$(($(wc -c <"$recorded/reader/proc/net/tcp_listenq") - 200))
head -c "$cut" "$recorded/reader/proc/net/tcp_listenq" >"$table"
run --root "$bad" --raw -H -o local
check "cut.status" is "$rc" 0
check "cut.rest" has '0.0.0.0:8080' "$out"
check "cut.said" has '1 line is cut' "$err"
check "cut.once" lines 1 "$err"

#
# This machine's listeners
#

# serve - listeners of all kinds, with connections in some queues, until standard input ends
serve()
{
	exec python3 -c '
import socket, sys
V4, V6 = socket.AF_INET, socket.AF_INET6
kept = []
def serve(family, address, backlog, v6only=None, device=None, port=0):
	s = socket.socket(family)
	s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
	if v6only is not None:
		s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
	if device:
		s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
	s.bind((address, port))
	s.listen(backlog)
	kept.append(s)
	return s.getsockname()[1]
port = serve(V4, "127.0.0.1", 5)
serve(V4, "127.0.0.1", 6, port=port)
full = serve(V4, "127.0.0.1", 3)
for i in range(3):
	kept.append(socket.create_connection(("127.0.0.1", full)))
try:
	serve(V6, "::", 8, v6only=0)
	serve(V6, "::", 9, v6only=1)
	serve(V6, "::1", 10)
	serve(V6, "::ffff:127.0.0.1", 11, v6only=0)
	serve(V6, "::1", 12, device=b"lo")
	serve(V4, "0.0.0.0", 7, device=b"lo")
except OSError as e:
	print("without:", e, file=sys.stderr)
print("ready", flush=True)
sys.stdin.read()'
}

# agrees - the same listeners by ss and by us; others on this machine may come and go between
agrees()
{
	ss -ltnH | awk '{ print $4, $2, $3 }' | LC_ALL=C sort >"$scratch/by_ss"
	timeout "$TEST_SECONDS" "$LISTENQ" --unfold --no-process --raw -H -o local,ack_backlog,max_ack_backlog \
		2>"$err" </dev/null | awk '{ print $1, $2, $3 }' | LC_ALL=C sort >"$scratch/by_us"
	[ -s "$scratch/by_us" ] && cmp -s "$scratch/by_ss" "$scratch/by_us"
}

agrees_within()
{
	until_true "$1" agrees || { diff "$scratch/by_ss" "$scratch/by_us"; return 1; }
}

if [ -e /proc/net/tcp_listenq ]; then
	skip inet_diag "the module is loaded"
elif ! command -v ss >/dev/null || ! command -v python3 >/dev/null; then
	skip inet_diag "no ss or python3"
else
	mkfifo "$scratch/end"
	serve <"$scratch/end" >"$scratch/serving" 2>"$scratch/without" &
	server=$!
	exec 3>"$scratch/end"
	check "inet_diag.serves" until_true 60 grep -q ready "$scratch/serving"
	check "inet_diag.as_ss" agrees_within 10
	check "inet_diag.queued" like ' 3 3$' "$scratch/by_us"
	check "inet_diag.said" has "modprobe tcp_listenq" "$err"
	check "inet_diag.how" has "tcp-listenq-dkms" "$err"
	check "inet_diag.once" lines 1 "$err"
	check "inet_diag.refused" fails_with 2 "not loaded" "$LISTENQ" --require-module
	run --raw -H -o local,syns,reqsk_qlen,overflow_syn
	check "inet_diag.unknown" like ' - +- +-$' "$out"
	check "closed.no_module" fails_with 2 "not loaded" "$LISTENQ" closed
	check "process.gone" fails_with 2 "no such process" "$LISTENQ" -N 4194303
	run -N $$ --raw -H -o local
	check "process.own" is "$rc" 0
	exec 3>&-
	wait "$server" || :
fi

finish
