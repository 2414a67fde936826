# shellcheck shell=bash disable=SC2034
# Sourced by tests/boot/run. A scenario is a function that lays files into $root, and sets what it
# wants to see: $unit, whether netfwv6.service is active or failed then; $device, which is firewalled;
# $why, a part of what the unit says; $says, lines of the report; $arrives, whether packets to a closed
# port do.

give_policy() {
	mkdir -p "$root/etc/netfwv6"
	printf '%s\n' "version 1" "$@" >"$root/etc/netfwv6/policy"
}

give_applied() {
	mkdir -p "$root/var/lib/netfwv6"
	printf '%s\n' "version 1" "$@" >"$root/var/lib/netfwv6/applied"
}

# No line begins with "frob".
BROKEN=("protect 7001/tcp" "protect 7001/udp" "frob 443/tcp")

scenario_policy() {
	give_policy "open 7001" "enable eth0"
}

scenario_all() {
	give_policy "open 7001" "enable --all"
}

# udev gives the card another name, which the policy has.
rename_card() {
	mkdir -p "$root/etc/systemd/network"
	printf '[Match]\nPermanentMACAddress=%s\n[Link]\nName=lan0\n' "$card" >"$root/etc/systemd/network/10-lan0.link"
	device=lan0
}

scenario_renamed() {
	rename_card
	give_policy "open 7001" "enable lan0"
}

scenario_renamed_all() {
	rename_card
	give_policy "open 7001" "enable --all"
}

scenario_damaged() {
	give_policy "${BROKEN[@]}"
	give_applied "open 7001" "enable eth0"
	unit=failed why="/var/lib/netfwv6/applied"
}

scenario_damaged_alone() {
	give_policy "${BROKEN[@]}"
	unit=failed why="every device with hardware"
}

# The card's driver is not loaded before the firewall stands, and five seconds have passed.
scenario_late() {
	give_policy "open 7001" "enable eth0"
	echo "blacklist virtio_net" >"$root/etc/modprobe.d/late.conf"
	add_unit late.service <<-'END'
		[Unit]
		After=netfwv6.service
		[Service]
		Type=oneshot
		ExecStart=sleep 5
		ExecStart=modprobe virtio_net
	END
}

# Of two devices the first cannot be firewalled.
scenario_other_fails() {
	give_policy "open 7001" "enable lo" "enable eth0"
	unit=failed why="lo"
}

# The lock is held for longer than udev can wait, so what arrives meanwhile does not count: the device
# is firewalled by a unit once the lock is free.
scenario_locked() {
	scenario_late
	add_unit holder.service <<-'END'
		[Unit]
		After=netfwv6.service
		Before=late.service
		[Service]
		Type=exec
		ExecStart=flock /run/netfwv6.lock sleep 40
	END
	says=("handed 1") arrives=maybe
}

# What systemd does with the units besides.
scenario_managed() {
	give_policy "open 7001" "enable eth0"
	touch "$root/etc/manage"
	says=("save 0 1 1" "reload 0 1" "stop 0 eth0 1" "mount 0" "timer active")
}

# That packets come in where there is no firewall: else a test of them proves nothing.
scenario_control() {
	unit=inactive device='' arrives=yes
}

SCENARIOS="control policy all renamed renamed_all damaged damaged_alone late other_fails managed locked"
