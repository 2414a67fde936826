#!/bin/bash
# The sources, as scripts/lint sees them: a tool is a test.
. tests/shell/tap.sh

# checked TOOL SENTENCE
checked() {
	local why
	if why=$(scripts/lint "$1" 2>&1 >/dev/null) || [ $? != 3 ]; then
		ok "$2" scripts/lint "$1"
	else
		skip "$2" "$why"
	fi
}

checked format "C is formatted"
checked shell "shell scripts are sound"
checked manual "the manual is well-formed"
checked spelling "words are spelt as in a dictionary"
checked house "the house has its figures"
done_testing
