#!/bin/bash
# apply --boot and save --update: what is taken when a policy is damaged, and that one device that
# fails leaves no other open. The files are the host's, so an /etc and a /var/lib of its own are laid
# over them. What arrives while a host boots is seen by tests/boot.
[ -n "${BOOT_APART-}" ] || BOOT_APART=yes exec tests/apart "$0"
. tests/shell/tap.sh
ns=nf6-boot-$own
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
unset NETFWV6_STATE # that of a host that boots
kept=/etc/netfwv6/policy
applied=/var/lib/netfwv6/applied
for place in /etc /var/lib; do
	mkdir -p "$scratch$place" "$scratch/work$place"
	mount -t overlay -o "lowerdir=$place,upperdir=$scratch$place,workdir=$scratch/work$place" overlay "$place" || exit
done
ip netns add "$ns"
trap 'ip netns del "$ns"; scripts/forget /run/netfwv6; umount /etc /var/lib; rm -rf "$scratch"' EXIT
ip -n "$ns" link add fw0 type veth peer name fw1

fw() { nsenter --net="/run/netns/$ns" "$B/netfwv6" "$@"; }

# policy LINE... -- of the host.
policy() {
	mkdir -p "${kept%/*}"
	printf '%s\n' "version 1" "$@" >$kept
}

# boots STATUS [WORDS] -- apply --boot exits with it, and says so.
boots() {
	fw apply --boot >"$scratch/out" 2>&1
	local code=$?
	[[ $code = "$1" && $(<"$scratch/out") = *"${2-}"* ]] || { echo "exit $code"; cat "$scratch/out"; return 1; }
}

# shows FILTER
shows() {
	fw status --json >"$scratch/status"
	jq -e "$1" "$scratch/status" >/dev/null || { cat "$scratch/status"; return 1; }
}

exits() {
	local wanted=$1
	shift
	"$@"
	local code=$?
	[ $code = "$wanted" ] || { echo "exit $code"; return 1; }
}

# has FILE LINE...
has() {
	local file=$1
	shift
	diff <(printf '%s\n' "version 1" "$@") "$file"
}

begins_anew() {
	fw -q disable --all && fw -q disable fw0 && fw -q disable fw1 && fw -q remove && rm -rf $kept $applied
}

all_is_well() {
	policy "open 2222/tcp" "enable fw0" && boots 0 "+ enable fw0" && shows '.devices[0].device == "fw0"' &&
		has $applied "open 2222/tcp" "enable fw0" && shows '.saved.differs == false'
}

it_can_be_repeated() {
	boots 0 && [ ! -s "$scratch/out" ]
}

a_device_fails() {
	begins_anew && policy "open 2222/tcp" "enable fw0" "enable later0" "enable lo" && boots 4 "lo" &&
		fw check -q 2222/tcp && shows '[.devices[].device] == ["fw0"]' && shows '[.configured[].device] == ["later0"]' &&
		[ ! -e $applied ]
}

a_mode_fails() {
	begins_anew && ip -n "$ns" link add br0 type bridge && policy "enable br0 --mode native" "enable fw0" && boots 4 "br0" &&
		shows '[.devices[].device] == ["fw0", "br0"]' && shows '.devices[1].mode == "tc"' &&
		[ "$(fw save | grep -c '^enable br0 --mode native$')" = 1 ] && fw -q disable br0
}

the_last_one_applied_is_taken() {
	begins_anew && policy "open 2222/tcp" "enable fw0" && boots 0 && fw -q open --once 99/tcp && fw -q disable --once fw0 &&
		policy "frob 80/tcp" && boots 4 "$kept:2:1:" && boots 4 "$applied" && shows '.devices[0].device == "fw0"' &&
		fw check -q 2222/tcp && exits 1 fw check -q 99/tcp && has $kept "frob 80/tcp"
}

every_device_is_taken() {
	begins_anew && policy "open 80/tcp" "protect 2222/tcp 53/udp" "protect nonsense" "frob 80/tcp" && boots 4 "every device with hardware" &&
		shows '.all.mode == "auto"' && fw check -q 2222/tcp 53/udp && exits 1 fw check -q 80/tcp &&
		[ "$(fw save | grep -c '^protect')" = 2 ]
}

it_is_mended() {
	policy "open 80/tcp" "unprotect 2222/tcp 53/udp" "enable fw0" && boots 0 && shows '.all == null' && has $applied "open 80/tcp" "enable fw0"
}

every_device_and_exceptions() {
	begins_anew && policy "enable --all --mode tc" "disable fw1" && boots 0 && shows '.all == {mode: "tc", stateless: false, left_out: ["fw1"]}' &&
		fw save >"$scratch/saved" && has "$scratch/saved" "enable --all --mode tc" "disable fw1" && boots 0 &&
		policy "enable --all --mode tc" && boots 0 "- disable fw1" && shows '.all.left_out == []' &&
		policy "enable --all" "disable fw1" && boots 0 "+ disable fw1" &&
		policy "enable --all" "enable fw1" && boots 0 "- disable fw1" && shows '.all.left_out == []' && shows '[.devices[].device] == ["fw1"]' &&
		policy "enable fw0" && boots 0 "- enable --all" && shows '.all == null' && shows '[.devices[].device] == ["fw0"]'
}

what_others_changed_is_saved() {
	begins_anew && policy "open 80/tcp" && boots 0 && fw -q open --once 81/tcp && has $kept "open 80/tcp" &&
		fw -q save --update && has $kept "open 80-81/tcp" && has $applied "open 80-81/tcp"
}

an_edited_file_is_left_alone() {
	policy "open 90/tcp" && fw -q open --once 82/tcp && fw -q save --update 2>"$scratch/err" && grep -q "left alone" "$scratch/err" &&
		has $kept "open 90/tcp"
}

ok "a policy is put in force, and copied" all_is_well
ok "again, and nothing changes" it_can_be_repeated
ok "a device that cannot be firewalled leaves no other open" a_device_fails
ok "one that cannot have its mode is firewalled in another" a_mode_fails
ok "a damaged file gives way to the policy that was applied last" the_last_one_applied_is_taken
ok "without one every device is firewalled, and the protected ports are open" every_device_is_taken
ok "a mended file is applied" it_is_mended
ok "every device, and exceptions" every_device_and_exceptions
ok "what others changed is saved" what_others_changed_is_saved
ok "but not into a file that was edited" an_edited_file_is_left_alone
ok "wrong usage is refused" eval 'exits 2 fw apply && exits 2 fw apply --boot x && exits 2 fw apply --boot --dry-run && exits 2 fw save --update x'
ok "and the state goes" begins_anew
done_testing
