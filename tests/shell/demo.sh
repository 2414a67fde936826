#!/bin/bash
# The demo works, and leaves nothing behind, also when it is interrupted.
. tests/shell/tap.sh
log=$(mktemp "/tmp/nf6-scratch-$own-XXXXXX")
trap 'rm -f "$log"' EXIT

# What the last demo has left: nobody else's is named so, or has this state in its environment.
left() {
	ls -d "/run/nf6-demo-$id" "/run/netns/nf6-demo-host-$id" "/run/netns/nf6-demo-client-$id" 2>/dev/null
	grep "/run/nf6-demo-$id " /proc/self/mountinfo
	grep -lsaz "^NETFWV6_STATE=/run/nf6-demo-$id$" /proc/[0-9]*/environ
}

nothing_is_left() {
	[ -z "$(left)" ] || { left; return 1; }
}

start_demo() {
	scripts/demo >"$log" 2>&1 &
	pid=$!
	read -ra stat <"/proc/$pid/stat"
	id=$pid-${stat[21]}
}

told_all_is_well() {
	tail -n 1 "$log" | grep -qE '^demo: ([0-9]+) of \1 as expected$'
}

demo_succeeds() {
	start_demo
	if ! wait "$pid" || ! told_all_is_well; then
		cat "$log"
		return 1
	fi
	nothing_is_left
}

# Interrupts the demo once its device is firewalled, and namespaces, mount, directory and servers are there.
interrupted_demo_cleans_up() {
	start_demo
	until grep -q 'device is firewalled' "$log" && [ "$(left | grep -c .)" -ge 7 ]; do
		kill -0 "$pid" 2>/dev/null || { cat "$log"; return 1; }
		sleep 0.02
	done
	kill -TERM "$pid"
	! wait "$pid" && nothing_is_left
}

ok "the demo ends with everything as expected and leaves nothing behind" demo_succeeds
ok "an interrupted demo fails and leaves nothing behind" interrupted_demo_cleans_up
done_testing
