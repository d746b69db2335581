# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/against -> a table: the median of the loads of each module

BEGIN {
	print "### Another commit"
	print ""
	text["accept"] = "connect, accept, close"
	text["knock"] = "refused connect"
	text["syn"] = "refused SYN"
	print "listeners, what\tbefore\tnow"
}

$1 == "shake" {
	key = $3 SUBSEP $4
	if (!(key in known)) {
		known[key] = 1
		row[++rows] = key
	}
	took[$2, key, ++nr[$2, key]] = $7 / $5
}

function median(label, key,	v, n, i)
{
	n = nr[label, key]
	for (i = 1; i <= n; i++)
		v[i] = took[label, key, i]
	sort_numbers(v, n)
	return v[int((n + 1) / 2)]
}

END {
	for (i = 1; i <= rows; i++) {
		split(row[i], at, SUBSEP)
		before = median("before", row[i])
		now = median("now", row[i])
		print group(at[1]) ", " text[at[2]] "\t" group(before) "\t" group(now) " (" change(now, before) ")"
	}
}
