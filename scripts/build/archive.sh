# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154	# cache is lib.sh's
# Sourced after lib.sh: Debian packages of any release, fetched by the machine's own apt from the
# machine's own mirrors with signatures checked, without touching the machine's package state.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# site LABEL - where this machine's apt fetches that archive from
site()
{
	# shellcheck disable=SC2016	# apt expands it
	apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Label: $1" |
		sort -u | sed 1q
}

# sources SUITE... - apt source lines for these suites
sources()
{
	# A machine that never ran apt-get update does not know its archives' labels.
	[ -n "$(site Debian)" ] || run_apt "updating the package lists" as_root update || :
	_debian=$(site Debian)
	_security=$(site Debian-Security)
	for _suite; do
		case $_suite in
		*-security) _site=$_security ;;
		*) _site=$_debian ;;
		esac
		[ -n "$_site" ] || die "this machine's apt knows no archive for $_suite"
		echo "deb [signed-by=$keyring] $_site $_suite main"
	done
}

# not_there WHY - exit with 4: the archive is between two states
not_there()
{
	note "$1"
	record_not_run "$1: try again later, or with another KERNEL="
	exit 4
}

# unless_gone TEXT - exit with 4 if apt has said there that a package which the archive lists is not there
unless_gone()
{
	_gone=$(printf '%s\n' "$1" | sed -n 's|.*/\([^ /]*[.]deb\) *404 .*|\1|p' | sort -u | tr '\n' ' ')
	[ -z "$_gone" ] || not_there "the archive lists and no longer has ${_gone% }"
}

# archive SUITE,SUITE... [ARCHITECTURE] - from here on apt-get and apt-cache see these suites and nothing else; of this
# machine's architecture, if none is named. Exits 4 if the archive is being changed.
archive()
{
	_suites=$(echo "$1" | tr , ' ')
	_architecture=${2:-$host_architecture}
	_apt=$cache/apt/$1.$_architecture
	mkdir -p "$cache/locks"
	# To the end of the script: apt keeps its state there.
	exec 7>"$cache/locks/archive-$1.$_architecture"
	flock 7
	mkdir -p "$_apt/lists/partial" "$_apt/cache/archives/partial" "$_apt/state" "$_apt/none"
	: >"$_apt/status"
	# shellcheck disable=SC2086	# one word each
	sources $_suites >"$_apt/sources.list"
	cat >"$_apt/apt.conf" <<-EOF
		Dir::Etc::SourceList "$_apt/sources.list";
		Dir::Etc::SourceParts "$_apt/none";
		Dir::Etc::PreferencesParts "$_apt/none";
		Dir::Etc::TrustedParts "$_apt/none";
		Dir::State "$_apt/state";
		Dir::State::Lists "$_apt/lists";
		Dir::State::Status "$_apt/status";
		Dir::Cache "$_apt/cache";
		APT::Architecture "$_architecture";
		APT::Architectures { "$_architecture"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "3";
	EOF
	# Backports are never chosen by themselves.
	case $_suites in
	*-backports) echo "APT::Default-Release \"${_suites##* }\";" >>"$_apt/apt.conf" ;;
	esac
	export APT_CONFIG="$_apt/apt.conf"
	retry run_apt "reading the package lists of $_suites" update && return
	# Once more, to read what it says: a mirror that is between two states is nobody's fault, either.
	_said=$(apt-get -qq update 2>&1) && return
	case $_said in
	*"Mirror sync in progress"*) not_there "the archive's lists of $_suites for $_architecture are not what it says they are" ;;
	esac
	die "could not read the package lists of $_suites"
}

# debian_root NAME SUITES PACKAGES [OPTION...] - a small root of Debian in the cache, once for each list of packages;
# the lists have commas, the options are mmdebstrap's. Sets $debian_root. Exits 4 like download.
debian_root()
{
	debian_root=$cache/roots/$1
	mkdir -p "$cache/roots"
	lock "root-$1"
	if [ ! -d "$debian_root" ] || [ "$(cat "$debian_root.made" 2>/dev/null)" != "$*" ]; then
		make_debian_root "$@"
		echo "$*" >"$debian_root.made"
	fi
	unlock
}

make_debian_root()
{
	note "making a small root of Debian for $1"
	_root=$1 _suites=$2 _packages=$3
	shift 3
	set -- --mode=root --include="$_packages" \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$@" "${_suites%%,*}" "$debian_root.new" -
	as_root rm -rf "$debian_root.new"
	# shellcheck disable=SC2046	# one word each
	_lines=$(sources $(echo "$_suites" | tr , ' '))
	if ! printf '%s\n' "$_lines" | run_mmdebstrap "making the root for $_root" "$@"; then
		# Once more, to read what it says.
		as_root rm -rf "$debian_root.new"
		_said=$(printf '%s\n' "$_lines" | as_root mmdebstrap --quiet "$@" 2>&1) || {
			unless_gone "$_said"
			printf '%s\n' "$_said" >&2
			die "could not make a root of $_suites"
		}
	fi
	# The cache stays something its owner can remove.
	as_root chown -R "$(id -u):$(id -g)" "$debian_root.new"
	as_root rm -rf "$debian_root"
	mv -T "$debian_root.new" "$debian_root"
}

# in_root ROOT COMMAND... - run a command in a small root, as the user that we are. The cache is seen at its usual place,
# and so is /proc, which objtool reads. Mounts end with the command.
in_root()
{
	_root=$1
	shift
	mkdir -p "$_root$cache"
	# shellcheck disable=SC2016	# expanded inside
	as_root unshare --mount --propagation private sh -ec '
		root=$1 cache=$2 owner=$3
		shift 3
		mount -t proc proc "$root/proc"
		mount --bind "$cache" "$root$cache"
		exec chroot --userspec="$owner" "$root" "$@"
	' sh "$_root" "$cache" "$(id -u):$(id -g)" "$@"
}

# run_mmdebstrap WHAT ARGUMENT... - on a terminal it shows by itself how far it is
run_mmdebstrap()
{
	_what=$1
	shift
	if [ "$terminal" ]; then
		as_root mmdebstrap "$@"
	else
		with_progress "$_what" : as_root mmdebstrap --quiet "$@"
	fi
}

# download DIRECTORY PACKAGE... - exits 4 if the index lists one that the archive no longer has, which is nobody's fault
download()
(
	cd "$1" || exit
	shift
	retry run_apt "downloading $# packages" download "$@" && exit
	# Once more, to read what it says.
	_said=$(apt-get -qq download "$@" 2>&1) && exit
	unless_gone "$_said"
	die "could not download $*"
)
