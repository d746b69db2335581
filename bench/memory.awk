# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/memory -> a table

BEGIN {
	print "### Memory, in bytes"
	print ""
	print "listeners tracked\tmemory_bytes\tallocator's pages\tpages, each listener"
}

$1 == "fact" { fact[$2] = $3 }

$1 == "memory" && $3 != $2 {
	print "not all listeners are tracked: " $0
	exit 1
}

$1 == "memory" {
	if (!$2)
		base = $5
	print group($2) "\t" group($4) "\t" group($5) "\t" ($2 ? group(($5 - base) / $2) : "-")
}

END {
	print ""
	print "A listener takes " fact["object"] " bytes of the allocator. The module's code and data: " \
		group(fact["code_and_data"]) ". Bound: " group(fact["bound"]) "."
}
