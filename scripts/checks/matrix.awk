# SPDX-License-Identifier: GPL-2.0
# Put the summaries of several kernels side by side. In the current directory, for each name in
# "kernels": NAME.out, what vm printed; NAME.rc, its exit status; NAME.err, what was said meanwhile;
# NAME.not, if it is there, why there is no result. The kernel "must" has to have one.
# Exits 1 if anything failed, 4 if nothing ran, else 0.

function first_line(file,	line)
{
	if ((getline line <file) <= 0)
		line = ""
	close(file)
	return line
}

function problem(kind, what)
{
	problems = problems sprintf("%-8s %s\n", kind, what)
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

# From the table's heading on: a line for each test, then what was skipped and failed, the counts.
function read_summary(kernel,	line, word, inside, counted)
{
	while ((getline line <(kernel ".out")) > 0) {
		split(line, word)
		if (line ~ /^test +result +cases +seconds$/) {
			inside = 1
		} else if (!inside) {
			continue
		} else if (line ~ /^FAILED /) {
			problem("FAILED", kernel ": " substr(line, 10))
			counted++
		} else if (line ~ /^skipped /) {
			problem("skipped", kernel ": " substr(line, 10))
		} else if (line ~ /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/) {
			passed[kernel] = word[1]
			failed[kernel] = word[3]
			skipped[kernel] = word[5]
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

function take(kernel,	rc)
{
	reason = first_line(kernel ".not")
	if (reason != "") {
		problem(kernel == must ? "FAILED" : "NOT RUN", kernel ": " reason)
		if (kernel == must)
			nr_failed++
		else
			nr_skipped++
		missing[kernel] = 1
		return
	}
	read_notes(kernel)
	read_summary(kernel)
	rc = first_line(kernel ".rc")
	# No build, no machine, no summary: nothing that vm could count.
	if (rc != "0" && !failed[kernel]) {
		problem("FAILED", kernel ": no result, exit status " rc)
		failed[kernel] = 1
	}
	nr_passed += passed[kernel]
	nr_failed += failed[kernel]
	nr_skipped += skipped[kernel]
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
		printf "%-14s %s\n", name[i], missing[name[i]] ? "NOT RUN" : release[name[i]]
	printf "\n%s", problems
	printf "%d passed, %d failed, %d skipped\n", nr_passed, nr_failed, nr_skipped
	exit nr_failed ? 1 : nr_passed ? 0 : 4
}
