#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# show - the table: its content and order, columns, filters, raw, colour, width of a terminal, repetition with rates,
# hostile names, and every way to call it wrongly or to lose its output. Also that help, man page and completion
# name the same options.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

basic=$recorded/show-basic
top=$tests/../..

# row PORT FILE - the line of that port, one blank between words
row()
{
	awk -v port="$1" '$2 == port { $1 = $1; print }' "$2"
}

# ports FILE - in their order
ports()
{
	awk '$2 ~ /^[0-9]+$/ { printf "%s ", $2 }' "$1"
}

run --root "$basic"
check "exit status" is "$rc" 0
check "nothing is said" empty "$err"
check "header" is "$(awk 'NR == 1 { $1 = $1; print }' "$out")" "STATE PORT ADDRESS QUEUE SYN REFUSED LAST WAIT OWNER"
check "trouble first: rank, then port" is "$(ports "$out")" "8080 443 5432 22 80 2049 "
check "a full queue" is "$(row 8080 "$out")" "FULL 8080 0.0.0.0 129/129 3/129 2214 2s 38s app.service java[4711]"
check "members of a group are one line" is "$(row 443 "$out")" \
	"refused 443 * (x8) 575/4096 9/4096 37 4m 28ms nginx.service nginx[812]+8"
check "over half full" is "$(row 5432 "$out")" \
	"queue 5432 127.0.0.1 150/245 0/245 0 - 3.0ms postgresql@15-main.service postgres[900]"
check "mean wait where nobody waits" is "$(row 22 "$out")" "ok 22 0.0.0.0 0/129 0/129 0 - 80us ssh.service sshd[640]"
check "the kernel's own" is "$(row 2049 "$out")" "ok 2049 0.0.0.0 0/65 0/65 0 - - kernel"
check "a long address is whole without a terminal" has "fe80::21b:21ff:fe0a:7c3%eth0" "$out"
cp "$out" "$scratch/table"
run show --root "$basic"
check "show is the default" same "$scratch/table" "$out"
run -n --root "$basic"
check "-n has no effect" same "$scratch/table" "$out"

run --unfold --root "$basic"
check "--unfold: a line for each socket" lines 14 "$out"
check "--unfold: only the full one is in trouble" is "$(awk '$2 == 443 { print $1 }' "$out" | sort | uniq -c | tr -s ' \n' ' ')" \
	" 7 ok 1 refused "

filter()
{
	wanted=$1
	shift
	run "$@" --root "$basic"
	is "$rc $(ports "$out")" "0 $wanted"
}
check "-p" filter "443 22 " -p 22,443
check "-p with ranges" filter "8080 22 80 " -p 20-100,8000-8999
check "-a" filter "5432 " -a 127.0.0.0/8
check "-t" filter "8080 443 5432 " -t
check "-u" filter "443 80 " -u 'nginx*'
check "-u with commas" filter "8080 443 80 " -u 'nginx*,app'
check "-u without processes" filter "443 80 " -u 'nginx*' --no-process
check "-u without processes: none" lacks "nginx[" "$out"
check "-a '*' is what is bound to no address" filter "8080 443 22 2049 " -a '*'
check "--pid" filter "443 80 " --pid 821
check "--pid looks at processes with --no-process, too" filter "8080 " --pid 4711 --no-process
check "-4" filter "8080 443 5432 22 2049 " -4
check "-6" filter "443 80 " -6
check "-4 -6" filter "8080 443 5432 22 80 2049 " -4 -6
check "filters must all match" filter "80 " -u 'nginx*' -p 80
check "nothing found is no failure" filter "" -p 1
check "nothing found: the header stays" is "$(wc -l <"$out")" 1

check "--sort" filter "22 80 443 2049 5432 8080 " --sort port
check "--sort -COLUMN" filter "8080 5432 2049 443 80 22 " --sort -port
check "--sort by a module's column, unknown ones last" filter "5432 443 8080 22 80 2049 " --sort oldest_ms
check "--sort by text" filter "8080 80 443 5432 22 2049 " --sort unit

run --no-process --root "$basic"
check "--no-process: no process" lacks "java" "$out"
check "--no-process: units stay" has "app.service" "$out"

# Columns.
run -o port,syns,overflow_ack,USER,service --root "$basic"
check "-o: these only" is "$(head -1 "$out" | tr -s ' ')" "PORT SYNS OVERFLOW_ACK USER SERVICE"
check "-o: their values" has "8080 91120 14 app http-alt" "$(awk '{ $1 = $1; print }' "$out" >"$scratch/words" && echo "$scratch/words")"
run -o +syns,port --root "$basic"
check "-o +: beside the usual, each once" is "$(head -1 "$out" | tr -s ' ')" \
	"STATE PORT ADDRESS QUEUE SYN REFUSED LAST WAIT OWNER SYNS"
