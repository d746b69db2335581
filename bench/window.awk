# SPDX-License-Identifier: GPL-2.0
# QEMU's log of single instructions -> "ADDRESS z COUNT" of those between the addresses begin and end,
# to be sorted in among the kernel's symbols, which have a letter before z.
# A line is "Trace 0: HOST [BASE/ADDRESS/FLAGS/FLAGS] ...". One that the timer came before is logged
# as stopped, and again when it does run.

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
