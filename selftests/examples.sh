#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# examples.sh - the examples of the documents do what they say, on either file
#
# The file "examples" beside this test has them; scripts/docs/doc-examples of the project takes them out of README.md and
# docs/*.md and says what is in it. Without the project, as in a kernel's tree, there is none and nothing is tested.
#
# There are three listeners: one in use and well (port 22), one whose accept queue is full and that refuses SYNs
# (80), one that is deferred and holds half-open requests (8081).
# 1. Each block of commands ends within a minute, with status 0 and nothing on standard error, and each command that
#    reads a file of ours prints something. The case is named after the block's place in the document.
# 2. With the file in debugfs, which has one column more in front, in place of /proc/net/tcp_listenq a block does the
#    same and names the same of the three listeners.
# 3. A block with the mark "full" or "refused" names the full listener, one with the mark "half-open" the deferred
#    one, and neither of the others. At least one has the mark "full".
# 4. What is printed below the name of a column is that listener's.
# 5. Where output is shown its first line has the words that the command prints there, or as many when these are
#    values; below column names each line has as many words as these.
# 6. No block gets lost: as many are run, are text or are marked as not run as scripts/docs/doc-examples has counted.
#
# It runs in a network namespace of its own. The module is left as it was found.
set -eu

DIR=$(cd "$(dirname "$0")" && pwd)
# Installed, it lies beside the tests.
library=$DIR/tlq_test.sh
[ -r "$library" ] || library=$DIR/lib/tlq_test.sh
# shellcheck source=lib/tlq_test.sh
. "$library"

listeners=/sys/kernel/debug/$module/listeners
installed=/usr/share/tcp-listenq/columns
examples=$DIR/examples
deadline=60
was_loaded=
work=

cleanup()
{
	exec 3>&- 4>&- 5>&-
	wait
	if [ -e "$table" ]; then
		rmmod "$module"
	fi
	# An example may have changed a parameter.
	[ -z "$was_loaded" ] || insmod "$ko"
	rm -rf "$work"
}

# objection TEXT... - why the case fails
objection()
{
	echo "# $*"
	return 1
}

# peer DESCRIPTOR OPTION... - a listener with its clients, until the descriptor is closed
peer()
{
	fd=$1
	shift
	mkfifo "$work/in.$fd" "$work/out.$fd"
	"$DIR/tlq_peer" "$@" <"$work/in.$fd" >"$work/out.$fd" 3>&- 4>&- 5>&- &
	eval "exec $fd>\"\$work/in.\$fd\""
	read -r answer <"$work/out.$fd"
	[ "${answer%% *}" = ready ] || objection "tlq_peer said: $answer"
}

# has PORT COLUMN NUMBER - is it that, or more, soon?
has()
{
	for _ in $(seq 300); do
		value=$("$DIR/tools/columns" local "$2" | awk -v port=":$1\$" '$1 ~ port { print $2 }')
		[ "${value:--}" = - ] || [ "$value" -lt "$3" ] || return 0
		sleep 0.1
	done
	objection "port $1: $2 is ${value:-not there}, not $3"
}

three_listeners()
{
	peer 3 -p 22 -a 0.0.0.0 -b 128 -n 1 &&
		peer 4 -p 80 -a 127.0.0.1 -b 2 -n 6 &&
		peer 5 -6 -p 8081 -a ::1 -b 5 -d 3600 -n 3 &&
		has 22 ack_backlog 1 && has 80 ack_backlog 3 && has 80 overflow_syn 3 &&
		has 8081 reqsk_qlen 3
}

# split - the blocks that are run into directories of their own, numbered; a command each in N.command, N.prints
# when it prints something, N.shown for what the document shows of that
split()
{
	awk -F '\t' -v work="$work" '
		$1 == "block" {
			directory = work "/blocks/" ++block
			system("mkdir -p " directory)
			command = 0
			print $2 >(directory "/where")
			print $4 >(directory "/name")
			next
		}
		{ tag = $1; sub(/^[^\t]*\t/, "") }
		tag ~ /^[$%]$/ { file = directory "/" ++command; print >(file ".command") }
		tag == "$" { printf "" >(file ".prints") }
		tag == ">" { print >(file ".command") }
		tag == "=" { print >(file ".shown") }' "$examples"
}