run -O -r --root "$basic"
check "-O: every column of the module" is "$(head -1 "$out" | tr '[:upper:] ' '[:lower:]\n' | tail -n +16 | tr '\n' ' ')" \
	"$(head -1 "$basic/proc/net/tcp_listenq") "
run -o process -p 443 --root "$basic"
check "process names all" has "nginx[812],nginx[821],nginx[822]" "$out"
run -o port,uid,cookie,oldest_ms,wait_us_max -p 443 --root "$basic"
check "of a group: what differs is not known, sums and peaks are" is "$(tail -1 "$out" | tr -s ' ')" " 443 0 - 28ms 40ms"
run --list-columns
check "--list-columns: all of the module" is "$(awk 'NR > 20 { print $1 }' "$out" | tr '\n' ' ')" \
	"$(sed -n 's/^COLUMN(\([a-z0-9_]*\),.*/\1/p' "$tests/../listener/columns.def" | tr '\n' ' ')"
check "a column that there is not: those there are" fails_with 2 'no column "nonsense"; there are state port' \
	"$LISTENQ" --root "$basic" -o port,nonsense
check "also for --sort" fails_with 2 'no column "x"' "$LISTENQ" --root "$basic" --sort -x
check "--sort takes one column" fails_with 2 'no column "port,queue"; there are' "$LISTENQ" --root "$basic" --sort port,queue
run --root "$basic" --sort port,queue --json
check "--sort: the same in JSON" has '{"error":"no column \"port,queue\"; there are state' "$out"
check "--json knows the columns, too" fails_with 2 'no column "nonsense"' "$LISTENQ" --root "$basic" --json -o nonsense
check "also behind +" fails_with 2 'no column ""' "$LISTENQ" --root "$basic" -o +

# Raw: a word for each column, integers.
run -r --root "$basic"
check "--raw: as many words in each line" is "$(awk '{ print NF }' "$out" | sort -u)" 9
check "--raw: base units, one blank" has "FULL 8080 0.0.0.0 129/129 3/129 2214 2100 38100000 app.service\\x20java[4711]" "$out"
check "--raw: unknown is -" has "ok 2049 0.0.0.0 0/65 0/65 0 - - kernel" "$out"
run -r -H -o port,container,address -p 443 --root "$basic"
check "-H, and nothing empty" is "$(cat "$out")" "443 - *"

# Namespaces.
netns=$recorded/show-netns
run --root "$netns"
check "-N self" is "$(ports "$out")" "22 "
run -N all -o state,port,netns,netns_name --root "$netns"
check "-N all" is "$(awk 'NR > 1 { print $3, $4 }' "$out" | sort | tr '\n' ' ')" "4026531840 host 4026532201 blue "
for which in blue 4026532201 77; do
	run -N "$which" --root "$netns"
	check "-N $which" is "$rc $(ports "$out")" "0 8080 "
done

# What others named.
for arguments in "" -r -O; do
	# shellcheck disable=SC2086	# none or one
	run $arguments --root "$recorded/show-hostile"
	check "hostile names${arguments:+, $arguments}: clean" clean "$out"
	check "hostile names${arguments:+, $arguments}: a line each" lines 4 "$out"
done
check "hostile names: still told apart" has 'ev\033]0;il\377.service' "$out"
run -r -o port,process,cookie --root "$recorded/show-hostile"
check "blanks in names do not shift words" is "$(awk '{ print NF }' "$out" | sort -u)" 3
check "64-bit numbers stay whole" has " 18446744073709551615" "$out"

# Colour and terminal.
escape=$(printf '\033')
run --root "$basic" --color=always
check "--color=always" has "$escape" "$out"
NO_COLOR=1 run --root "$basic" --color=always
check "--color=always is more than NO_COLOR" has "$escape" "$out"
run --root "$basic" --color=never
check "--color=never" same "$scratch/table" "$out"

# on_terminal COLUMNS ARGUMENTS... - as run, on a terminal of that width
on_terminal()
{
	timeout "$TEST_SECONDS" python3 - "$LISTENQ" "$@" >"$out" <<-'END'
		import fcntl, os, pty, struct, sys, termios
		pid, fd = pty.fork()
		if not pid:
		    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[2]), 0, 0))
		    os.execv(sys.argv[1], [sys.argv[1]] + sys.argv[3:])
		text = b""
		while True:
		    try:
		        part = os.read(fd, 65536)
		    except OSError:
		        break
		    if not part:
		        break
		    text += part
		os.waitpid(pid, 0)
		os.write(1, text.replace(b"\r\n", b"\n"))
	END
}

