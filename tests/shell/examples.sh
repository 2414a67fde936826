#!/bin/bash
# The examples build against an installed library, and do what they say.
. tests/shell/tap.sh
ns=nf6-ex-$own
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
export NETFWV6_STATE=/run/nf6-ex-$own
ip netns add "$ns"
trap 'ip netns del "$ns"; scripts/forget "$NETFWV6_STATE"; rm -rf "$scratch"' EXIT
ip -n "$ns" link add fw0 type veth peer name fw1
chmod 755 "$scratch"

inside() { nsenter --net="/run/netns/$ns" "$@"; }
fw() { inside "$B/netfwv6" -q "$@"; }

install_there() {
	make -s B="$B" DESTDIR="$scratch/root" PREFIX=/opt/netfwv6 install
}

# build KIND OPTION...
build() {
	local kind=$1
	shift
	mkdir "$scratch/$kind"
	PKG_CONFIG_PATH=$scratch/root/opt/netfwv6/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$scratch/root \
		make -s -C docs/examples B="$scratch/$kind" CFLAGS='-O2 -g -Werror' "$@"
}

# needs_library YES|NO KIND -- at run time.
needs_library() {
	local wanted=$1 got
	for program in ensure_port is_open_here; do
		got=no
		readelf -d "$scratch/$2/$program" >"$scratch/needed" || return 1
		grep -q 'NEEDED.*libnetfwv6\.so\.1' "$scratch/needed" && got=yes
		[ $got = "$wanted" ] || { echo "$program: $got, wanted $wanted"; return 1; }
	done
}

# gives STATUS OUTPUT PROGRAM ARGUMENT... -- both streams together; the output may be a pattern.
gives() {
	local wanted=$1 pattern=$2 program=$3 output status
	shift 3
	# shellcheck disable=SC2086
	output=$(LD_LIBRARY_PATH=$scratch/root/opt/netfwv6/lib inside $as "$scratch/$kind/$program" "$@" 2>&1)
	status=$?
	# shellcheck disable=SC2053
	[[ $status = "$wanted" && $output = $pattern ]] || {
		printf 'exit %s, wanted %s\n%s\nwanted\n%s\n' $status "$wanted" "$output" "$pattern"
		return 1
	}
}

# A datagram to a closed port comes in by fw0.
shoot() {
	inside python3 - <<-'PY'
		import socket
		wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		wire.bind(("fw1", 0))
		addresses = b"".join(socket.inet_pton(socket.AF_INET6, f"2001:db8::{n}") for n in (2, 1))
		udp = bytes.fromhex("9c40 1388 000c 1234") + b"data"
		wire.send(b"\x02\0\0\0\0\1" + b"\x02" * 6 + b"\x86\xdd" + bytes.fromhex("60000000 000c 11 40") + addresses + udp)
	PY
}

# tells_of_drops COMMAND... -- also when nothing happened for longer than a stream lives unread.
tells_of_drops() {
	local watcher began=$SECONDS
	LD_LIBRARY_PATH=$scratch/root/opt/netfwv6/lib inside "$@" 2 <>"$scratch/quiet" >"$scratch/told" 2>&1 &
	watcher=$!
	sleep 4
	while kill -0 $watcher 2>/dev/null && shoot && [ $SECONDS -lt $((began + 60)) ]; do
		sleep 0.1
	done
	kill $watcher 2>/dev/null
	wait $watcher && [ "$(cat "$scratch/told")" = $'fw0 closed-udp\nfw0 closed-udp' ] && return
	cat "$scratch/told"
	return 1
}

# A removed state ends the watch, with a sentence.
ends_with_the_state() {
	local watcher status
	LD_LIBRARY_PATH=$scratch/root/opt/netfwv6/lib inside "$@" 2 <>"$scratch/quiet" >"$scratch/told" 2>&1 &
	watcher=$!
	sleep 1
	fw disable fw0 && fw remove
	wait $watcher
	status=$?
	[ $status = 3 ] && grep "was removed, so its events ended" "$scratch/told"
}

is_named() {
	[ "$(inside "$B/netfwv6" list --json | jq -r '.ports[] | "\(.port)/\(.protocol) \(.name)"')" = "$1" ]
}

