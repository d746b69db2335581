# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/line -> a table

# wanted() - how many listeners this way must have listed: some know one family only
function wanted()
{
	return $2 == 6 && ($6 == "tcp" || $6 == "diag4") ? 0 : $5
}

BEGIN {
	state[1] = ", had a connection"
	state[2] = ", every column set, and a queue waiting"
	print "### A line"
	print ""
	print "way\tlisteners\tempty\tthe first\teach more"
}

$1 != "read" { next }

$10 != wanted() {
	print "wrong number of listeners: " $0
	exit 1
}

$5 == 0 { empty[$6] = $7 }

$5 == 1 { one[$6] = $7 }

$5 == 1000 && wanted() {
	print $6 "\tIPv" $2 state[$3] "\t" group(empty[$6]) "\t" \
		group(one[$6] - empty[$6]) "\t" group(($7 - one[$6]) / 999)
}
