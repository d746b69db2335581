# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# top.lib.sh - listenq top in tmux, for top.sh: a server of its own, a session for each test; reads lib.sh

. "$(dirname "$0")/lib.sh"

socket=listenq-top-$$
machines=''

mux()
{
	command tmux -L "$socket" -f /dev/null "$@"
}

cleanup()
{
	mux kill-server 2>/dev/null || :
	# shellcheck disable=SC2086	# words
	[ -z "$machines" ] || { kill $machines && wait $machines; } 2>/dev/null || :
	rm -rf "$scratch"
}

# start NAME WIDTH HEIGHT ARGUMENTS... - top in a session; $before is put before it: environment, traps. Files in
# $scratch/NAME: pid, err, before and after (the terminal's settings). When it has ended the pane says rc=NUMBER.
before=''
start()
{
	session=$1 width=$2 height=$3
	shift 3
	mkdir -p "$scratch/$session"
	start_words=''
	for start_word; do
		start_words="$start_words '$start_word'"
	done
	cat >"$scratch/$session/run" <<-END
		cd '$scratch/$session'
		$before
		stty -g >before
		trap : INT
		sh -c 'echo \$\$ >pid; exec "\$@"' sh '$LISTENQ' top$start_words 2>err
		echo "rc=\$?"
		stty -g >after
		read -r end
	END
	mux new-session -d -s "$session" -x "$width" -y "$height" "sh '$scratch/$session/run'"
}

key()
{
	mux send-keys -t "$session" "$@"
}

pane()
{
	mux capture-pane -p -t "$session"
}

has_now()
{
	pane | grep -qE -e "$1"
}

lacks_now()
{
	! has_now "$1"
}

# shows REGEX - within 8 s the screen has a line like that
shows()
{
	until_true 60 has_now "$1" || { echo "no '$1' on the screen:"; pane; return 1; }
}

hides()
{
	until_true 60 lacks_now "$1" || { echo "still '$1' on the screen:"; pane; return 1; }
}

# shown CHARACTERS REGEX - types, then waits
typed()
{
	key "$1"
	shows "$2"
}

cursor_is_visible()
{
	[ "$(mux display-message -p -t "$session" '#{cursor_flag} #{alternate_on}')" = '1 0' ]
}

# restored NUMBER - it has ended with that status and the terminal is as it was
restored()
{
	shows "^rc=$1\$" &&
		until_true 60 test -s "$scratch/$session/after" &&
		same "$scratch/$session/before" "$scratch/$session/after" &&
		until_true 60 cursor_is_visible
}

pid()
{
	until_true 60 test -s "$scratch/$session/pid"
	cat "$scratch/$session/pid"
}

has_ended()
{
	! kill -0 "$1" 2>/dev/null
}

end_session()
{
	mux kill-session -t "$session" 2>/dev/null || :
}

# machine NAME LISTENERS SECONDS ROUNDS - files that change, in $scratch/NAME; ROUNDS 1 are there at once
machine()
{
	tree "$scratch/$1"
	process "$scratch/$1" 4711 java 5000
	process "$scratch/$1" 812 nginx 5001 5002 5003 5004
	echo 0::/system.slice/app.service >"$scratch/$1/proc/4711/cgroup"
	echo 0::/system.slice/nginx.service >"$scratch/$1/proc/812/cgroup"
	if [ "$4" -eq 1 ]; then
		"$tests/top-machine" "$scratch/$1" "$2" 0 1
		return
	fi
	timeout 120 "$tests/top-machine" "$scratch/$1" "$2" "$3" "$4" &
	machines="$machines $!"
	until_true 60 grep -q :8080 "$scratch/$1/proc/net/tcp_listenq"
}
