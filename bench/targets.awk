# SPDX-License-Identifier: GPL-2.0
# All measurements -> the targets, and whether they are met. Files: line, grid, bucket,
# shake.

function worst(name, value)
{
	if (!(name in most) || value > most[name])
		most[name] = value
}

# target(WHAT, MEASURED, LIMIT, HOW) - at most the limit; HOW printf prints both
function target(what, measured, limit, how)
{
	print what "\t" sprintf(how, measured) "\t" sprintf(how, limit) "\t" \
		(measured <= limit ? "met" : "missed")
}

{ file = FILENAME; sub(/.*\//, "", file) }

file == "line" && $1 == "read" { line[$2, $3, $5, $6] = $7 }

file == "grid" && $1 == "read" {
	grid[$4, $5, $6] = $7
	if ($6 == "ours" && $4)
		worst("connections", 100 * abs($7 / grid[0, $5, $6] - 1))
}

file == "bucket" && $1 == "buckets" { buckets = $2 }

file == "bucket" && $1 == "read" && $5 == 60000 && $6 == "cat" { bucket[buckets] = $7 }

file == "shake" && $1 == "shake" { shake[$2, $3, $4] = $7 / $5 }

function abs(x)
{
	return x < 0 ? -x : x
}

# each_more(FAMILY, STATE, WAY)
function each_more(family, state, way)
{
	return (line[family, state, 1000, way] - line[family, state, 1, way]) / 999
}

# a_line(WHAT, FAMILY, STATE, TIMES) - at most so many times the record that inet_diag has of the same listener
function a_line(what, family, state, times)
{
	if ((family, state, 1000, "ours") in line)
		target(what ", IPv" family, each_more(family, state, "ours"),
			times * each_more(family, state, family == 4 ? "diag4" : "diag"), "%.0f")
}

# beside(LABEL, LISTENERS, KIND) - percent more than with the label "none"
function beside(label, listeners, kind)
{
	return 100 * (shake[label, listeners, kind] / shake["none", listeners, kind] - 1)
}

END {
	print "### Targets"
	print ""
	print "target\tmeasured\tat most\t"
	for (family = 4; family <= 6; family += 2) {
		a_line("instructions a line", family, 0, 1)
		a_line("the same, had a connection", family, 1, 1.5)
		a_line("the same, every column set", family, 2, 1.5)
	}
	if ((4, 0, 0, "ours") in line)
		target("empty read", line[4, 0, 0, "ours"], line[4, 0, 0, "diag4"], "%.0f")
	if ((0, 10000, "cat") in grid)
		target("`cat` of 10,000, share of `ss -ltnH`",
			100 * grid[0, 10000, "cat"] / grid[0, 10000, "ss"], 20, "%.1f %%")
	if ("one" in bucket)
		target("`cat` of 60,000 in one bucket, times as many", bucket["one"] / bucket["many"], 3, "%.2f")
	if ("connections" in most)
		target("what connections add to a read", most["connections"], 1, "%.2f %%")
	if (("everything", 1, "accept") in shake)
		for (n = 1; n <= 1000; n *= 1000) {
			those = n > 1 ? ", 1,000 listeners" : ", one listener"
			target("a connection" those, beside("everything", n, "accept"), 0.6, "%.2f %%")
			target("a refused SYN" those, beside("everything", n, "syn"), 2.5, "%.2f %%")
			if (("event", n, "syn") in shake)
				target("instructions of the trace event, a refused SYN" those,
					shake["event", n, "syn"] - shake["everything", n, "syn"], 1000, "%.0f")
			if (("bpftrace-kfunc", n, "accept") in shake)
				target("a connection, beside bpftrace" those,
					beside("everything", n, "accept"),
					beside("bpftrace-kfunc", n, "accept"), "%.2f %%")
		}
}
