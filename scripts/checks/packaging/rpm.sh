# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154	# the variables are check-packaging's, in_root is deb.sh's
# Sourced by check-packaging: the RPM of the module, in the throw-away root of the Debian packages. That root's database of
# packages is dpkg's, so rpm is told not to ask for what it depends on.

rpm_in_root()
{
	in_root rpm --nodeps "$@"
}

# rpm_of VERSION RELEASE - the package of this source that says it is that; the module's description has the release in front
rpm_of()
{
	source=$work/rpm-$1-$2
	git clone -q "$top" "$source"
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$1\"/" "$source/dkms.conf"
	sed -i -e "s/^Version:.*/Version: $1/" -e "s/^Release:.*/Release: $2/" "$source"/packaging/rpm/*.spec
	sed -i "s/^MODULE_DESCRIPTION(\"/&Release $2: /" "$source"/module/main.c
	git -C "$source" -c user.name=packaging -c user.email=packaging@example.org commit -qam "version $1-$2"
	"$source/scripts/release/rpm" "$work"
}

# description - of the module that is installed in the root
description()
{
	modinfo -F description "$(updates | sed 1q)"
}

with_rpm()
{
	is rpm.build "$top/scripts/release/rpm" "$work"
	rpm=tcp-listenq-dkms-$version-1.noarch.rpm
	[ -e "$work/$rpm" ] || return 0
	is rpm.release.build rpm_of "$version" 2
	second=tcp-listenq-dkms-$version-2.noarch.rpm
	is rpm.next.build rpm_of "$version.1" 1
	next=tcp-listenq-dkms-$version.1-1.noarch.rpm
	as_root cp "$work/$rpm" "$work/$second" "$work/$next" "$root/tmp"
	is rpm.install rpm_in_root -i "/tmp/$rpm"
	is rpm.built says 'tcp_listenq[.]ko' updates
	is rpm.signed says 'DKMS module signing key' modinfo -F signer "$(updates | sed 1q)"
	is rpm.version says "^$(literally "$version")\$" module_version
	is rpm.release rpm_in_root -U "/tmp/$second"
	is rpm.release.built says '^Release 2: ' description
	is rpm.reinstall rpm_in_root --reinstall "/tmp/$second"
	is rpm.reinstalled says '^Release 2: ' description
	is rpm.upgrade rpm_in_root -U "/tmp/$next"
	is rpm.upgraded says "^$(literally "$version.1")\$" module_version
	is rpm.old_gone none find "$root/usr/src" "$root/var/lib/dkms" -name "$version"
	is rpm.remove rpm_in_root -e tcp-listenq-dkms
	is rpm.nothing_left none leftovers
}
