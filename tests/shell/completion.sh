#!/bin/bash
# Completion in each shell, out of the table of commands: one that is not here is skipped.
. tests/shell/tap.sh
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# What is typed, and the word that it ends with once the tab key was pressed.
typed() {
	cat <<-'TABLE'
		en|enable
		--state x en|enable
		listen|listeners
		enable --mo|--mode
		enable --mode nat|native
		enable --open|--open-listeners
		help statu|status
		monitor --reason closed-t|closed-tcp
		log --dropped of|off
		disable l|lo
		open ssh --de|--dev
		stats --dev l|lo
		open discar|discard
		help --completion z|zsh
	TABLE
}

with_bash() {
	bash --norc -c '. "$1"; read -ra COMP_WORDS <<<"netfwv6 $2"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_netfwv6; printf "%s\\n" "${COMPREPLY[@]}" | sort -u | paste -sd " "' - "$B/completion/bash" "$1"
}

with_fish() {
	HOME=$scratch fish --no-config -c 'source $argv[1]; complete -C "netfwv6 $argv[2]"' \
		"$B/completion/fish" "$1" | cut -f 1
}

# Types into a shell with a terminal, and asks it for the line.
with_zsh() {
	mkdir -p "$scratch/functions"
	cp "$B/completion/zsh" "$scratch/functions/_netfwv6"
	timeout 60 zsh -f -s "$scratch" "$1" <<'ZSH'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; unsetopt zle_bracketed_paste; fpath=($1/functions \$fpath); autoload -U compinit"
zpty -w shell "compinit -u -D; show() { print -r -- \"<\$BUFFER>\"; BUFFER=; }; zle -N show; bindkey '^X' show; print read''y"
zpty -r -m shell line '*ready*'
zpty -w -n shell "netfwv6 $2"$'\t\x18'
zpty -r -m shell line '*<*>*'
line=${line##*<}
words=(${=line%%>*})
print -r -- $words[-1]
ZSH
}

# completes SHELL LINE WORD
completes() {
	local got
	got=$("with_$1" "$2")
	[ "$got" = "$3" ] || { echo "netfwv6 $2: '$got', wanted '$3'"; return 1; }
}

every_word_is_completed() {
	local line word wrong=0
	while IFS='|' read -r line word; do
		completes "$1" "$line" "$word" || wrong=1
	done < <(typed)
	return $wrong
}

# What several words begin with is left to the shell to list.
bash_lists_all() {
	[ "$(with_bash "help sta")" = "stats status" ]
}

an_unknown_shell_is_refused() {
	"$B/netfwv6" help --completion csh 2>"$scratch/error"
	[ $? = 2 ] && grep -q "'csh'.*bash, zsh and fish" "$scratch/error"
}

for shell in bash zsh fish; do
	sentence="$shell completes commands, options, their values and operands"
	if command -v $shell >/dev/null; then
		ok "$sentence" every_word_is_completed $shell
	else
		skip "$sentence" "no $shell here"
	fi
done
ok "bash lists what a word may become" bash_lists_all
ok "another shell is refused with those that there are" an_unknown_shell_is_refused
done_testing