# on_debugfs - the same commands, with the files in debugfs
on_debugfs()
{
	awk -v file="$listeners" -v directory="${listeners%/*}" '
		{ text = text $0 "\n" }
		END {
			gsub(/\/proc\/(self\/)?net\/tcp_listenq_wait/, directory "/wait", text)
			gsub(/\/proc\/(self\/)?net\/tcp_listenq_closed/, directory "/closed", text)
			gsub(/\/proc\/(self\/)?net\/tcp_listenq/, file, text)
			while (match(text, /(tools|\/usr\/share\/tcp-listenq)\/columns([ \t]+(\\\n[ \t]*)?[a-z0-9_]+)+/)) {
				printf "%s", substr(text, 1, RSTART + RLENGTH - 1)
				text = substr(text, RSTART + RLENGTH)
				if (text !~ /^[ \t]+(\\\n[ \t]*)?[-\/]/)
					printf " %s", file
			}
			printf "%s", text
		}'
}

# commands BLOCK - how many it has
commands()
{
	find "$1" -name '*.command' | wc -l
}

# run_block BLOCK FILTER RESULTS - run its commands, each passed through the filter, as one script
run_block()
{
	mkdir -p "$3/directory"
	ln -s "$DIR/tools" "$3/directory/tools"
	{
		# Root is what we are, and sudo need not be there.
		# shellcheck disable=SC2016	# expanded in there
		echo 'sudo() { "$@"; }'
		for number in $(seq "$(commands "$1")"); do
			echo '{'
			"$2" <"$1/$number.command"
			echo "} >'$3/$number'"
		done
	} >"$3/script"
	status=0
	(cd "$3/directory" && timeout -k 5 "$deadline" sh -e ../script </dev/null 2>"$3/errors") || status=$?
	if [ "$status" -ne 0 ] || [ -s "$3/errors" ]; then
		sed 's/^/#   /' "$3/errors"
		objection "exit status $status, $(wc -l <"$3/errors") lines on standard error"
		return
	fi
	for number in $(seq "$(commands "$1")"); do
		if [ -e "$1/$number.prints" ] && [ ! -s "$3/$number" ]; then
			objection "prints nothing: $("$2" <"$1/$number.command")"
			return
		fi
	done
}

# named RESULTS - which of the listeners are in the output
named()
{
	for port in 22 80 8081; do
		! cat "$1"/[0-9]* | grep -qE ":$port([^0-9]|\$)" || printf '%s ' "$port"
	done
}

# shown_is_true COMMAND SHOWN PRINTED - compare what the document shows with what there is
shown_is_true()
{
	ours=0
	! grep -qE 'tcp_listenq|columns' "$1" || ours=1
	awk -v ours="$ours" '
		{ $1 = $1 }
		NR == 1 { shown = $0; columns = NF; names = !/[0-9]/ }
		NR == FNR && ours && names && NF && NF != columns && $0 != "..." {
			print "# has not as many values as there are columns: " $0
			failed = 1
		}
		NR > FNR {
			if (names || !/[0-9]/ ? $0 != shown : NF != columns) {
				print "# shown is: " shown "; printed is: " $0
				failed = 1
			}
			exit
		}
		END { exit failed }' "$2" "$3"
}

# values_are_right RESULTS - below the names of columns, where there are any
values_are_right()
{
	for number in $(seq "$(find "$1" -name '[0-9]*' | wc -l)"); do
		awk -v known="22 ack_backlog 1 22 max_ack_backlog 128 22 overflow_syn 0 80 ack_backlog 3 80 max_ack_backlog 2 \
				80 reqsk_qlen 0 8081 ack_backlog 0 8081 max_ack_backlog 5 8081 reqsk_qlen 3 8081 overflow_syn 0" '
			BEGIN {
				nr = split(known, word, " ")
				for (i = 1; i < nr; i += 3)
					want[word[i], word[i + 1]] = word[i + 2]
			}
			NR == 1 {
				for (i = 1; i <= NF; i++)
					at[$i] = i
				if (!("local" in at))
					exit
				next
			}
			{
				port = $(at["local"])
				sub(/.*:/, "", port)
				for (name in at)
					if ((port, name) in want && $(at[name]) != want[port, name]) {
						print "# " name " of port " port " is " $(at[name]) ", not " want[port, name]
						failed = 1
					}
				if (port == 80 && "overflow_syn" in at && $(at["overflow_syn"]) + 0 == 0) {
					print "# overflow_syn of port 80 is " $(at["overflow_syn"])
					failed = 1
				}
			}
			END { exit failed }' "$1/$number" || return 1
	done
}

