#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# bench-exporter.sh [SCRAPES] - what a scrape costs at 1,000 and 10,000 listeners, from recorded files. By hand, no test: it
# prints figures and whether they are within the limits, and its exit status does not depend on them. LISTENQ is the
# program beside which the exporter is.
#
#	1,000 listeners		20 ms of CPU a scrape and 8 MB at most
#	10,000			200 ms at most
#
# The daemon's own time on a CPU (/proc/PID/schedstat) over SCRAPES scrapes by curl, each a new look, divided by them; its most
# memory (VmHWM, and RssAnon of it: what no other program shares).
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=exporter.lib.sh
. "$(dirname "$0")/exporter.lib.sh"

scrapes=${1:-10}

# machine DIR LISTENERS - every column has a number, 128 have closed, each is one of ten units
machine()
{
	tree "$1"
	many_listeners "$1" "$2" 10
	python3 - "$1" "$closed_columns" <<'END'
import sys
top, closed = sys.argv[1], sys.argv[2].split()
with open(top + "/proc/net/tcp_listenq_closed", "w") as table:
    print(*closed, file=table)
    for i in range(128):
        value = {"local": "10.1.0.1:%d" % (1024 + i), "cookie": 1 + i, "flags": "-"}
        print(*[value.get(name, 1000 + i) for name in closed], file=table)
    for local in "-", "*":
        value = {"local": local, "cookie": "-", "flags": "-", "closed_ms": "-"}
        print(*[value.get(name, 1000000) for name in closed], file=table)
with open(top + "/sys/fs/cgroup/ids", "w") as ids:
    for i in range(10):
        print("%d /system.slice/service%d.service" % (1 + i, i), file=ids)
END
}

on_cpu_ns()
{
	read -r on_cpu _ <"/proc/$pid/schedstat"
	echo "$on_cpu"
}

# status NAME - of /proc/PID/status, in MB
status()
{
	awk -v name="$1:" '$1 == name { printf "%.1f\n", $2 / 1024 }' "/proc/$pid/status"
}

# measure LISTENERS ARGUMENTS... - one line; CPU and memory of it are in $cpu and $mb
measure()
{
	nr=$1
	shift
	start --root "$scratch/machine.$nr" --max-listeners 100000 "$@"
	before=$(on_cpu_ns)
	for _ in $(seq "$scrapes"); do
		sleep 1.02
		scrape
	done
	cpu=$(awk -v a="$before" -v b="$(on_cpu_ns)" -v n="$scrapes" 'BEGIN { printf "%.2f\n", (b - a) / n / 1e6 }')
	mb=$(status VmHWM)
	printf '%9d %-8s %9s %8s %8s %8d %9d\n' "$nr" "${1#--metrics=}" "$cpu" "$mb" "$(status RssAnon)" \
		"$(grep -c '^tcp' "$out")" "$(wc -c <"$out")"
	stop
}

# within WHAT NUMBER LIMIT
within()
{
	awk -v what="$1" -v a="$2" -v b="$3" 'BEGIN { printf "%s: %s <= %s: %s\n", what, a, b, a <= b ? "yes" : "NO" }'
}

machine "$scratch/machine.1000" 1000
machine "$scratch/machine.10000" 10000
echo "$scrapes scrapes each; $(nproc) CPUs, $(uname -r)"
printf '%9s %-8s %9s %8s %8s %8s %9s\n' listeners metrics "CPU ms" MB "own MB" samples bytes
measure 1000 --metrics=default
cpu_1000=$cpu mb_1000=$mb
measure 1000 --metrics=minimal
measure 1000 --metrics=all
measure 10000 --metrics=default
cpu_10000=$cpu
measure 10000 --metrics=minimal
measure 10000 --metrics=all
within "1,000 listeners, ms of CPU" "$cpu_1000" 20
within "1,000 listeners, MB" "$mb_1000" 8
within "10,000 listeners, ms of CPU" "$cpu_10000" 200
