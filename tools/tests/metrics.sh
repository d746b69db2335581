#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# metrics.sh - does the exporter count what happened, no more and no less, and name it?
#
# On folders that change between looks: members that close with and without a record, listeners that come and go between two
# looks, a socket that listens twice, the module loaded again or late, namespaces that go, owners that differ, hostile names,
# the limit of listeners, ages that move. Random histories against a model: metrics.c.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exporter.lib.sh"

dir=$scratch/machine
overflows=accept_queue_overflows_total

# count the kernel's ListenOverflows that are shown: of series, closed and unassigned
counted()
{
	echo $(($(sum $overflows) + $(sum closed_events_total ListenOverflows) + $(sum unassigned_events_total ListenOverflows)))
}

# adds_up NUMBER
adds_up()
{
	is "$(counted)" "$1"
}

if ! command -v gcc >/dev/null || ! command -v make >/dev/null; then
	skip metrics.histories "no compiler"
elif make -s -C "$tests/.." O="$scratch/o" CC=gcc "$scratch/o/metrics_test" >"$scratch/build" 2>&1; then
	timeout 120 "$scratch/o/metrics_test" "${HISTORIES:-500}" >"$out" 2>"$err" || :
	check metrics.histories like '^ok ' "$out"
	check metrics.histories_quiet empty "$err"
else
	fail metrics.histories "does not build: $(tail -n 3 "$scratch/build" | tr '\n' ' ')"
fi

#
# Members of a group, with and without a record
#

tree "$dir"
load "$dir"
closed "$dir" "local=-" "local=*"
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=100 listen_drops=100 flags=reuseport max_ack_backlog=9 ack_backlog=10 accepts=7 syns=9" \
	"local=0.0.0.0:80 cookie=2 overflow_syn=50 listen_drops=60 flags=reuseport max_ack_backlog=9 ack_backlog=0 accepts=2" \
	"local=0.0.0.0:22 cookie=3 max_ack_backlog=127"
start --root "$dir"
scrape
check start.nothing_counted adds_up 0
check start.zero shows $overflows "$(of 80 'stage="syn"')" 0
check start.others_zero shows accepts_total "$(of 22)" 0
check group.sockets shows sockets "$(of 80)" 2
check group.length shows accept_queue_length "$(of 80)" 10
check group.capacity shows accept_queue_capacity "$(of 80)" 20
check group.fill shows accept_queue_fill_ratio "$(of 80)" 1
check group.full shows accept_queue_full_sockets "$(of 80)" 1
check start.no_age shows last_overflow_timestamp_seconds "$(of 80)" ""

live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=103 listen_drops=104 flags=reuseport accepts=17 syns=19 wait_us_sum=1500000" \
	"local=0.0.0.0:80 cookie=2 overflow_syn=50 overflow_ack=2 listen_drops=62 flags=reuseport accepts=2" \
	"local=0.0.0.0:22 cookie=3"
look
check grown.syn shows $overflows "$(of 80 'stage="syn"')" 3
check grown.ack shows $overflows "$(of 80 'stage="ack"')" 2
check grown.drops shows drops_total "$(of 80)" 6
check grown.accepts shows accepts_total "$(of 80)" 10
check grown.wait_sum shows accept_wait_seconds_sum "$(of 80)" 1.5
check grown.wait_count shows accept_wait_seconds_count "$(of 80)" 10
check grown.all adds_up 5

# Cookie 1 has counted four more before it closed, and its record knows.
live "$dir" "local=0.0.0.0:80 cookie=2 overflow_syn=50 overflow_ack=2 listen_drops=62 flags=reuseport accepts=2" "local=0.0.0.0:22 cookie=3"
closed "$dir" "local=0.0.0.0:80 cookie=1 closed_ms=10 syns=19 overflow_syn=107 listen_drops=110 reset_at_close=9 accepts=18" \
	"local=-" "local=* overflow_syn=107 listen_drops=110 reset_at_close=9"
look
check record.rest shows $overflows "$(of 80 'stage="syn"')" 7
check record.drops shows drops_total "$(of 80)" 12
check record.accepts shows accepts_total "$(of 80)" 11
check record.resets shows closed_resets_total "$(of 80)" 9
check record.sockets shows sockets "$(of 80)" 1
look
look
check record.once adds_up 9
check record.not_in_closed is "$(sum closed_events_total ListenOverflows)" 0

