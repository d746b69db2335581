#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# names.sh - who is behind a listener. From recorded files: unit and container of a
# cgroup's path, whose unit it is where several are known, names of namespaces, users
# and services. On this machine: exactly the processes that ss shows, with forked
# workers, passed and copied descriptors and hostile names, and what changes between looks.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

hex=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
uid=01234567-89ab-cdef-0123-456789abcdef
uid_=01234567_89ab_cdef_0123_456789abcdef

# values FILE KEY... - of each listener in JSON, by port: one line, "-" for null
values()
{
	python3 - "$@" <<-'END'
		import json, sys
		look = json.load(open(sys.argv[1], encoding="utf-8"))
		for l in sorted(look["listeners"], key=lambda l: l["port"]):
		    print(l["port"], *["-" if l[key] is None else l[key] for key in sys.argv[2:]], sep="|")
	END
}

#
# Paths: what the kernel shows | unit | container
#
cat >"$scratch/paths" <<END
/system.slice/nginx.service|nginx.service|-
/system.slice/system-postgresql.slice/postgresql@15-main.service|postgresql@15-main.service|-
/system.slice/nginx.service/worker/1|nginx.service|-
/user.slice/user-1000.slice/user@1000.service/app.slice/web.service|web.service|-
/user.slice/user-1000.slice/user@1000.service/init.scope|user@1000.service|-
/user.slice/user-1000.slice/session-3.scope|session-3.scope|-
/system.slice/cups.socket|cups.socket|-
/system.slice/_cpu.service|cpu.service|-
/system.slice/app-a\\x2db.service|app-a\\x2db.service|-
/system.slice|-|-
/|-|-
/system.slice/.service|-|-
/system.slice/docker-$hex.scope|-|docker:0123456789ab
/system.slice/docker-$hex.scope/system.slice/ssh.service|ssh.service|docker:0123456789ab
/system.slice/docker-${hex}0.scope|docker-${hex}0.scope|-
/system.slice/docker-web.scope|docker-web.scope|-
/docker/$hex|-|docker:0123456789ab
/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod$uid_.slice/cri-containerd-$hex.scope|-|cri-containerd:0123456789ab
/kubepods.slice/kubepods-pod$uid_.slice/crio-$hex.scope|-|crio:0123456789ab
/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod$uid_.slice|-|pod:$uid
/kubepods/burstable/pod$uid/$hex|-|pod:$uid
/system.slice/pod$uid|-|-
/machine.slice/libpod-$hex.scope/container|-|libpod:0123456789ab
/user.slice/user-1.slice/user@1.service/user.slice/libpod-$hex.scope|-|libpod:0123456789ab
/machine.slice/libpod-conmon-$hex.scope|libpod-conmon-$hex.scope|-
/lxc.payload.web|-|lxc:web
/lxc.payload.web/system.slice/nginx.service|nginx.service|lxc:web
/machine.slice/machine-my\\x2ddb.scope|-|machine:my-db
/machine.slice/machine-a\\x1b\\xff.scope/system.slice/x.service|x.service|machine:a\\033\\377
/docker/$hex/kubelet/kubepods/pod$uid/cri-containerd-$hex.scope|-|cri-containerd:0123456789ab
END

dir=$scratch/paths-tree
tree "$dir"
nr=0
: >"$scratch/wanted"
while IFS= read -r line; do
	nr=$((nr + 1))
	listener "$dir" "local=0.0.0.0:$nr" "cookie=$nr" "cgroup=$((1000 + nr))"
	printf '%s %s\n' "$((1000 + nr))" "${line%%|*}" >>"$dir/sys/fs/cgroup/ids"
	printf '%s|%s\n' "$nr" "${line#*|}" >>"$scratch/wanted"
done <"$scratch/paths"
run --root "$dir" --json
values "$out" unit container >"$scratch/got"
check "paths: unit and container" same "$scratch/wanted" "$scratch/got"
check "paths: nothing on standard error" empty "$err"

# The same paths of processes, and " (deleted)" as the kernel says of a removed one
dir=$scratch/process-tree
tree "$dir"
nr=0
while IFS= read -r line; do
	nr=$((nr + 1))
	listener "$dir" "local=0.0.0.0:$nr" "cookie=$nr" "inode=$((5000 + nr))"
	process "$dir" "$((100 + nr))" server $((5000 + nr))
	deleted=" (deleted)"
	[ $((nr % 2)) -eq 0 ] || deleted=
	printf '1:cpu:/\n0::%s%s\n' "${line%%|*}" "$deleted" >"$dir/proc/$((100 + nr))/cgroup"
done <"$scratch/paths"
run --root "$dir" --json
values "$out" unit container >"$scratch/got"
check "processes: unit and container" same "$scratch/wanted" "$scratch/got"

#
# Whose unit: acceptor, holder, cgroup of the socket
#
dir=$scratch/owner-tree
tree "$dir"
file=$dir/sys/kernel/debug/tcp_listenq/listeners
mkdir -p "$(dirname "$file")" "$dir/run/netns" "$dir/run/docker/netns"

# owned PORT NETNS UID INODE CGROUP ACCEPTOR LISTENER_BY
owned()
{
	printf '%s\n' "$2 0.0.0.0:$1 0 128 $3 $4 $1 $5 $6 $7 -" >>"$file"
}

# in_cgroup PID PATH [NETNS]
in_cgroup()
{
	echo "0::$2" >"$dir/proc/$1/cgroup"
	mkdir -p "$dir/proc/$1/ns"
	ln -s "net:[${3:-4026531840}]" "$dir/proc/$1/ns/net"
}

echo "netns local ack_backlog max_ack_backlog uid inode cookie cgroup acceptor listener_by flags" >"$file"
printf '%s\n' "1 /" "2 /init.scope" "3 /system.slice/socket.service" "x /bad" "4" "5 /a b.service" \
	>"$dir/sys/fs/cgroup/ids"
