# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/grid -> a table

BEGIN {
	print "### Reading"
	print ""
	columns = split("ours debugfs diag4 diag ssdump tcp cat ss netstat", way, " ")
	print "listeners, connections\tours\tdebugfs\tdiag4\tdiag\tssdump\ttcp\t`cat`\t`ss -ltnH`\t`netstat -lnt`"
}

$1 == "fact" { fact[$2] = $3 }

# These two may list other sockets, too.
$1 == "read" && ($6 != "ssdump" && $6 != "tcp") && $10 != $5 {
	print "wrong number of listeners: " $0
	exit 1
}

$1 == "read" {
	took[$4, $5, $6] = $7
	if (!(($4, $5) in known)) {
		known[$4, $5] = 1
		row[++rows] = $5 SUBSEP $4
	}
}

END {
	for (i = 1; i <= rows; i++) {
		split(row[i], at, SUBSEP)
		line = group(at[1]) ", " group(at[2])
		for (j = 1; j <= columns; j++)
			line = line "\t" group(took[at[2], at[1], way[j]])
		print line
	}
	if (!("kernel" in fact))
		exit
	print ""
	print "Linux " fact["kernel"] ", " group(fact["memory"]) " kB of memory, " group(fact["connections"]) \
		" buckets for connections, " group(fact["listeners"]) " for listeners."
}
