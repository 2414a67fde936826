#!/bin/bash
# The udev rule, as it is installed: its command puts the firewall back on a device that returns.
. tests/shell/tap.sh
ns=nf6-udev-$own
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
export NETFWV6_STATE=/run/nf6-udev-$own
ip netns add "$ns"
trap 'ip netns del "$ns"; scripts/forget "$NETFWV6_STATE"; rm -rf "$scratch"' EXIT
rule=$scratch/lib/udev/rules.d/85-netfwv6.rules

inside() { nsenter --net="/run/netns/$ns" "$@"; }
fw() { inside "$B/netfwv6" -q "$@"; }

install_there() {
	make -s B="$B" PREFIX="$scratch" install && ! grep '@[A-Z]*@' "$rule"
}

is_guarded_by_the_state() {
	fw init && grep -q 'TEST!="/run/netfwv6/configured", TEST!="/sys/fs/bpf/netfwv6", GOTO="netfwv6_end"' "$rule" && [ -e "$NETFWV6_STATE/configured" ]
}

# returns DEVICE [NEW_NAME] -- what udev runs for it: \" is a quote in a rule's value, and $$ a dollar.
returns() {
	local command
	command=$(sed -n 's/^IMPORT{program}="\(.*\)"$/\1/p' "$rule" | sed 's/\\"/"/g; s/\$\$/$/g')
	inside env INTERFACE="$1" ID_NET_NAME="${2-}" sh -c "$command"
}

make_device() {
	ip -n "$ns" link add name "$1" type veth peer name peer0
}

# is_firewalled yes|no DEVICE
is_firewalled() {
	local got=no
	inside "$B/netfwv6" status --json | jq -e --arg device "$2" 'any(.devices[]; .device == $device)' >/dev/null && got=yes
	[ $got = "$1" ] || { echo "$2: $got, wanted $1"; return 1; }
}

loses_it_and_gets_it_back() {
	make_device "$1" && fw enable --mode generic -- "$1" && ip -n "$ns" link del peer0 &&
		make_device "$1" && is_firewalled no "$1" &&
		returns "$1" && is_firewalled yes "$1" &&
		fw disable -- "$1" && ip -n "$ns" link del peer0
}

others_are_left_alone() {
	make_device other0 && [ -z "$(returns other0 2>&1)" ] && returns other0 && is_firewalled no other0 &&
		ip -n "$ns" link del peer0
}

ok "make install names the command in the rule" install_there
ok "the rule asks for a file of the state" is_guarded_by_the_state
ok "a device that returns is firewalled again" loses_it_and_gets_it_back fw0
ok "so is one with quotes in its name" loses_it_and_gets_it_back "f\"w'\$0"
ok "so is one whose name looks like an option" loses_it_and_gets_it_back -q
# It gets its name by an event of its own.
is_left_until_it_is_renamed() {
	make_device fw0 && fw enable --mode generic fw0 && ip -n "$ns" link del peer0 && make_device fw0 &&
		returns fw0 lan0 && is_firewalled no fw0 && returns fw0 fw0 && is_firewalled yes fw0 &&
		fw disable fw0 && ip -n "$ns" link del peer0
}

# A process that was stopped keeps the lock.
is_handed_on() {
	make_device fw0 && fw enable --mode generic fw0 && ip -n "$ns" link del peer0 && make_device fw0 || return
	flock /run/netfwv6.lock sleep 60 &
	local holder=$! said
	until ! flock --nonblock /run/netfwv6.lock true; do sleep 0.02; done
	said=$(returns fw0 2>/dev/null)
	kill $(pgrep -P $holder)
	wait $holder
	[ "$said" = NETFWV6_WAITS=1 ] && is_firewalled no fw0 && grep -q 'ENV{NETFWV6_WAITS}=="1", ENV{SYSTEMD_WANTS}+="netfwv6-enable@.service"' "$rule" &&
		returns fw0 && is_firewalled yes fw0 && fw disable fw0 && ip -n "$ns" link del peer0
}

ok "a device that was never enabled is left alone, in silence" others_are_left_alone
ok "one that gets another name is left for that" is_left_until_it_is_renamed
ok "what others keep locked is handed on to systemd" is_handed_on
ok "and the state goes" fw remove
done_testing
