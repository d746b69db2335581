#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# top.sh - listenq top in tmux: what is on the screen, keys, resize, pause, replay, every way out, terminals and locales
# that can show less, hostile names, memory over a thousand records. TOP_LOOKS is how many looks the live run for
# memory takes (200; each 0.1 s).

. "$(dirname "$0")/top.lib.sh"

if ! command -v tmux >/dev/null; then
	skip "all of top" "no tmux"
	finish
	exit
fi
: "${TOP_LOOKS:=200}"

machine still 40 0 1
machine busy 60 0.2 0

# Long and in the background: looks at listeners that come and go. A sanitizer holds back what was freed: little of it.
little_held="ASAN_OPTIONS='${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1'; export ASAN_OPTIONS"
before=$little_held
start long 80 24 --root "$scratch/busy" -d 0.1 --count "$TOP_LOOKS"
before=''

resident()
{
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"
}

# grew_little BEFORE AFTER, in kB: a tenth and a MB
grew_little()
{
	[ "$2" -le $(($1 + $1 / 10 + 1024)) ] || { echo "$1 kB, later $2 kB"; return 1; }
}

#
# The list and its keys, from files that do not change.
#

start keys 80 24 --root "$scratch/still" -d 60
check "trouble is first, under the cursor" shows '^>FULL +8080 0\.0\.0\.0 +129/129 .* app\.service'
check "rates are not known from one look" shows '^listenq  40 listeners, 1 full, - refused/s'
check "nor in a row" shows '^>FULL .* - +- +- .*app'
check "members are one line" shows ' 443 \* \(x4\) +303/2048 .*nginx'
check "the interval is said" shows ' 60 s '
check "j moves the cursor" typed j '^>queue +443 '
check "k moves it back" typed k '^>FULL +8080 '
check "the arrow down" typed Down '^>queue +443 '
check "the arrow up" typed Up '^>FULL +8080 '
check "End" typed End '^>ok +10000 '
check "End scrolls" hides ' 8080 0'
check "Home" typed Home '^>FULL +8080 '
check "PgDn" typed PageDown '^>ok '
check "PgUp" typed PageUp '^>FULL +8080 '
check "s sorts by port" typed s 'sort: port'
check "the lowest port is there" shows ' 25 127\.0\.0\.1'
check "the cursor stays on its listener" shows '^>FULL +8080 '
check "r reverses" typed r 'sort: port reversed'
check "> goes on" typed '>' 'sort: address reversed'
check "< goes back" typed '<' 'sort: port reversed'
key r '<'
check "sort by trouble again" shows 'sort: trouble$'
check "t: only trouble" typed t 'only trouble'
check "then one that is ok is not there" hides ' 10001 '
check "t again" typed t ' 10008 '
check "/ opens the filter line" typed / '^ /_'
key -l NGIN
check "typed text filters, in any case" hides ' 8080 '
check "what it is in stays" shows ' 443 '
key Enter
check "the filter is said" shows 'filter: NGIN'
check "esc ends the filter" typed Escape ' 8080 '
check "the cursor stays on what was found" shows '^>queue +443 '
key Home
check "F freezes the order" typed F 'order frozen'
key F
check "F again" hides 'order frozen'
check "+ lengthens the interval" typed - ' 30 s '
check "- shortens it" typed + ' 60 s '
check "? is help" typed '?' 'freeze the order'
check "esc leaves help" typed Escape '^>FULL +8080 '
check "h is help" typed h 'freeze the order'
key Escape
check "back in the list" shows '^>FULL +8080 '
check "enter is the listener's page" typed Enter 'accept queue +129/129  peak 129'
check "the page names its processes" shows 'java\[4711\]'
check "w is words, with the finding" typed w 'accept-full|always-full|stuck'
check "words say that it was one look" shows 'one look'
check "g from there is members" typed g '1 member at 0\.0\.0\.0:8080'
key Escape
check "esc is back in the list" shows '^>FULL +8080 '
key j g
check "g is the members of the group" shows '4 members at \*:443'
check "each with its queue" shows '300/512'
key Escape
check "back again" shows '^>queue +443 '
mux resize-window -t keys -x 132 -y 30
check "wider: more columns" shows 'LAST +SYN +PEAK +REFUSED'
check "the whole owner" shows 'app\.service java\[4711\]'
mux resize-window -t keys -x 50 -y 10
check "too small: one line that says so" shows '60x8 is the least'
check "and nothing else" is "$(pane | grep -c .)" 1
mux resize-window -t keys -x 60 -y 8
check "60x8 is enough" shows '^>queue +443 .*|^ FULL +8080'
mux resize-window -t keys -x 80 -y 24
check "back to 80x24" shows ' 10008 '
check "space pauses" typed Space 'PAUSED'
key q
check "q ends it, the terminal is as before" restored 0
end_session

#
# Numbers that change.
#

