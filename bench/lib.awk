# SPDX-License-Identifier: GPL-2.0
# For the other awk programs here, which turn the output of the guest into headings, text, and
# tables with tabs between the columns.

# group(NUMBER) - as 1,234,567
function group(number,	text, out)
{
	text = sprintf("%.0f", number)
	while (length(text) > 3) {
		out = "," substr(text, length(text) - 2) out
		text = substr(text, 1, length(text) - 3)
	}
	return text out
}

# change(NEW, OLD) - in percent, with its sign
function change(new, old)
{
	return sprintf("%+.2f %%", 100 * (new / old - 1))
}

# sort_numbers(V, N) - V[1] to V[N]
function sort_numbers(v, n,	i, j, x)
{
	for (i = 2; i <= n; i++) {
		x = v[i]
		for (j = i - 1; j > 0 && v[j] > x; j--)
			v[j + 1] = v[j]
		v[j + 1] = x
	}
}

function tabs(n,	i, line)
{
	line = cell[1]
	for (i = 2; i <= n; i++)
		line = line "\t" cell[i]
	print line
}
