#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# why.sh - what `listenq why` finds, from looks as the module's files would show them: for each code, the advice that
# must be there and what must not, the cases of users' reports, and the exit status.
#
# Numbers are those of one listener at half a second between the looks, unless a case says otherwise.

. "$(dirname "$0")/lib.sh"

roots=''

# begin NAME - a new case without looks
begin()
{
	case_name=$1
	case_dir=$scratch/$1
	nr_looks=0
	roots=''
}

# next - another look, half a second later
next()
{
	nr_looks=$((nr_looks + 1))
	look=$case_dir/$nr_looks
	tree "$look"
	echo "$((100000000000 + nr_looks * 500000000)) 1800000000" >"$look/time"
	roots="$roots --root $look"
}

# sock NAME=VALUE... - one listener more in this look; limit 128 unless given
sock()
{
	listener "$look" local=0.0.0.0:80 max_ack_backlog=128 reqsk_max=129 cookie=1 inode=100 uid=33 cgroup=1 "$@"
}

# each_look FROM TO NAME=VALUE... - looks in which nothing changes
each_look()
{
	each_nr=$(($2 - $1 + 1))
	shift 2
	while [ "$each_nr" -gt 0 ]; do
		next
		sock "$@"
		each_nr=$((each_nr - 1))
	done
}

setting()
{
	echo "$2" >"$look/proc/sys/net/$1"
}

why()
{
	# shellcheck disable=SC2086	# --root words
	run why $roots "$@"
}

# finds CODE... - these codes, in any order, and no others
finds()
{
	printf '%s\n' "$@" | sort >"$scratch/wanted"
	sed -n 's/^  \([a-z][a-z-]*\)  *[^ ].*/\1/p' "$out" | grep -v '^nothing$' | sort >"$scratch/codes"
	check "$case_name: codes" same "$scratch/wanted" "$scratch/codes"
}

must()
{
	for text; do
		check "$case_name: says '$text'" has "$text" "$out"
	done
}

must_not()
{
	for text; do
		check "$case_name: does not say '$text'" lacks "$text" "$out"
	done
}

rc_is()
{
	check "$case_name: exit status" is "$rc" "$1"
}

# One line, even without a terminal
quiet()
{
	check "$case_name: nothing on standard error" empty "$err"
}

# facts PID COMM STATE DESCRIPTORS LIMIT - of a process that holds socket 100 and further descriptors
facts()
{
	process "$look" "$1" "$2" 100
	echo "$1 ($2) $3 1 1 1 0 -1" >"$look/proc/$1/stat"
	facts_fd=4
	while [ "$facts_fd" -lt $((3 + $4)) ]; do
		ln -s /dev/null "$look/proc/$1/fd/$facts_fd"
		facts_fd=$((facts_fd + 1))
	done
	printf '%-26s%-21s%-21s%s\n' Limit 'Soft Limit' 'Hard Limit' Units 'Max open files' "$5" 4096 files \
		>"$look/proc/$1/limits"
}

# The queue is full, nobody has accepted for half a minute; clients are refused all the time.
stuck_looks()
{
	for ms in 36000 36500 37000; do
		next
		sock ack_backlog=129 peak_ack_backlog=129 recent_ack_backlog=129 oldest_ms="$ms" accepts=500 \
			last_accept_ms=$((ms + 1000)) syns=$((700 + ms / 10)) overflow_syn=$((ms / 10)) \
			listen_drops=$((ms / 10)) last_overflow_ms=20 wait_us_sum=1000 "$@"
	done
}

no_larger_queue()
{
	must_not backlog somaxconn tcp_max_syn_backlog syncookies
}

#
# Nobody accepts: reports 1, 8 and 9
#

begin stuck
stuck_looks
facts 4711 java S 10 1024
why 80
quiet
rc_is 1
finds stuck refusing
must 'CRITICAL' 'nobody accepts: 129 clients wait and the queue is full, at 3 looks in 1.0 s' \
	'the first has waited for 37s' 'the last accept(2) was 38s ago' 'java[4711]' 'eu-stack -p 4711' '100/s now'
no_larger_queue

begin stuck-never
for ms in 8000 8500; do
	next
	sock ack_backlog=3 peak_ack_backlog=3 oldest_ms="$ms" syns=3
