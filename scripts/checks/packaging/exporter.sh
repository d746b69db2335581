# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154	# the variables are check-packaging's
# Sourced by check-packaging: the exporter's package and its units, in a throw-away root with systemd that is not booted.

exporter=prometheus-listenq-exporter

# alone_in_root COMMAND... - in the root, and in a network namespace of its own: others may use the same port
alone_in_root()
{
	# shellcheck disable=SC2016	# expanded inside
	as_root unshare --mount --net --propagation private sh -ec '
		root=$1
		shift
		ip link set lo up
		mount -t proc proc "$root/proc"
		mount -t sysfs sysfs "$root/sys"
		mount -t tmpfs tmpfs "$root/run"
		exec chroot "$root" env LC_ALL=C PATH=/usr/sbin:/usr/bin "$@"
	' sh "$root" "$@"
}

# exposure UNIT - systemd's own figure is at most 2.0
exposure()
{
	in_root systemd-analyze security --offline=true --no-pager --threshold=20 "$1"
}

# With the module's file they would see no network but their own, or no user.
forbidden()
{
	in_root grep -E '^(PrivateNetwork|PrivateUsers|NetworkNamespacePath|ProtectProc|ProcSubset)=' -r /lib/systemd/system \
		--include="$exporter*"
}

# enabled - links to a unit of ours
enabled()
{
	find "$root/etc/systemd" "$root/lib/systemd/system" -type l -name "$exporter*"
}

units()
{
	unit=/lib/systemd/system/$exporter
	is exporter.units.taken none in_root systemd-analyze --man=no --recursive-errors=no verify \
		"$unit.service" "$unit.socket" "$unit-textfile.service"
	is exporter.units.exposure exposure "$exporter.service"
	is exporter.units.exposure.textfile exposure "$exporter-textfile.service"
	is exporter.units.see_the_listeners none forbidden
	over=$root/etc/systemd/system/$exporter.service.d
	as_root mkdir -p "$over"
	as_root cp "$top/packaging/systemd/all-namespaces.conf" "$over"
	is exporter.units.all_namespaces.taken none in_root systemd-analyze --man=no --recursive-errors=no verify "$unit.service"
	is exporter.units.all_namespaces.exposure exposure "$exporter.service"
	as_root rm -r "$over"
	is exporter.units.none_enabled none enabled
}

# shipped FILE - the package has it
shipped()
{
	says "$1\$" dpkg-deb -c "$work/$package"
}

exporter_runs()
{
	as_root cp "$top/scripts/checks/packaging/as-unit" "$root/tmp"
	is exporter.start says '^tcp_listenq_module_loaded [01]$' alone_in_root /tmp/as-unit http
	is exporter.socket says '^tcp_listenq_module_loaded [01]$' alone_in_root /tmp/as-unit socket
	is exporter.textfile says '^644 tcp_listenq[.]prom$' alone_in_root /tmp/as-unit textfile
	as_root rm "$root/tmp/as-unit"
}

exporter_leftovers()
{
	find "$root/etc" "$root/usr" "$root/lib/systemd" "$root/var/lib" -name '*listenq*' ! -path '*/var/lib/dpkg/*'
}

with_exporter()
{
	package=$(cd "$work" && echo "${exporter}_${version}"_*.deb)
	[ -e "$work/$package" ] || return 0
	root=$work/exporter
	as_root cp -a "$exporter_root" "$root"
	as_root chown -R 0:0 "$root"
	as_root cp "$work/$package" "$root/tmp"
	is exporter.install in_root dpkg -i "/tmp/$package"
	is exporter.version says "$(literally "$version")" in_root "$exporter" --version
	is exporter.page shipped "/usr/share/man/man8/${exporter}[.]8[.]gz"
	is exporter.rules shipped "/usr/share/$exporter/rules/.*[.]yml"
	is exporter.dashboard shipped "/usr/share/$exporter/grafana/.*[.]json"
	is exporter.examples shipped "/usr/share/doc/$exporter/examples/all-namespaces[.]conf"
	units
	exporter_runs
	is exporter.upgrade in_root dpkg -i "/tmp/$package"
	is exporter.upgrade.none_enabled none enabled
	is exporter.purge in_root dpkg -P "$exporter"
	is exporter.nothing_left none exporter_leftovers
}
