# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154	# cache is lib.sh's
# Sourced by lib.sh: how far something is that takes long.
#
# On a terminal it is one line that is written over each second, elsewhere a plain line after ten seconds and
# then each minute. With TLQ_PROGRESS=no in the environment nothing is shown: the caller shows it.

terminal=
[ ! -t 2 ] || terminal=1

# clear_line - before anything else is printed on a terminal
clear_line()
{
	[ -z "$terminal" ] || printf '\r\033[K' >&2
}

# show_progress WHAT HOW_FAR... - until it is killed or the script has ended
show_progress()
{
	# Neither a lock nor a pipe of the script's may stay open because of us.
	exec >&2 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
	what=$1 seconds=0
	shift
	while sleep 1 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
		seconds=$((seconds + 1))
		if [ "$terminal" ]; then
			printf '\r\033[K%.78s' "${0##*/}: $what: $seconds s$("$@")"
		elif [ "$seconds" -eq 10 ] || [ $((seconds % 60)) -eq 0 ]; then
			echo "${0##*/}: $what: $seconds s$("$@")"
		fi
	done
}

# start_progress WHAT [HOW_FAR...] - show how long it has been under way, and what the command HOW_FAR prints
start_progress()
{
	progress=
	[ "${TLQ_PROGRESS-}" != no ] || return 0
	[ $# -gt 1 ] || set -- "$1" :
	show_progress "$@" </dev/null &
	progress=$!
}

stop_progress()
{
	[ "$progress" ] || return 0
	kill "$progress" 2>/dev/null || :
	wait "$progress" 2>/dev/null || :
	progress=
	clear_line
}

# with_progress WHAT HOW_FAR COMMAND... - run COMMAND; HOW_FAR is one word, ":" for nothing to tell
with_progress()
{
	start_progress "$1" "$2"
	shift 2
	_progress_rc=0
	"$@" || _progress_rc=$?
	stop_progress
	return "$_progress_rc"
}

# machines_are_at DIRECTORY - how far those are whose NAME.pid and NAME.out are there
machines_are_at()
{
	for _pid in "$1"/*.pid; do
		[ -e "$_pid" ] || continue
		_name=${_pid##*/}
		printf ', %s%s' "${_name%.pid}" "$(awk -f "$top/scripts/machine/how-far.awk" "${_pid%.pid}.out" | tr -d ,)"
	done
}

# apt_is_at - what apt's status file says last, as ", 45 %, Retrieving file 3 of 12 (5s remaining)"
apt_is_at()
{
	tail -n 1 "$apt_status" | awk -F : 'NF > 3 { printf ", %d %%, %s", $3, $4 }'
}

# run_apt WHAT [as_root] ARGUMENT... - apt-get, quietly, with its progress; what it printed is shown if it fails
run_apt()
{
	_what=$1 _as=''
	shift
	if [ "$1" = as_root ]; then
		_as=as_root
		shift
	fi
	mkdir -p "$cache/build"
	apt_status=$(mktemp "$cache/build/.apt.XXXXXX")
	_apt_rc=0
	# sudo hands on no descriptor, so that the file is opened behind it.
	# shellcheck disable=SC2016	# expanded inside
	with_progress "$_what" apt_is_at run_quietly $_as sh -c '
		exec 6>"$0"
		DEBIAN_FRONTEND=noninteractive exec apt-get -qq -o APT::Status-Fd=6 "$@"
	' "$apt_status" "$@" || _apt_rc=$?
	rm -f "$apt_status"
	return "$_apt_rc"
}
