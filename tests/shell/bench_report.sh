#!/bin/bash
# Tables and figures of benchmarks, from made-up measurements; and the page that is generated.
. tests/shell/tap.sh
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
report=scripts/bench/report
head=contender,ports,connections,flows,work,round,ns

# rows CONTENDER PORTS NS... -- one round after the other.
rows() {
	local contender=$1 ports=$2 round=0 ns
	shift 2
	for ns; do echo "$contender,$ports,1,empty,SYN to a closed port,$((round++)),$ns"; done
}

# Of netfwv6 the ratios are 3, 0.5 and 4.2, so their median is 3; the ratio of medians is 2.1.
mkdir "$scratch/a" "$scratch/b" "$scratch/bad"
{ echo $head; rows bare-drop 0 100 200 50; rows netfwv6 100 300 100 210; rows xdp-filter 100 200 400 100; } >"$scratch/a/receive.csv"
{ echo $head; rows bare-drop 0 100 200 50; rows netfwv6 100 300 100 210; rows xdp-filter 100 300 600 150; } >"$scratch/b/receive.csv"

table() { printf '@table %s@\n' "$1" >"$scratch/in"; $report --markdown "$scratch/in" "$scratch/$2" "$scratch/$3"; }
says() { local text=$1 output; shift; output=$("$@" 2>&1); grep -F -- "$text" <<<"$output" || { echo "$output"; false; }; }
# refuses TEXT SENTENCE -- as the content of receive.csv.
refuses() {
	local output
	printf '%b' "$1" >"$scratch/bad/receive.csv"
	output=$($report "$scratch/bad" 2>&1) && return 1
	[[ $? = 1 && $output = "report: $scratch/bad/receive.csv:$2" ]] || { echo "$output"; false; }
}
plots_are_there() { $report "$scratch/a" && [ -s "$scratch/a/receive.svg" ] && [ -s "$scratch/a/receive.png" ]; }
# The page is the template with tables in the places of its directives.
is_generated() {
	python3 - scripts/bench/benchmarks.md.in docs/benchmarks.md <<-'END'
		import re, sys
		template, page = (open(path, encoding="utf-8").read() for path in sys.argv[1:])
		texts = re.split(r"^@table [a-z-]+@$", template, flags=re.M)
		at = 0
		for text in texts:
		    found = page.find(text, at)
		    if found < 0 or text is texts[0] and found:
		        sys.exit(f"not in the page, or not in this order: {text}")
		    at = found + len(text)
		if at != len(page) or "@table" in page:
		    sys.exit("the page goes on where the template ends, or is not filled in")
	END
}

ok "medians, and what is noisy" says "| 100 noisy / 100 noisy | 210 noisy / 210 noisy | 200 noisy / 300 noisy |" table receive-ns a b
ok "ratios are of the round; no difference, where rounds disagree" says "| 3.00 ~ / 3.00 ~ | 2.00 / 3.00 |" table receive-ratio a b
ok "more than 10 % between runs is said" says "- SYN to a closed port: xdp-filter 2.00 and 3.00 (+50 %)" table receive-ratio a b
ok "and that nothing differs" says "No figure of this table differs by more than 10 %" table receive-ns a a
ok "a missing file is named" says "Not measured: there is no flood.csv." table flood a b
ok "an empty file is refused" refuses '' "1: the file is empty"
ok "one with nothing but a header" refuses "$head\n" "1: nothing follows the header"
ok "another header" refuses 'a,b\n' "1: the header is 'a,b' instead of '$head'"
ok "a short line" refuses "$head\nnetfwv6,1\n" "2: 2 fields instead of 7"
ok "what is not a number" refuses "$head\nnetfwv6,1,1,empty,x,0,fast\n" "2: ns is 'fast', which cannot have been measured"
ok "one round twice" refuses "$head\na,1,1,empty,x,0,1\na,1,1,empty,x,0,1\n" "3: a, 1, 1, empty, x: measured twice in round 0"
if command -v gnuplot >/dev/null; then ok "plots are drawn" plots_are_there; else skip "plots are drawn" "no gnuplot"; fi
ok "docs/benchmarks.md is the template, filled in" is_generated
ok "its plots are there" test -s docs/benchmarks/receive.svg -a -s docs/benchmarks/ports.svg
done_testing
