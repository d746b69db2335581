#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# tools.sh - the module as an administrator's tools show it
#
# 1. modinfo knows description, author, licence, version and a text for each parameter.
# 2. insmod prints one line to the kernel log, rmmod none or one; neither prints a warning.
# 3. ss, netstat and the table agree on a listener's two numbers (of netstat only the first).
# 4. A failed insmod or rmmod says why, insmod in one line, and its status is not 0.
#
# The module is left loaded, as it was found.
set -eu

DIR=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$DIR"/../kselftest/ktap_helpers.sh

module=tcp_listenq
table=/proc/net/$module
peer=

cleanup()
{
	[ -z "$peer" ] || kill "$peer" 2>/dev/null
	[ -e "$table" ] || insmod "$ko" 2>/dev/null
	rm -rf "$work"
}

# skip_all REASON
skip_all()
{
	ktap_print_header
	ktap_skip_all "$1"
	exit "$KSFT_SKIP"
}

# check DESCRIPTION COMMAND... - one test point
check()
{
	description=$1
	shift
	if "$@"; then
		ktap_test_pass "$description"
	else
		ktap_test_fail "$description"
	fi
}

# find_module - print the file to load
find_module()
{
	for file in "${TLQ_KO:-}" "$(modinfo -n "$module" 2>/dev/null)" \
		"$DIR/../../module/$module.ko"; do
		if [ -n "$file" ] && [ -r "$file" ]; then
			echo "$file"
			return
		fi
	done
	return 1
}

# mark - write a line to the kernel log that no other is like
mark()
{
	canary="tcp_listenq-test-$$-$1"
	echo "$canary" >/dev/kmsg
}

# lines_since_mark - lines of the kernel log about the module since then
lines_since_mark()
{
	dmesg | sed "1,/$canary/d" | grep "$module" || :
}

modinfo_is_complete()
{
	for field in description author license version; do
		if [ -z "$(modinfo -F "$field" "$ko")" ]; then
			echo "# no $field"
			return 1
		fi
	done
	[ "$(modinfo -F license "$ko")" = GPL ] || return 1
	# "name:text (type)": the text is ours, the type is made by the compiler.
	! modinfo -F parm "$ko" | grep -E '^[a-z_]+: *(\(|$)'
}

unload_is_quiet()
{
	mark unload
	rmmod "$module" || return 1
	[ "$(lines_since_mark | wc -l)" -le 1 ]
}

load_prints_one_line()
{
	mark load
	insmod "$ko" || return 1
	lines_since_mark >"$work/log"
	# The kernel announces the first module that is unsigned or out of tree.
	grep -v -e 'taints kernel' -e 'verification failed' "$work/log" >"$work/ours"
	[ "$(wc -l <"$work/ours")" -eq 1 ] && grep -q "$module: " "$work/ours"
}

second_load_fails()
{
	! insmod "$ko" 2>"$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ] &&
		grep -q 'File exists' "$work/err"
}

# column NAME FILE - that column's value in the row of our listener
column()
{
	awk -v name="$1" -v port=":$port\$" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["local"] ~ port { print $at[name] }' "$2"
}

tools_agree()
{
	mkfifo "$work/in" "$work/out"
	"$DIR/tlq_peer" -a 127.0.0.1 -b 4 -n 3 <"$work/in" >"$work/out" &
	peer=$!
	exec 3>"$work/in" 4<"$work/out"
	read -r _ port <&4
	cat "$table" >"$work/table"
	ours="$(column ack_backlog "$work/table") $(column max_ack_backlog "$work/table")"
	theirs=$(ss -tlnH "sport = :$port" | awk '{ print $2, $3 }')
	old=$(netstat -lnt 2>/dev/null | awk -v port=":$port\$" '$4 ~ port { print $2 }')
	exec 3>&-
	wait "$peer"
	peer=
	echo "# port $port: table $ours, ss $theirs, netstat ${old:-none}"
	[ "$ours" = "3 4" ] && [ "$theirs" = "$ours" ] && [ "${old:-3}" = 3 ]
}

busy_is_said()
{
	exec 5<"/sys/kernel/debug/$module/listeners"
	rmmod "$module" 2>"$work/err"
	status=$?
	exec 5<&-
	[ "$status" -ne 0 ] && grep -q 'in use\|temporarily unavailable' "$work/err"
}

[ "$(id -u)" -eq 0 ] || skip_all "needs root"
for tool in insmod rmmod modinfo dmesg ss awk mkfifo; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
ko=$(find_module) || skip_all "no $module module: set TLQ_KO or install it"
work=$(mktemp -d) || exit 1
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
if [ ! -e "$table" ] && ! insmod "$ko"; then
	skip_all "cannot load $ko"
fi
[ "$(cat /sys/module/$module/refcnt)" -eq 0 ] || skip_all "$module is in use"

ktap_print_header
ktap_set_plan 6
check "modinfo is complete" modinfo_is_complete
check "rmmod is quiet" unload_is_quiet
check "insmod prints one line" load_prints_one_line
check "a second insmod says so" second_load_fails
if [ -r "/sys/kernel/debug/$module/listeners" ]; then
	check "rmmod says that it is in use" busy_is_said
else
	ktap_test_skip "rmmod says that it is in use"
fi
check "ss, netstat and the table agree" tools_agree
ktap_finished
