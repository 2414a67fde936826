#!/bin/bash
# What surrounds the writer of the log: its systemd unit, logrotate.
. tests/shell/tap.sh
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
ns=nf6-log-$own
export NETFWV6_STATE=/run/nf6-log-$own
pid=
clean_up() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	ip netns del "$ns"
	scripts/forget "$NETFWV6_STATE"
	rm -rf "$scratch"
}
trap clean_up EXIT
ip netns add "$ns"
ip -n "$ns" link add fw0 type veth peer name fw1
unit=$scratch/netfwv6-logd.service
log=$scratch/log

netfwv6() {
	nsenter --net="/run/netns/$ns" "$B/netfwv6" "$@"
}

# The values of a setting in the unit, in order.
setting() {
	sed -n "s/^$1=//p" "$unit"
}

# Starts a writer behind COMMAND... and waits until it writes.
start() {
	: >"$scratch/out"
	nsenter --net="/run/netns/$ns" "$@" "$B/netfwv6" logd >"$scratch/out" 2>"$scratch/err" &
	pid=$!
	until grep -q '^writing' "$scratch/out"; do
		kill -0 "$pid" 2>/dev/null || { cat "$scratch/err"; return 1; }
		sleep 0.02
	done
}

end() {
	kill "$pid"
	wait "$pid"
	local code=$?
	pid=
	return $code
}

has_a_new_log() {
	local wanted=600:root:root
	! getent group adm >/dev/null || wanted=640:root:adm
	[[ $(stat -c %a:%U:%G "$log") = "$wanted" && $(wc -l <"$log") = 4 ]] || { ls -l "$log"; return 1; }
}

unit_is_valid() {
	systemd-analyze verify --man=no "$unit" 2>&1 | tee "$scratch/verify"
	[ ! -s "$scratch/verify" ]
}

unit_is_tight() {
	systemd-analyze security --offline=true --threshold=20 "$unit" >"$scratch/security" || { tail -n 1 "$scratch/security"; return 1; }
}

# All that the unit allows; the state is made by others, the log's buffer by the writer.
runs_with_the_units_capabilities() {
	local capabilities
	capabilities=$(setting CapabilityBoundingSet | tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
	rm -f "$log"
	start setpriv --no-new-privs --bounding-set="-all,$capabilities" --inh-caps=-all &&
		netfwv6 -q log --dropped on && end && has_a_new_log
}

expand() {
	case $1 in
	@*) systemd-analyze syscall-filter "$1" | sed '1d; s/^ *//' | grep -v '^#' | while read -r name; do expand "$name"; done ;;
	*) echo "$1" ;;
	esac
}

allowed() {
	local words word
	: >"$scratch/allowed"
	while read -r words; do
		for word in ${words#\~}; do expand "$word"; done | sort -u >"$scratch/these"
		case $words in
		\~*) comm -23 "$scratch/allowed" "$scratch/these" ;;
		*) sort -u "$scratch/allowed" "$scratch/these" ;;
		esac >"$scratch/next"
		mv "$scratch/next" "$scratch/allowed"
	done < <(setting SystemCallFilter)
}

# What it does from its start to its end, a new file, a rotation and a change of path included.
runs_with_the_units_system_calls() {
	rm -f "$log"*
	nsenter --net="/run/netns/$ns" strace -f -qq -o "$scratch/trace" "$B/netfwv6" logd >"$scratch/out" &
	pid=$!
	until grep -q '^writing' "$scratch/out"; do kill -0 "$pid" || return 1; sleep 0.02; done
	netfwv6 -q log --file "$log.2"
	until [ -s "$log.2" ]; do kill -0 "$pid" || return 1; sleep 0.02; done
	kill "$(cat "/proc/$pid/task/$pid/children")"
	wait "$pid" || return 1
	pid=
	netfwv6 -q log --file "$log"
	allowed
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$scratch/trace" | sort -u | grep -vx execve >"$scratch/used"
	grep -qx bpf "$scratch/used" && grep -qx fchown "$scratch/used" || return 1
	! comm -23 "$scratch/used" "$scratch/allowed" | grep .
}

# With its real postrotate script, whose systemctl is ours.
logrotate_rotates() {
	mkdir -p "$scratch/bin"
	rm -f "$log"*
	start || return 1
	printf '#!/bin/sh\n[ "$4" = netfwv6-logd.service ] && kill -HUP %s && touch %s/told\n' "$pid" "$scratch" >"$scratch/bin/systemctl"
	chmod +x "$scratch/bin/systemctl"
	sed "s|^/var/log/netfwv6.log|$log|" dist/netfwv6.logrotate >"$scratch/conf"
	chmod 644 "$scratch/conf"
	PATH=$scratch/bin:$PATH logrotate -f -s "$scratch/status" "$scratch/conf" || return 1
	until [ -s "$log" ]; do kill -0 "$pid" || return 1; sleep 0.02; done
	end && [ -e "$scratch/told" ] && [ -s "$log.1" ] && has_a_new_log
}

sed "s|@SBINDIR@|$PWD/$B|" dist/netfwv6-logd.service >"$unit"
netfwv6 -q enable fw0 && netfwv6 -q log --file "$log" || exit 1
# optional TOOL SENTENCE FUNCTION
optional() {
	if command -v "$1" >/dev/null; then ok "$2" "$3"; else skip "$2" "there is no $1"; fi
}
optional systemd-analyze "systemd takes the unit" unit_is_valid
optional systemd-analyze "the unit allows little" unit_is_tight
ok "the writer runs with the capabilities of its unit" runs_with_the_units_capabilities
if command -v strace >/dev/null; then
	optional systemd-analyze "the writer's system calls are those of its unit" runs_with_the_units_system_calls
else
	skip "the writer's system calls are those of its unit" "there is no strace"
fi
optional logrotate "logrotate rotates the log" logrotate_rotates
done_testing
