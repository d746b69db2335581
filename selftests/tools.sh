#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# tools.sh - the module as an administrator's tools show it
#
# 1. modinfo knows description, author, licence, version and a text for each parameter.
# 2. insmod prints one line to the kernel log, rmmod none or one; neither prints a warning.
#
# The module is left loaded, as it was found.
set -eu

DIR=$(cd "$(dirname "$0")" && pwd)
# Installed, it lies beside the tests.
library=$DIR/tlq_test.sh
[ -r "$library" ] || library=$DIR/lib/tlq_test.sh
# shellcheck source=lib/tlq_test.sh
. "$library"

cleanup()
{
	[ -e "$table" ] || insmod "$ko" 2>/dev/null
	rm -rf "$work"
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

[ "$(id -u)" -eq 0 ] || skip_all "needs root"
for tool in insmod rmmod modinfo dmesg; do
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
ktap_set_plan 3
check "modinfo is complete" modinfo_is_complete
check "rmmod is quiet" unload_is_quiet
check "insmod prints one line" load_prints_one_line
ktap_finished
