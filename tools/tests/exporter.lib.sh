# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154	# variables are for those who source this, and lib.sh's
# exporter.lib.sh - for tests of the exporter, behind lib.sh: a daemon on a folder that changes
#
#	start --root "$dir"		sets $pid and $url; what it says is in $err
#	look				a new look; the exposition is in $out
#	check NAME shows overflows_total '{..., stage="syn"}' 3
#	stop				sets $rc

exporter=${LISTENQ%/*}/prometheus-listenq-exporter
[ -x "$exporter" ] || { echo "no prometheus-listenq-exporter beside $LISTENQ" >&2; exit 1; }
pid=
url=
cleanup()
{
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || :
	rm -rf "$scratch"
}

free_port()
{
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

answers()
{
	curl -s -o "$scratch/answer" "$url/metrics"
}

# start ARGUMENTS... - with HTTP, until it answers
start()
{
	port=$(free_port)
	url=http://127.0.0.1:$port
	"$exporter" --listen "127.0.0.1:$port" "$@" 2>"$err" </dev/null &
	pid=$!
	until_true "$TEST_SECONDS" answers || { echo "the exporter does not answer: $(cat "$err")" >&2; exit 1; }
}

stop()
{
	rc=0
	kill "$pid"
	wait "$pid" || rc=$?
	pid=
}

# scrape - what it shows, which may be from a look of the last second
scrape()
{
	curl -s --max-time "$TEST_SECONDS" "$url/metrics" >"$out"
}

# look - SIGHUP makes the next scrape a new look
look()
{
	kill -HUP "$pid"
	scrape
}

# shown NAME LABELS - the value of the sample, or nothing
shown()
{
	awk -v sample="tcp_listenq_$1$2" '{ at = length($0) - length($NF) - 1 }
		substr($0, 1, at) == sample { print $NF }' "$out"
}

# shows NAME LABELS VALUE; of a listener: at PORT, of 0.0.0.0 in the own namespace: name PORT [,LABELS]
shows()
{
	is "$(shown "$1" "$2")" "$3"
}

# of PORT [LABELS] - the labels of a listener at 0.0.0.0
of()
{
	printf '{netns="",address="0.0.0.0",port="%s"%s}' "$1" "${2:+,$2}"
}

# sum NAME [LABELS] - over all samples of that name with LABELS somewhere
sum()
{
	awk -v name="tcp_listenq_$1{" -v labels="${2-}" '
		index($0, name) == 1 && index($0, labels) { s += $NF } END { printf "%d\n", s }' "$out"
}

closed_columns="local closed_ms reset_at_close ack_backlog max_ack_backlog syns overflow_syn overflow_ack overflow_cookie"
closed_columns="$closed_columns reqq_full_drop reqq_full_cookies syncookies_sent listen_drops embryonic_rsts"
closed_columns="$closed_columns tfo_overflow accepts inode cookie cgroup flags"

# rows FILE "COLUMNS" ROW... - a table: each ROW is "NAME=VALUE ..."; what is not given is 0, or - where 0 would be wrong
rows()
{
	rows_file=$1
	rows_columns=$2
	shift 2
	{
		echo "$rows_columns"
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} | awk '
		NR == 1 { nr = split($0, name, " "); print; next }
		{
			split("", value)
			for (i = 1; i <= NF; i++) {
				at = index($i, "=")
				value[substr($i, 1, at - 1)] = substr($i, at + 1)
			}
			for (i = 1; i <= nr; i++) {
				n = name[i]
				if (!(n in value))
					value[n] = n ~ /_ms$|^(netns|inode|cookie|cgroup|reuseport_group|acceptor|listener_by|flags)$/ ? "-" : 0
				printf "%s%s", value[n], i < nr ? " " : "\n"
			}
		}' >"$rows_file.new"
	mv "$rows_file.new" "$rows_file"
}

# live DIR ROW..., closed DIR ROW... - the tables of the own namespace
live()
{
	live_dir=$1
	shift
	rows "$live_dir/proc/net/tcp_listenq" "$columns" "$@"
}

closed()
{
	closed_dir=$1
	shift
	rows "$closed_dir/proc/net/tcp_listenq_closed" "$closed_columns" "$@"
}

# load DIR - the module, once more: its folder in sysfs is another one
load()
{
	mkdir -p "$1/sys/module/new"
	echo 0.2.0 >"$1/sys/module/new/version"
	[ ! -e "$1/sys/module/tcp_listenq" ] || mv "$1/sys/module/tcp_listenq" "$1/sys/module/old"
	mv "$1/sys/module/new" "$1/sys/module/tcp_listenq"
	rm -rf "$1/sys/module/old"
}
