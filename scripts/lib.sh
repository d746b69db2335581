# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034	# the variables are for those who source this
# Sourced by every script here: messages, where things are, locks, packages.

# Scripts are in scripts/ or in a folder below it, .ci/run is beside it.
_here=$(cd "$(dirname "$0")" && pwd -P)
top=$_here
until [ -e "$top/scripts/lib.sh" ]; do
	top=${top%/*}
done
cache=${XDG_CACHE_HOME:-${HOME:?HOME or XDG_CACHE_HOME must be set}/.cache}/tcp_listenq
# Debian's name of it
host_architecture=$(dpkg --print-architecture 2>/dev/null || echo unknown)
case $host_architecture in
arm64) default_kernel=6.1-arm64 ;;
*) default_kernel=6.1 ;;
esac

# column NUMBER KERNEL - of its line in scripts/kernels; nothing if it has none
column()
{
	awk -v name="$2" -v nr="$1" '$1 == name { print $nr }' "$top/scripts/kernels"
}

# built_on KERNEL - the machine that the module is built on for it: host, or a release of Debian
built_on()
{
	column 4 "$1"
}

# architecture KERNEL - Debian's name of it; the kernels that are built here have this machine's
architecture()
{
	_of=$(column 5 "$1")
	echo "${_of:-$host_architecture}"
}

# How this script was called, as one would type it.
called="${_here#"$top"/}/${0##*/}${*:+ $*}"

# What tools print is read here, and a make that called us has no say in the builds below.
export LC_ALL=C
# The path of an ordinary user lacks depmod, modprobe and the like.
export PATH="$PATH:/usr/sbin:/sbin"
unset MAKEFLAGS MFLAGS MAKELEVEL

# shellcheck source=progress.sh
. "$top/scripts/progress.sh"

# Standard output belongs to a script's result, so everything said goes to standard error.
note()
{
	clear_line
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# record_failure WHAT [HOW] - for the last line of a verb that fails (scripts/verb): what failed, and the command that runs
# it alone
record_failure()
{
	[ -z "${TLQ_FAILURES-}" ] || printf '%s\t%s\n' "$1" "${2-$called}" >>"$TLQ_FAILURES"
}

# record_not_run WHY - the same for a verb that could not run, which is nobody's fault: it ends with status 4
record_not_run()
{
	[ -z "${TLQ_FAILURES-}" ] || printf '%s\n' "$1" >>"$TLQ_FAILURES.not"
}

# cannot_run WHY - end the script with 4, as kselftests that could not run, and WHY as the last line of its output
cannot_run()
{
	echo "$1"
	record_not_run "$1"
	exit 4
}

# need_amd64 - end the script so on a host of another architecture
need_amd64()
{
	[ "$host_architecture" = amd64 ] || cannot_run "${called%% *} needs an amd64 host, this one is $host_architecture"
}

# need_kernels NAME... - end the script so if the archive does not have one of them
need_kernels()
{
	for _kernel; do
		_rc=0
		"$top/scripts/build/kernel" "$_kernel" >/dev/null || _rc=$?
		[ "$_rc" -ne 4 ] || echo "the archive does not have the kernel $_kernel at present"
		[ "$_rc" -eq 0 ] || exit "$_rc"
	done
}

die()
{
	note "$@"
	record_failure "${0##*/}: $(printf '%s\n' "$*" | sed 1q)"
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

# remove_old DIRECTORY DAYS [NAME] - what is in there, of that name, and older. Others come and go meanwhile, and
# find fails for what it has listed and no longer sees.
remove_old()
{
	find "$1" -mindepth 1 -maxdepth 1 -name "${3-*}" -mtime "+$2" -exec rm -rf {} + 2>/dev/null || :
}

# scratch DIRECTORY - make $scratch in there, to be gone when the script ends
scratch()
{
	mkdir -p "$1"
	# What was killed too hard to clean up.
	remove_old "$1" 1 '.scratch.*'
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
# what passed is kept in the cache for a week, and replayed behind a line "replayed, ran on DATE". The last line has
# to be the counts: fails if something failed, with 4 if nothing passed. TLQ_FRESH=1 runs it in any case.
once()
{
	mkdir -p "$cache/$1"
	remove_old "$cache/$1" 7
	_kept=$cache/$1/$(sha256sum <"$2" | cut -c 1-16)
	_said=$2.said
	shift 2
	if [ -e "$_kept" ] && [ "${TLQ_FRESH-}" != 1 ]; then
		echo "replayed, ran on $(date -r "$_kept" '+%F %H:%M')"
		cat "$_kept"
		return
	fi
	"$@" | tee "$_said"
	case $(tail -n 1 "$_said") in
	"0 passed, 0 failed, "*) return 4 ;;
	[1-9]*" passed, 0 failed, "*) ;;
	*) return 1 ;;
	esac
	# What there was no time for is no outcome to keep.
	! grep -q '^NOT RUN ' "$_said" || return 0
	mv "$_said" "$_kept"
}