printf '%s\n' "www-data:x:33:33:web:/:/bin/sh" "$(printf 'h\033x'):x:34:34::/:/bin/sh" >>"$dir/etc/passwd"
printf '%s\n' "# ports" "dns 1/udp" "tcpmux 1/tcp first" "other 1/tcp" "https	443/tcp" "bad 99999/tcp" "" "x" \
	>"$dir/etc/services"
process "$dir" 1 systemd 11 12 13
process "$dir" 20 nginx 11
process "$dir" 30 worker 11 14 14 14 14 14 14 14 14 14 14 14
process "$dir" 40 gone
process "$dir" 50 lonely 15
process "$dir" 60 'two words' 17
in_cgroup 1 /init.scope
in_cgroup 20 /system.slice/nginx.service
in_cgroup 30 /system.slice/worker.service 4026532001
in_cgroup 40 /system.slice/late.service 4026532002
in_cgroup 50 / 4026532002
in_cgroup 60 /system.slice/words.service 4026532003
ln -s 'net:[4026532003]' "$dir/run/netns/blue"
ln -s 'net:[4026532004]' "$dir/run/docker/netns/0a1b"
ln -s /nowhere "$dir/run/netns/stale"
: >"$dir/run/netns/plain"

owned 444 4026531840 0 14 2 - -				# eleven descriptors
owned 1 4026531840 0 11 2 30/worker 1/systemd		# the acceptor's, though lower PIDs hold it
owned 2 4026531840 33 11 2 - -				# not systemd's
owned 3 4026532001 34 12 3 - -				# only systemd holds it: init.scope is the truth
owned 4 4026532002 99 - 3 - -				# by the socket's cgroup
owned 5 4026532003 0 - 2 - -				# that is PID 1's: tells nothing
owned 6 4026532004 0 - 77 - -				# a cgroup that is not there
owned 7 4026532005 0 - - 40/gone -			# the acceptor lives, by another descriptor
owned 8 4026531840 0 - 3 40/other -			# its PID is another one's now
owned 9 4026531840 0 - 3 999/dead 999/dead		# it has ended
owned 10 4026531840 0 15 3 - -				# the holder's is the root: no unit
owned 11 4026531840 0 17 5 '60/two\040words' 60/a/b	# blank and slash in a name
owned 12 4026531840 0 - 5 junk /x
owned 443 4026531840 0 - 0 0/x 99999999999/x
run --root "$dir" -N all --json
values "$out" unit netns_name user service >"$scratch/got"
cat >"$scratch/wanted" <<'END'
1|worker.service|host|root|tcpmux
2|nginx.service|host|www-data|-
3|init.scope|worker|h\033x|-
4|socket.service|gone|-|-
5|-|blue|root|-
6|-|0a1b|root|-
7|late.service|-|root|-
8|socket.service|host|root|-
9|socket.service|host|root|-
10|socket.service|host|root|-
11|words.service|host|root|-
12|a b.service|host|root|-
443|-|host|root|https
444|worker.service|host|root|-
END
check "owner: unit, namespace, user, service" same "$scratch/wanted" "$scratch/got"
cat >"$scratch/wanted" <<'END'
1|1/systemd/3 20/nginx/3 30/worker/3
2|1/systemd/3 20/nginx/3 30/worker/3
3|1/systemd/4
4|
5|
6|
7|
8|
9|
10|50/lonely/3
11|60/two words/3
12|
443|
444|30/worker/4
END
python3 - "$out" >"$scratch/got" <<'END'
import json, sys
for l in sorted(json.load(open(sys.argv[1]))["listeners"], key=lambda l: l["port"]):
    print(l["port"], " ".join("%d/%s/%d" % (p["pid"], p["comm"], p["fd"]) for p in l["processes"]), sep="|")
END
check "owner: processes by PID, lowest descriptor" same "$scratch/wanted" "$scratch/got"
run --root "$dir" -N all --json --no-process
values "$out" unit >"$scratch/got"
check "without processes: the acceptor's unit" like '^1\|worker.service$' "$scratch/got"
check "without processes: none is shown" lacks '"pid":20,' "$out"

# What is in a recorded folder may be anything.
dir=$scratch/broken-tree
tree "$dir"
listener "$dir" local=0.0.0.0:80 cookie=1 inode=7
for pid in 2 3 4 99999999999; do
	process "$dir" "$pid" x 7
done
rm "$dir/proc/2/comm"
rm "$dir/proc/3/cgroup"
mkdir "$dir/proc/3/cgroup" "$dir/proc/0" "$dir/proc/5" "$dir/proc/12x"
printf '\377\033\n\n' >"$dir/proc/3/comm"
: >"$dir/proc/4/comm"
for link in 'socket:[]' 'socket:[7' 'socket:7]' 'socket:[7]x' 'socket:[-7]' 'socket:[ 7]' 'socket:[07x]' 'pipe:[7]'; do
	mkdir -p "$dir/proc/5/fd"
	ln -s "$link" "$dir/proc/5/fd/$(find "$dir/proc/5/fd" | wc -l)"
done
echo wrong >"$dir/proc/5/comm"
ln -s 'socket:[7]' "$dir/proc/5/fd/1x"
run --root "$dir" --json
check "broken files: exit status" is "$rc" 0
check "broken files: what can be read is shown" has '"processes":[{"pid":3,"comm":"\\377\\033\\012","fd":3},{"pid":4,"comm":"","fd":3}]' "$out"

#
# This machine
#
export LISTENQ
for case in plain dup forked passed in_flight crowd hostile looks; do
	check "this machine: $case" timeout 200 python3 "$tests/holders.py" "$case"
done

finish
