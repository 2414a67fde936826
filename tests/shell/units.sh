#!/bin/bash
# The units that firewall the host while it boots: systemd takes them, and they allow little.
. tests/shell/tap.sh
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
units=$scratch/lib/systemd/system

install_there() {
	make -s B="$B" PREFIX="$scratch" install && ! grep -r '@[A-Z]*@' "$units"
}

# analyze WHAT UNIT... -- silent when there is nothing to say. Other units are not this test's.
is_valid() {
	systemd-analyze verify --man=no "$units/$1" 2>&1 | grep -F "netfwv6" >"$scratch/verify"
	[ ! -s "$scratch/verify" ] || { cat "$scratch/verify"; return 1; }
}

# is_tight UNIT SCORE -- its exposure, in tenths, is at most that.
is_tight() {
	systemd-analyze security --offline=true --threshold="$2" "$units/$1" >"$scratch/security" ||
		{ cat "$scratch/security"; return 1; }
}

# Each line of hardening that is left out is named in the unit.
explains_itself() {
	local setting
	for setting in ProtectSystem ProtectHome PrivateTmp PrivateDevices ProtectKernelTunables ProtectKernelModules \
		ProtectKernelLogs ProtectControlGroups ProtectProc PrivateNetwork User PrivateUsers; do
		grep -q "$setting=" "$units/netfwv6.service" || { echo "nothing is said of $setting="; return 1; }
	done
}

ok "make install names the command in the units" install_there
ok "what a unit does without is explained there" explains_itself
if command -v systemd-analyze >/dev/null; then
	ln -s "netfwv6-enable@.service" "$units/netfwv6-enable@eth0.service"
	for unit in netfwv6.service netfwv6-enable@eth0.service netfwv6-save.service netfwv6-save.timer; do
		ok "systemd takes $unit" is_valid "$unit"
	done
	ok "netfwv6.service allows little" is_tight netfwv6.service 45
	ok "netfwv6-enable@.service allows little" is_tight netfwv6-enable@eth0.service 45
	ok "netfwv6-save.service allows little" is_tight netfwv6-save.service 20
else
	skip "systemd takes the units, which allow little" "there is no systemd-analyze"
fi
done_testing
