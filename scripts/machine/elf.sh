# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced: what programs of any architecture load, where they cannot run to say so.

# library ROOT NAME - its path below ROOT, where that architecture's loader finds it
library()
{
	for _place in "$1"/usr/lib64 "$1"/usr/lib "$1"/usr/lib/*-linux-gnu*; do
		if [ -e "$_place/$2" ]; then
			echo "$_place/$2"
			return
		fi
	done
	die "no library $2 below ${1:-/}"
}

# with_libraries ROOT FILE... - these and all libraries that they load, from below ROOT, which is "" for this machine's
with_libraries()
{
	_root=$1
	shift
	_seen=' ' _next="$*"
	while [ "$_next" ]; do
		# shellcheck disable=SC2086	# one word each
		printf '%s\n' $_next
		# shellcheck disable=SC2086	# one word each
		_names=$(readelf -d -l $_next 2>/dev/null |
			sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p; s|.*interpreter: .*/\(.*\)\]$|\1|p' | sort -u)
		_next=
		for _name in $_names; do
			case $_seen in *" $_name "*) continue ;; esac
			_seen="$_seen$_name "
			_next="$_next $(library "$_root" "$_name")" || exit
		done
	done
}
