#!/bin/bash
# The demo works, and leaves nothing behind, also when it is interrupted.
. tests/shell/tap.sh

left() {
	ip netns list | grep nf6-demo
	grep nf6-demo /proc/self/mountinfo
	ls -d /run/nf6-demo-* 2>/dev/null
	ps -eo args | grep -E '^socat (TCP|UDP)6-LISTEN:(8080|9090),fork'
	true
}

demo_succeeds() {
	local output
	output=$(timeout 100 scripts/demo 2>&1) && tail -n 1 <<<"$output" | grep -qE '^demo: ([0-9]+) of \1 as expected$' ||
		{ printf '%s\n' "$output"; return 1; }
}

# Interrupts the demo once it has come so far that its device is firewalled.
interrupted_demo_cleans_up() {
	local log pid code
	log=$(mktemp)
	scripts/demo >"$log" 2>&1 &
	pid=$!
	until grep -q 'device is firewalled' "$log"; do
		kill -0 "$pid" 2>/dev/null || { cat "$log"; rm "$log"; return 1; }
		sleep 0.02
	done
	kill -TERM "$pid"
	wait "$pid"
	code=$?
	rm "$log"
	[ "$code" != 0 ] && nothing_is_left
}

nothing_is_left() {
	[ -z "$(left)" ] || { left; return 1; }
}

ok "the demo ends with everything as expected" demo_succeeds
ok "the demo leaves nothing behind" nothing_is_left
ok "an interrupted demo fails and leaves nothing behind" interrupted_demo_cleans_up
done_testing
