# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/bucket -> a table

BEGIN {
	print "### A long bucket"
	print ""
	print "listeners\tway\tin as many buckets\tin one\ttimes"
}

$1 == "buckets" { buckets = $2 }

$1 == "read" && $10 != $5 {
	print "wrong number of listeners: " $0
	exit 1
}

$1 == "read" && buckets == "many" { many[$5, $6] = $7 }

$1 == "read" && buckets == "one" {
	printf "%s\t%s\t%s\t%s\t%.2f\n", group($5), $6 == "cat" ? "`cat`" : $6, group(many[$5, $6]), \
		group($7), $7 / many[$5, $6]
}
