# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by every shell test, which has set DIR to its own directory

# shellcheck source=/dev/null
. "$DIR"/../kselftest/ktap_helpers.sh

# shellcheck disable=SC2034	# used by the tests
module=tcp_listenq
# shellcheck disable=SC2034
table=/proc/net/$module

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
