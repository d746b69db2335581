# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154	# the variables are check-packaging's
# Sourced by check-packaging: the packages of the module and of the tools, in a throw-away root.

# in_root COMMAND... - in the throw-away root $root
in_root()
{
	# shellcheck disable=SC2016	# expanded inside
	as_root unshare --mount --propagation private sh -ec '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		exec chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin "$@"
	' sh "$root" "$@"
}

# old_deb - a package of this source that says it is 0.1.0
old_deb()
{
	git clone -q "$top" "$work/old"
	sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="0.1.0"/' "$work/old/dkms.conf"
	git -C "$work/old" -c user.name=packaging -c user.email=packaging@example.org commit -qam "version 0.1.0"
	"$work/old/scripts/release/deb" "$work"
}

# module_version - of the module that is installed in the root
module_version()
{
	modinfo -F version "$(updates | sed 1q)"
}

updates()
{
	find "$root/lib/modules/" -name 'tcp_listenq.ko*'
}

leftovers()
{
	find "$root/usr/src" "$root/var/lib/dkms" "$root/lib/modules" \
		"$root/usr/share/man" -name '*tcp*listenq*'
}

# example PACKAGE - its example compiles with its header; the root takes no documents and has no C library to build with
example()
{
	dpkg-deb -x "$1" "$work/unpacked" &&
		gcc -Wall -Wextra -Werror -I"$work/unpacked/usr/include" -o "$work/refused" \
			"$work/unpacked/usr/share/doc/tcp-listenq-tools/examples/refused.c"
}

# with_tools - the package of the program for people, which needs nothing of the module's
with_tools()
{
	tools=$(cd "$work" && echo tcp-listenq-tools_"${version}"_*.deb)
	[ -e "$work/$tools" ] || return 0
	as_root cp "$work/$tools" "$root/tmp"
	as_root cp -a "$top/tools/tests/recorded/show-basic" "$root/tmp/recorded"
	is deb.tools.install in_root dpkg -i "/tmp/$tools"
	is deb.tools.version says "$(literally "$version")" in_root listenq --version
	is deb.tools.shows says '^FULL ' in_root listenq --root /tmp/recorded
	is deb.tools.page says '/usr/share/man/man8/listenq[.]8[.]gz' dpkg-deb -c "$work/$tools"
	is deb.tools.completion says '/usr/share/bash-completion/completions/listenq' dpkg-deb -c "$work/$tools"
	is deb.tools.depends says 'libsmartcols1.*|libproc2-0' dpkg-deb -f "$work/$tools" Depends
	is deb.tools.example example "$work/$tools"
	is deb.tools.purge in_root dpkg -P tcp-listenq-tools
	is deb.tools.nothing_left none find "$root/usr" "$root/etc" -name '*listenq*'
	as_root rm -rf "$root/tmp/recorded"
}

with_deb()
{
	root=$work/root
	as_root cp -a "$packages_root" "$root"
	as_root chown -R 0:0 "$root"
	is deb.build "$top/scripts/release/deb" "$work"
	deb=tcp-listenq-dkms_${version}_all.deb
	[ -e "$work/$deb" ] || return 0
	as_root cp "$work/$deb" "$root/tmp"
	is deb.install in_root dpkg -i "/tmp/$deb"
	is deb.built says 'tcp_listenq[.]ko' updates
	is deb.signed says 'DKMS module signing key' modinfo -F signer "$(updates | sed 1q)"
	is deb.page says '/usr/share/man/man4/tcp_listenq[.]4[.]gz' dpkg-deb -c "$work/$deb"
	headers=$(in_root sh -c 'cd /lib/modules && echo *' | sed 's/ .*//')
	is deb.forget in_root dkms unbuild "$name/$version" -k "$headers"
	is deb.forgotten none updates
	is deb.new_headers in_root /etc/kernel/header_postinst.d/dkms "$headers"
	is deb.built_again says 'tcp_listenq[.]ko' updates
	is deb.upgrade in_root dpkg -i "/tmp/$deb"
	is deb.upgraded says 'tcp_listenq[.]ko' updates
	is deb.purge in_root dpkg -P tcp-listenq-dkms
	is deb.nothing_left none leftovers
	with_tools
	is deb.old.build old_deb
	old=tcp-listenq-dkms_0.1.0_all.deb
	[ -e "$work/$old" ] || return 0
	as_root cp "$work/$old" "$root/tmp"
	is deb.old.install in_root dpkg -i "/tmp/$old"
	is deb.old.version says '^0[.]1[.]0$' module_version
	is deb.old.upgrade in_root dpkg -i "/tmp/$deb"
	is deb.old.upgraded says "^$(literally "$version")\$" module_version
	is deb.old.gone none find "$root/usr/src" "$root/var/lib/dkms" -name '*0[.]1[.]0*'
	is deb.old.purge in_root dpkg -P tcp-listenq-dkms
	is deb.old.nothing_left none leftovers
}
