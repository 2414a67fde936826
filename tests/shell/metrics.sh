#!/bin/bash
# Metrics over HTTP: what is answered, what is refused, and the units that answer it.
. tests/shell/tap.sh
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
ns=nf6-metrics-$own
export NETFWV6_STATE=/run/nf6-metrics-$own
clean_up() {
	ip netns del "$ns"
	scripts/forget "$NETFWV6_STATE"
	rm -rf "$scratch"
}
trap clean_up EXIT
ip netns add "$ns"
ip -n "$ns" link add fw0 type veth peer name fw1
ip -n "$ns" link set lo up

inside() { nsenter --net="/run/netns/$ns" "$@"; }
netfwv6() { inside "$B/netfwv6" "$@"; }

# answers STATUS REQUEST -- printf's format. The answer is in $scratch/answer.
answers() {
	# shellcheck disable=SC2059
	printf "$2" | netfwv6 stats --http >"$scratch/answer" || return 1
	head -n 1 "$scratch/answer" | grep -q "^HTTP/1\.1 $1 .*$(printf '\r')$" || { head -n 1 "$scratch/answer"; return 1; }
}

has_the_metrics() {
	answers 200 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n' &&
		sed '1,/^\r$/d' "$scratch/answer" | diff - <(netfwv6 stats --prometheus) &&
		grep -q '^netfwv6_firewalled' "$scratch/answer" &&
		grep -q '^Content-Type: text/plain; version=0.0.4; charset=utf-8' "$scratch/answer"
}

has_the_header_alone() {
	answers 200 'HEAD /metrics HTTP/1.0\n\n' && [ "$(sed '1,/^\r$/d' "$scratch/answer" | wc -c)" = 0 ]
}

refuses_other_requests() {
	answers 200 'GET /metrics?x=y HTTP/1.1\r\n\r\n' && answers 404 'GET / HTTP/1.1\r\n\r\n' &&
		answers 404 'GET /metrics/ HTTP/1.1\r\n\r\n' && answers 405 'POST /metrics HTTP/1.1\r\n\r\n' &&
		answers 400 'GET /metrics\r\n\r\n' && answers 400 'GET /metrics HTTP/2.0\r\n\r\n' &&
		answers 400 'GET /metrics HTTP/1.1\r\n' && answers 400 '' &&
		answers 400 'GET /metrics HTTP/1.1\r\n\0\r\n\r\n'
}

refuses_long_requests() {
	answers 200 "GET /metrics HTTP/1.1\r\nX: $(head -c 4060 /dev/zero | tr '\0' x)\r\n\r\n" &&
		answers 431 "GET /metrics HTTP/1.1\r\nX: $(head -c 4096 /dev/zero | tr '\0' x)\r\n\r\n"
}

# The other end says no more, and does not go.
refuses_slow_requests() {
	mkfifo "$scratch/slow"
	exec 7<>"$scratch/slow"
	printf 'GET /metrics HTTP/1.1\r\n' >&7
	timeout 60 nsenter --net="/run/netns/$ns" "$B/netfwv6" stats --http <"$scratch/slow" >"$scratch/answer"
	exec 7<&-
	grep -q '^HTTP/1\.1 408 ' "$scratch/answer"
}

# Longer than what is read, over a socket: the answer gets through nevertheless.
answers_over_a_socket() {
	local server code=1
	inside socat "TCP6-LISTEN:9906,fork,reuseaddr" EXEC:"$B/netfwv6 stats --http",nofork >/dev/null 2>&1 &
	server=$!
	until inside ss -Hlnt 'sport = :9906' | grep -q .; do kill -0 $server || return 1; sleep 0.02; done
	printf 'GET /metrics HTTP/1.1\r\n\r\n' | ask | grep -q '^netfwv6_firewalled' &&
		head -c 8000 /dev/zero | tr '\0' x | ask | grep -q '^HTTP/1\.1 431 ' && code=0
	kill $server
	return $code
}

ask() { inside timeout 60 socat -t 10 - 'TCP6:[::1]:9906'; }

goes_with_no_other_option() {
	local option
	for option in --json --prometheus --reset "--dev fw0" "--count-ports on"; do
		# shellcheck disable=SC2086
		netfwv6 stats --http $option 2>"$scratch/error" </dev/null
		[ $? = 2 ] && grep -q "not with another option" "$scratch/error" || return 1
	done
}

# A user without any capability, as the unit has it, gets all but what is root's.
answers_without_a_capability() {
	cp "$B/netfwv6" "$scratch/netfwv6"
	chmod 755 "$scratch" "$scratch/netfwv6"
	printf 'GET /metrics HTTP/1.1\r\n\r\n' |
		inside setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all \
			"$scratch/netfwv6" stats --http >"$scratch/answer" && grep -q '^netfwv6_firewalled{device="fw0"' "$scratch/answer"
}

units_are_valid() {
	mkdir -p "$scratch/units"
	cp dist/netfwv6-metrics.socket "$scratch/units"
	sed "s|@SBINDIR@|$PWD/$B|" dist/netfwv6-metrics@.service >"$scratch/units/netfwv6-metrics@.service"
	systemd-analyze verify --man=no "$scratch/units/netfwv6-metrics.socket" >"$scratch/verify" 2>&1
	! grep -v 'netfwv6-metrics.*unknown user' "$scratch/verify" | grep .
}

unit_is_tight() {
	systemd-analyze security --offline=true --threshold=20 "$scratch/units/netfwv6-metrics@.service" >"$scratch/security" ||
		{ tail -n 1 "$scratch/security"; return 1; }
}

listens_on_the_loopback() {
	[ "$(sed -n 's/^ListenStream=//p' dist/netfwv6-metrics.socket)" = "[::1]:9906" ]
}

user_is_declared() {
	grep -q "^u $(sed -n 's/^User=//p' dist/netfwv6-metrics@.service) " dist/netfwv6.sysusers
}

netfwv6 -q enable fw0 || exit 1
ok "GET has the metrics" has_the_metrics
ok "HEAD has the header alone" has_the_header_alone
ok "other requests are refused" refuses_other_requests
ok "long ones, too" refuses_long_requests
ok "and slow ones" refuses_slow_requests
ok "it answers over a socket, also who sends too much" answers_over_a_socket
ok "it goes with no other option" goes_with_no_other_option
ok "no capability is needed" answers_without_a_capability
ok "the unit's user is declared" user_is_declared
ok "the socket listens on the loopback" listens_on_the_loopback
if command -v systemd-analyze >/dev/null; then
	ok "systemd takes the units" units_are_valid
	ok "the service's exposure is below 2.0" unit_is_tight
else
	skip "systemd takes the units, whose exposure is below 2.0" "there is no systemd-analyze"
fi
done_testing
