# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/shake -> a table of what each connection costs
#
# The median of the rounds: the least of them depends on what the timer's ticks had to do, and differs
# three times as much between two runs of one kind. Of several runs of one kind, the median of these.

BEGIN {
	print "### Connections"
	print ""
	split("", label)
	text["accept"] = "connect, accept, close"
	text["knock"] = "refused connect"
	text["syn"] = "refused SYN"
}

$1 == "shake" {
	took[$2, $3, $4, ++runs[$2, $3, $4]] = $7 / $5
	if (!($2 in seen)) {
		seen[$2] = 1
		label[++labels] = $2
	}
	if (!(($3, $4) in known)) {
		known[$3, $4] = 1
		row[++rows] = $3 SUBSEP $4
	}
}

function median(label, listeners, kind,	v, n, i)
{
	n = runs[label, listeners, kind]
	for (i = 1; i <= n; i++)
		v[i] = took[label, listeners, kind, i]
	sort_numbers(v, n)
	return v[int((n + 1) / 2)]
}

END {
	line = "listeners, what"
	for (j = 1; j <= labels; j++)
		line = line "\t" label[j]
	print line
	for (i = 1; i <= rows; i++) {
		split(row[i], at, SUBSEP)
		line = group(at[1]) ", " text[at[2]]
		first = median(label[1], at[1], at[2])
		for (j = 1; j <= labels; j++) {
			this = median(label[j], at[1], at[2])
			line = line "\t" group(this) (j > 1 ? " (" change(this, first) ")" : "")
		}
		print line
	}
}