# longest FILE - without colours
longest()
{
	sed "s/$escape\[[0-9;]*m//g" "$1" | awk 'length > most { most = length } END { print most + 0 }'
}

on_terminal 80 --root "$basic"
check "terminal: colour" has "$escape" "$out"
# Behind them is what to type next, whole.
head -7 "$out" >"$scratch/rows"
check "terminal: no line is wider" test "$(longest "$scratch/rows")" -le 80
check "terminal: a line for each" is "$(grep -c . "$out")" 8
check "terminal: what to do next" has "3 of 6 in trouble. 'listenq why 8080 --root $basic' tells what to do." "$out"
check "terminal: numbers are never cut" is "$(sed "s/$escape\[[0-9;]*m//g" "$out" | row 8080 - | cut -d' ' -f1-8)" \
	"FULL 8080 0.0.0.0 129/129 3/129 2214 2s 38s"
NO_COLOR=1 on_terminal 200 --root "$basic"
check "terminal: NO_COLOR" lacks "$escape" "$out"
check "terminal: the same words" is "$(head -7 "$out" | tr -s ' ' | sed 's/ $//')" "$(tr -s ' ' <"$scratch/table" | sed 's/ $//')"
TERM=dumb on_terminal 200 --root "$basic"
check "terminal: TERM=dumb has no colour" lacks "$escape" "$out"
on_terminal 80 -p 22 --root "$basic"
check "terminal: no hint where nothing is wrong" lacks "trouble" "$out"
on_terminal 80 --root "$recorded/show-netns" -N blue
check "terminal: nothing in trouble, nothing to type" lacks "in trouble" "$out"
trouble=$scratch/it\'s
cp -r "$basic" "$trouble"
on_terminal 80 --root "$trouble" -N self
typed=$(sed -n "s/.*in trouble\. 'listenq \(.*\)' tells what to do.*/\1/p" "$out" | tr -d '\r')
check "terminal: the namespace and the root are in it" has "why 8080 -N self --root " "$out"
check "terminal: it can be typed as it stands" expect_rc 1 sh -c "'$LISTENQ' $typed"
on_terminal 80 --root "$basic" -p 19999
check "terminal: nothing is one of these" has "No listener is one of these." "$out"
run --root "$basic" -p 19999
check "and no word of that elsewhere" empty "$err"

# Locale: without UTF-8, too.
LC_ALL=C run --root "$recorded/show-hostile"
check "LC_ALL=C: clean" clean "$out"

# Again and again. A recorded table was made when its file was last written.
changing=$scratch/changing
tree "$changing"

# now SECONDS SYNS COOKIE - the table as it is then, in one step
now()
{
	head -1 "$changing/proc/net/tcp_listenq" >"$changing/next"
	awk -v syns="$2" -v cookie="$3" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ $at["syns"] = syns; $at["cookie"] = cookie; print }' "$changing/first" >>"$changing/next"
	touch -d "@$1" "$changing/next"
	mv "$changing/next" "$changing/proc/net/tcp_listenq"
}
listener "$changing" local=0.0.0.0:80 max_ack_backlog=128 accepts=500
cp "$changing/proc/net/tcp_listenq" "$changing/first"
now 1700000000 1000 7
timeout "$TEST_SECONDS" "$LISTENQ" -w 0.1 -r -o time,port,syns,syns_s,accepts_s --root "$changing" >"$out" 2>"$err" &
watcher=$!
check "-w: the first look has no rate" until_true 60 grep -qx '1700000000 80 1000 - -' "$out"
now 1700000004 3000 7
check "-w: growth by the time between the looks" until_true 60 grep -qx '1700000004 80 3000 500.000 0.000' "$out"
now 1700000006 4000 8
check "-w: another cookie is another listener" until_true 60 grep -qx '1700000006 80 4000 - -' "$out"
check "-w: and has no rate before its second look" lacks " 4000 500.000" "$out"
now 1700000008 3999 8
check "-w: what falls is no rate" until_true 60 grep -qx '1700000008 80 3999 - 0.000' "$out"
kill "$watcher"
wait "$watcher" 2>/dev/null || :
check "-w: raw has one header" is "$(grep -c TIME "$out")" 1
run -w 0.1 --count 2 --root "$basic"
check "-w --count: two tables, each with its time" is "$(grep -cE '^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:]{8}$' "$out")" 2
check "-w: rates are in the table" like "SYN/s +ACC/s +REFUSED +REF/s" "$out"
run -w 0.1 --count 3 -J --root "$basic"
check "-w -J: an object in each line" lines 3 "$out"

