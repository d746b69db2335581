# SPDX-License-Identifier: GPL-2.0
# Read the kernel log of a machine, after race.awk, and print what is wrong with it, a line each, with the first that
# shows trouble. "status" is what the guest's init reported, "qemu" the exit status of QEMU, "seconds" how long it might
# run. The numbers of the lines that show trouble go to the file "lines".

function trouble(text, line)
{
	if (!found++)
		first = text
	print line >lines
}

BEGIN {
	signs = "BUG:|WARNING:|Oops|Call Trace:|RIP:|INFO: task|detected stall|kthread starved" \
		"|soft lockup|hard LOCKUP|general protection|unreferenced object" \
		"|refcount_t:|KASAN|UBSAN:|KFENCE:|KCSAN|Kernel panic|kernel BUG" \
		"|scheduling while atomic|leaked|segfault at|Out of memory" \
		"|page allocation failure|nobody cared|rcu_sched_clock_irq" \
		"|ODEBUG:|DEADLOCK|ref_tracker:"
}

# What follows has only reports of planted bugs.
/^guest: tainted [0-9]/ {
	tainted = $3 + 0
	ended = 1
	exit
}

# That an allocation which a test made fail is reported with a stack is no trouble.
/tcp_listenq: faults begin/ { wanted = 1 }
/tcp_listenq: faults end/ { wanted = 0 }
wanted && /Call Trace:|RIP:|page allocation failure/ { next }
# Nor is it that the kernel warns, once, when there is no memory for a field of a module's trace event.
wanted && /WARNING: .* at .*event_define_fields/ {
	excused = 512
	next
}

# A data race of the kernel's own is not ours to mend.
race_ended && race_is_ours {
	trouble(race_title, race_line)
}
/BUG: KCSAN: / { next }

$0 ~ signs {
	trouble($0, NR)
}

END {
	if (qemu == 124 || qemu == 137)
		print "the machine did not end within " seconds " seconds"
	else if (status == "")
		print "the machine ended before its time (QEMU's status: " qemu ")"
	if (found)
		print "the kernel log shows trouble: " substr(first, match(first, /[^][ 0-9.]/))
	# Out of tree (4096) and unsigned (8192) is what we are. A warning (512) that is no trouble does that, too.
	if (int(tainted / 512) % 2)
		tainted -= excused
	if (!ended)
		print "the kernel log has no end"
	else if (tainted % 4096 || tainted >= 16384)
		print "the kernel is tainted: " tainted
}
