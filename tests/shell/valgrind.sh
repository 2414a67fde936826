#!/bin/bash
# The command under valgrind: no error, no leak, on its good and its bad paths.
. tests/shell/tap.sh
ns=nf6-vg-$own
export NETFWV6_STATE=/run/nf6-vg-$own
ip netns add "$ns"
trap 'ip netns del "$ns"; scripts/forget "$NETFWV6_STATE"' EXIT
ip -n "$ns" link add fw0 type veth peer name fw1

# clean STATUS ARGUMENT... -- the command exits so, and valgrind finds nothing.
clean() {
	local wanted=$1
	shift
	nsenter --net="/run/netns/$ns" valgrind -q --error-exitcode=99 --leak-check=full \
		--suppressions=tests/valgrind.supp --errors-for-leak-kinds=definite,indirect,possible "$B/netfwv6" "$@"
	local got=$?
	[ $got = "$wanted" ] || { echo "exit $got, wanted $wanted"; return 1; }
}

while read -r status arguments; do
	# shellcheck disable=SC2086
	ok "valgrind: netfwv6 $arguments" clean $status $arguments
done <<'ROWS'
0 help
0 help enable
0 help --completion bash
0 help --completion zsh
0 help --completion fish
2 help --completion csh
0 listeners
0 listeners --json
0 --version
2 frobnicate
2 close 65536/tcp
2 open 443/tcp abc
4 enable nodev0
4 enable lo
1 check 443
0 list --json
0 open 443 8000-8100/udp https/tcp --name web
0 open 443/tcp
0 list
0 list --json
0 check 443/tcp
0 enable fw0 --mode generic
0 enable fw0
0 enable fw0 --mode native
0 enable fw0 --mode tc
2 enable fw0 --mode bogus
0 status
0 status --json
2 monitor -c 0 --dev fw0 --port 443 --src ::/0
2 monitor --dev fw0 --port ssh --proto tcp --src ::1 --reason closed-tcp --reason bogus
2 monitor --src 2001:db8::1/32
4 capture -w /nonexistent/file --dev fw0
4 capture -q -w /dev/full
0 log
0 log --json
2 log --max-size 1
2 log --file relative --rate 5
0 log --dropped on --connections on --max-size 4096 --rate unlimited
0 log --dropped off --connections off
0 stats --count-ports on
0 stats
0 stats --json --dev fw0
0 stats --prometheus
0 list --closed-hits
0 list --closed-hits --json
0 stats --reset
2 stats --reset --json
4 stats --dev lo
0 top -c 1
2 top --interval 0
0 close 1-65535
0 close 443/tcp
0 disable fw0
0 disable fw0
ROWS
done_testing
