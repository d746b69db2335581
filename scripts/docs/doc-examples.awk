# SPDX-License-Identifier: GPL-2.0
# The blocks of commands in documents; scripts/docs/doc-examples says which, and what is printed. "known" has the columns.

function bad(line, text)
{
	print file ":" line ": " text | "cat >&2"
	failed = 1
}

# bare(text) - the text without what is quoted, which is a "Q" each, and without comments. Sets "quoted" to what
# stood in quotes, "open" when a quote or the line is not closed.
function bare(text,    i, c, state, out, start)
{
	quoted = ""
	state = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		start = i == 1 || substr(text, i - 1, 1) ~ /[ \t\n;|&(]/
		if (state == "#") {
			if (c != "\n")
				continue
			state = ""
			out = out c
		} else if (state != "") {
			if (c == state)
				state = ""
			else if (c == "\\" && state == "\"")
				quoted = quoted substr(text, ++i, 1)
			else
				quoted = quoted c
			if (state == "\"" && (c == "`" || substr(text, i, 2) == "$("))
				out = out " a-command-in-quotes "
		} else if (c == "'" || c == "\"") {
			state = c
			out = out "Q"
		} else if (c == "\\") {
			out = out (substr(text, ++i, 1) == "\n" ? " " : "Q")
		} else if (c == "#" && start) {
			state = "#"
		} else {
			out = out c
		}
	}
	open = state != "" && state != "#" || text ~ /\\$/
	return out
}

# may_write(file) - tell whether an example may redirect to it
function may_write(file)
{
	return file == "/dev/null" || file ~ /^[a-z][a-z0-9_.-]*$/ ||
		file ~ /^\/sys\/module\/tcp_listenq\/parameters\/[a-z_]+$/
}