# One more connection is reset late. Cookie 2 closes without a record, with six more.
live "$dir" "local=0.0.0.0:22 cookie=3"
closed "$dir" "local=0.0.0.0:80 cookie=1 closed_ms=900 syns=19 overflow_syn=107 listen_drops=110 reset_at_close=10 accepts=18" \
	"local=- overflow_syn=3 listen_drops=3" "local=* overflow_syn=163 overflow_ack=2 listen_drops=178 reset_at_close=11"
look
check late_reset shows closed_resets_total "$(of 80)" 10
check unassigned shows unassigned_events_total '{netns="",counter="ListenOverflows"}' 3
check no_record.waits is "$(sum closed_events_total ListenOverflows)" 0
look
look
check no_record.closed shows closed_events_total '{netns="",counter="ListenOverflows"}' 6
check no_record.drops shows closed_events_total '{netns="",counter="ListenDrops"}' 6
check no_record.all adds_up 18
check gone.counter_stays shows $overflows "$(of 80 'stage="syn"')" 7
check gone.level_ends shows accept_queue_length "$(of 80)" ""
check gone.info_ends is "$(grep -c '^tcp_listenq_listener_info.*port="80"' "$out")" 0

# Between two looks: one that nobody has seen; one that closes twice with one cookie.
closed "$dir" "local=0.0.0.0:90 cookie=5 closed_ms=1 overflow_syn=2 listen_drops=2" "local=0.0.0.0:90 cookie=5 closed_ms=5 overflow_syn=2 listen_drops=2" \
	"local=0.0.0.0:91 cookie=4 closed_ms=9 overflow_ack=8 listen_drops=8" "local=0.0.0.0:92 cookie=6 closed_ms=9" \
	"local=0.0.0.0:80 cookie=1 closed_ms=900 syns=19 overflow_syn=107 listen_drops=110 reset_at_close=10 accepts=18" \
	"local=- overflow_syn=3 listen_drops=3" "local=* overflow_syn=167 overflow_ack=10 listen_drops=190 reset_at_close=11"
look
look
look
check unseen.counted shows $overflows "$(of 91 'stage="ack"')" 8
check unseen.twice shows $overflows "$(of 90 'stage="syn"')" 4
check unseen.nothing_happened is "$(grep -c 'port="92"' "$out")" 0
check unseen.all adds_up 30

# It listens again between two looks with more than before: its record tells.
live "$dir" "local=0.0.0.0:22 cookie=3 overflow_syn=9 listen_drops=9"
closed "$dir" "local=0.0.0.0:22 cookie=3 closed_ms=1 overflow_syn=1 listen_drops=1" "local=- overflow_syn=3 listen_drops=3" \
	"local=* overflow_syn=168 overflow_ack=10 listen_drops=191 reset_at_close=11"
look
look
look
check listens_again shows $overflows "$(of 22 'stage="syn"')" 10
check listens_again.all adds_up 40

# A socket that moves to another port while the table is read is in it twice, in either order.
live "$dir" "local=0.0.0.0:93 cookie=3 overflow_syn=9 listen_drops=9" "local=0.0.0.0:22 cookie=3 overflow_syn=9 listen_drops=9"
look
live "$dir" "local=0.0.0.0:22 cookie=3 overflow_syn=9 listen_drops=9" "local=0.0.0.0:94 cookie=3 overflow_syn=9 listen_drops=9"
look
live "$dir" "local=0.0.0.0:22 cookie=3 overflow_syn=9 listen_drops=9"
look
check twice_in_table shows sockets "$(of 22)" 1

# The exporter is started again: that is no event.
stop
start --root "$dir"
scrape
check restart adds_up 0
check restart.status is "$rc" 0

#
# The module: loaded again, with lower and with higher values; not there; there at last
#