done
why
rc_is 1
finds stuck
must '3 clients wait, at 2 looks in 0.5 s' 'none was accepted since the module was loaded'
no_larger_queue

begin stuck-one-look
next
sock ack_backlog=1 oldest_ms=5000 accepts=7 last_accept_ms=6000 syns=9
why 80
finds stuck
must '1 client waits, at this one look'

# A client that has just come, while the last accept is long ago: that proves nothing.
begin just-come
next
sock ack_backlog=1 oldest_ms=3 accepts=7 last_accept_ms=6000 syns=9
why 80
rc_is 0
must 'nothing wrong'
must_not 'nobody accepts'

# Looks half a minute apart: some were accepted between them, so nobody may say that none was.
begin accepted-between
next
sock ack_backlog=3 oldest_ms=5000 accepts=7 last_accept_ms=6000 syns=19
next
echo 131000000000 1800000030 >"$look/time"
sock ack_backlog=3 oldest_ms=5000 accepts=12 last_accept_ms=4000 syns=29
why 80
finds too-slow
must_not 'nobody accepts'

begin no-descriptors
stuck_looks
facts 4711 server S 16 16
why 80
finds stuck refusing
must 'server[4711] has 16 descriptors open and its limit is 16: accept(2) fails with EMFILE' \
	'ls -l /proc/4711/fd' 'ulimit -n'
must_not 'eu-stack'
no_larger_queue

begin no-descriptors-unit
stuck_looks
facts 4711 server S 16 16
echo 0::/system.slice/app.service >"$look/proc/4711/cgroup"
why 80
must 'app.service server[4711]' 'LimitNOFILE= of app.service'

begin descriptors-left
stuck_looks
facts 4711 server S 15 16
why 80
must_not EMFILE LimitNOFILE 'ulimit'

begin stopped
stuck_looks
facts 4711 server T 10 1024
why 80
must 'server[4711] is stopped (state T)' 'kill -CONT 4711'
no_larger_queue

begin zombie
stuck_looks
facts 4711 server Z 1 1024
why 80
must 'server[4711] is a zombie'
must_not 'kill -CONT'

# waits=N, or a kernel on which accepts are not seen: it may be emptied and filled again between two looks.
begin always-full
each_look 1 3 ack_backlog=129 peak_ack_backlog=129 oldest_ms=900 accepts=- last_accept_ms=- wait_us_sum=- wait_us_max=- syns=200
why 80
rc_is 1
finds always-full uncounted
must 'full at 3 looks in 1.0 s' 'whether any is accepted is not known' 'parameters/waits'
must_not 'nobody accepts' 'none was accepted' 'Raise'

begin not-always-full
next
sock ack_backlog=100 peak_ack_backlog=129 oldest_ms=900 accepts=- last_accept_ms=- wait_us_sum=- wait_us_max=- syns=200
each_look 2 3 ack_backlog=129 peak_ack_backlog=129 oldest_ms=900 accepts=- last_accept_ms=- wait_us_sum=- wait_us_max=- syns=200
why 80
rc_is 1
finds accept-full too-slow uncounted
must 'it had room at an earlier look'
must_not 'nobody accepts' 'none was accepted' 'are accepted'

#
# It accepts, and not fast enough
#

begin full-and-accepting
for n in 1 2 3; do
	next
	sock ack_backlog=129 peak_ack_backlog=130 oldest_ms=2500 accepts=$((n * 25)) last_accept_ms=10 syns=$((n * 40)) \
		wait_us_sum=$((n * 25 * 2500000)) wait_us_max=2600000
done
process "$look" 900 python3 100
why 80
rc_is 1
finds accept-full too-slow
must '50.0 clients a second are accepted' 'over half full at 3 looks in 1.0 s, now 129 of 129' \
	'had waited for 2s each' 'Let python3[900] accept faster' 'Not the cause: the backlog'
must_not 'nobody accepts' 'Raise the backlog' 'Raise net.core.somaxconn' tcp_max_syn_backlog

begin standing
for n in 1 2 3; do
	next
	sock ack_backlog=100 peak_ack_backlog=101 oldest_ms=300 accepts=$((n * 25)) last_accept_ms=10 syns=$((n * 40)) \
		wait_us_sum=$((n * 25 * 300000)) wait_us_max=310000