kind='' as=''
ok "make install fills a DESTDIR" install_there
ok "the examples build with the shared library" build shared
ok "the examples build with the static library" build static STATIC=1
ok "the one needs the library to run" needs_library yes shared
ok "the other does not" needs_library no static

usage='usage: *'
mkfifo "$scratch/quiet" # an input that neither comes nor ends
inside ip link set fw0 address 02:00:00:00:00:01 up
inside ip link set fw1 up
for kind in shared static; do
	ok "$kind: ensure_port without arguments: usage" gives 2 "$usage" ensure_port
	ok "$kind: ensure_port without a name: usage" gives 2 "$usage" ensure_port open 443/tcp ''
	ok "$kind: ensure_port of another protocol: usage" gives 2 "$usage" ensure_port open 443/icm web
	ok "$kind: ensure_port of port 65536: refused, with the library's sentence" \
		gives 3 'ensure_port: 65536/tcp: *65536 is not in 1..65535*' ensure_port open 65536/tcp web
	ok "$kind: a port that is free is opened" gives 0 '443/tcp: opened' ensure_port open 443/tcp web
	ok "$kind: under the name" is_named '443/tcp web'
	ok "$kind: an own port stays open" gives 0 '443/tcp: open already' ensure_port open 443/tcp web
	ok "$kind: another's port is left alone" gives 1 "443/tcp: open for 'web', left alone" ensure_port open 443/tcp mail
	ok "$kind: and is not closed" gives 1 "443/tcp: open for 'web', left alone" ensure_port close 443/tcp mail
	ok "$kind: it is still open under its name" is_named '443/tcp web'
	ok "$kind: the other protocol is another port" gives 0 '443/udp: closed already' ensure_port close 443/udp web

	ok "$kind: is_open_here without arguments: usage" gives 2 "$usage" is_open_here
	ok "$kind: no such device: no answer" gives 3 'is_open_here: nodev0: *' is_open_here nodev0 443/tcp
	ok "$kind: open globally, on a device that is not firewalled" \
		gives 0 $'443/tcp on fw0: open globally\nfw0 is not firewalled' is_open_here fw0 443/tcp
	ok "$kind: the device is firewalled" fw enable fw0
	ok "$kind: open globally" gives 0 '443/tcp on fw0: open globally' is_open_here fw0 443/tcp
	ok "$kind: the port is ignored on the device" fw ignore 443/tcp --dev fw0
	ok "$kind: then it is closed there" gives 1 '443/tcp on fw0: closed' is_open_here fw0 443/tcp
	ok "$kind: the port is opened on the device" fw open 443/tcp --dev fw0
	ok "$kind: then it is open there" gives 0 '443/tcp on fw0: open here' is_open_here fw0 443/tcp
	ok "$kind: another port is closed" gives 1 '444/tcp on fw0: closed' is_open_here fw0 444/tcp

	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
	ok "$kind: everybody may ask" gives 0 '443/tcp on fw0: open here' is_open_here fw0 443/tcp
	ok "$kind: not everybody may open" gives 3 'ensure_port: 80/tcp: *' ensure_port open 80/tcp web
	as=''

	ok "$kind: the own port is closed on request" gives 0 '443/tcp: closed' ensure_port close 443/tcp web
	ok "$kind: once" gives 0 '443/tcp: closed already' ensure_port close 443/tcp web
	ok "$kind: what the device opened itself is still open there" \
		gives 0 '443/tcp on fw0: open here' is_open_here fw0 443/tcp
	ok "$kind: the settings are cleared" fw close 443/tcp --dev fw0
	ok "$kind: all of them" fw observe 443/tcp --dev fw0
	ok "$kind: watch_drops without a number: usage" gives 2 "$usage" watch_drops
	ok "$kind: an event loop tells of dropped packets" tells_of_drops "$scratch/$kind/watch_drops"
	ok "$kind: and ends with the state" ends_with_the_state "$scratch/$kind/watch_drops"
done
fw enable fw0
ok "asyncio's loop tells of dropped packets, by ctypes" tells_of_drops docs/examples/watch_drops.py
ok "and ends with the state, with the sentence of the handle" ends_with_the_state docs/examples/watch_drops.py
done_testing