load "$dir"
live "$dir" "local=0.0.0.0:22 cookie=3 overflow_syn=4 listen_drops=4"
closed "$dir" "local=-" "local=*"
look
check reload.lower adds_up 4
load "$dir"
live "$dir" "local=0.0.0.0:22 cookie=3 overflow_syn=6 listen_drops=6"
closed "$dir" "local=- overflow_syn=1" "local=* overflow_syn=2"
look
look
look
check reload.higher adds_up 13
check loaded shows module_loaded "" 1
check version shows module_info '{version="0.2.0"}' 1
mv "$dir/proc/net" "$dir/proc/away"
rm -rf "$dir/sys/module/tcp_listenq"
look
check absent.says_so shows module_loaded "" 0
check absent.nothing is "$(grep -c 'port=\|netns=' "$out")" 0
check absent.no_error shows read_errors_total "" 0
check absent.said has "the module tcp_listenq is not loaded" "$err"
mv "$dir/proc/away" "$dir/proc/net"
load "$dir"
look
look
look
check back.counts adds_up 22
check back.said has "again" "$err"
mv "$dir/proc/net/tcp_listenq" "$dir/proc/net/away"
look
check unreadable.error shows read_errors_total "" 1
check unreadable.loaded shows module_loaded "" 1
check unreadable.counters_stay adds_up 22
check unreadable.no_levels shows accept_queue_length "$(of 22)" ""
mv "$dir/proc/net/away" "$dir/proc/net/tcp_listenq"
look
check unreadable.recovers shows accept_queue_length "$(of 22)" 0
printf '0.0.0.0:80 12' >>"$dir/proc/net/tcp_listenq"
look
check mangled shows read_errors_total "" 2
check mangled.said has "mangled" "$err"
stop

rm -rf "$dir"
mkdir -p "$dir"
start --root "$dir"
scrape
check late.absent shows module_loaded "" 0
tree "$dir"
load "$dir"
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=5 listen_drops=5"
look
check late.counts shows $overflows "$(of 80 'stage="syn"')" 5
stop

# Nothing says which load of the module it is: values that fall do.
rm -rf "$dir"
tree "$dir"
closed "$dir" "local=-" "local=*"
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=50 listen_drops=50" "local=0.0.0.0:81 cookie=2 overflow_syn=1 listen_drops=1"
start --root "$dir"
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=3 listen_drops=3" "local=0.0.0.0:81 cookie=2 overflow_syn=2 listen_drops=2"
look
check fell adds_up 5
stop

#
# What is not known; times
#

tree "$dir"
echo "1000000000 1700000000.000" >"$dir/time"
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=1 last_overflow_ms=2500 oldest_ms=1250 ack_backlog=1" \
	"local=0.0.0.0:81 cookie=2 overflow_syn=- overflow_ack=- overflow_cookie=- listen_drops=- accepts=- wait_us_sum=- last_overflow_ms=-"
rm -f "$dir/proc/net/tcp_listenq_closed"
start --root "$dir"
scrape
check unknown.counter shows drops_total "$(of 81)" ""
check unknown.stage is "$(grep -c '^tcp_listenq_accept_queue_overflows_total.*port="81"' "$out")" 0
check unknown.wait is "$(grep -c '^tcp_listenq_accept_wait_seconds.*port="81"' "$out")" 0
check unknown.sums is "$(grep -c '^tcp_listenq_closed_events_total' "$out")" 0
check unknown.no_nan lacks NaN "$out"
check oldest shows accept_queue_oldest_seconds "$(of 80)" 1.25
check oldest.nobody shows accept_queue_oldest_seconds "$(of 81)" ""
check stamp shows last_overflow_timestamp_seconds "$(of 80)" 1699999997.5
echo "2000000000 1700000001.049" >"$dir/time"
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=1 last_overflow_ms=3510"
look
check stamp.stays shows last_overflow_timestamp_seconds "$(of 80)" 1699999997.5
echo "3000000000 1600000000.000" >"$dir/time"
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=1 last_overflow_ms=3510"
look
check stamp.clock_steps shows last_overflow_timestamp_seconds "$(of 80)" 1599999996.49
echo "3000000000 1.000" >"$dir/time"
look
check stamp.not_negative shows last_overflow_timestamp_seconds "$(of 80)" 0

# Five minutes after it has gone, its series ends.
live "$dir"
look
check ends.not_yet shows drops_total "$(of 80)" 0
echo "302000000000 301.000" >"$dir/time"
look
check ends.still shows drops_total "$(of 80)" 0
echo "304000000000 303.000" >"$dir/time"
look
check ends.ended shows drops_total "$(of 80)" ""
stop

#
# Owners and names
#

rm -rf "$dir"
cp -r "$recorded/show-hostile" "$dir"
"$exporter" --once --root "$dir" >"$out" 2>"$err"
check hostile.clean clean "$out"
if command -v "${PROMTOOL:=promtool}" >/dev/null; then
	for level in minimal default all; do
		"$exporter" --once --root "$dir" --metrics=$level >"$out"
		# shellcheck disable=SC2016	# expanded inside
		check "promtool.$level" sh -c '"$1" check metrics <"$2"' - "$PROMTOOL" "$out"
	done
