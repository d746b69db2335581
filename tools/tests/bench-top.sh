#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# bench-top.sh - what listenq top costs, by hand: no timed test
#
# usage: LISTENQ=PROGRAM bench-top.sh [LISTENERS [SECONDS [DELAY]]]
#
# top runs in tmux at 132x30 on files that change each DELAY (1 s); CPU time and resident memory are read from /proc at
# the start and after SECONDS (30). The target at 1,000 listeners and 1 s is 2 % of a CPU.

set -eu

tests=$(cd "$(dirname "$0")" && pwd)
: "${LISTENQ:=$tests/../build/listenq}"
listeners=${1:-1000} seconds=${2:-30} delay=${3:-1}
scratch=$(mktemp -d)
machine=
socket=listenq-bench-$$
tmux()
{
	command tmux -L "$socket" -f /dev/null "$@"
}
cleanup()
{
	tmux kill-server 2>/dev/null || :
	[ -z "$machine" ] || kill "$machine" 2>/dev/null || :
	rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$scratch/proc/net" "$scratch/etc" "$scratch/sys/fs/cgroup"
# Each 20 listeners are a process's.
process=0
while [ "$process" -lt $((listeners / 20)) ]; do
	mkdir -p "$scratch/proc/$((process + 1000))/fd"
	echo server >"$scratch/proc/$((process + 1000))/comm"
	echo 0::/system.slice/server.service >"$scratch/proc/$((process + 1000))/cgroup"
	fd=0
	while [ "$fd" -lt 20 ]; do
		ln -s "socket:[$((6000 + process * 20 + fd))]" "$scratch/proc/$((process + 1000))/fd/$fd"
		fd=$((fd + 1))
	done
	process=$((process + 1))
done
timeout "$((seconds + 30))" "$tests/top-machine" "$scratch" "$listeners" "$delay" &
machine=$!
while [ ! -s "$scratch/proc/net/tcp_listenq" ]; do sleep 0.05; done

export LC_ALL=C.UTF-8
tmux new-session -d -x 132 -y 30 "exec '$LISTENQ' top --root '$scratch' -d $delay"
pid=$(tmux display-message -p '#{pane_pid}')
while ! tmux capture-pane -p | grep -q 'refused/s'; do sleep 0.05; done

# CPU time in microseconds
used()
{
	awk '{ printf "%d", $1 / 1000 }' "/proc/$pid/schedstat"
}

# kB
resident()
{
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status"
}

sleep 2
start=$(date +%s%N) us=$(used) before=$(resident)
sleep "$seconds"
us=$(($(used) - us)) elapsed=$((($(date +%s%N) - start) / 1000000))
awk -v us="$us" -v ms="$elapsed" -v n="$listeners" -v delay="$delay" \
	-v before="$before" -v after="$(resident)" 'BEGIN {
		printf "%d listeners, a look each %s s: %.2f %% of a CPU; resident %d kB, %d kB after %d s\n", n, delay,
			us / ms / 10, before, after, ms / 1000
	}'
