# SPDX-License-Identifier: GPL-2.0
# How far a machine is, of what it has printed so far, as ", test 3 of 29: storm" or ", 12 of 60": tests have a plan
# "1..29", measurements begin with "plan 60". Lines may have the seconds of some clock in front.

/(^| )1\.\.[0-9]+/ && !/# / {
	plan = $0
	sub(/.*1\.\./, "", plan)
}

/^([0-9.]+ )?# selftests: [^ ]+: / { name = $NF }

/^([0-9.]+ )?(not )?ok [0-9]+ selftests: / { done++; name = "" }

/^([0-9.]+ )?plan [0-9]+$/ { figures = $NF; lines = -1 }

{ lines++ }

END {
	if (plan && name != "")
		printf ", test %d of %d: %s", done + 1, plan, name
	else if (plan)
		printf ", %d of %d tests", done, plan
	else if (figures)
		printf ", %d of %d", lines, figures
}
