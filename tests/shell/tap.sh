# shellcheck shell=bash
# Sourced by the shell tests: reports in TAP. $B is the build directory.
B=${B:-build}
# Names of what a test makes outside itself are nf6-LABEL-$own: see tests/support/world.h.
read -ra tap_stat <"/proc/$$/stat"
# shellcheck disable=SC2034
own=$$-${tap_stat[21]}
tap_count=0
tap_failed=0

# ok SENTENCE COMMAND... -- the command succeeds. Its output is shown when it does not.
ok() {
	local sentence=$1 output
	shift
	tap_count=$((tap_count + 1))
	if output=$("$@" 2>&1); then
		echo "ok $tap_count - $sentence"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $sentence"
		printf '%s\n' "$output" | sed 's/^/# /'
	fi
}

# skip SENTENCE REASON
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
}
