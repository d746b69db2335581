# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/shake -> a table of what each connection costs
#
# The median of the rounds: the least of them depends on what the timer's ticks had to do, and differs
# three times as much between two runs of one kind.

BEGIN {
	print "### Connections"
	print ""
	split("", label)
	text["accept"] = "connect, accept, close"
	text["knock"] = "refused connect"
	text["syn"] = "refused SYN"
}

$1 == "shake" {
	took[$2, $3, $4] = $7 / $5
	if (!($2 in seen)) {
		seen[$2] = 1
		label[++labels] = $2
	}
	if (!(($3, $4) in known)) {
		known[$3, $4] = 1
		row[++rows] = $3 SUBSEP $4
	}
}

END {
	line = "listeners, what"
	for (j = 1; j <= labels; j++)
		line = line "\t" label[j]
	print line
	for (i = 1; i <= rows; i++) {
		split(row[i], at, SUBSEP)
		line = group(at[1]) ", " text[at[2]]
		none = took["none", at[1], at[2]]
		for (j = 1; j <= labels; j++) {
			this = took[label[j], at[1], at[2]]
			line = line "\t" group(this) (j > 1 ? " (" change(this, none) ")" : "")
		}
		print line
	}
}
