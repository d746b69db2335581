# SPDX-License-Identifier: GPL-2.0
# Find the data races that KCSAN reports in a kernel log, for a program that follows: awk -f race.awk -f PROGRAM. In
# the last line of a report race_ended is 1, and race_title, race_text, race_first (its first line), race_line
# (the number of that) and race_is_ours tell of it.
#
# A report is ours if one of the two stacks has a function of the module, or of a module of the tests, tlq_*. What an
# interrupt or a softirq came in the middle of is on the same stack, but has no part in it.

{ race_ended = 0 }

/BUG: KCSAN: / {
	race_title = $0
	sub(/.*BUG: KCSAN: /, "", race_title)
	race_text = ""
	race_first = $0
	race_line = NR
	race_is_ours = interrupted = 0
	in_race = 1
}

in_race { race_text = race_text $0 "\n" }

in_race && / by (task [0-9]+|interrupt) on cpu / { interrupted = 0 }

in_race && / (asm_[a-z0-9_]+|handle_softirqs|__do_softirq)\+0x/ { interrupted = 1 }

in_race && !interrupted && / [^ ]+\+0x[0-9a-f]+\/0x[0-9a-f]+ \[(tcp_listenq|tlq_[a-z]+)\]| tlq_[a-z0-9_]+[^ ]*\+0x/ {
	race_is_ours = 1
}

in_race && /==========/ {
	in_race = 0
	race_ended = 1
}