syns()
{
	awk '$1 == "0.0.0.0:8080" { print $12 }' "$scratch/busy/proc/net/tcp_listenq"
}
moved_on()
{
	[ "$(syns)" -gt "$1" ]
}
start busy 132 30 --root "$scratch/busy" -d 0.2
check "rates after two looks" shows '^.FULL +8080 .* [0-9.]+k? +[0-9.]+k? +[0-9.]+ .*app'
check "all refusals together" shows 'full, [0-9.]+ refused/s'
check "a listener that vanished is said to be gone" shows '^.gone +10'
check "the history is drawn" shows '^.FULL +8080 .*██'
check "and is blank before the start" lacks_now '^.FULL +8080 0.0.0.0 +129/129 █'
key Space
check "pause" shows PAUSED
pane >"$scratch/paused"
check "the machine goes on" until_true 60 moved_on "$(($(syns) + 100))"
pane >"$scratch/paused-later"
check "pause holds the numbers" same "$scratch/paused" "$scratch/paused-later"
key Space
check "and goes on" hides PAUSED
key /
key -l 9999
key Enter
check "the cursor is put on one listener" shows '^>[a-z]+ +9999 '
key s s s
check "sorted by queue" shows 'sort: queue'
key Escape
follows=0
for _ in 1 2 3 4 5 6; do
	now=$(syns)
	until_true 60 moved_on "$now"
	pane | grep -qE '^>[a-z]+ +9999 ' && follows=$((follows + 1))
done
check "the cursor follows its listener while the order changes" is "$follows" 6
key Enter
check "its page has a history" shows '60 s ago +now'
check "its page has waits, once their file was read" shows 'half below'
key q
check "q from a page" restored 0
end_session

tree "$scratch/uncounted"
listener "$scratch/uncounted" local=0.0.0.0:80 max_ack_backlog=9 syns=5 overflow_syn=- overflow_ack=- cookie=5
start uncounted 80 24 --root "$scratch/uncounted" -d 0.2
# A recorded look's time is its file's.
counted_now()
{
	touch "$scratch/uncounted/proc/net/tcp_listenq"
	has_now "$1"
}
check "what is not counted has no rate" until_true 60 counted_now ' 80 0\.0\.0\.0 .* 0 +0 +- '
check "nor has the whole" has_now '^listenq  1 listener, 0 full, - refused/s'
end_session

#
# Ways out.
#

start term 80 24 --root "$scratch/still"
shows 8080 >/dev/null
kill -TERM "$(pid)"
check "SIGTERM: ends by it, the terminal is as before" restored 143
end_session
start int 80 24 --root "$scratch/still"
shows 8080 >/dev/null
key C-c
check "Ctrl-C" restored 130
end_session
start hup 80 24 --root "$scratch/still"
shows 8080 >/dev/null
kill -HUP "$(pid)"
check "SIGHUP" restored 129
end_session
start segv 80 24 --root "$scratch/still"
shows 8080 >/dev/null
kill -ABRT "$(pid)"
check "a crash, too" restored 134
end_session
start held 80 24 --root "$scratch/busy" -d 0.1
shows 8080 >/dev/null
key C-s
kill -TERM "$(pid)"
check "SIGTERM while the terminal is held by Ctrl-S" until_true 60 has_ended "$(pid)"
end_session

mux new-session -d -s job -x 80 -y 24 "PS1='$ ' sh -i"
session=job
key -l "stty -g >'$scratch/job.before'; '$LISTENQ' top --root '$scratch/still'"
key Enter
check "in a shell with job control" shows '^>FULL +8080'
key C-z
check "Ctrl-Z stops it" shows 'Stopped|Suspended'
key -l "stty -g >'$scratch/job.stopped'"
key Enter
until_true 60 test -s "$scratch/job.stopped" || :
check "and the terminal is the shell's" same "$scratch/job.before" "$scratch/job.stopped"
key -l fg
key Enter
check "fg draws it again" shows '^>FULL +8080'
check "and it takes keys" typed j '^>queue +443'
key q
check "and ends" shows '^\$ *$'
end_session

# A terminal that goes: with SIGHUP, and without (nohup), which is but an end of file.
start stay 80 24 --root "$scratch/still"
shows 8080 >/dev/null
socket_kept=$socket
socket=$socket-2
start killed 80 24 --root "$scratch/still" -d 0.5
shows 8080 >/dev/null
killed=$(pid)
before="trap '' HUP"
start nohup 80 24 --root "$scratch/still" -d 0.5
before=''
shows 8080 >/dev/null
nohup=$(pid)
kill -9 "$(mux display-message -p '#{pid}')"
check "a killed tmux leaves no process" until_true 60 has_ended "$killed"
check "not even one that ignores SIGHUP" until_true 60 has_ended "$nohup"
socket=$socket_kept
session=stay
check "another one is still there" typed j '^>queue +443'
end_session

#
# Terminals and locales.
#

