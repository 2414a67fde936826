#!/bin/bash
# The manuals are those that scripts/manual makes, and a state has the pins that they tell of.
. tests/shell/tap.sh
ns=nf6-manuals-$own
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
export NETFWV6_STATE=/run/nf6-manuals-$own
ip netns add "$ns"
trap 'ip netns del "$ns"; scripts/forget "$NETFWV6_STATE"; rm -rf "$scratch"' EXIT

is_made_of_its_template() {
	scripts/manual "$B/netfwv6" "$1.in" | diff "$1" - || { echo "make manuals, and commit $1"; return 1; }
}

fw() { nsenter --net="/run/netns/$ns" "$B/netfwv6" -q "$@"; }

make_state() {
	ip -n "$ns" link add fw0 type veth peer name peer0 &&
		fw init --group 4242 && fw log --dropped on && fw enable --mode native fw0
}

# Each pin of the state as "NAME MODE"; a bpffs has two files of its own.
pins_of_the_state() {
	find "$NETFWV6_STATE/" -mindepth 1 ! -name '*.debug' -printf '%P %#m\n' | sed -E 's|/[0-9]+|/ID|' | sort -u
}

# The same, as netfwv6(8) has them for a state with a group.
pins_of_the_manual() {
	awk '/^\.It Pa \/run\/netfwv6\// { gsub("/run/netfwv6/|^.It Pa | ,", ""); n = split($0, names); next }
		n { match($0, /^0[0-9]+(, with a group 0[0-9]+)?/)
			for (i = 1; i <= n; i++) print names[i], substr($0, RSTART + RLENGTH - 4, 4)
			n = 0 }' docs/netfwv6.8 | sort -u
}

# Of a pin that is not always there, the manual may tell more than this state has.
state_has_no_other_pins() {
	pins_of_the_state >"$scratch/state" && [ -s "$scratch/state" ] &&
		! pins_of_the_manual | comm -23 "$scratch/state" - | grep .
}

manual_has_no_other_maps() {
	! pins_of_the_manual | comm -13 "$scratch/state" - | grep -vE '^(links/ID-|counts/lastline|lastline|logwatch)'
}

for page in docs/netfwv6.8 docs/libnetfwv6.3; do
	ok "$page is what make manuals makes" is_made_of_its_template "$page"
done
ok "a state is made" make_state
ok "netfwv6(8) has every pin of a state, with its mode" state_has_no_other_pins
ok "and no other" manual_has_no_other_maps
ok "the state goes" eval 'fw disable fw0 && fw remove'
done_testing