done
why
rc_is 1
finds too-slow
must 'now 100 of 129' '300ms each'
must_not 'Raise' somaxconn tcp_max_syn_backlog

begin long-waits
for n in 1 2 3; do
	next
	sock ack_backlog=5 peak_ack_backlog=9 oldest_ms=3000 accepts=$((n * 2)) last_accept_ms=100 syns=$((n * 3)) \
		wait_us_sum=$((n * 2 * 3000000)) wait_us_max=3100000
done
why 80
rc_is 1
finds too-slow
must 'had waited for 3s each'
must_not 'does not drain' 'Raise'

#
# A burst: what the program's own setting is, and somaxconn only where it is in the way. Report 5
#

burst_looks()
{
	for n in 1 2; do
		next
		sock peak_ack_backlog=129 recent_ack_backlog=129 accepts=$((500 + n)) last_accept_ms=3 syns=$((700 + n)) \
			overflow_syn=10 overflow_ack=2 listen_drops=12 last_overflow_ms=$((20000 + n * 500)) \
			wait_us_sum=1000 wait_us_max=900 "$@"
	done
}

begin burst
burst_looks
process "$look" 812 nginx 100
process "$look" 813 nginx 100
why 80
rc_is 1
finds burst refusing
must 'it held 129, the limit is 128' 'it drains again, now 0 wait' '128 now, to at most 4096: nginx: backlog=N' \
	'Not the cause: net.core.somaxconn. It is 4096' 'the client believes it is connected' 'last one 21s ago'
must_not 'Raise net.core.somaxconn' tcp_max_syn_backlog 'rather a pause' '/s now'

begin burst-over
burst_looks last_overflow_ms=400000
why 80
rc_is 0
finds burst
must 'none of them in the last five minutes'

begin pause
burst_looks wait_us_max=12000000
why 80
must 'the longest wait for accept(2) since load was 12s, so rather a pause'

begin clamped
burst_looks
setting core/somaxconn 128
process "$look" 812 nginx 100
why 80
rc_is 1
finds burst clamped refusing
must 'is that of net.core.somaxconn' 'Raise net.core.somaxconn, 128 now, then the backlog: nginx: backlog=N' \
	'restart the program'
must_not 'Not the cause: net.core.somaxconn' tcp_max_syn_backlog

begin not-reached
next
sock peak_ack_backlog=5 accepts=500 last_accept_ms=3 syns=700
next
sock peak_ack_backlog=5 accepts=501 last_accept_ms=3 syns=701
setting core/somaxconn 128
why 80
rc_is 0
must 'nothing wrong'
must_not clamped

begin abort-on-overflow
burst_looks
setting ipv4/tcp_abort_on_overflow 1
why 80
must 'with tcp_abort_on_overflow 1 the client gets a reset'
must_not 'the client believes it is connected'

# name and words of each program's setting: docs/knobs.md
while IFS='|' read -r comm words; do
	begin "knob-$comm"
	burst_looks
	process "$look" 812 "$comm" 100
	why 80
	must "$words"
