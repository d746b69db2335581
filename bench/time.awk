# SPDX-License-Identifier: GPL-2.0
# The output of bench/guest/time -> ratios of measurements taken in turn

# ratio(WHAT, A, B, N) - A[i] / B[i]
function ratio(what, a, b, n,	i, r)
{
	for (i = 1; i <= n; i++)
		r[i] = a[i] / b[i]
	sort_numbers(r, n)
	printf "%s\t%.2f\t%.2f\t%.2f\n", what, r[1], r[int((n + 1) / 2)], r[n]
}

BEGIN {
	print "### Time, as a ratio"
	print ""
	print "what\tminimum\tmedian\tmaximum"
}

$1 == "read" {
	n = NF - 7
	for (i = 1; i <= n; i++)
		run[$6, i] = $(6 + i)
	if ($6 == "ours" || $6 == "cat")
		next
	ours = $6 == "ss" || $6 == "netstat" ? "cat" : "ours"
	for (i = 1; i <= n; i++) {
		a[i] = run[ours, i]
		b[i] = run[$6, i]
	}
	ratio(group($5) " listeners, " ours " / " $6, a, b, n)
}

$1 == "shake" { turn[$4, $2, ++turns[$4, $2]] = $6 }

END {
	kinds = split("accept knock syn", kind, " ")
	for (k = 1; k <= kinds; k++) {
		n = turns[kind[k], "everything"]
		for (i = 1; i <= n; i++) {
			a[i] = turn[kind[k], "everything", i]
			b[i] = turn[kind[k], "none", i]
		}
		if (n)
			ratio(kind[k] ", with / without the module", a, b, n)
	}
}
