# SPDX-License-Identifier: GPL-2.0
# A table of docs/performance.md -> a line for each value: what the row says before and after its first
# ", ", what the column says, the value, and the change in percent or "-"; tabs in between. The table is the
# first one below the line that is in the variable heading. table.awk is the other way round.

function trim(text)
{
	gsub(/^ +| +$/, "", text)
	return text
}

$0 == heading { inside = 1; next }
inside && /^#/ { inside = 0 }
!inside || !/^\|/ { next }

{ columns = split(substr($0, 2), cell, "|") - 1 }

!rows++ {
	for (i = 2; i <= columns; i++) {
		way[i] = trim(cell[i])
		gsub(/`/, "", way[i])
	}
	next
}

rows > 2 {
	row = trim(cell[1])
	at = index(row, ", ")
	first = substr(row, 1, at - 1)
	gsub(/,/, "", first)
	second = substr(row, at + 2)
	if (second ~ /^[0-9,]+$/)
		gsub(/,/, "", second)
	for (i = 2; i <= columns; i++) {
		split(trim(cell[i]), part, / \(| %\)/)
		gsub(/,/, "", part[1])
		print first "\t" second "\t" way[i] "\t" part[1] "\t" (part[2] == "" ? "-" : part[2])
		values++
	}
}

END {
	if (!values) {
		print "no table below \"" heading "\"" >"/dev/stderr"
		exit 1
	}
}