else
	skip promtool "no promtool"
fi
rm -rf "$dir"
tree "$dir"
printf '10 /system.slice/a"b\\x2d\134.service\n11 /system.slice/two\377.service\n12 /init.scope\n13 /system.slice/docker-%064d.scope\n' 7 \
	>"$dir/sys/fs/cgroup/ids"
echo 'o"k:x:1000:1000::/:/bin/sh' >>"$dir/etc/passwd"
process "$dir" 1 systemd 500
echo 0::/init.scope >"$dir/proc/1/cgroup"
process "$dir" 70 worker 500
echo 0::/system.slice/activated.service >"$dir/proc/70/cgroup"
live "$dir" "local=0.0.0.0:80 cookie=1 cgroup=10 flags=reuseport uid=1000" "local=0.0.0.0:80 cookie=2 cgroup=11 flags=reuseport,synflood uid=1000" \
	"local=0.0.0.0:81 cookie=3 cgroup=10 uid=1000" "local=0.0.0.0:82 cookie=4 cgroup=12 inode=500" "local=0.0.0.0:83 cookie=5 cgroup=13" \
	"local=0.0.0.0:84 cookie=6 cgroup=11 flags=reuseport" "local=0.0.0.0:84 cookie=7 flags=reuseport,defer" \
	"local=0.0.0.0:85 cookie=8 cgroup=12" "local=0.0.0.0:86 cookie=- cgroup=10" "local=0.0.0.0:87 cookie=- cgroup=11"
start --root "$dir"
scrape
# info PORT - the owner's labels, in one series
info()
{
	sed -n "s/^tcp_listenq_listener_info{netns=\"\",address=\"0.0.0.0\",port=\"$1\",\\(.*\\)} 1\$/\\1/p" "$out"
}
check owner.mixed is "$(info 80)" 'unit="mixed",container="",user="o\"k",flags="reuseport"'
check owner.escaped is "$(info 81)" 'unit="a\"b\\x2d\\134.service",container="",user="o\"k",flags=""'
check owner.holder is "$(info 82)" 'unit="activated.service",container="",user="root",flags=""'
check owner.container is "$(info 83)" 'unit="",container="docker:000000000000",user="root",flags=""'
check owner.one_unknown is "$(info 84)" 'unit="two\\377.service",container="",user="root",flags="mixed"'
check owner.not_init is "$(info 85)" 'unit="",container="",user="root",flags=""'
check owner.no_cookie is "$(info 86) $(info 87)" \
	'unit="",container="",user="",flags="" unit="",container="",user="",flags=""'
check owner.clean clean "$out"
stop

#
# Namespaces
#

debugfs=$dir/sys/kernel/debug/tcp_listenq
rm -rf "$dir"
tree "$dir"
mkdir -p "$debugfs" "$dir/proc/self/ns" "$dir/run/netns"
ln -s 'net:[4000]' "$dir/proc/self/ns/net"
ln -s 'net:[4001]' "$dir/run/netns/blue"
rows "$debugfs/listeners" "netns $columns" "netns=4000 local=0.0.0.0:80 cookie=1" "netns=4001 local=0.0.0.0:80 cookie=2" \
	"netns=4002 local=0.0.0.0:80 cookie=3"
rows "$debugfs/closed" "netns $closed_columns" "netns=4000 local=-" "netns=4000 local=*" "netns=4001 local=-" "netns=4001 local=*"
printf '%s\n' "function state lost_without" "tcp_check_req armed overflow_ack" "tcp_req_err absent -" \
	"tcp_get_cookie_sock failed:-22 overflow_cookie" "inet_csk_listen_start armed none" >"$debugfs/hooks"
start --root "$dir" --netns=all
rows "$debugfs/listeners" "netns $columns" "netns=4000 local=0.0.0.0:80 cookie=1 overflow_syn=1" \
	"netns=4001 local=0.0.0.0:80 cookie=2 overflow_syn=2" "netns=4002 local=0.0.0.0:80 cookie=3 overflow_syn=4"
