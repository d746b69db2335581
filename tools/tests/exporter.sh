#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# exporter.sh - does the exporter serve whoever comes, write its file, and stay up?
#
# HTTP: methods, paths, type; two scrapers get one look; one that hangs is cut off and keeps nobody waiting. The file: whole or
# not there, with the mode that the collector needs, after the file system was full or away. Signals, systemd's socket
# and readiness, options, the man page.

. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/exporter.lib.sh"

dir=$scratch/machine
cp -r "$recorded/show-basic" "$dir"

#
# HTTP
#

start --root "$dir"
scrape
# code ARGUMENTS... - the status of an answer
code()
{
	curl -s -o "$scratch/body" -w '%{http_code}' "$@"
}
check http.get is "$(code "$url/metrics")" 200
curl -sI "$url/metrics" | tr -d '\r' >"$scratch/head"
check http.head has "HTTP/1.1 200 OK" "$scratch/head"
check http.type has "Content-Type: text/plain; version=0.0.4; charset=utf-8" "$scratch/head"
check http.whole is "$(tail -n 1 "$out")" "tcp_listenq_write_errors_total 0"
check http.query is "$(code "$url/metrics?x=y")" 200
for method in POST PUT DELETE OPTIONS TRACE BREW; do
	check "http.$method" is "$(code -X $method "$url/metrics")" 405
done
check http.body is "$(code -d @"$out" "$url/metrics")" 405
check http.allow has "Allow: GET, HEAD" "$(curl -si -X PUT "$url/" >"$scratch/put"; echo "$scratch/put")"
check http.front is "$(code "$url/")" 200
check http.link has 'href="/metrics"' "$scratch/body"
for path in /metrics/ /metric /favicon.ico /../metrics%00 /.; do
	check "http.404 $path" is "$(code --path-as-is "$url$path")" 404
done
check http.own_address is "$(curl -s -o "$scratch/body" -w '%{http_code}' --max-time 2 "http://127.0.0.2:$port/metrics" || :)" 000

# Two scrapers get the same, also after the files have changed; a second later it is another look.
sleep 1.1
curl -s "$url/metrics" >"$scratch/one"
sed -i 's/^0.0.0.0:22 /0.0.0.0:23 /' "$dir/proc/net/tcp_listenq"
curl -s "$url/metrics" >"$scratch/two" & curl -s "$url/metrics" >"$scratch/three"
wait $!
check cache.same same "$scratch/one" "$scratch/two"
check cache.same_again same "$scratch/one" "$scratch/three"
sleep 1.1
curl -s "$url/metrics" >"$scratch/four"
check cache.ends has 'port="23"' "$scratch/four"

# hang BYTES - send that, then nothing; prints how long until the other side closes, in tenths of seconds
hang()
{
	python3 - "$port" "$1" <<-'END'
		import socket, sys, time
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.sendall(sys.argv[2].encode())
		start = time.time()
		s.settimeout(20)
		while s.recv(4096):
		    pass
		print(int((time.time() - start) * 10))
	END
}
for i in 1 2 3; do
	hang "GET /metr" >"$scratch/hang$i" &
	eval "hang$i=$!"
done
sleep 0.5
check hang.others_served is "$(code --max-time 2 "$url/metrics")" 200
# shellcheck disable=SC2154	# set by eval
wait "$hang1" "$hang2" "$hang3"
# shellcheck disable=SC2016	# expanded inside
check hang.cut_off sh -c '[ "$1" -ge 45 ] && [ "$1" -le 100 ] || { echo "$1 tenths of a second"; false; }' - "$(cat "$scratch/hang2")"
check hang.stays_up is "$(code "$url/metrics")" 200

# More than there is room for, all at once: all that come to their turn get a whole answer.
python3 - "$port" >"$scratch/crowd" <<'END'
import concurrent.futures, sys, urllib.request
def one(_):
    with urllib.request.urlopen("http://127.0.0.1:%s/metrics" % sys.argv[1], timeout=15) as answer:
        return answer.read()[-1:] == b"\n"
