#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# bench.sh [ROUNDS] - what listenq costs at 10,000 listeners, beside ss. By hand, no test:
# it prints figures and whether they are within the limits, and its exit status does not
# depend on them. It needs root, ss and a C compiler; LISTENQ is the program.
#
#	this machine	500 processes with 100 descriptors each, among them 10,000 listeners:
#			less CPU than `ss -ltnp` in the same run, and 40 MB at most
#	recorded	10,000 listeners, their waits and the 500 processes as files, of their descriptors
#			those that are listeners: 0.3 s of CPU at most
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

rounds=${1:-9}
processes=500
descriptors=100
listeners=10000

[ "$(id -u)" -eq 0 ] || { echo "bench.sh: only root sees who holds a listener" >&2; exit 2; }
for program in ss "${CC:=cc}" python3; do
	command -v "$program" >/dev/null || { echo "bench.sh: no $program" >&2; exit 2; }
done
"$CC" -O2 -Wall -o "$scratch/bench" "$tests/bench.c"
listenq=$(realpath "$LISTENQ")
dir=$scratch/tree
tree "$dir"

many_listeners "$dir" "$listeners" 1
python3 - "$dir" "$processes" "$listeners" <<'END'
import os, sys
top, (processes, listeners) = sys.argv[1], map(int, sys.argv[2:])
each = listeners // processes
for p in range(processes):
    folder = "%s/proc/%d" % (top, 1000 + p)
    os.makedirs(folder + "/fd")
    with open(folder + "/comm", "w") as f:
        print("worker", file=f)
    with open(folder + "/cgroup", "w") as f:
        print("0::/system.slice/worker%d.service" % p, file=f)
    for fd in range(each):
        os.symlink("socket:[%d]" % (100000 + p * each + fd), "%s/fd/%d" % (folder, fd))
END

# figures FILE NAME... - the lines of `bench measure`, with these names
figures()
{
	figures_file=$1
	shift
	for name; do
		IFS=' ' read -r median low high mb _ || break
		printf '%-24s %8s %8s %8s %8s\n' "$name" "$median" "$low" "$high" "$mb"
	done <"$figures_file"
}

# within WHAT NUMBER RELATION LIMIT
within()
{
	awk -v what="$1" -v a="$2" -v relation="$3" -v b="$4" 'BEGIN {
		printf "%s: %s %s %s: %s\n", what, a, relation, b, (relation == "<" ? a < b : a <= b) ? "yes" : "NO" }'
}

"$scratch/bench" crowd "$processes" "$descriptors" "$listeners" \
	"$scratch/bench" measure "$rounds" "$listenq show" "$listenq show --no-process" "ss -ltnp" >"$scratch/machine"
"$scratch/bench" measure "$rounds" "$listenq show --root $dir" "$listenq show --root $dir --no-process" \
	"$listenq show --root $dir --json" >"$scratch/recorded"

echo "$listeners listeners, $processes processes with $descriptors descriptors; $rounds rounds, $(nproc) CPUs, $(uname -r)"
printf '%-24s %8s %8s %8s %8s\n' "" "CPU s" lowest highest MB
figures "$scratch/machine" "listenq show" "  --no-process" "ss -ltnp"
figures "$scratch/recorded" "listenq show --root" "  --no-process" "  --json"
cpu=$(awk 'NR == 1 { print $1 }' "$scratch/machine")
within "less CPU than ss -ltnp" "$cpu" "<" "$(awk 'NR == 3 { print $1 }' "$scratch/machine")"
within "memory in MB" "$(awk 'NR == 1 { print $4 }' "$scratch/machine")" "<=" 40
within "recorded, seconds of CPU" "$(awk 'NR == 1 { print $1 }' "$scratch/recorded")" "<=" 0.3
