#!/bin/bash
# The fuzzers find nothing in a while: FUZZ_SECONDS each, 15 of them in 'make check'.
. tests/shell/tap.sh
seconds=${FUZZ_SECONDS:-15}

# What is found lies in $B/fuzz; what is learned there, for the next time.
finds_nothing() {
	local name=$1 log=$B/fuzz/$1.log
	mkdir -p "$B/fuzz/corpus/$name"
	"$B/fuzz/fuzz_$name" -max_total_time="$seconds" -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$B/fuzz/$name-" "$B/fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 ||
		{ tail -n 40 "$log"; return 1; }
}

# Inputs that are all refused would say nothing of what lies behind.
gets_somewhere() {
	grep -E '^[1-9][0-9]* of [0-9]+ inputs accepted$' "$B/fuzz/$1.log" ||
		{ tail -n 5 "$B/fuzz/$1.log"; return 1; }
}

for name in filter event policy; do
	ok "$seconds s of fuzzing find nothing: $name" finds_nothing $name
	ok "fuzzing gets past the first checks: $name" gets_somewhere $name
	sed -n 's/^stat::number_of_executed_units: */# executions: /p' "$B/fuzz/$name.log"
done
done_testing
