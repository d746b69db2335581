# SPDX-License-Identifier: GPL-2.0
# List the data races in kernel logs, after scripts/machine/race.awk: those with a function of ours in full, the kernel's own
# by title, with how often they were reported. A log has most of its lines twice, as they came and in the end.

race_ended && !over {
	if (race_first in seen)
		next
	seen[race_first] = 1
	if (race_is_ours) {
		ours = ours race_text "\n"
		next
	}
	if (!times[race_title]++)
		titles[++nr] = race_title
}

# What follows has only reports of planted bugs, up to the log of another machine.
/^guest: tainted [0-9]/ { over = 1 }
/^guest: started / { over = 0 }

END {
	printf "%s", ours
	printf "data races of the kernel's own, each with the number of its reports: %d\n", nr
	for (i = 1; i <= nr; i++)
		printf "%6d %s\n", times[titles[i]], titles[i]
}