look
check netns.own shows $overflows "$(of 80 'stage="syn"')" 1
check netns.named shows $overflows '{netns="blue",address="0.0.0.0",port="80",stage="syn"}' 2
check netns.unnamed shows $overflows '{netns="4002",address="0.0.0.0",port="80",stage="syn"}' 4
check hooks.armed shows hook_armed '{function="tcp_check_req"}' 1
check hooks.failed shows hook_armed '{function="tcp_get_cookie_sock"}' 0
check hooks.no_loss is "$(grep -c '^tcp_listenq_hook_armed' "$out")" 2
rows "$debugfs/listeners" "netns $columns" "netns=4000 local=0.0.0.0:80 cookie=1 overflow_syn=1"
rows "$debugfs/closed" "netns $closed_columns" "netns=4000 local=-" "netns=4000 local=*"
look
look
check netns.gone shows $overflows '{netns="blue",address="0.0.0.0",port="80",stage="syn"}' 2
check netns.gone_level shows accept_queue_length '{netns="blue",address="0.0.0.0",port="80"}' ""
check netns.gone_adds_up adds_up 7
# Another one has its number.
rows "$debugfs/listeners" "netns $columns" "netns=4001 local=0.0.0.0:80 cookie=9 overflow_syn=5"
rows "$debugfs/closed" "netns $closed_columns" "netns=4001 local=- overflow_syn=3" "netns=4001 local=* overflow_syn=2"
look
look
check netns.number_again shows $overflows '{netns="blue",address="0.0.0.0",port="80",stage="syn"}' 7
check netns.number_again_sums adds_up 17
# Nobody has that name any more, and a third one gets the number.
rows "$debugfs/listeners" "netns $columns" "netns=4000 local=0.0.0.0:80 cookie=10"
rows "$debugfs/closed" "netns $closed_columns" "netns=4000 local=-" "netns=4000 local=*"
look
mv "$dir/run/netns/blue" "$dir/run/netns/green"
rows "$debugfs/listeners" "netns $columns" "netns=4001 local=0.0.0.0:80 cookie=11"
rows "$debugfs/closed" "netns $closed_columns" "netns=4001 local=-" "netns=4001 local=*"
look
rows "$debugfs/listeners" "netns $columns" "netns=4001 local=0.0.0.0:80 cookie=11 overflow_syn=6"
look
check netns.number_and_name shows $overflows '{netns="green",address="0.0.0.0",port="80",stage="syn"}' 6
check netns.name_before shows $overflows '{netns="blue",address="0.0.0.0",port="80",stage="syn"}' 7
check netns.number_and_name_sums adds_up 23
# Its name cannot be read any more.
rm "$dir/run/netns/green"
rows "$debugfs/listeners" "netns $columns" "netns=4001 local=0.0.0.0:80 cookie=11 overflow_syn=8"
rows "$debugfs/closed" "netns $closed_columns" "netns=4001 local=- overflow_syn=5" "netns=4001 local=*"
look
check netns.name_unread_nobody shows unassigned_events_total '{netns="green",counter="ListenOverflows"}' 5
check netns.name_unread shows $overflows '{netns="green",address="0.0.0.0",port="80",stage="syn"}' 8
check netns.name_unread_before shows $overflows '{netns="blue",address="0.0.0.0",port="80",stage="syn"}' 7
ln -s 'net:[4001]' "$dir/run/netns/blue"
stop

# A process that is called like the number of another namespace, or like a name with it
process "$dir" 70 4003
mkdir -p "$dir/proc/70/ns"
ln -s 'net:[4002]' "$dir/proc/70/ns/net"
process "$dir" 71 blue@4005
mkdir -p "$dir/proc/71/ns"
ln -s 'net:[4004]' "$dir/proc/71/ns/net"
process "$dir" 72 blue
mkdir -p "$dir/proc/72/ns"
ln -s 'net:[4005]' "$dir/proc/72/ns/net"
rows "$debugfs/listeners" "netns $columns" "netns=4001 local=0.0.0.0:80 cookie=1" "netns=4002 local=0.0.0.0:80 cookie=2" \
	"netns=4003 local=0.0.0.0:80 cookie=3" "netns=4004 local=0.0.0.0:80 cookie=4" "netns=4005 local=0.0.0.0:80 cookie=5"