# promised BLOCK - all there is to expect of one
promised()
{
	name=$(cat "$1/name") both=
	run_block "$1" cat "$1/proc" || return 1
	for number in $(seq "$(commands "$1")"); do
		[ ! -e "$1/$number.shown" ] ||
			shown_is_true "$1/$number.command" "$1/$number.shown" "$1/proc/$number" || return 1
		[ "$(on_debugfs <"$1/$number.command")" = "$(cat "$1/$number.command")" ] || both=1
	done
	values_are_right "$1/proc" || return 1
	found=$(named "$1/proc")
	case $name in
	-) expected=$found ;;
	full | refused) expected='80 ' ;;
	half-open) expected='8081 ' ;;
	*) objection "no example is known as $name" || return 1 ;;
	esac
	[ "$found" = "$expected" ] || objection "names port ${found:-none}, must name $expected" || return 1
	[ "$both" ] || return 0
	run_block "$1" on_debugfs "$1/debugfs" || return 1
	values_are_right "$1/debugfs" || return 1
	on_other=$(named "$1/debugfs")
	[ "$on_other" = "$found" ] ||
		objection "with /proc it names port ${found:-none}; with debugfs ${on_other:-none}"
}

# example BLOCK - a case; one that fails shows its commands
example()
{
	promised "$1" && return
	cat "$1"/*.command | sed 's/^/# $ /'
	return 1
}

# Without its mark an example would still run, and nobody would know what it is for.
full_is_there()
{
	cat "$work"/blocks/*/name | grep -qx full || objection "no example has the mark full"
}

counts_agree()
{
	grep "^not$tab" "$examples" | sed 's/^/# /'
	run=$((ran + left_out)) text=$(grep -c "^text$tab" "$examples") || :
	not=$(grep -c "^not$tab" "$examples") || :
	echo "# $((run + text + not)) blocks: $ran run, $left_out skipped, $text text, $not marked as not run"
	[ "$(tail -n 1 "$examples")" = "end$tab$((run + text + not))$tab$run$tab$text$tab$not" ] ||
		objection "counted were: $(tail -n 1 "$examples")"
}

[ -r "$examples" ] || skip_all "no file with examples: they are in the project's documents"
[ "$(id -u)" -eq 0 ] || skip_all "needs root"
for tool in insmod rmmod modinfo awk mkfifo unshare ip ss netstat nstat lsns timeout; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
if [ -z "${TLQ_IN_NETNS-}" ]; then
	TLQ_IN_NETNS=1 exec unshare --net "$0"
fi
ko=$(find_module) || skip_all "no $module module: set TLQ_KO or install it"
if [ -e "$table" ]; then
	[ "$(cat /sys/module/$module/refcnt)" -eq 0 ] || skip_all "$module is in use"
	was_loaded=1
	rmmod "$module"
fi
insmod "$ko" || skip_all "cannot load $ko"
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
work=$(mktemp -d)
mkdir "$work/blocks"
[ -r "$listeners" ] || skip_all "no $listeners"
ip link set lo up
tab=$(printf '\t')
split
blocks=$(find "$work/blocks" -mindepth 1 -maxdepth 1 | wc -l)

ktap_print_header
ktap_set_plan $((blocks + 3))
check "three listeners" three_listeners
ran=0 left_out=0
for number in $(seq "$blocks"); do
	block=$work/blocks/$number
	if cat "$block"/*.command | grep -q "$installed" && [ ! -x "$installed" ]; then
		ktap_test_skip "$(cat "$block/where") ($installed is not installed)"
		left_out=$((left_out + 1))
		continue
	fi
	check "$(cat "$block/where")" example "$block"
	ran=$((ran + 1))
done
check "an example finds the full listener" full_is_there
check "no block is lost" counts_agree
ktap_finished
