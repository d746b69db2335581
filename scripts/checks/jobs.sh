# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034,SC2154	# the variables are for those who source this, or lib.sh's
# Sourced after lib.sh by what runs jobs with deadlines and adds up what they count.
#
# In the directory $jobs a job NAME has
#	NAME.out	what it printed; who calls run_job puts it there
#	NAME.pid	the process to end, while it runs
#	NAME.command	how to run it alone, as alone has said
#	NAME.rc		its exit status
#	NAME.not	why it is NOT RUN: there was no time, or not enough
#	NAME.late	that it did not end though it had all the time it may ever take
#	NAME.counts	when it has been judged: how many passed, failed, were skipped
# times has a line "NAME<TAB>SECONDS" for each that ran, in the order in which they ended; problems has the lines
# FAILED, NOT RUN and skipped of the summary.

# The least that is worth starting with, and what a job may take to end by itself when its time is almost up.
least=60
margin=45
# Of these nothing may be missing, or nothing has been checked: "|NAME|NAME|".
must=
# Not empty: say which job begins.
announce=

# begin_jobs SECONDS - that is how long all of them may take. Whatever runs is ended when the script ends.
begin_jobs()
{
	started=$(date +%s)
	budget=$1
	passed=0 failed=0 skipped=0 workers=''
	scratch "$cache/build"
	jobs=$scratch
	: >"$jobs/times"
	: >"$jobs/problems"
	trap 'end_jobs; rm -rf "$jobs"' EXIT
}

