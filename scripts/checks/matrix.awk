# SPDX-License-Identifier: GPL-2.0
# Put the summaries of several kernels side by side. In the current directory, for each name in
# "kernels": NAME.out, what vm printed; NAME.err, what was said meanwhile; NAME.counts, how many passed,
# failed and were skipped; NAME.not, if it is there, why there is no result.

function first_line(file,	line)
{
	if ((getline line <file) <= 0)
		line = ""
	close(file)
	return line
}

# The release that was booted, and whether sparse looked at the build.
function read_notes(kernel,	line)
{
	sparse[kernel] = "clean"
	while ((getline line <(kernel ".err")) > 0) {
		if (line ~ /^vm: booting /)
			release[kernel] = substr(line, 13)
		if (line ~ /: sparse is not run/)
			sparse[kernel] = "not run"
	}
	close(kernel ".err")
}

# From the table's heading on a line for each test, up to an empty line.
function read_table(kernel,	line, word, inside)
{
	while ((getline line <(kernel ".out")) > 0) {
		split(line, word)
		if (line ~ /^test +result +cases +seconds$/) {
			inside = 1
		} else if (!inside) {
			continue
		} else if (line ~ /^(FAILED|skipped) / || line ~ /^[0-9]+ passed, /) {
			break
		} else if (line != "") {
			if (!(word[1] in known)) {
				known[word[1]] = 1
				tests[++nr_tests] = word[1]
			}
			cell[word[1], kernel] = word[2] == "ok" ? word[length(word)] : word[2]
		}
	}
	close(kernel ".out")
}

function take(kernel,	counts)
{
	if (first_line(kernel ".not") != "") {
		missing[kernel] = 1
		return
	}
	read_notes(kernel)
	read_table(kernel)
	split(first_line(kernel ".counts"), counts)
	passed[kernel] = counts[1]
	failed[kernel] = counts[2]
	skipped[kernel] = counts[3]
}

function row(title, values,	i)
{
	printf "%-14s", title
	for (i = 1; i <= nr_kernels; i++)
		printf " %10s", name[i] in values ? values[name[i]] : "NOT RUN"
	printf "\n"
}

BEGIN {
	nr_kernels = split(kernels, name, " ")
	for (i = 1; i <= nr_kernels; i++)
		take(name[i])
	printf "\n%-14s", "seconds"
	for (i = 1; i <= nr_kernels; i++)
		printf " %10s", name[i]
	printf "\n"
	for (t = 1; t <= nr_tests; t++) {
		split("", values)
		for (i = 1; i <= nr_kernels; i++)
			if ((tests[t], name[i]) in cell)
				values[name[i]] = cell[tests[t], name[i]]
		row(tests[t], values)
	}
	row("sparse", sparse)
	row("passed", passed)
	row("failed", failed)
	row("skipped", skipped)
	printf "\n"
	for (i = 1; i <= nr_kernels; i++)
		printf "%-14s %s\n", name[i], missing[name[i]] ? "NOT RUN" : name[i] in release ? release[name[i]] : "-"
	printf "\n"
}