check "no terminal: it names show -w" fails_with 2 'show -w' "$LISTENQ" top --root "$scratch/still"
before='TERM=dumb; export TERM'
start dumb 80 24 --root "$scratch/still"
check "TERM=dumb" restored 2
check "says that it cannot show a screen" has 'cannot show a screen' "$scratch/dumb/err"
end_session
before='TERM=nonsense; export TERM'
start nonsense 80 24 --root "$scratch/still"
check "TERM unknown" restored 2
check "names it" has 'TERM=nonsense' "$scratch/nonsense/err"
end_session
before='LC_ALL=C; export LC_ALL'
start ascii 132 30 --root "$recorded/show-hostile" -d 0.2
shows '^listenq' >/dev/null
key Enter
shows '60 s ago' >/dev/null
pane >"$scratch/ascii.page"
key Escape
check "LC_ALL=C: bars of ASCII" shows ' [.:=+*#-]+ +(-|[0-9.]+)'
pane | cat - "$scratch/ascii.page" | tr -d '\n -~' >"$scratch/beyond"
check "LC_ALL=C: nothing but ASCII" empty "$scratch/beyond"
end_session
before=''
start hostile 132 30 --root "$recorded/show-hostile" -d 0.2
shows '^listenq' >/dev/null
pane >"$scratch/hostile.screen"
check "hostile names: nothing that a terminal obeys" clean "$scratch/hostile.screen"
end_session

colours()
{
	mux capture-pane -pe -t "$session" | grep -q "$(printf '\033')\\[[0-9;]*3[1-7]"
}
start colour 80 24 --root "$scratch/still"
check "trouble is in colour" until_true 60 colours
end_session
before='NO_COLOR=1; export NO_COLOR'
start plain 80 24 --root "$scratch/still"
shows '^>FULL' >/dev/null
check "NO_COLOR: none" expect_rc 1 sh -c "tmux -L '$socket' capture-pane -pe -t plain | grep '$(printf '\033')\\[[0-9;]*3[1-7]'"
end_session
before=''

check "a column that top has not" fails_with 2 'top sorts by' "$LISTENQ" top --root "$scratch/still" --sort nonsense
check "no such tree" fails_with 2 "$scratch/none" "$LISTENQ" top --root "$scratch/none"

#
# Replay.
#

recording=$scratch/recording
"$LISTENQ" record --root "$scratch/busy" -i 0.1 --count 20 -o "$recording" >"$out" 2>&1 || :
check "a recording" lines 20 "$recording"
check "a recording that is not there" fails_with 2 'No such file' "$LISTENQ" top --replay "$scratch/none"
: >"$scratch/empty-recording"
check "an empty one" fails_with 2 'empty' "$LISTENQ" top --replay "$scratch/empty-recording"
echo nonsense >"$scratch/no-recording"
check "one without a record" fails_with 2 'no record' "$LISTENQ" top --replay "$scratch/no-recording"
{
	sed -n 1,5p "$recording"
	echo '{"version":1,"nonsense":'
	sed -n 6,20p "$recording"
} >"$scratch/broken-recording"
start replay 80 24 --replay "$scratch/broken-recording"
check "it plays to the end" shows 'record 20  end of recording'
check "a broken line is left out and counted" shows '1 broken line left out'
check "rates are those of the records" shows '^.FULL +8080 .* [0-9.]+k? +[0-9.]+k? +[0-9.]+ '
key Space
check "the last look stays" shows ' 8080 '
check "p is one back" typed p 'record 19'
check "left, too" typed Left 'record 18'
pane | grep -v 'record 18' >"$scratch/at-18"
key p p
check "further back" shows 'record 16'
key n
check "n is one on" shows 'record 17'
check "right, too" typed Right 'record 18'
pane | grep -v 'record 18' >"$scratch/at-18-again"
check "a record looks the same, wherever one comes from" same "$scratch/at-18" "$scratch/at-18-again"
key q
check "q ends it" restored 0
end_session

#
# Memory: a thousand records of listeners that come and go, and time that runs back. Then the long run.
#

"$LISTENQ" record --root "$scratch/busy" -p 443,8080,10000-10019 -i 0.2 --count 20 -o "$recording.few" >"$out" 2>&1 || :
for _ in $(seq 60); do
	cat "$recording.few"
done >"$scratch/thousand"
before=$little_held
start memory 80 24 --replay "$scratch/thousand"
before=''
shows ' 8080 ' >/dev/null
key Space
key -N 200 n
until_true 60 has_now 'record 20[0-9]  ' || :
first=$(resident "$(pid)")
key -N 900 n
check "a thousand records" until_true 60 has_now 'record 110[0-9]  '
check "memory does not grow" grew_little "$first" "$(resident "$(pid)")"
key q
check "and it ends well" restored 0
check "and without a complaint" empty "$scratch/memory/err"
end_session
session=long
check "the long run: $TOP_LOOKS looks, 0.1 s each" until_true $((TOP_LOOKS / 8 + 60)) has_now '^rc=0'
check "without a complaint" empty "$scratch/long/err"
finish
