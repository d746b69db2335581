# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/scale -> a table

BEGIN {
	print "### Scale"
	print ""
	print "possible CPUs\tnamespaces\twith packets\ta read\tclose\tclose, had a connection\t`totals`\tslots, bytes\tarrays of slots, bytes"
}

$1 == "scale" && $NF == "without" {
	print group($2) "\t" group($3) "\t" group($4) "\tno module\t" group($6) "\t" group($7) "\t-\t-\t-"
}

$1 == "scale" && $NF != "without" {
	print group($2) "\t" group($3) "\t" group($4) "\t" group($5) "\t" group($6) "\t" group($7) "\t" group($8) "\t" \
		group($9) "\t" group($10)
}
