# SPDX-License-Identifier: GPL-2.0
# QEMU's log of single instructions -> "ADDRESS z COUNT" of those between the addresses begin and end,
# to be sorted in among the kernel's symbols, which have a letter before z.
# A line is "Trace 0: HOST [BASE/ADDRESS/FLAGS/FLAGS] ...". An instruction that a timer interrupts
# before it runs is logged as stopped, and again when it runs.

BEGIN { FS = "/" }

/^Trace/ {
	if ($2 == end)
		on = 0
	if (on) {
		count[$2]++
		last = $2
	}
	if ($2 == begin)
		on = 1
	next
}

/^Stopped/ && on { count[last]-- }

END {
	for (address in count)
		if (count[address])
			print address, "z", count[address]
}