# Called wrongly, or nothing to look at.
wrong()
{
	wanted=$1
	shift
	fails_with 2 "$wanted" "$LISTENQ" "$@"
}
check "unknown verb" wrong "no such verb" shwo
check "unknown option" wrong "--shwo: no such option" --shwo
check "unknown letter" wrong "-x: no such option" -x
check "option without its argument" wrong "--root: an argument is missing" --root
check "a word too many" wrong "8080: one word too many" show 8080
check "bad port" wrong "--port 80x" -p 80x
check "bad address" wrong "--address 1.2.3" -a 1.2.3
check "bad PID" wrong "--pid -1" --pid -1
check "bad netns" wrong "0 is no PID" -N 0
check "a PID and all" wrong "do not go together" -N 1 -N all
for seconds in 0 -1 nan 1e3 x "" 100000; do
	check "bad -w '$seconds'" wrong "not 0.1 to 86400 seconds" -w "$seconds"
done
check "bad --count" wrong "not a number" --count -3
check "bad --color" wrong "neither auto" --color=blue
check "two --root" wrong "given twice" --root "$basic" --root "$basic"
check "no table there" wrong "show-none" --root "$recorded/show-none"
check "no folder there" wrong "nowhere" --root "$scratch/nowhere"
run -p "$(printf 'a\033]0;x\007\n\377')"
check "hostile argument: one clean line" lines 1 "$err"
check "hostile argument: clean" clean "$err"

# Output that goes nowhere.
check "a full disk is said" fails_with 1 "No space left" sh -c "exec '$LISTENQ' --root '$basic' >/dev/full"
check "a full disk is said, JSON" fails_with 1 "No space left" sh -c "exec '$LISTENQ' -J --root '$basic' >/dev/full"
check "a full disk is said, help" fails_with 1 "No space left" sh -c "exec '$LISTENQ' --help >/dev/full"
check "a full disk ends -w" fails_with 1 "No space left" sh -c "exec '$LISTENQ' -w 0.1 --root '$basic' >/dev/full"
check "standard output closed, an error of its own" fails_with 2 "No such file" \
	sh -c "exec '$LISTENQ' --root '$scratch/nowhere' >&-"
check "standard output closed, nothing to write" expect_rc 0 sh -c "exec '$LISTENQ' -H --root '$recorded/show-empty' >&-"
check "standard output closed" expect_rc 1 sh -c "exec '$LISTENQ' --root '$basic' >&-"
closed_pipe()
{
	timeout "$TEST_SECONDS" python3 - "$LISTENQ" "$@" <<-'END'
		import os, signal, subprocess, sys
		read, write = os.pipe()
		os.close(read)
		# Python has SIGPIPE ignored, and so has what it starts.
		done = subprocess.run(sys.argv[1:], stdout=write, stderr=subprocess.PIPE, restore_signals=False)
		if done.returncode != -signal.SIGPIPE or done.stderr:
		    sys.exit("%d %r" % (done.returncode, done.stderr))
	END
}
check "a closed pipe is quiet" closed_pipe --root "$basic"
check "a closed pipe is quiet, JSON" closed_pipe -J --root "$basic"

# Help, man page, completion.
run --version
check "--version" is "$(cat "$out")" "listenq $(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$top/dkms.conf")"
run --help
check "--help: exit status" is "$rc" 0
check "--help: the other verbs" like "^  why +What is wrong" "$out"
for verb in show top why closed check record events wait; do
	run "$verb" --help
	check "$verb --help" is "$rc" 0
	sed -n 's/^  [^-]*\(-[A-Za-z0-9]\)\{0,1\},\{0,1\} *--\([a-z0-9-]*\).*/\2/p' "$out"
done | sed '/^ok /d; /^not ok /d' | sort -u >"$scratch/options"
check "there are options" test "$(wc -l <"$scratch/options")" -gt 25
sed -n 's/^\*\*.*--\([a-z0-9-]*\)\*\*.*/\1/p' "$top/docs/listenq.8.md" | sort -u >"$scratch/man"
check "the man page has each option, and no other" same "$scratch/options" "$scratch/man"

