# SPDX-License-Identifier: GPL-2.0
# The output of scripts/bench/bench-profile -> the functions with most instructions

function finish(	i, rest)
{
	if (!task)
		return
	print ""
	print "#### " text[task] ": " group(sum) " instructions"
	print ""
	print "function\tof\tinstructions\tshare"
	for (i = 1; i <= n && i <= 25; i++)
		print line[i] "\t" group(count[i]) "\t" sprintf("%.1f %%", 100 * count[i] / sum)
	for (; i <= n; i++)
		rest += count[i]
	print "all others\t\t" group(rest) "\t" sprintf("%.1f %%", 100 * rest / sum)
	sum = n = 0
}

BEGIN {
	print "### Where the instructions go"
	text["unused"] = "Reading ours, 1,000 listeners"
	text["ours"] = "The same, each had a connection"
	text["diag4"] = "Dumping them by inet_diag"
	text["accept"] = "connect, accept, close"
	text["syn"] = "A refused SYN"
	text["full"] = "Reading ours, 1,000 listeners with all but the half-open connections of a full line"
}

$1 == "profile" {
	if ($2 != task) {
		finish()
		task = $2
	}
	gsub(/[][]/, "", $4)
	line[++n] = ($3 == "(user)" ? "user space" : "`" $3 "`") "\t" $4
	count[n] = $5
	sum += $5
}

END { finish() }
