#!/bin/bash
# The documents say what the program does.
. tests/shell/tap.sh

has_every() {
	local page=$1 word missing=0
	while read -r word; do
		grep -qF -- "$word" <<<"$page" || { echo "missing: $word"; missing=1; }
	done
	return $missing
}

# The synopsis is made of the program's table; what a command does is written by hand.
man_describes_every_command() {
	! comm -23 <("$B/netfwv6" help | sed -n 's/^  netfwv6 \([a-z]*\).*/\1/p' | sort -u) \
		<(sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' docs/netfwv6.8 | sort -u) | grep .
}

# Words in capitals stand for what the message says there.
man_has_true_diagnostics() {
	local sources wrong=0
	sources=$(cat loader/*/*.c | tr '\n\t' '  ' | sed 's/" *"//g')
	while read -r sentence; do
		grep -qE -- "\"$(sed -E "s/[().|]/\\\\&/g; s/('N', |\<(PROBLEM|DIR|FILE|PID|NAME|MODE|STATE|D|N|M|I)\>)/.{0,12}/g" <<<"$sentence")" \
			<<<"$sources" || { echo "no such message: $sentence"; wrong=1; }
	done < <(sed -n '/^\.Bl -diag/,/^\.El/s/^\.It //p' docs/netfwv6.8)
	return $wrong
}

functions_exist() {
	! grep -ohE '\bnetfwv6_[a-z0-9_]+\(\)' ./*.md docs/*.md | tr -d '()' | sort -u |
		grep -vxFf <(grep -oE '\bnetfwv6_[a-z0-9_]+' include/netfwv6.h)
}

# Words in capitals stand for a name. Wings are named without loader/.
files_exist() {
	local file wrong=0
	while read -r file; do
		compgen -G "$file" >/dev/null || compgen -G "loader/$file" >/dev/null ||
			{ echo "no such file: $file"; wrong=1; }
	done < <(grep -ohE '`(tests|loader|bpf|docs|scripts|include|dist|api|admin|ports|device|event|state|util|cli)/[^`A-Z ]*`' \
		./*.md docs/*.md docs/design/*.md | tr -d '`' | sort -u)
	return $wrong
}

design_names_what_there_is() {
	! grep -ohE '\b[a-z_0-9]+\(\)' docs/design/*.md | tr -d '()' | sort -u |
		grep -vxFf <(grep -rohE '\b[a-z_0-9]+\(' bpf loader include | tr -d '(' | sort -u)
}

ported_code_compiles() {
	sed -n '/^```c$/,/^```$/p' docs/porting.md | sed '/^```/d' |
		gcc -std=c11 -Wall -Wextra -Werror -Iinclude -fsyntax-only -xc -
}

links_lead_somewhere() {
	local page target wrong=0
	for page in ./*.md docs/*.md docs/design/*.md; do
		while read -r target; do
			case $target in http*) continue ;; esac
			[ -e "$(dirname "$page")/$target" ] || { echo "$page links to $target"; wrong=1; }
		done < <(grep -oE '\]\([^)#]+' "$page" | sed 's/.*](//')
	done
	return $wrong
}

# A heading's anchor, as GitHub makes it.
anchors() {
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

anchors_exist() {
	local page target file wrong=0
	for page in ./*.md docs/*.md docs/design/*.md; do
		while read -r target; do
			case $target in http*) continue ;; esac
			file=${target%%#*}
			[ -n "$file" ] && file=$(dirname "$page")/$file || file=$page
			anchors "$file" | grep -qxF -- "${target#*#}" ||
				{ echo "$page links to $target"; wrong=1; }
		done < <(grep -oE '\]\([^)]*#[^)]+' "$page" | sed 's/.*](//')
	done
	return $wrong
}

design_is_in_short_parts() {
	local part wrong=0
	for part in docs/design/*.md; do
		[ "$(wc -l <"$part")" -le 150 ] || { echo "$part: more than 150 lines"; wrong=1; }
		[ "$part" = docs/design/README.md ] || grep -qF "(${part##*/})" docs/design/README.md ||
			{ echo "docs/design/README.md has no $part"; wrong=1; }
	done
	return $wrong
}

exit_statuses_are_explained() {
	local number wrong=0
	for number in $(build/netfwv6 help | sed -n '/^Exit status:/,/^$/s/^  \([0-9]*\)  .*/\1/p'); do
		grep -q "^| $number | " docs/using.md || { echo "docs/using.md lacks $number"; wrong=1; }
	done
	[ -n "$number" ] && return $wrong
}

package_has_the_version() {
	sed -n '1s/^netfwv6 (\([^)]*\)).*/netfwv6 \1/p' debian/changelog | diff - <("$B/netfwv6" --version)
}

devices_are_shown() {
	tests/matrix/run --list | sed 's/.*/| & |/' | has_every "$(cat docs/devices.md)"
}

sources_name_their_licence() {
	! git ls-files '*.c' '*.h' | while read -r file; do
		head -n 1 "$file" | grep -q 'SPDX-License-Identifier' || echo "$file"
	done | grep .
}

ok "netfwv6(8) describes every command" man_describes_every_command
ok "docs/using.md explains each exit status" exit_statuses_are_explained
ok "netfwv6(8) has no message that the program does not" man_has_true_diagnostics
ok "the documents name no function that the header does not have" functions_exist
ok "the documents name no file that is nowhere" files_exist
ok "the design names no function that is nowhere" design_names_what_there_is
ok "the ported controller compiles" ported_code_compiles
ok "links between documents lead somewhere" links_lead_somewhere
ok "links to headings, too" anchors_exist
ok "the design is in short parts, which its index has" design_is_in_short_parts
ok "the package has the version of the header" package_has_the_version
ok "docs/devices.md has every kind of device that is tried" devices_are_shown
ok "every source file names its licence" sources_name_their_licence
done_testing