done <<'END'
apache2|ListenBackLog (511
haproxy|HAProxy: backlog
redis-server|tcp-backlog (511
postgres|raise max_connections
java|acceptCount (100
node|server.listen() (511
gunicorn|--backlog (2048
uwsgi-core|uWSGI: --listen (100
php-fpm8.2|listen.backlog
python3.11|request_queue_size
memcached|memcached: -b (1024
lighttpd|server.listen-backlog (1024
sshd|sshd always asks for 128
caddy|the most that the kernel allows when the program starts
unheard-of|the number that the program gives to listen(2)
END

# Report 12: the socket is systemd's, whoever serves it
begin knob-systemd
burst_looks
process "$look" 1 systemd 100
process "$look" 812 nginx 100
why 80
must 'Backlog= of the .socket unit'
must_not 'behind the listen directive'

#
# One worker of a group: report 7
#

# worker LENGTH OLDEST LAST INODE - cookie is the inode
worker()
{
	sock flags=reuseport reuseport_group=1 ack_backlog="$1" peak_ack_backlog="$1" oldest_ms="$2" last_accept_ms="$3" \
		inode="$4" cookie="$4" accepts=50 syns=99
}

worker_looks()
{
	for ms in 9000 9500; do
		next
		worker 0 - 40 101
		worker 1 1 40 102
		worker 129 "$ms" $((ms + 10)) 103
		worker 0 - 40 104
	done
}

begin worker
worker_looks
for pid in 1 2 3 4; do
	process "$look" 20$pid nginx 101 102 103 104
done
why 80
rc_is 1
finds worker-stuck
must '(4 sockets)  nginx[201]+3  ' '1 of the 4 sockets' 'socket 103 of nginx[201] and 3 more: 129 wait' "grep -l ' ino:67 '" \
	'last accept(2) 9s ago'
must_not 'nobody accepts' 'Raise' somaxconn

begin worker-own-process
worker_looks
for pid in 1 2 3 4; do
	process "$look" 20$pid server 10$pid
done
why
rc_is 1
finds worker-stuck
must 'socket 103 of server[203]' 'eu-stack -p 203'
must_not 'socket 101' 'socket 102' 'socket 104'

begin all-full-one-stuck
for ms in 9000 9500; do
	next
	worker 129 "$ms" $((ms + 10)) 101
	worker 129 200 10 102
done
why
rc_is 1
finds accept-full worker-stuck too-slow
must '1 of the 2 sockets' 'socket 101 of'
must_not 'socket 102 of' Raise

begin stuck-and-full
for ms in 9000 9500; do
	next
	worker 3 "$ms" $((ms + 10)) 101
	worker 129 200 10 102
done
why
rc_is 1
finds worker-stuck
must '2 of the 2 sockets' 'socket 101 of' 'socket 102 of'
must_not Raise

begin all-workers
for ms in 9000 9500; do
	next
	worker 129 "$ms" $((ms + 10)) 101
	worker 129 "$ms" $((ms + 10)) 102
done
why
rc_is 1
finds stuck
must 'at each of the 2 sockets of the group' '258 clients wait'

#
# Lost clients: report 1, and A of the faults. The numbers are those of the report.
#

begin ghosts
for n in 1 2; do
	next
	sock max_ack_backlog=5 reqsk_max=6 peak_ack_backlog=6 recent_ack_backlog=6 syns=10 overflow_cookie=4 listen_drops=4 \
		reqq_full_cookies=4 syncookies_sent=4 last_overflow_ms=$((3000 + n * 500)) \
		last_reqq_full_ms=$((3100 + n * 500)) accepts=6 last_accept_ms=$((1000 + n * 500)) wait_us_sum=17700000 \
		wait_us_max=2980000
done
why 80
rc_is 1
finds burst cookies ghosts refusing
must '4 returning SYN cookies were refused' 'hangs until its own timeout' 'net.ipv4.tcp_syncookies 0' \
	'Not the cause: tcp_abort_on_overflow' 'Raise the backlog, 5 now'
must_not tcp_max_syn_backlog

begin ghosts-stuck
stuck_looks overflow_cookie=4 syncookies_sent=4
why 80
finds stuck refusing ghosts cookies
must_not 'Raise'

#
# The SYN queue, and which limit it has: reports 3, 4 and 16, C of the faults
#

begin syn-full-backlog
for n in 1 2; do
	next
	sock reqsk_qlen=129 reqsk_young=20 peak_reqsk_qlen=129 syns=$((900 + n * 50)) reqq_full_cookies=$((n * 40)) \
		syncookies_sent=$((n * 40)) last_reqq_full_ms=10 accepts=7 last_accept_ms=50000 flags=synflood
done
why 80
rc_is 1
finds cookies syn-full
must '129 half-open, there is room for 129' '109 of them had their SYN-ACK repeated' \
	'its limit comes from the backlog, 128' 'Raise the backlog, 128 now' "ss -tno state syn-recv 'sport = :80'" \
	'80/s now' 'that mark never ages' 'found the SYN queue full 10ms ago'
must_not tcp_max_syn_backlog 'are dropped' 'Set net.ipv4.tcp_syncookies'

begin syn-full-three-quarters
for n in 1 2; do
	next
	sock max_ack_backlog=511 reqsk_qlen=97 reqsk_young=97 reqsk_max=97 peak_reqsk_qlen=97 syns=$((900 + n * 50)) \
		listen_drops=$((n * 40)) accepts=7 last_accept_ms=50000
done
setting ipv4/tcp_syncookies 0
setting ipv4/tcp_max_syn_backlog 128
why 80
rc_is 1
finds other-drops syn-full
must '3/4 of tcp_max_syn_backlog' 'raise net.ipv4.tcp_max_syn_backlog, 128 now' '80 drops since load' 'it goes on'
must_not 'Raise the backlog' somaxconn 'comes from the backlog'

begin syn-drop
for n in 1 2; do
	next
	sock reqsk_qlen=100 reqsk_young=100 peak_reqsk_qlen=129 syns=$((900 + n * 50)) reqq_full_drop=$((n * 6)) \
		listen_drops=$((n * 6)) last_reqq_full_ms=300 accepts=7 last_accept_ms=50000
done
setting ipv4/tcp_syncookies 0
why 80
rc_is 1
finds syn-drop
must '12 SYNs were dropped' '12/s now' 'it was full last 300ms ago' 'Set net.ipv4.tcp_syncookies to 1' 'Raise the backlog'
must_not tcp_max_syn_backlog

begin syn-drop-long-ago
next
sock peak_reqsk_qlen=129 syns=900 reqq_full_drop=6 listen_drops=6 last_reqq_full_ms=900000 accepts=7 last_accept_ms=50000
why 80
rc_is 0
finds syn-drop
must 'tcp_syncookies is 1 now'
must_not 'Set net.ipv4' 'Raise'

begin cookies-always
next
sock reqsk_max=0 syns=50 reqq_full_cookies=50 syncookies_sent=50 last_reqq_full_ms=10 accepts=50 last_accept_ms=9
setting ipv4/tcp_syncookies 2
why 80
rc_is 0
finds cookies
must 'With net.ipv4.tcp_syncookies 2 every SYN'
must_not 'Raise' tcp_max_syn_backlog

begin backlog-zero
next
sock max_ack_backlog=0 reqsk_max=0 syns=50 reqq_full_cookies=50 syncookies_sent=50 last_reqq_full_ms=10 accepts=50 \
	last_accept_ms=9
why 80
finds cookies
must 'with a backlog of 0 this kernel has no room'
must_not tcp_max_syn_backlog 'tcp_syncookies 2'

# ListenDrops contains refusals and drops of a full SYN queue, not SYNs answered with a cookie: 2 - 2, not 2 - 2 - 7
begin no-other-drops
next
sock syns=99 overflow_syn=2 listen_drops=2 reqq_full_cookies=7 syncookies_sent=5 last_overflow_ms=900000 \
	last_reqq_full_ms=900000 peak_ack_backlog=129 accepts=50 last_accept_ms=9
why 80
rc_is 0
finds burst cookies

begin other-drops
for n in 1 2; do
	next
	sock syns=$((n * 10)) listen_drops=$((n * 3)) accepts=$n last_accept_ms=9
done
why 80
rc_is 0
finds other-drops
must '6 drops since load' 'no route to the client' 'it goes on'
must_not tcp_max_syn_backlog somaxconn Raise

begin no-ack
for n in 1 2; do
	next
	sock reqsk_qlen=9 reqsk_young=2 peak_reqsk_qlen=9 syns=$((n * 10))
done
why 80
rc_is 0
finds no-ack
must '7 SYN-ACKs had to be repeated' 'way back to the client'

#
# No fault: reports 11, 14, 15; F of the faults
#

begin deferred
for n in 1 2; do
	next
	sock flags=defer reqsk_qlen=129 reqsk_young=3 peak_reqsk_qlen=129 syns=$((n * 200)) accepts=$n last_accept_ms=9
done
why 80
rc_is 0
finds deferred
must '129 requests' 'no fault' 'they fill the queue'
must_not Raise 'What to do'

begin fast-open
for n in 1 2; do
	next
	sock tfo_qlen=1 tfo_max_qlen=1 tfo_overflow=3 syns=$((n * 10)) accepts=$n last_accept_ms=9
done
why 80
rc_is 0
finds tfo-full
must 'its limit is 1' '3 requests found no room' 'setsockopt(TCP_FASTOPEN)'
must_not 'Raise the backlog' somaxconn

begin resets
for n in 1 2; do
	next
	sock embryonic_rsts=$((n * 9)) syns=$((n * 10)) accepts=$n last_accept_ms=9
done
why 80
rc_is 0
finds resets
must '18 half-open requests were reset, and it goes on'

begin no-syn
each_look 1 2 ack_backlog=0
why 80
rc_is 0
finds no-syn
must 'no SYN has reached this listener' 'look before TCP' tcpdump 'dst port 80' 'nft list ruleset'
must_not backlog somaxconn 'it listens on'

begin no-syn-one-look
next
sock ack_backlog=0
why 80
finds no-syn
must 'no SYN has reached this listener'

begin no-syn-now
each_look 1 3 local=127.0.0.1:80 syns=12 accepts=12 last_accept_ms=100000
why 80
rc_is 0
finds no-syn
must 'no SYN came in the 1.0 s of the looks; 12 before' 'it listens on 127.0.0.1 only'

begin fine
for n in 1 2; do
	next
	sock syns=$((n * 10)) accepts=$((n * 10)) last_accept_ms=9 peak_ack_backlog=3
done
why 80
quiet
rc_is 0
must '0.0.0.0:80  OK' 'nothing wrong; 0 wait, the limit is 128' '20 connections were accepted' 'netstat -s' 'ss -ltnm'
must_not 'What to do'
why
rc_is 0
must 'Nothing wrong at 1 listener, in 2 looks.'
must_not '0.0.0.0'

#
# What is not known
#

uncounted="syns=- overflow_syn=- overflow_ack=- overflow_cookie=- reqq_full_drop=- reqq_full_cookies=- syncookies_sent=-
	listen_drops=- embryonic_rsts=- peak_ack_backlog=- recent_ack_backlog=- peak_reqsk_qlen=- recent_reqsk_qlen=-
	accepts=- wait_us_sum=- wait_us_max=- tfo_overflow=-"

begin uncounted
# shellcheck disable=SC2086	# words
each_look 1 2 $uncounted
why 80
rc_is 0
finds uncounted
must 'not counted for this listener: syns, overflow_syn, overflow_ack' counters=N max_listeners 'proves nothing' \
	tcp_listenq/hooks
must_not 'none refused' 'nothing wrong' 'no SYN'

begin hook-missing
next
sock overflow_syn=- overflow_ack=- overflow_cookie=- listen_drops=- embryonic_rsts=- syns=9 accepts=9 last_accept_ms=5
why 80
finds uncounted
must 'a hook is missing'
must_not counters=N 'not counted for this listener: syns'

begin mptcp
next
sock flags=mptcp accepts=- wait_us_sum=- wait_us_max=- syns=9 syncookies_sent=1
why 80
finds cookies uncounted
must 'those of an MPTCP listener are not from the first SYN cookie'
must_not parameters/waits

# Settings are those of the reader's namespace: not a word of them for a listener elsewhere.
begin other-namespace
burst_looks
for dir in "$case_dir"/*; do
	mkdir -p "$dir/sys/kernel/debug/tcp_listenq" "$dir/proc/self/ns"
	ln -s 'net:[4026531840]' "$dir/proc/self/ns/net"
	awk '{ print (NR == 1 ? "netns" : 4026532000), $0 }' "$dir/proc/net/tcp_listenq" \
		>"$dir/sys/kernel/debug/tcp_listenq/listeners"
	echo 128 >"$dir/proc/sys/net/core/somaxconn"
done
why -N all 80
rc_is 1
finds burst refusing
must 'Whether net.core.somaxconn is below that is not known from here' 'tcp_abort_on_overflow is not known from here'
must_not 'Not the cause' 'Raise net.core.somaxconn'

# Another cookie is another socket: nothing grew.
begin reappeared
next
sock cookie=1 overflow_syn=5 listen_drops=5 last_overflow_ms=10 syns=90 accepts=5 last_accept_ms=1
next
sock cookie=2 overflow_syn=500 listen_drops=500 last_overflow_ms=10 syns=900 accepts=5 last_accept_ms=1
why 80
must '500 SYNs'
must_not '/s now' 'between the looks'

begin large-numbers
next
sock overflow_syn=9007199254740993 listen_drops=9007199254740993 last_overflow_ms=10 syns=9007199254740999 accepts=5 \
	last_accept_ms=1
why 80
must '9007199254740993 SYNs'

#
# How it is called
#

check 'no listener on the port: exit status 1' expect_rc 1 "$LISTENQ" why --root "$look" 81
run why --root "$look" 81
check 'no listener on the port: says so' has 'No listener on port 81' "$out"
check 'and where a unix socket is seen (report 13)' has 'ss -xl' "$out"
run why --root "$look" 81
cp "$out" "$scratch/by_word"
run why --root "$look" -p 81
check '-p asks the same: exit status' is "$rc" 1
check '-p asks the same' same "$scratch/by_word" "$out"
check 'no such port' fails_with 2 'nonsense/' "$LISTENQ" why --root "$look" nonsense/
check 'cannot look' fails_with 2 "$scratch/none" "$LISTENQ" why --root "$scratch/none"
for looks in 0 1 17 x; do
	check "no number of looks: $looks" fails_with 2 "not 2 to 16 looks" "$LISTENQ" why --count "$looks"
done
tree "$scratch/empty"
check 'nothing to look at: exit status 2' expect_rc 2 "$LISTENQ" why --root "$scratch/empty"

begin trouble-only
for ms in 8000 8500; do
	next
	sock ack_backlog=3 oldest_ms="$ms" syns=3
	sock local=127.0.0.1:3000 cookie=2 inode=101 syns=$ms accepts=5 last_accept_ms=1
done
why
rc_is 1
must 0.0.0.0:80
must_not 127.0.0.1:3000
why 3000
rc_is 0
must 127.0.0.1:3000
must_not 0.0.0.0:80

# json_has CODE - a strict parser takes it, and the finding is there with text
json_has()
{
	python3 - "$out" "$1" <<-'END'
		import json, sys
		def unique(pairs):
		    assert len(dict(pairs)) == len(pairs)
		    return dict(pairs)
		look = json.load(open(sys.argv[1], encoding="utf-8"), object_pairs_hook=unique)
		findings = look["listeners"][0]["findings"]
		assert look["version"] == 1 and len(look["listeners"]) == 1
		assert any(f["code"] == sys.argv[2] and f["severity"] == "critical" and f["text"] and f["advice"] for f in findings)
	END
}
why --json
rc_is 1
check "$case_name: JSON" json_has stuck

# Any filter asks for its listeners, also those with nothing wrong; none asks for those in trouble.
begin filters
each_look 1 3 syns=9 accepts=9 last_accept_ms=100
why
check "$case_name: no filter" lacks '0.0.0.0:80 ' "$out"
for filter in '-p 80' '-a 0.0.0.0'; do
	# shellcheck disable=SC2086	# two words
	why $filter
	rc_is 0
	check "$case_name: $filter" has '0.0.0.0:80 ' "$out"
done
why -N self
check "$case_name: -N self" lacks '0.0.0.0:80 ' "$out"

# Without the module: what inet_diag shows, and no more. Two clients wait on a listener with a backlog of 1.
if [ -e /proc/self/net/tcp_listenq ]; then
	skip 'without the module' 'the module is loaded'
else
	cat >"$scratch/without" <<-'END'
		import socket, subprocess, sys
		server = socket.socket()
		server.bind(("127.0.0.1", 0))
		server.listen(1)
		port = server.getsockname()[1]
		why = [sys.argv[1], "why", "--no-process", "-d", "0.1", "--count", "3", str(port)]
		quiet = subprocess.run(why, capture_output=True, text=True)
		clients = [socket.create_connection(("127.0.0.1", port)) for i in range(2)]
		full = subprocess.run(why, capture_output=True, text=True)
		print("quiet", quiet.returncode, quiet.stdout)
		print("full", full.returncode, full.stdout)
	END
	case_name=without-module
	timeout "$TEST_SECONDS" python3 "$scratch/without" "$LISTENQ" >"$out" 2>"$err" || :
	must 'quiet 2' 'full 1' 'the module tcp_listenq is not loaded' 'full at 3 looks' 'whether any is accepted is not known'
	must_not 'nothing wrong' 'nobody accepts' 'no SYN' 'refused as'
fi

finish
