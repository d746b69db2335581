# SPDX-License-Identifier: GPL-2.0
# Lines with tabs -> a table in Markdown, aligned for people, too. Other lines stay as they are.

function pad(text, width, left)
{
	return left ? sprintf("%-*s", width, text) : sprintf("%*s", width, text)
}

function flush(	row, i, line)
{
	for (row = 1; row <= rows; row++) {
		line = "|"
		for (i = 1; i <= columns; i++)
			line = line " " pad(cell[row, i], width[i], i == 1) " |"
		print line
		if (row > 1)
			continue
		line = "|"
		for (i = 1; i <= columns; i++)
			line = line (i == 1 ? ":" : "-") pad("", width[i], 1) (i == 1 ? "-" : ":") "|"
		gsub(/ /, "-", line)
		print line
	}
	rows = columns = 0
	split("", width)
}

BEGIN { FS = "\t" }

NF > 1 {
	rows++
	if (NF > columns)
		columns = NF
	for (i = 1; i <= NF; i++) {
		cell[rows, i] = $i
		if (length($i) > width[i])
			width[i] = length($i)
	}
	next
}

{ flush(); print }

END { flush() }
