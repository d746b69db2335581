# SPDX-License-Identifier: GPL-2.0
# What bench/guest/line printed, as a table of instructions.

# wanted() - how many listeners this way must have told of: some know one family only
function wanted()
{
	return $2 == 6 && ($6 == "tcp" || $6 == "diag4") ? 0 : $5
}

$1 != "read" { next }

$10 != wanted() {
	print "wrong number of listeners: " $0
	exit 1
}

$5 == 0 { empty[$6] = $7 }

$5 == 1 { one[$6] = $7 }

$5 == 1000 && wanted() {
	if (!said++)
		printf "%-9s %-24s %9s %9s %9s\n", "", "instructions", "empty", "the first",
			"each more"
	printf "%-9s %-24s %9d %9d %9d\n", $6, "IPv" $2 ($3 ? ", had a connection" : ""), empty[$6],
		one[$6] - empty[$6], ($7 - one[$6]) / 999
}
