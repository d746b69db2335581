# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/memory -> a table

BEGIN {
	print "### Memory, in bytes"
	print ""
	print "listeners tracked\tmemory_bytes\tallocator's pages\tpages, each listener"
	text["accepted"] = ", each has accepted"
}

$1 == "fact" { fact[$2] = $3 }

$1 == "memory" && $4 != $2 {
	print "not all listeners are tracked: " $0
	exit 1
}

# The first of each kind is without listeners.
$1 == "memory" && !$2 { base = $6 }

$1 == "memory" && ($2 || $3 == "listens") {
	print group($2) text[$3] "\t" group($5) "\t" group($6) "\t" ($2 ? group(($6 - base) / $2) : "-")
}

END {
	print ""
	print "A listener takes " fact["listener"] " bytes of the allocator, one that has accepted " \
		fact["listener"] + fact["waits"] ". The module's code and data: " \
		group(fact["code_and_data"]) ". Bound: " group(fact["bound"]) "."
}