"$exporter" --once --root "$dir" --netns=all >"$out"
check netns.like_numbers is "$(sed -n 's/^tcp_listenq_sockets{netns="\([^"]*\)".*/\1/p' "$out" | tr '\n' ' ')" \
	"4003 4003@4002 blue blue@4005 blue@4005@4004 "
rm -r "$dir/proc/70" "$dir/proc/71" "$dir/proc/72"

# A namespace gets the number of one that has ended between two looks: what was counted there is in none of its sums.
rows "$debugfs/listeners" "netns $columns" "netns=4001 local=0.0.0.0:80 cookie=2 overflow_syn=100 listen_drops=100"
rows "$debugfs/closed" "netns $closed_columns" "netns=4001 local=-" "netns=4001 local=*"
start --root "$dir" --netns=all
rows "$debugfs/listeners" "netns $columns" "netns=4001 local=0.0.0.0:80 cookie=3"
look
look
rows "$debugfs/closed" "netns $closed_columns" "netns=4001 local=-" "netns=4001 local=* overflow_syn=30 listen_drops=30"
look
look
look
check netns.number_between_looks shows closed_events_total '{netns="blue",counter="ListenOverflows"}' 30
stop

#
# Which listeners
#

rm -rf "$dir"
tree "$dir"
echo "32768 60999" >"$dir/proc/sys/net/ipv4/ip_local_port_range"
live "$dir" "local=0.0.0.0:80 cookie=1" "local=0.0.0.0:81 cookie=2" "local=127.0.0.1:82 cookie=3" "local=0.0.0.0:40000 cookie=4" "local=0.0.0.0:50000 cookie=5"
start --root "$dir" --max-listeners 2 --exclude-address 127.0.0.0/8,::1 --collapse-ephemeral
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=1" "local=0.0.0.0:81 cookie=2" "local=127.0.0.1:82 cookie=3 overflow_syn=2" \
	"local=0.0.0.0:40000 cookie=4" "local=0.0.0.0:50000 cookie=5" "local=0.0.0.0:83 cookie=6" "local=0.0.0.0:84 cookie=7"
look
check some.shown is "$(grep -c '^tcp_listenq_sockets{' "$out")" 2
check some.omitted shows listeners_omitted "" 3
check some.all_seen shows listeners "" 7
check some.excluded is "$(grep -c 127.0.0.1 "$out")" 0
live "$dir" "local=0.0.0.0:80 cookie=1 overflow_syn=1" "local=0.0.0.0:81 cookie=2" "local=0.0.0.0:40000 cookie=4 overflow_syn=4" \
	"local=0.0.0.0:50000 cookie=5 overflow_syn=8" "local=0.0.0.0:83 cookie=6 overflow_syn=16" "local=0.0.0.0:84 cookie=7"
look
check some.with_events shows $overflows "$(of ephemeral 'stage="syn"')" 12
check some.adds_up adds_up 29
check some.fewer_omitted shows listeners_omitted "" 1
stop

#
# Waits
#

rm -rf "$dir"
cp -r "$recorded/show-basic" "$dir"
start --root "$dir" --metrics=all
scrape
check waits.none shows accept_wait_seconds_bucket "$(of 8080 'le="+Inf"')" 0
awk 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } NR > 1 && $at["local"] == "0.0.0.0:22" {
	$at["us_64"] += 3; $at["us_1024"] += 2; $at["accepts"] += 5; $at["wait_us_sum"] += 2000 } { print }' \
	"$recorded/show-basic/proc/net/tcp_listenq_wait" >"$dir/proc/net/tcp_listenq_wait"
look
check waits.bucket shows accept_wait_seconds_bucket "$(of 22 'le="0.000064"')" 3
check waits.below shows accept_wait_seconds_bucket "$(of 22 'le="0.000032"')" 0
check waits.above shows accept_wait_seconds_bucket "$(of 22 'le="33.554432"')" 5
check waits.count shows accept_wait_seconds_count "$(of 22)" 5
check waits.sum shows accept_wait_seconds_sum "$(of 22)" 0.002
check waits.type has "# TYPE tcp_listenq_accept_wait_seconds histogram" "$out"
stop

# The table in the documents
docs=$tests/../../docs/metrics.md
if [ -e "$docs" ]; then
	"$exporter" --list-metrics >"$out"
	sed -n '/^## Of a listener/,$p' "$docs" >"$scratch/docs"
	sed -n '/^## Of a listener/,$p' "$out" >"$scratch/program"
	check docs.table same "$scratch/program" "$scratch/docs"
else
	skip docs.table "no documents beside the tools"
fi
finish
