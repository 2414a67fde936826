#!/bin/bash
# enable --all: every device with hardware behind it, now and when it comes, and no other.
. tests/shell/tap.sh
ns=nf6-every-$own
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
export NETFWV6_STATE=/run/nf6-every-$own
ip netns add "$ns"
trap 'ip netns del "$ns"; scripts/forget "$NETFWV6_STATE"; rm -rf "$scratch"' EXIT

inside() { nsenter --net="/run/netns/$ns" "$@"; }
fw() { inside "$B/netfwv6" "$@"; }

# says WORDS COMMAND... -- its output has the words.
says() {
	local words=$1 output
	shift
	output=$("$@" 2>&1) || { echo "exit $?: $output"; return 1; }
	[[ $output = *"$words"* ]] || { echo "without '$words': $output"; return 1; }
}

# exits STATUS COMMAND...
exits() {
	local wanted=$1 output
	shift
	output=$("$@" 2>&1)
	local code=$?
	[ $code = "$wanted" ] || { echo "exit $code: $output"; return 1; }
}

# shows FILTER -- status, whatever its exit status, matches it.
shows() {
	fw status --json >"$scratch/status"
	jq -e "$1" "$scratch/status" >/dev/null || { cat "$scratch/status"; return 1; }
}

firewalled() { shows "[.devices[].device] == $1"; }

# What udev does for a device.
comes() { fw -q enable --if-configured -- "$1"; }

# Cards of a virtual machine that are there for tests, by their addresses: see tests/vmtest/run.
find_cards() {
	ip -br link | awk '$3 ~ /^02:6e:36:00:/ { print $1 }'
}

# plug CARD NAME -- moves one of them into the namespace, where it has that name.
plug() {
	ip link set "$1" down && ip link set "$1" name "$2" netns "$ns"
}

without_hardware() {
	says "every device with hardware behind it: firewalled, now and when it comes" fw enable --all &&
		firewalled '[]' && says "every device with hardware" fw status && says "every device with hardware" fw list
}

is_kept_by_a_rebuild() {
	shows '.all.mode == "tc" and .all.stateless and .all.left_out == ["fw0"]' && fw -q init --rebuild &&
		shows '.all.mode == "tc" and .all.stateless and .all.left_out == ["fw0"]'
}

disabling_all_ends_it() {
	fw -q enable fw0 && firewalled '["fw0"]' && shows '.all.left_out == []' &&
		fw -q disable --all && shows '.all == null' && firewalled '[]'
}

a_card_is_firewalled_when_it_comes() {
	plug "${cards[0]}" card0 && fw -q enable --all && firewalled '["card0"]' &&
		plug "${cards[1]}" card1 && exits 4 fw status && comes card1 && firewalled '["card0", "card1"]' && fw status
}

a_card_is_left_out() {
	fw -q disable card1 && comes card1 && fw -q enable --all && firewalled '["card0"]' &&
		shows '.all.left_out == ["card1"]' && fw status >/dev/null && fw -q enable card1 && firewalled '["card0", "card1"]'
}

a_renamed_card_stays_firewalled() {
	ip -n "$ns" link set card0 name card2 && comes card2 && firewalled '["card2", "card1"]' && shows '.configured == []'
}

cards_are_let_go() {
	fw -q disable --all && firewalled '[]' && shows '.configured == []' && comes card2 && firewalled '[]'
}

ip -n "$ns" link add fw0 type veth peer name fw1
ok "--all or a device, not both and not neither" eval 'exits 2 fw enable && exits 2 fw enable --all fw0 && exits 2 fw disable --all fw0'
ok "--all filters" eval 'exits 2 fw enable --all --learn-only && exits 2 fw enable --all --if-configured'
ok "where there is no hardware the wish is kept, and a veth left alone" without_hardware
ok "udev does nothing for a veth" eval "comes fw0 && firewalled '[]'"
ok "the options are kept, and a device that is disabled" eval 'fw -q enable --all --mode tc --stateless && fw -q disable fw0 && fw -q enable --all'
ok "a rebuild takes them along" is_kept_by_a_rebuild
ok "disable --all ends it, and disables all devices" disabling_all_ends_it
ok "nothing is kept of it" shows '.configured == [] and .all == null'
read -ra cards < <(find_cards | tr '\n' ' ')
if ((${#cards[@]} >= 2)); then
	ok "a card is firewalled, now and when it comes" a_card_is_firewalled_when_it_comes
	ok "one that is disabled is left out until it is enabled" a_card_is_left_out
	ok "one that is renamed goes on" a_renamed_card_stays_firewalled
	ok "disable --all lets go of them" cards_are_let_go
else
	skip "cards are firewalled when they come" "there are no cards for tests, as in a virtual machine"
fi
ok "and the state goes" fw remove
done_testing
