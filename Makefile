# SPDX-License-Identifier: GPL-2.0
# The verbs; `make help` lists them. The module's own build is in Kbuild and module/Kbuild.

KDIR ?= /lib/modules/$(shell uname -r)/build
# One of scripts/kernels; scripts/lib.sh has the one that is taken where none is named.
KERNEL ?=
export TEST BENCH AGAINST LINUX

# Expanded in recipes, so that each verb asks for no more than it needs.
need_tree = $(if $(wildcard $(KDIR)/Makefile),,$(error no kernel build tree in $(KDIR): \
	install its headers or set KDIR=, or see it all in a VM with "make demo"))
need_modules = $(if $(wildcard /proc/modules),,$(error the running kernel takes no modules: \
	see it all in a VM with "make demo"))
need_root = $(if $(filter 0,$(shell id -u)),,$(error this needs root: sudo make $@))

modules clean:
	$(need_tree)$(MAKE) -C $(KDIR) M=$(CURDIR) $@

# A line that begins with "load" would be a directive of GNU make's.
selftests load unload:
	$(need_modules)$(need_root)@scripts/verb $@ scripts/running $@

demo:
	@scripts/verb $@ scripts/vm $(KERNEL:%=--kernel %) --listenq --script scripts/machine/guest/demo

check:
	@scripts/verb $@ scripts/checks/check $(KERNEL)

lint matrix check-all check-sanitizer check-kcsan check-tools check-fleet mutants:
	@scripts/verb $@ scripts/checks/$@

# There is a folder of that name.
tools:
	@scripts/verb $@ scripts/build/$@

dist deb rpm:
	@scripts/verb $@ scripts/release/$@

bench:
	@scripts/verb $@ scripts/bench/bench $(KERNEL)

vm:
	@scripts/vm $(KERNEL:%=--kernel %) --shell

help:
	@scripts/help

.PHONY: modules clean selftests load unload demo lint check matrix check-all check-sanitizer check-kcsan check-tools check-fleet tools mutants dist deb rpm bench vm help
