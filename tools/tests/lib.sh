# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034	# variables are for those who source this
# lib.sh - what the tests of listenq share; a test reads it with  . "$(dirname "$0")/lib.sh"
#
# LISTENQ is the program. A test runs as any user, without the module, on recorded files:
#
#	. "$(dirname "$0")/lib.sh"
#	run --root "$recorded/show-basic"		sets $rc, $out and $err (files)
#	check "exit status" is "$rc" 0
#	check "port is there" has 8080 "$out"
#	check "wrong column" fails_with 2 "no column" "$LISTENQ" -o nonsense
#	finish
#
# Every command has a time limit, so that a test which hangs fails.

set -eu

tests=$(cd "$(dirname "$0")" && pwd)
recorded=$tests/recorded
: "${LISTENQ:=$tests/../build/listenq}"
: "${TEST_SECONDS:=20}"
scratch=$(mktemp -d)
out=$scratch/out
err=$scratch/err
rc=0
passed=0
failed=0
skipped=0
cleanup()
{
	rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# What the user's environment has must not decide a test.
unset NO_COLOR LISTENQ_COLOR COLUMNS
export LC_ALL=C.UTF-8 TZ=UTC TERM=xterm

if [ ! -x "$LISTENQ" ]; then
	echo "lib.sh: no program at LISTENQ=$LISTENQ" >&2
	exit 1
fi

pass()
{
	passed=$((passed + 1))
	printf 'ok %s\n' "$1"
}

# fail NAME WHY
fail()
{
	failed=$((failed + 1))
	printf 'not ok %s: %s\n' "$1" "$2"
}

# skip NAME WHY
skip()
{
	skipped=$((skipped + 1))
	printf 'ok %s # skip %s\n' "$1" "$2"
}

# check NAME COMMAND... - passes if the command succeeds; what it prints is the reason if not
check()
{
	check_name=$1
	shift
	if "$@" >"$scratch/why" 2>&1; then
		pass "$check_name"
	else
		fail "$check_name" "$(head -c 400 "$scratch/why" | tr '\n' ' ' | cat -v) ($*)"
	fi
}

# run ARGUMENTS... - the program, within $TEST_SECONDS; its output is in $out and $err, its exit status in $rc
run()
{
	rc=0
	timeout "$TEST_SECONDS" "$LISTENQ" "$@" >"$out" 2>"$err" </dev/null || rc=$?
}

# Conditions, for check. Each says on its output what it found instead.

# is VALUE WANTED
is()
{
	[ "$1" = "$2" ] || { echo "'$1', not '$2'"; return 1; }
}

# has TEXT FILE - TEXT is somewhere in it, as it stands
has()
{
	grep -qF -e "$1" "$2" || { echo "no '$1' in: $(head -c 300 "$2")"; return 1; }
}

# lacks TEXT FILE
lacks()
{
	! grep -F -e "$1" "$2" || return 1
}

# like REGEX FILE - a line of it matches the extended regular expression
like()
{
	grep -qE -e "$1" "$2" || { echo "nothing like '$1' in: $(head -c 300 "$2")"; return 1; }
}

# empty FILE
empty()
{
	[ ! -s "$1" ] || { echo "not empty: $(head -c 300 "$1")"; return 1; }
}

# lines NUMBER FILE
lines()
{
	is "$(wc -l <"$2")" "$1"
}

# same FILE FILE
same()
{
	diff "$1" "$2"
}

# expect_rc NUMBER COMMAND... - the command's exit status
expect_rc()
{
	expected=$1
	shift
	status=0
	timeout "$TEST_SECONDS" "$@" >"$scratch/expect.out" 2>&1 </dev/null || status=$?
	[ "$status" -eq "$expected" ] ||
		{ echo "exit status $status, not $expected: $(head -c 300 "$scratch/expect.out")"; return 1; }
}

# fails_with NUMBER TEXT COMMAND... - that exit status, and one line on standard error that has TEXT
fails_with()
{
	expected=$1
	wanted=$2
	shift 2
	status=0
	timeout "$TEST_SECONDS" "$@" >"$scratch/expect.out" 2>"$scratch/expect.err" </dev/null || status=$?
	[ "$status" -eq "$expected" ] || { echo "exit status $status, not $expected"; return 1; }
	lines 1 "$scratch/expect.err" && has "$wanted" "$scratch/expect.err"
}

# clean FILE - valid UTF-8 and no control character but newlines, no mark that turns text around
clean()
{
	python3 - "$1" <<-'END'
		import sys, unicodedata
		text = open(sys.argv[1], "rb").read().decode("utf-8")
		bad = [c for c in text if c != "\n" and (unicodedata.category(c) in ("Cc", "Zl", "Zp")
		    or c in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")]
		if bad:
		    sys.exit("control characters: %r" % sorted(set(bad)))
	END
}

# until_true SECONDS COMMAND... - try until the command succeeds; fails after SECONDS
until_true()
{
	until_end=$(($(date +%s) + $1))
	shift
	while ! "$@"; do
		[ "$(date +%s)" -lt "$until_end" ] || return 1
		sleep 0.05
	done
}

#
# Trees for --root.
#

columns="local ack_backlog max_ack_backlog peak_ack_backlog recent_ack_backlog oldest_ms"
columns="$columns reqsk_qlen reqsk_young reqsk_max peak_reqsk_qlen recent_reqsk_qlen syns overflow_syn"
columns="$columns overflow_ack overflow_cookie reqq_full_drop reqq_full_cookies syncookies_sent"
columns="$columns listen_drops embryonic_rsts last_overflow_ms last_reqq_full_ms accepts last_accept_ms"
columns="$columns wait_us_sum wait_us_max tfo_qlen tfo_max_qlen tfo_overflow uid inode cookie cgroup"
columns="$columns reuseport_group flags"

# tree DIR - an empty machine: a table without listeners, settings, no processes
tree()
{
	mkdir -p "$1/proc/net" "$1/proc/sys/net/core" "$1/proc/sys/net/ipv4" "$1/sys/fs/cgroup" "$1/etc"
	# shellcheck disable=SC2086	# words
	echo $columns >"$1/proc/net/tcp_listenq"
	echo 4096 >"$1/proc/sys/net/core/somaxconn"
	echo 1024 >"$1/proc/sys/net/ipv4/tcp_max_syn_backlog"
	echo 1 >"$1/proc/sys/net/ipv4/tcp_syncookies"
	echo 0 >"$1/proc/sys/net/ipv4/tcp_abort_on_overflow"
	echo 1 >"$1/proc/sys/net/ipv4/tcp_fastopen"
	echo root:x:0:0:root:/root:/bin/sh >"$1/etc/passwd"
}

# many_listeners DIR NUMBER CGROUPS - so many lines more, with waits; every column has a number, as on a machine in use.
# Their inodes begin at 100000, their cgroups at 1 and are so many.
many_listeners()
{
	python3 - "$1" "$columns" "$2" "$3" <<-'END'
		import sys
		top, columns, (listeners, cgroups) = sys.argv[1], sys.argv[2].split(), map(int, sys.argv[3:])
		buckets = ["us_%d" % (1 << i) for i in range(26)] + ["us_inf"]
		with open(top + "/proc/net/tcp_listenq", "a") as table, open(top + "/proc/net/tcp_listenq_wait", "w") as waits:
		    print("cookie local accepts wait_us_sum wait_us_max", *buckets, file=waits)
		    for i in range(listeners):
		        local = "10.0.%d.%d:%d" % (i // 250, 1 + i % 250, 1024 + i)
		        value = {"local": local, "max_ack_backlog": 4096, "cookie": 4097 + i, "inode": 100000 + i, "flags": "-",
		                 "cgroup": 1 + i % cgroups, "uid": 0, "accepts": 27}
		        print(*[value.get(name, 1000 + i) for name in columns], file=table)
		        print(4097 + i, local, 27, 123456 + i, 54321, *[1] * 27, file=waits)
	END
}

# listener DIR NAME=VALUE... - one more line; a column that is not given is 0, or - where 0 would be wrong
listener()
{
	listener_file=$1/proc/net/tcp_listenq
	shift
	# shellcheck disable=SC2086	# words
	printf '%s\n' "$@" | awk -v names="$columns" '
		{ at = index($0, "="); value[substr($0, 1, at - 1)] = substr($0, at + 1) }
		END {
			nr = split(names, name, " ")
			for (i = 1; i <= nr; i++) {
				n = name[i]
				if (!(n in value))
					value[n] = n ~ /_ms$|^(inode|cookie|cgroup|reuseport_group|flags)$/ ? "-" : 0
				printf "%s%s", value[n], i < nr ? " " : "\n"
			}
		}' >>"$listener_file"
}

# process DIR PID COMM INODE... - a process that holds these sockets, as descriptors 3, 4, ...
process()
{
	process_dir=$1/proc/$2
	mkdir -p "$process_dir/fd"
	printf '%s\n' "$3" >"$process_dir/comm"
	echo 0::/ >"$process_dir/cgroup"
	shift 3
	process_fd=3
	for process_inode; do
		ln -sf "socket:[$process_inode]" "$process_dir/fd/$process_fd"
		process_fd=$((process_fd + 1))
	done
}

# finish - the last line of a test
finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] || exit 1
}