with concurrent.futures.ThreadPoolExecutor(40) as pool:
    print(sum(pool.map(one, range(200))))
END
check crowd is "$(cat "$scratch/crowd")" 200
kill -HUP "$pid"
check hup.stays_up is "$(code "$url/metrics")" 200
check quiet empty "$err"
check already_there fails_with 1 "Address already in use" "$exporter" --root "$dir" --listen "127.0.0.1:$port"
stop
check term.status is "$rc" 0

#
# The file
#

# write_file - a daemon with a file
write_file()
{
	"$exporter" --root "$dir" --textfile "$file" --interval 1 2>"$err" </dev/null &
	pid=$!
}
file=$scratch/collector/tcp_listenq.prom
mkdir "$scratch/collector"
umask 077
write_file
check file.there until_true 10 test -s "$file"
umask 022
check file.mode is "$(stat -c %a "$file")" 644
check file.whole is "$(tail -n 1 "$file")" "tcp_listenq_write_errors_total 0"
check file.alone is "$(ls -A "$scratch/collector")" tcp_listenq.prom
before=$(stat -c %i "$file")
renewed()
{
	[ "$(stat -c %i "$file" 2>/dev/null)" != "$before" ]
}
check file.renewed until_true 10 renewed
if command -v ss >/dev/null; then
	check file.no_http lacks "pid=$pid," "$(ss -ltnp >"$scratch/ss"; echo "$scratch/ss")"
fi
mv "$scratch/collector" "$scratch/away"
check file.away_said until_true 10 has "cannot write" "$err"
sleep 2.2
check file.said_once lines 1 "$err"
mv "$scratch/away" "$scratch/collector"
counted()
{
	grep -q '^tcp_listenq_write_errors_total [1-9]' "$file"
}
check file.back until_true 10 counted
check file.back_said has "writes the file again" "$err"
kill -STOP "$pid"
rm -f "$file"
kill -CONT "$pid"
kill -HUP "$pid"
check file.hup until_true 10 test -s "$file"
stop
check file.removed is "$(ls -A "$scratch/collector")" ""
check file.status is "$rc" 0

# A full file system, where we may mount one
if mkdir "$scratch/small" && mount -t tmpfs -o size=64k none "$scratch/small" 2>/dev/null; then
	cleanup_small()
	{
		umount "$scratch/small" 2>/dev/null || :
		cleanup
	}
	trap cleanup_small EXIT
	file=$scratch/small/tcp_listenq.prom
	write_file
	check full.there until_true 10 test -s "$file"
	dd if=/dev/zero of="$scratch/small/fill" bs=1k count=64 2>/dev/null || :
	check full.said until_true 10 has "No space left" "$err"
	check full.old_stays is "$(tail -n 1 "$file")" "tcp_listenq_write_errors_total 0"
	check full.no_rest is "$(find "$scratch/small" -name '.*' -type f | wc -l)" 0
	rm "$scratch/small/fill"
	check full.recovers until_true 10 counted
	stop
	umount "$scratch/small"
else
	skip full "no tmpfs may be mounted here"
fi

# Both at once
file=$scratch/collector/both.prom
start --root "$dir" --textfile "$file" --interval 1
check both.file until_true 10 test -s "$file"
check both.http is "$(code "$url/metrics")" 200
stop

#
# systemd
#

# activated COMMAND... - with a socket passed, and a socket to notify; what was notified is in $scratch/notified
cat >"$scratch/activate" <<'END'
import os, signal, socket, subprocess, sys, time, urllib.request
where, sockets, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(where)
notify.settimeout(15)
held = []
for i in range(sockets):
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen()
    held.append(s)
