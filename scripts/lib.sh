# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034	# the variables are for those who source this
# Sourced by every script here: messages, where things are, locks, packages.

top=$(cd "$(dirname "$0")/.." && pwd -P)
cache=${XDG_CACHE_HOME:-${HOME:?HOME or XDG_CACHE_HOME must be set}/.cache}/tcp_listenq
default_kernel=6.1

# What tools print is read here, and a make that called us has no say in the builds below.
export LC_ALL=C
unset MAKEFLAGS MFLAGS MAKELEVEL

# Standard output belongs to a script's result, so everything said goes to standard error.
note()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	note "$@"
	exit 1
}

# version - the project's, which stands in dkms.conf and nowhere else
version()
{
	sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$top/dkms.conf"
}

# lap WHAT - say how long it took since the last lap
lap()
{
	_now=$(date +%s)
	note "$1: $((_now - _lap)) seconds"
	_lap=$_now
}
_lap=$(date +%s)

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# lock NAME - hold the lock of that name until unlock or exit; one at a time
lock()
{
	mkdir -p "$cache/locks"
	exec 9>"$cache/locks/$1"
	flock 9
}

unlock()
{
	exec 9>&-
}

# scratch DIRECTORY - make $scratch in there, to be gone when the script ends
scratch()
{
	mkdir -p "$1"
	# What was killed too hard to clean up.
	find "$1" -maxdepth 1 -name '.scratch.*' -mtime +1 -exec rm -rf {} +
	scratch=$(mktemp -d "$1/.scratch.XXXXXX")
	chmod 755 "$scratch"
	trap 'rm -rf "$scratch"' EXIT
	# timeout(1) sends its signal twice: the second must not end the cleaning up.
	trap 'trap "" HUP INT TERM; exit 1' HUP INT TERM
}

# retry COMMAND... - up to three times, for what goes over the network
retry()
{
	for _ in 1 2; do
		"$@" && return 0
		note "failed, once more: $*"
	done
	"$@"
}

# run_quietly COMMAND... - its output is shown only if it fails
run_quietly()
{
	_said=$(mktemp)
	_rc=0
	"$@" >"$_said" 2>&1 </dev/null || _rc=$?
	[ "$_rc" -eq 0 ] || cat "$_said" >&2
	rm -f "$_said"
	return "$_rc"
}

# once NAME INPUTS COMMAND... - run COMMAND, whose checks say the same whenever the file INPUTS is the same:
# what passed is kept in the cache for a week, and printed again. The last line has to be the counts.
once()
{
	mkdir -p "$cache/$1"
	find "$cache/$1" -type f -mtime +7 -delete
	_kept=$cache/$1/$(sha256sum <"$2" | cut -c 1-16)
	_said=$2.said
	shift 2
	if [ -e "$_kept" ]; then
		note "nothing of what it looks at has changed since $(date -r "$_kept" '+%F %H:%M'):"
		cat "$_kept"
		return
	fi
	"$@" | tee "$_said"
	tail -n 1 "$_said" | grep -qE '^[1-9][0-9]* passed, 0 failed,' || return 1
	mv "$_said" "$_kept"
}

# stamp FILE - pass each line on as it comes, and store it with the time in front
stamp()
{
	while IFS= read -r _line; do
		read -r _now _ </proc/uptime
		printf '%s\n' "$_line"
		printf '%s %s\n' "$_now" "$_line" >&3
	done 3>"$1"
}

missing_packages()
{
	for _package; do
		_state=$(dpkg-query -W -f '${db:Status-Status}' "$_package" 2>/dev/null) || :
		[ "$_state" = installed ] || printf '%s ' "$_package"
	done
}

# need_packages PACKAGE... - install those Debian packages that are missing
need_packages()
{
	command -v dpkg-query >/dev/null || die "needs a Debian system (packages: $*)"
	[ -n "$(missing_packages "$@")" ] || return 0
	mkdir -p "$cache/locks"
	exec 8>"$cache/locks/packages"
	flock 8
	_missing=$(missing_packages "$@")
	if [ -n "$_missing" ]; then
		note "installing $_missing"
		# A broken third-party source must not stop us: the install below is what decides.
		run_quietly as_root apt-get -qq update || note "apt-get update had errors"
		# shellcheck disable=SC2086	# one word each
		retry run_quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
			--no-install-recommends -o DPkg::Lock::Timeout=300 $_missing ||
			die "could not install $_missing"
	fi
	exec 8>&-
}