# stamp FILE - pass each line on as it comes, and store it with the time in front
stamp()
{
	while IFS= read -r _line; do
		read -r _now _ </proc/uptime
		clear_line
		printf '%s\n' "$_line"
		printf '%s %s\n' "$_now" "$_line" >&3
	done 3>"$1"
}

# missing_packages PACKAGE... - those that are not installed
missing_packages()
{
	# What dpkg-query does not know is no error here, but an answer.
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | awk -v wanted="$*" '
		$2 == "installed" { there[$1] = 1 }
		END {
			n = split(wanted, name, " ")
			for (i = 1; i <= n; i++)
				if (!(name[i] in there))
					printf "%s ", name[i]
		}'
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
		(
			# archive.sh's apt installs nothing.
			unset APT_CONFIG
			run_apt "updating the package lists" as_root update || note "apt-get update had errors"
			# shellcheck disable=SC2086	# one word each
			retry run_apt "installing packages" as_root install -y --no-install-recommends \
				-o DPkg::Lock::Timeout=300 $_missing
		) || die "could not install $_missing"
	fi
	exec 8>&-
}

# need_here SCRIPT COMMAND... - what need does for the script; on a system that is not Debian's, whose packages have other names,
# that these commands are there
need_here()
{
	if command -v dpkg-query >/dev/null; then
		need "$1"
		return
	fi
	shift
	_missing=
	for _command; do
		command -v "$_command" >/dev/null || _missing="$_missing $_command"
	done
	[ -z "$_missing" ] || die "this is no Debian system, where they would be installed: it has no command$_missing"
}

# packages_of SCRIPT... - all that scripts/packages lists for these scripts and for those they call
packages_of()
{
	awk -v scripts="$*" '
		!/^#/ && NF {
			needs[$1] = needs[$1] ""
			for (i = 2; i <= NF; i++)
				needs[$1] = needs[$1] " " $i
		}
		function take(script,	word, n, i)
		{
			if (script in taken)
				return
			taken[script] = 1
			n = split(needs[script], word, " ")
			for (i = 1; i <= n; i++)
				if (word[i] ~ /^\+/)
					take(substr(word[i], 2))
				else if (!(word[i] in packages)) {
					packages[word[i]] = 1
					print word[i]
				}
		}
		END {
			n = split(scripts, script, " ")
			for (i = 1; i <= n; i++) {
				if (!(script[i] in needs))
					exit 1
				take(script[i])
			}
		}' "$top/scripts/packages" || die "no line for one of $* in scripts/packages"
}

# gnu_type ARCHITECTURE - what compilers call Debian's architecture
gnu_type()
{
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	armhf) echo arm-linux-gnueabihf ;;
	ppc64el) echo powerpc64le-linux-gnu ;;
	riscv64) echo riscv64-linux-gnu ;;
	s390x) echo s390x-linux-gnu ;;
	*) die "no compiler for $1" ;;
	esac
}

# need_compiler ARCHITECTURE - install this machine's C compiler for it; prints its name
need_compiler()
{
	if [ "$1" = "$host_architecture" ]; then
		echo gcc
	else
		need "compiler-$1"
		echo "$(gnu_type "$1")-gcc"
	fi
}

# need SCRIPT... - install what is missing of what these scripts and those they call need
need()
{
	_packages=$(packages_of "$@")
	# shellcheck disable=SC2086	# one word each
	need_packages $_packages
}
