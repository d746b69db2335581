#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# check.sh - `listenq check`, the plug-in for monitoring: its line, perfdata that Nagios' rules allow, thresholds at
# their edges, and the four exit statuses.

. "$(dirname "$0")/lib.sh"

machine=$scratch/machine

# fresh - a machine without listeners
fresh()
{
	rm -rf "$machine"
	tree "$machine"
}

# sock NAME=VALUE... - a listener whose accept queue holds 100
sock()
{
	listener "$machine" local=127.0.0.1:80 max_ack_backlog=99 reqsk_max=100 cookie=1 inode=100 "$@"
}

# says NAME STATUS TEXT ARGUMENTS... - one line with that word, exit status and text, and perfdata as the rules want it
says()
{
	says_name=$1 says_status=$2 says_text=$3
	shift 3
	run check --root "$machine" "$@"
	case $says_status in
	0) says_word=OK ;;
	1) says_word=WARNING ;;
	2) says_word=CRITICAL ;;
	*) says_word=UNKNOWN ;;
	esac
	check "$says_name: exit status" is "$rc" "$says_status"
	check "$says_name: one line" lines 1 "$out"
	check "$says_name: word" like "^LISTENQ $says_word - " "$out"
	check "$says_name: text" has "$says_text" "$out"
	check "$says_name: perfdata" perfdata
}

# perfdata - at most one bar; then 'label'=value;warn;crit;min;max, each label once
perfdata()
{
	python3 - "$out" <<-'END'
		import re, sys
		line = open(sys.argv[1], encoding="utf-8").read().rstrip("\n")
		parts = line.split("|")
		assert len(parts) <= 2, line
		data = parts[1].strip() if len(parts) == 2 else ""
		one = r"'([^'=|]+)'=(\d+);(\d+);(\d+);0;(\d+)"
		assert re.fullmatch(r"(%s( |$))*" % one, data), data
		labels = [m[0] for m in re.findall(one, data)]
		assert len(labels) == len(set(labels)), labels
	END
}

fresh
sock ack_backlog=3 reqsk_qlen=7
says fine 0 '1 listener, no queue over 80 %, none refused in the last minute'
check 'fine: values' has "'127.0.0.1:80_accept'=3;80;100;0;100 '127.0.0.1:80_syn'=7;80;100;0;100" "$out"

# Thresholds: at 80 of 100 places it warns, at 100 it is critical
for edge in 79:0 80:1 99:1 100:2 101:2; do
	fresh
	sock ack_backlog="${edge%:*}"
	says "accept queue ${edge%:*} %" "${edge#*:}" "=${edge%:*};"
	fresh
	sock reqsk_qlen="${edge%:*}"
	says "SYN queue ${edge%:*} %" "${edge#*:}" "=${edge%:*};"
done
fresh
sock ack_backlog=50
says 'own warning' 1 'accept queue 50 of 100' --warn 50
says 'own critical' 2 'accept queue 50 of 100' --warn 20 --crit 50
check 'own critical: perfdata' has "_accept'=50;20;50;0;100" "$out"

# Refusals of the last minute
fresh
sock overflow_syn=1 listen_drops=1 last_overflow_ms=59999
says 'refused' 1 '127.0.0.1:80: refused as the accept queue was full'
fresh
sock overflow_syn=1 listen_drops=1 last_overflow_ms=60000
says 'refused before' 0 'none refused'
fresh
sock reqq_full_drop=1 listen_drops=1 last_reqq_full_ms=5000
says 'SYN dropped' 1 'refused as the SYN queue was full'
fresh
sock reqq_full_cookies=9 syncookies_sent=9 last_reqq_full_ms=5000
says 'answered with a cookie' 0 'none refused'

# Clients of a deferred listener stay in its SYN queue; with tcp_syncookies 2 there is none
fresh
sock flags=defer reqsk_qlen=100
sock local=127.0.0.1:81 cookie=2 reqsk_max=0
says 'no SYN queue' 0 '2 listeners'
check 'no SYN queue: none in perfdata' lacks _syn "$out"

# One worker that is full refuses clients, whatever room the others have
fresh
for n in 1 2 3; do
	sock flags=reuseport reuseport_group=1 cookie=$n inode=$n ack_backlog=$((n == 2 ? 100 : 0))
done
says 'one worker' 2 '127.0.0.1:80: accept queue 100 of 100'
check 'one worker: one label' has "| '127.0.0.1:80_accept'=100;80;100;0;100 '" "$out"

# The worst counts, the first three are named
fresh
for n in 1 2 3 4 5; do
	sock local=127.0.0.1:800$n cookie=$n inode=$n ack_backlog=$((n == 5 ? 100 : 80))
done
says 'many' 2 'and 2 more'

# Nobody can tell of refusals: that is said, and no 0
fresh
sock overflow_syn=- overflow_ack=- overflow_cookie=- reqq_full_drop=-
says 'not counted' 0 'refusals are not known of all'
check 'not counted: claims nothing' lacks 'none refused' "$out"

# A device may have any name
fresh
# shellcheck disable=SC1003	# a quote
listener "$machine" "local=127.0.0.1%a'b=c|d:80" max_ack_backlog=99 reqsk_max=100 cookie=1 ack_backlog=100
listener "$machine" "local=127.0.0.1%a=b=c|d:80" max_ack_backlog=99 reqsk_max=100 cookie=2 ack_backlog=1
says 'hostile device' 2 'accept queue 100 of 100'
check 'hostile device: second label' has "127.0.0.1%a_b_c_d:80_accept_2'=1;" "$out"

# Filters, and what cannot be looked at
fresh
sock ack_backlog=100
sock local=127.0.0.1:81 cookie=2
says 'one port' 0 '1 listener' -p 81
says 'no such port' 3 'no listener' -p 82
rm "$machine/proc/net/tcp_listenq"
says 'no file' 3 'tcp_listenq'
check 'called wrongly' expect_rc 3 "$LISTENQ" check --nonsense
check 'wrong threshold' expect_rc 3 "$LISTENQ" check --warn lots

# What could not be read is not fine, and no less bad than what was.
fresh
sock
says whole 0 '1 listener'
sock local=127.0.0.1:81 cookie=2 inode=101
truncate -s -9 "$machine/proc/net/tcp_listenq"
says cut 3 '1 line is cut or mangled'
fresh
sock ack_backlog=90
sock local=127.0.0.1:81 cookie=2 inode=101 ack_backlog=x
says 'mangled and full' 1 'accept queue 90 of 100; '
check 'mangled and full: both are said' has '1 line is cut or mangled' "$out"

# A port that was asked for and has no listener
fresh
sock
says 'a port without a listener' 3 'no listener on port 81' -p 80,81
says 'ports without listeners' 3 'no listener on port 81, 82' -p 80,81,82
says 'a range' 0 '1 listener' -p 80-90
fresh
sock ack_backlog=100
says 'a port without a listener, and a full queue' 2 'accept queue 100 of 100; no listener on port 81' -p 80,81

# The line of a plug-in that was called wrongly
says 'no such option' 3 '-x: no such option' -x
says 'no percentage' 3 'not a percentage' --warn abc
says 'a word too many' 3 'one word too many' 18080

# Who cannot say it has not found that all is well.
sock local=127.0.0.1:90 cookie=3 inode=102
rc=0
"$LISTENQ" check --root "$machine" -p 90 >/dev/full 2>"$err" || rc=$?
check 'no output: unknown' is "$rc" 3

finish
