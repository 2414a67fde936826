#!/bin/bash
# What a killed process has left is swept, what a living one has stays.
. tests/shell/tap.sh
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
trap 'kill "$living" 2>/dev/null; wait "$living" 2>/dev/null; tests/sweep; rm -rf "$scratch"' EXIT

# Makes of each kind one, and says under which name; the root directory is mounted, as a test does.
maker=$scratch/maker
cat >"$maker" <<-'MAKER'
	#!/bin/bash
	read -ra stat <"/proc/$$/stat"
	name=nf6-sweep-$$-${stat[21]}
	ip netns add "$name"
	mkdir "/run/$name" "/run/$name-root" "/tmp/$name-file"
	mount -t bpf bpf "/run/$name" && mount --bind / "/run/$name-root"
	nsenter --net="/run/netns/$name" sleep 1000 &
	echo "$name" >"$1"
	exec sleep 1000
MAKER
chmod +x "$maker"

# make_some NAME -- the maker's pid is in $pid, the name of what it made in the file.
make_some() {
	"$maker" "$scratch/$1" &
	pid=$!
	until [ -s "$scratch/$1" ]; do kill -0 $pid || return; sleep 0.02; done
}

# left NAME -- how many of the seven are there: namespace, its process, directories, mounts.
left() {
	local name
	name=$(cat "$scratch/$1")
	{
		ls -d "/run/netns/$name" "/run/$name" "/run/$name-root" "/tmp/$name-file"
		grep -oE " /run/$name(-root)? " /proc/self/mountinfo
		[ ! -e "/run/netns/$name" ] || ip netns pids "$name"
	} 2>/dev/null | wc -l
}

are_left() { [ "$(left "$1")" = "$2" ] || { left "$1"; return 1; }; }

make_some living
living=$pid
make_some dead
kill -9 $pid
wait $pid 2>/dev/null
ok "a killed process leaves what it made" are_left dead 7
ok "it is swept" tests/sweep
ok "nothing of it is left" are_left dead 0
ok "what belongs to a living process stays" are_left living 7
ok "and so does the root directory" test -e /etc/passwd
done_testing