# end_jobs - the workers first, or they would take the next. A job is in a process group of its own: neither a
# signal nor Ctrl-C reaches it by itself.
end_jobs()
{
	cat "$jobs"/*.worker "$jobs"/*.pid 2>/dev/null | xargs -r kill 2>/dev/null || :
}

# time_left - seconds that may still be used
time_left()
{
	echo $((budget - ($(date +%s) - started)))
}

# alone NAME COMMAND - for the last line of a verb that fails
alone()
{
	echo "$2" >"$jobs/$1.command"
}

# run_job NAME LIMIT COMMAND... - at most LIMIT seconds, or what is left. The word "@time" of the command becomes
# the seconds that it may take.
run_job()
{
	_name=$1 _limit=$2
	shift 2
	_time=$(time_left)
	if [ "$_time" -lt "$least" ]; then
		echo "no time left" >"$jobs/$_name.not"
		return
	fi
	[ "$_time" -lt "$_limit" ] || _time=$_limit
	[ -z "$announce" ] || note "$_name (at most $_time seconds)"
	for _word; do
		shift
		[ "$_word" != @time ] || _word=$((_time - margin))
		set -- "$@" "$_word"
	done
	_begun=$(date +%s) _rc=0
	timeout -k 30 "$_time" "$@" </dev/null &
	echo $! >"$jobs/$_name.pid"
	wait $! || _rc=$?
	rm -f "$jobs/$_name.pid"
	_took=$(($(date +%s) - _begun))
	printf '%s\t%d\n' "$_name" "$_took" >>"$jobs/times"
	echo "$_rc" >"$jobs/$_name.rc"
	# What was killed by somebody else before its time is not late.
	{ [ "$_rc" -eq 124 ] || [ "$_rc" -eq 137 ]; } && [ "$_took" -ge "$_time" ] || return 0
	if [ "$_time" -lt "$_limit" ]; then
		echo "not ready when the time was up, after $_time seconds" >"$jobs/$_name.not"
	else
		echo "did not end within $_time seconds" >"$jobs/$_name.late"
	fi
}

# start_workers NUMBER COMMAND NAME... - so many take one name after the other, and call COMMAND NAME
start_workers()
{
	_number=$1 _command=$2
	shift 2
	printf '%s\n' "$@" >"$jobs/next"
	for _worker in $(seq "$_number"); do
		work "$_command" &
		workers="$workers $!"
		echo $! >"$jobs/$_worker.worker"
	done
}

work()
{
	while :; do
		# shellcheck disable=SC2016	# expanded by the inner shell
		_next=$(flock "$jobs/times" sh -c 'sed 1q "$0"; sed -i 1d "$0"' "$jobs/next")
		[ -n "$_next" ] || return 0
		_lap=$(date +%s)
		"$1" "$_next"
		[ ! -e "$jobs/$_next.rc" ] || lap "$_next"
	done
}

# no_more_work - what no worker has taken yet will not run
no_more_work()
{
	flock "$jobs/times" truncate -s 0 "$jobs/next"
}

# wait_workers - until all names are done
wait_workers()
{
	# shellcheck disable=SC2086	# one word each
	wait $workers || :
	rm -f "$jobs"/*.worker
	workers=
}

# jobs_are_at - for start_progress: which jobs are how far, and how many are to come
jobs_are_at()
{
	machines_are_at "$jobs"
	echo ", $(wc -l <"$jobs/next") to come"
}

# problem KIND WHAT
problem()
{
	printf '%-8s %s\n' "$1" "$2" >>"$jobs/problems"
}

# fail NAME WHAT - a failure that NAME has not counted itself
fail()
{
	problem FAILED "$1: $2"
	record_failure "$1: $2" "$(cat "$jobs/$1.command" 2>/dev/null || :)"
	failed=$((failed + 1))
}

# not_run NAME REASON - counts as skipped, unless NAME must run
not_run()
{
	case $must in
	*"|$1|"*) fail "$1" "NOT RUN: $2" ;;
	*)
		problem "NOT RUN" "$1: $2"
		skipped=$((skipped + 1))
		;;
	esac
}

# judge NAME [single] - add what it counted in its last line, and its lines FAILED, NOT RUN and skipped. What is
# single counts nothing: it has passed or failed. With status 4, as kselftests use it, a job says that it could not
# run.
judge()
{
	_before="$passed $failed $skipped"
	if [ -e "$jobs/$1.not" ]; then
		not_run "$1" "$(cat "$jobs/$1.not")"
	elif [ ! -e "$jobs/$1.rc" ]; then
		not_run "$1" "no time left"
	elif [ -e "$jobs/$1.late" ]; then
		fail "$1" "$(cat "$jobs/$1.late")"
	else
		read -r _rc <"$jobs/$1.rc"
		count "$1" "$_rc" "${2-}"
	fi
	# shellcheck disable=SC2086	# one word each
	counts_since $_before >"$jobs/$1.counts"
}

counts_since()
{
	echo "$((passed - $1)) $((failed - $2)) $((skipped - $3))"
}

# count NAME STATUS [single]
count()
{
	_line=$(tail -n 1 "$jobs/$1.out" | grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped') || _line=
	# shellcheck disable=SC2086	# one word each
	set -- "$1" "$2" "${3-}" ${_line:-0 passed, 0 failed, 0 skipped}
	passed=$((passed + $4))
	failed=$((failed + $6))
	skipped=$((skipped + $8))
	if [ "$2" -eq 4 ] && [ "${must#*"|$1|"}" = "$must" ]; then
		_why=$(tail -n 1 "$jobs/$1.out")
		[ "$8" -gt 0 ] || not_run "$1" "${_why:-it could not run, see above}"
	elif [ "$2" -ne 0 ]; then
		# A failure that was not counted is one all the same.
		[ "$6" -gt 0 ] || fail "$1" "exit status $2"
	elif [ "$3" = single ]; then
		passed=$((passed + 1))
	elif [ -z "$_line" ]; then
		fail "$1" "counted nothing"
	fi
	# Those who write no such lines have failed tests marked as kselftests do.
	_pattern='(FAILED {3}|NOT RUN {2}|skipped {2})[^ ]'
	grep -qE '^FAILED {3}' "$jobs/$1.out" || [ "$6" -eq 0 ] || _pattern="$_pattern|not ok "
	grep -E "^($_pattern)" "$jobs/$1.out" | sed "s/^not ok /FAILED   &/" | awk -v name="$1" '
		{ printf "%s%s: %s\n", substr($0, 1, 9), name, substr($0, 10) }' >>"$jobs/problems" || :
}

# record_cases STAGE NAME - what NAME says is "not ok", for the last lines of a verb that fails
record_cases()
{
	[ -e "$jobs/$2.out" ] || return 0
	sed -n 's/^not ok \([^: ]*\).*/\1/p' "$jobs/$2.out" | while read -r _case; do
		record_failure "$1: $2: $_case" "$(cat "$jobs/$2.command")"
	done
}

# print_counts - the last line of whatever counts
print_counts()
{
	echo "$passed passed, $failed failed, $skipped skipped"
}

# finish - the problems, the worst last, and the counts. Fails if something failed, with 4 if nothing passed
finish()
{
	for _kind in skipped "NOT RUN" FAILED; do
		grep "^$_kind " "$jobs/problems" || :
	done
	print_counts
	[ "$failed" -eq 0 ] || exit 1
	[ "$passed" -gt 0 ] || exit 4
}
