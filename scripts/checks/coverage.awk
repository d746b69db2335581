# SPDX-License-Identifier: GPL-2.0
# Read what gcov wrote of the module's files and print, for each, how many of its lines ran and which
# did not. A line of a header counts once, however many files include it.

BEGIN {
	FS = ":"
}

$2 ~ /^ *0$/ && $3 == "Source" {
	name = $4
	ours = sub(/^module\//, "", name)
	next
}

ours && $1 !~ /^ *-$/ && $2 + 0 > 0 {
	key = name SUBSEP ($2 + 0)
	if (!(key in ran)) {
		lines[name]++
		ran[key] = 0
		if ($2 + 0 > last[name])
			last[name] = $2 + 0
	}
	if ($1 !~ /#|=/ && !ran[key]) {
		ran[key] = 1
		covered[name]++
	}
}

END {
	for (name in lines) {
		missed = ""
		for (i = 1; i <= last[name]; i++)
			if ((name SUBSEP i) in ran && !ran[name, i])
				missed = missed " " i
		printf "%-16s %5d of %5d %6.1f %%%s\n", name, covered[name], lines[name],
			100 * covered[name] / lines[name], missed ? "  not:" missed : "" | "sort"
		all += lines[name]
		all_covered += covered[name]
	}
	close("sort")
	if (!all) {
		print "no lines were counted"
		exit 1
	}
	printf "%-16s %5d of %5d %6.1f %%\n", "all", all_covered, all, 100 * all_covered / all
	exit 100 * all_covered < least * all
}