def become():
    for i, s in enumerate(held):
        os.dup2(s.fileno(), 20 + i)
    for i in range(sockets):
        os.dup2(20 + i, 3 + i)
    os.environ["LISTEN_PID"] = str(os.getpid())
    os.environ["LISTEN_FDS"] = str(sockets)
    os.environ["NOTIFY_SOCKET"] = where
    os.execv(command[0], command)
child = os.fork()
if not child:
    become()
def said():
    return notify.recv(4096).decode().replace("\n", " ")
if sockets > 1:
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    sys.exit()
print(said())
with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % held[0].getsockname()[1], timeout=15) as answer:
    print(answer.status)
os.kill(child, signal.SIGHUP)
print(said().split("=")[0], said())
os.kill(child, signal.SIGTERM)
print(said())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
python3 "$scratch/activate" "$scratch/notify" 1 "$exporter" --root "$dir" >"$out" 2>"$err" || :
check systemd.socket is "$(tr '\n' , <"$out")" "READY=1,200,RELOADING READY=1,STOPPING=1,0,"
rm -f "$scratch/notify"
python3 "$scratch/activate" "$scratch/notify" 1 "$exporter" --root "$dir" --textfile "$scratch/collector/x.prom" >"$out" 2>"$err" || :
check systemd.socket_and_file is "$(tr '\n' , <"$out")" "READY=1,200,RELOADING READY=1,STOPPING=1,0,"
rm -f "$scratch/notify"
python3 "$scratch/activate" "$scratch/notify" 2 "$exporter" --root "$dir" >"$out" 2>"$err" || :
check systemd.two_sockets is "$(cat "$out")" 1
if command -v systemd-socket-activate >/dev/null; then
	port=$(free_port)
	url=http://127.0.0.1:$port
	systemd-socket-activate -l "127.0.0.1:$port" "$exporter" --root "$dir" 2>"$scratch/activate.err" &
	pid=$!
	check systemd.activate until_true 10 answers
	stop
else
	skip systemd.activate "no systemd-socket-activate"
fi

#
# Options
#

check options.unknown fails_with 2 "--nonsense" "$exporter" --nonsense
check options.short fails_with 2 "-x: no such option" "$exporter" -xy
check options.argument fails_with 2 "needs an argument" "$exporter" --listen
check options.words fails_with 2 "takes no arguments" "$exporter" 10099
check options.interval fails_with 2 "--interval 0" "$exporter" --interval 0
check options.metrics fails_with 2 "minimal, default and all" "$exporter" --metrics=most
check options.netns fails_with 2 "self and all" "$exporter" --netns blue
check options.exclude fails_with 2 "not an address" "$exporter" --exclude-address 10.0.0.0/33
check options.nothing fails_with 2 "nothing to do" "$exporter" --no-http
check options.listen fails_with 1 "ADDRESS:PORT" "$exporter" --root "$dir" --listen ::1:99
check options.listen_name fails_with 1 "cannot listen" "$exporter" --root "$dir" --listen localhost:99
check options.listen_port fails_with 1 "ADDRESS:PORT" timeout 5 "$exporter" --root "$dir" --listen 127.0.0.1:65537
# shellcheck disable=SC2016	# expanded by the inner shell
check options.table_full expect_rc 1 sh -c '"$1" --list-metrics >/dev/full' - "$exporter"
check options.once expect_rc 0 "$exporter" --once --root "$dir"
check options.once_absent expect_rc 1 "$exporter" --once --root "$scratch/nowhere"
check options.version like '^prometheus-listenq-exporter [0-9.]+$' "$("$exporter" --version >"$scratch/version"; echo "$scratch/version")"

page=$tests/../../docs/prometheus-listenq-exporter.8.md
if [ -e "$page" ]; then
	"$exporter" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p' | sort >"$scratch/program"
	sed -n 's/^\*\*\(--[a-z-]*\)\*\*.*/\1/p' "$page" | sort >"$scratch/page"
	check options.man same "$scratch/program" "$scratch/page"
else
	skip options.man "no documents beside the tools"
fi
finish
