# SPDX-License-Identifier: GPL-2.0
# Read what the kselftest runner printed, each line with the seconds of some clock in front, and
# close with a table and the line "N passed, N failed, N skipped". Counted are the cases inside a
# test where it reports them, else the test, and each planted bug, as many as the environment's
# "bugs" has words. What else went wrong is in its "trouble", a line each.
# Exits 1 unless everything that was planned ran, something passed and nothing failed.

function fail(what)
{
	failures = failures "\nFAILED   " what
	nr_failed++
}

function skip(what)
{
	skips = skips "\nskipped  " what
	nr_skipped++
}

function end_test(result)
{
	if (inside_plan != "" && inside_plan != inside && result != "skipped")
		fail(name ": planned " inside_plan " cases, ran " inside)
	else if (result == "FAILED" && !inside_failed)
		fail(name reason)
	else if (result == "ok" && inside_failed)
		fail(name ": has failed cases but reports success")
	else if (!inside && result == "ok")
		nr_passed++
	else if (!inside && result == "skipped")
		skip(name reason)
	if (inside_failed)
		result = "FAILED"
	table = table sprintf("\n%-32s %-8s %6s %8.1f", name, result, inside ? inside : "", now - start)
	ran++
	name = ""
}

{
	now = $1
	sub(/^[^ ]* /, "")
	sub(/\r$/, "")
}

/^1\.\.[0-9]+/ {
	plan = substr($1, 4) + 0
	next
}

/^# selftests: [^ ]+: / {
	name = $4
	start = now
	inside = inside_failed = 0
	inside_plan = reason = complaint = ""
	next
}

name != "" && /^# 1\.\.[0-9]+/ {
	inside_plan = substr($2, 4) + 0
}

# A test that skips as a whole says why before it ends.
name != "" && /^# .*SKIP/ && !/^# ok / {
	reason = ": " substr($0, index($0, "SKIP"))
}

# Of what a case found wrong the first: the rest may follow from it.
name != "" && complaint == "" && /^# # [a-z_]+\.c:[0-9]+:[^:]*:Expected / {
	complaint = ": " substr($0, 5)
}

name != "" && /^# (not )?ok / {
	inside++
	if ($2 == "not") {
		inside_failed++
		fail(name ": " substr($0, 3) complaint)
	} else if ($0 ~ /# SKIP/) {
		skip(name ": " substr($0, 3))
	} else {
		nr_passed++
	}
	complaint = ""
	next
}

/^(not )?ok [0-9]+ selftests: / {
	if ($1 == "not") {
		if (match($0, / # .*/))
			reason = ":" substr($0, RSTART + 2)
		end_test("FAILED")
	} else {
		end_test($0 ~ /# SKIP/ ? "skipped" : "ok")
	}
}

/^(not )?ok planted / {
	planted++
	if ($1 == "not")
		fail(substr($0, 8))
	else
		nr_passed++
}

END {
	if (planted != split(ENVIRON["bugs"], bugs))
		fail("planted " planted + 0 " of the bugs " ENVIRON["bugs"])
	if (name != "")
		fail(name ": did not finish")
	if (plan == "")
		fail("the runner printed no plan")
	else if (ran != plan)
		fail("planned " plan " tests, ran " ran + 0)
	nr_troubles = split(ENVIRON["trouble"], troubles, "\n")
	for (i = 1; i <= nr_troubles; i++)
		fail(troubles[i])
	if (!nr_passed && !nr_failed)
		fail("no test passed")
	printf "\n%-32s %-8s %6s %8s%s\n%s%s\n", "test", "result", "cases", "seconds", table, skips, failures
	printf "%d passed, %d failed, %d skipped\n", nr_passed, nr_failed, nr_skipped
	exit nr_failed > 0
}