# parse(text) - go through a command, or several; sets "depth" to how many compound commands are not closed, "more"
# when the line cannot be the last, "cannot" to what the test cannot run, "writes" when the output goes to a file
function parse(text,    word, nr, i, command, skip)
{
	text = bare(text)
	gsub(/\$\{[^}]*\}/, "Q", text)
	gsub(/[0-9]*>&[0-9-]/, " ", text)
	more = text ~ /(\||&&)[ \t\n]*$/
	gsub(/&&|\|\|/, ";", text)
	gsub(/`/, " backquotes ", text)
	gsub(/[0-9]*>>?/, " > ", text)
	gsub(/\n/, " ; ", text)
	gsub(/[;&|(){}<]/, " & ", text)
	nr = split(text, word, " ")
	depth = 0
	cannot = skip = ""
	writes = 0
	command = 1
	for (i = 1; i <= nr; i++) {
		if (skip == ">" && word[i] != "/dev/null")
			writes = 1
		if (skip == ">" && !may_write(word[i]))
			cannot = "> " word[i]
		if (skip != "" || word[i] ~ /^[<>]$/) {
			skip = skip == "" ? word[i] : ""
			if (word[i] == "<" && word[i + 1] == "<")
				cannot = "<<"
		} else if (word[i] == "&") {
			cannot = "&"
		} else if (word[i] ~ /^(;|\||\(|!|do|then|else|elif|if|while|until|\{)$/ && (command || word[i] ~ /^[;|(]$/)) {
			depth += word[i] ~ /^(\(|if|while|until|\{)$/
			command = 1
		} else if (word[i] == ")") {
			depth--
			command = 0
		} else if (command && word[i] ~ /^(done|fi|\})$/) {
			depth--
			command = 0
		} else if (command && word[i] == "for") {
			depth++
			command = 0
		} else if (command && word[i] !~ /^([A-Za-z_]+=.*|sudo)$/) {
			if (!(word[i] in may_run) && cannot == "")
				cannot = word[i]
			command = 0
		} else if (word[i] ~ /^-(exec|execdir|ok|okdir|delete|fprint.*|-kill|K)$/) {
			cannot = word[i]
		}
	}
	more = more || depth > 0 || open
}

# check(line, text) - what is wrong with a command whatever becomes of it. To pick a column of what columns prints
# by its number is right: the command has put it there.
function check(line, text,    rest, column, i, nr)
{
	rest = text
	gsub(/\/columns([ \t]+(\\\n[ \t]*)?[a-z0-9_]+)+([ \t]+(\\\n[ \t]*)?[^ \t|;&)\n]*)?/, "", rest)
	bare(rest)
	if (rest ~ /net\/tcp_listenq|tcp_listenq\/(listeners|totals|hooks)/ &&
	    (quoted ~ /\$\(?[1-9]/ || rest ~ /sort [^|]*-[a-z]*k|cut [^|]*-f/))
		bad(line, "a column is picked by its number: " text)
	rest = text
	while (rest ~ /tcp_listenq/ && match(rest, /\["[a-z0-9_]+"\]/)) {
		i = substr(rest, RSTART + 2, RLENGTH - 4)
		if (!(i in is_known))
			bad(line, "no column " i)
		rest = substr(rest, RSTART + RLENGTH)
	}
	if (cannot == "" || !match(text, /\/columns([ \t]+(\\\n[ \t]*)?[a-z0-9_]+)+/))
		return
	nr = split(substr(text, RSTART, RLENGTH), column, /[ \t\\\n]+/)
	for (i = 2; i <= nr; i++)
		if (!(column[i] in is_known))
			bad(line, "no column " column[i])
}

# command(line, text) - one command of the block
function command(line, text,    printed)
{
	parse(text)
	check(line, text)
	if (cannot != "" && refused == "") {
		refused = cannot
		refused_line = line
	}
	printed = text
	gsub(/\n/, "\n>\t", printed)
	out = out (!writes && text ~ /\/tcp_listenq|(tools|tcp-listenq)\/columns/ ? "$" : "%") "\t" printed "\n"
	commands++
}

function shell_block(    i, text, line)
{
	text = ""
	for (i = 1; i <= lines; i++) {
		if (text == "" && bare(body[i]) ~ /^[ \t]*$/)
			continue
		if (body[i] ~ /^[$] /)
			bad(first + i - 1, "a prompt in a block of kind sh")
		if (text == "")
			line = first + i - 1
		text = text == "" ? body[i] : text "\n" body[i]
		parse(text)
		if (more)
			continue
		command(line, text)
		text = ""
	}
	if (text != "")
		bad(line, "the command does not end")
}

function console_block(    i, text, line)
{
	text = ""
	for (i = 1; i <= lines; i++) {
		if (body[i] ~ /^[$] /) {
			if (text != "")
				command(line, text)
			text = substr(body[i], 3)
			line = first + i - 1
			continue
		}
		if (text != "" && body[i] ~ /^> /) {
			text = text "\n" substr(body[i], 3)
			continue
		}
		if (text != "")
			command(line, text)
		text = ""
		if (!commands) {
			bad(first + i - 1, "a block of kind console does not begin with a prompt")
			return
		}
		out = out "=\t" body[i] "\n"
	}
	if (text != "")
		command(line, text)
}

function end_block(    where)
{
	where = file ":" start
	blocks++
	out = refused = ""
	commands = 0
	if (kind == "text") {
		nr_text++
		print "text\t" where
		if (reason != "" || name != "")
			bad(start, "a mark on a block of kind text")
	} else {
		if (kind == "sh")
			shell_block()
		else
			console_block()
		if (!commands)
			bad(start, "no command in it")
		if (reason != "") {
			nr_not++
			print "not\t" where "\t" reason
			if (refused == "")
				bad(start, "marked as not run (" reason "), but every command of it can be run")
		} else {
			nr_run++
			printf "block\t%s\t%s\t%s\n%s", where, kind, name == "" ? "-" : name, out
			if (refused != "")
				bad(refused_line, "cannot be run by a test, and has no mark \"not run\": " refused)
		}
	}
	kind = reason = name = ""
	marked = 0
}

function begin_block(what, at)
{
	kind = what
	start = FNR
	first = at
	lines = 0
	if (marked && FNR - marked > 1 + was_empty)
		bad(marked, "a mark that does not stand above a block")
}

function end_file()
{
	if (fence != "")
		bad(start, "the block does not end")
	else if (kind != "")
		end_block()
	if (marked)
		bad(marked, "a mark that does not stand above a block")
	kind = fence = reason = name = ""
	marked = 0
}

BEGIN {
	nr = split(known, word, " ")
	for (i = 1; i <= nr; i++)
		is_known[word[i]]
	# What the test machine has, reads only, and comes to an end.
	nr = split(": awk cat cmp cut diff dmesg echo find grep head ls lsns modinfo netstat nstat printf read sed sort ss " \
		"tail test [ tr true uniq wc tools/columns /usr/share/tcp-listenq/columns", word, " ")
	for (i = 1; i <= nr; i++)
		may_run[word[i]]
}

FNR == 1 {
	end_file()
	file = FILENAME
	frame = file ~ /(^|\/)(README|tcp_listenq\.4)\.md$/
	was_empty = 1
	last = ""
}

fence != "" {
	if ($0 ~ "^ *" fence "+ *$") {
		fence = ""
		end_block()
	} else {
		text = $0
		for (i = 0; i < indent && text ~ /^ /; i++)
			text = substr(text, 2)
		body[++lines] = text
	}
	was_empty = 0
	last = $0
	next
}

kind != "" && /^    / {
	while (lines < FNR - first)
		body[++lines] = ""
	body[++lines] = substr($0, 5)
	next
}

kind != "" && /[^ \t]/ {
	end_block()
	was_empty = 1
}

kind != "" {
	next
}

/^ *(```|~~~)/ {
	match($0, /^ */)
	indent = RLENGTH
	fence = substr($0, indent + 1, 3)
	text = substr($0, indent + 1)
	gsub(/^[`~]+ *| *$/, "", text)
	begin_block(text, FNR + 1)
	if (text !~ /^(sh|console|text)$/) {
		bad(FNR, "a block of kind \"" text "\", not sh, console or text")
		kind = "text"
	}
	next
}

/^    / && was_empty {
	begin_block("sh", FNR)
	if (!frame) {
		bad(FNR, "an indented block: fence it and name its kind")
		kind = "text"
	}
	body[++lines] = substr($0, 5)
	next
}

/^\[\/\/\]: # \((not run|example): [^()]+\)$/ {
	if (!was_empty && last !~ /^#|^\[\/\/\]: # /)
		bad(FNR, "a mark needs an empty line above it, or it is shown")
	text = $0
	gsub(/^[^(]*\((not run|example): |\)$/, "", text)
	if ($0 ~ /\(not run: /)
		reason = text
	else
		name = text
	marked = FNR
	last = $0
	was_empty = 0
	next
}

/\(?(not run|example): / && /^\[\/\/\]/ {
	bad(FNR, "a mark that is not of the form [//]: # (not run: REASON) or [//]: # (example: NAME)")
}

/[^ \t]/ && marked {
	bad(marked, "a mark that does not stand above a block")
	marked = 0
	reason = name = ""
}

{
	was_empty = !/[^ \t]/
	last = $0
}

END {
	end_file()
	print "end\t" blocks + 0 "\t" nr_run + 0 "\t" nr_text + 0 "\t" nr_not + 0
	if (!blocks)
		bad(1, "no block in any document")
	close("cat >&2")
	exit failed
}
