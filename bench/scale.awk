# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/scale for several numbers of possible CPUs -> a table
#
# The rows for WANT namespaces that were not measured are computed of three that were: one namespace, and
# many of which one or all had packets.

BEGIN {
	WANT = 2000
	print "### Scale"
	print ""
	print "possible CPUs\tnamespaces\twith packets\ta read\ta close\tthe same, had a connection\t`totals`\t" \
		"slots, bytes\ttheir arrays, bytes\t"
}

$1 != "scale" { next }

!($2 in seen) {
	seen[$2] = 1
	cpus[++nr] = $2
}

# Without the module
NF == 8 {
	print group($2) "\t" group($3) "\t" group($4) "\t-\t" group($6) "\t" group($7) "\t-\t-\t-\tno module"
	next
}

{
	for (i = 5; i <= 10; i++) {
		value[$2, $3, $4, i] = $i
		cell[i] = group($i)
	}
	known[$2, $3, $4] = 1
	if ($3 == $4 && $3 > many[$2])
		many[$2] = $3
	line($2, $3, $4, "measured")
}

# line(CPUS, NAMESPACES, BUSY, HOW) - print the cells
function line(c, n, b, how,	i, text)
{
	text = group(c) "\t" group(n) "\t" group(b)
	for (i = 5; i <= 10; i++)
		text = text "\t" cell[i]
	print text "\t" how
}

# compute(CPUS, BUSY) - print the row unless it was measured
function compute(c, b,	m, i, one, there, busy)
{
	m = many[c]
	if (known[c, WANT, b] || m < 2 || !known[c, 1, 1] || !known[c, m, 1])
		return
	for (i = 5; i <= 10; i++) {
		one = value[c, 1, 1, i]
		there = (value[c, m, 1, i] - one) / (m - 1)
		busy = (value[c, m, m, i] - value[c, m, 1, i]) / (m - 1)
		cell[i] = group(one + there * (WANT - 1) + busy * (b - 1))
	}
	line(c, WANT, b, "computed")
}

END {
	for (j = 1; j <= nr; j++) {
		compute(cpus[j], 1)
		compute(cpus[j], WANT)
	}
}