# What docs/tools.md says listenq prints.
mkdir "$scratch/bin"
ln -s "$(realpath "$LISTENQ")" "$scratch/bin/listenq"
awk '/^```/ { inside = $0 == "```console"; next } inside' "$top/docs/tools.md" >"$scratch/document"
while IFS= read -r line; do
	case $line in
	"$ "*)
		printf '%s\n' "$line"
		(cd "$recorded" && PATH=$scratch/bin:$PATH timeout "$TEST_SECONDS" sh -c "${line#??}" </dev/null 2>&1) || :
		;;
	esac
done <"$scratch/document" >"$scratch/printed"
check "there are examples in docs/tools.md" test "$(grep -c '^\$ listenq ' "$scratch/document")" -ge 5
check "docs/tools.md: the program prints what stands there" same "$scratch/document" "$scratch/printed"

# completes WORDS... - what bash offers for the last word
completes()
{
	bash -c '
		PATH=$1:$PATH
		. "$2"
		shift 2
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_listenq listenq "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$scratch/bin" "$top/packaging/completion/listenq" "$@" >"$scratch/offered"
}
if command -v bash >/dev/null; then
	completes listenq ""
	check "completion: verbs" is "$(sort "$scratch/offered" | tr '\n' ' ')" "check closed events record show top wait why "
	completes listenq why --
	"$LISTENQ" why --help | grep -o -- '--[a-z0-9-]*' | sort -u >"$scratch/why-options"
	check "completion: a verb's options" same "$scratch/why-options" "$(sort -u "$scratch/offered" >"$scratch/sorted" && echo "$scratch/sorted")"
	completes listenq -o port,oldest
	check "completion: columns in a list" is "$(cat "$scratch/offered")" "port,oldest_ms"
	completes listenq --color ne
	check "completion: words of an option" is "$(cat "$scratch/offered")" "never"
else
	skip "completion" "no bash"
fi

# Called wrongly
check "an unknown verb" fails_with 2 "shwo: no such verb" "$LISTENQ" shwo
run shwo --json
check "an unknown verb, in JSON, too" has '{"error":"shwo: no such verb' "$out"
check "a verb behind options" fails_with 2 "why: the verb comes first" "$LISTENQ" --root "$basic" why
for time in 100ms 0 -1 1x ms 1e3 25h "1 s" ""; do
	check "bad --within '$time'" fails_with 2 "not 500ms to 24h" "$LISTENQ" wait 80 --within "$time"
done
check "bad --timeout" fails_with 2 "not 500ms to 24h" "$LISTENQ" wait 80 --timeout 0
check "bad --overflows" fails_with 2 "not a number above 0" "$LISTENQ" wait 80 --overflows 0
check "two counters" fails_with 2 "one of --overflows, --drops and --resets" "$LISTENQ" wait 80 --overflows 1 --drops 1
check "wait, a bad port" fails_with 2 "80x" "$LISTENQ" wait 80x
check "wait, all namespaces" fails_with 2 "a watch is of one namespace" "$LISTENQ" wait 80 -N all
check "events of recorded files" fails_with 2 "--root: no such option" "$LISTENQ" events --root "$basic"
check "one look is one" fails_with 2 "without --watch there is one look" "$LISTENQ" --root "$basic" --count 3
check "self and a PID" fails_with 2 "do not go together" "$LISTENQ" -N self -N $$
check "a PID and self" fails_with 2 "do not go together" "$LISTENQ" -N $$ -N self
check "self and all" fails_with 2 "do not go together" "$LISTENQ" -N self -N all
check "two PIDs" fails_with 2 "do not go together" "$LISTENQ" -N $$ -N 1
run -N all -N blue --root "$recorded/show-netns"
check "all and a name" is "$rc" 0
check "one PID twice" expect_rc "$("$LISTENQ" -N $$ >/dev/null 2>&1; echo $?)" "$LISTENQ" -N $$ -N $$
check "top: a record is of no root" fails_with 2 "it is of no root" "$LISTENQ" top --replay x --root "$basic"
run top --sort nonsense
check "top sorts by what its help says" is "$(tr -d , <"$err" | sed 's/.*sorts by //')" \
	"$("$LISTENQ" top --help | sed -n 's/.*--sort \[-\]KEY *//p' | tr -d ,)"

# A table that is cut in its first line has columns of which nobody knows the names.
mkdir -p "$scratch/header/proc/net"
head -c 60 "$basic/proc/net/tcp_listenq" >"$scratch/header/proc/net/tcp_listenq"
check "a header that is cut" fails_with 2 "its first line is cut" "$LISTENQ" --root "$scratch/header"

finish
