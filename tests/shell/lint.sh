#!/bin/bash
# The sources, as scripts/lint sees them: a tool is a test.
. tests/shell/tap.sh

# gave CODE OUTPUT -- a command that has run by now.
gave() {
	echo "$2"
	return "$1"
}

# checked TOOL SENTENCE
checked() {
	local output code
	output=$(scripts/lint "$1" 2>&1)
	code=$?
	if [ $code = 3 ]; then
		skip "$2" "$output"
	else
		ok "$2" gave $code "$output"
	fi
}

checked format "C is formatted"
checked shell "shell scripts are sound"
checked manual "the manual is well-formed"
checked spelling "words are spelt as in a dictionary"
checked house "no include climbs, no name is two functions', and there are at most 9 levels"
done_testing
