# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154	# scratch, tree and root are sanitizer-kernel's
# Sourced by scripts/build/sanitizer-kernel: the steps from Debian's source package to a kernel. A kernel is built anew
# when one of them has changed, and not when the script around them has.

# unpack_source - from the package in $scratch/debs to $tree, without what no kernel for this machine is made of
unpack_source()
{
	dpkg-deb --fsys-tarfile "$scratch"/debs/*.deb |
		tar -xO --wildcards './usr/src/linux-source-*.tar.xz' | xz -dc -T2 |
		tar -x -C "$tree" --strip-components=1 --wildcards \
			--exclude='*/tools/testing' --exclude='*/tools/perf' \
			--exclude='*/Documentation/[a-z]*' \
			--exclude='*/arch/*/boot/dts'
}

# configure FILE - the options in there and no others
configure()
{
	run_quietly make -s -C "$tree" KCONFIG_ALLCONFIG="$1" allnoconfig
}

compile()
{
	make -C "$tree" -j "$(nproc)" bzImage modules >"$scratch/log" 2>&1 </dev/null
}

# lay_out - in $root
lay_out()
{
	release=$(make -s -C "$tree" kernelrelease)
	modules=$root/lib/modules/$release
	mkdir -p "$modules" "$root/headers"
	cp "$tree/arch/x86/boot/bzImage" "$root/vmlinuz"
	cp "$tree"/modules.builtin* "$tree/modules.order" "$modules"
	: >"$modules/modules.dep"
	if [ -s "$tree/modules.order" ]; then
		sed 's/\.o$/.ko/' "$tree/modules.order" | (cd "$tree" && xargs cp --parents -t "$modules")
		depmod -b "$root" "$release"
	fi
	# What a module is built against, as the kernel's own packages have it.
	run_quietly make -s -C "$tree" run-command \
		KBUILD_RUN_COMMAND="\$(srctree)/scripts/package/install-extmod-build $root/headers"
	echo "$release" >"$root/release"
}
