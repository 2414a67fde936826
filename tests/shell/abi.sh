#!/bin/bash
# What others build on: the header, the exported symbols, the installed tree.
. tests/shell/tap.sh
scratch=$(mktemp -d "/tmp/nf6-scratch-$own-XXXXXX")
export NETFWV6_STATE=/run/nf6-abi-$own
trap 'scripts/forget "$NETFWV6_STATE"; rm -rf "$scratch"' EXIT

declared() {
	grep -oE '\bnetfwv6_[a-z0-9_]+\(' include/netfwv6.h | tr -d '(' | grep -v '_fn$' | sort -u |
		comm -12 - <(sed -n '/^netfwv6_result\|^void\|^const char\|^[a-z].*\*\?netfwv6_/p' include/netfwv6.h |
			grep -oE 'netfwv6_[a-z0-9_]+\(' | tr -d '(' | sort -u)
}

exported() {
	nm -D --defined-only "$B/libnetfwv6.so" | awk '$2 == "T" {print $3}' | sort
}

every_function_is_exported_and_nothing_else() {
	diff <(declared) <(exported | sed 's/@.*//')
}

# A node for each minor version that brought something, and in it one line a symbol.
every_export_has_a_version() {
	! exported | grep -vE '@@NETFWV6_1\.[0-9]+$' &&
		! tr -d ' \t' <loader/netfwv6.map | grep -vE '^(NETFWV6_1\.[0-9]+\{|global:|netfwv6_[a-z0-9_]+;|local:|\*;|\}(NETFWV6_1\.[0-9]+)?;)$'
}

# value_of MACRO -- what the compiler makes of it.
value_of() {
	printf '#include <netfwv6.h>\nvalue %s\n' "$1" | gcc -Iinclude -E -P - | sed -n 's/^value //p'
}

versions_agree() {
	local version
	version=$(value_of NETFWV6_VERSION_MAJOR).$(value_of NETFWV6_VERSION_MINOR).$(value_of NETFWV6_VERSION_PATCH)
	[ "$("$B/netfwv6" --version)" = "netfwv6 $version" ] &&
		[ "$(PKG_CONFIG_PATH=$scratch/root/opt/netfwv6/lib/pkgconfig pkg-config --modversion netfwv6)" = "$version" ] &&
		[ -e "$scratch/root/opt/netfwv6/lib/libnetfwv6.so.$version" ] &&
		[ $(($(value_of NETFWV6_VERSION))) -lt $(($(value_of 'NETFWV6_VERSION_OF(1, 0, 1)'))) ] &&
		[ $(($(value_of 'NETFWV6_VERSION_OF(1, 255, 255)'))) -lt $(($(value_of 'NETFWV6_VERSION_OF(2, 0, 0)'))) ]
}

no_data_is_exported() {
	! nm -D --defined-only "$B/libnetfwv6.so" | grep -E ' [BDRV] '
}

static_library_has_public_names_alone() {
	! nm -g --defined-only "$B/libnetfwv6.a" | awk 'NF == 3 {print $3}' | grep -v '^netfwv6_'
}

soname_is_the_major_version() {
	readelf -d "$B/libnetfwv6.so" | grep -q 'SONAME.*\[libnetfwv6\.so\.1\]'
}

hardened() {
	readelf -lW "$1" | grep -q 'GNU_RELRO' && readelf -dW "$1" | grep -q 'BIND_NOW\|NOW' &&
		readelf -lW "$1" | grep -q 'GNU_STACK.*RW ' && readelf -hW "$1" | grep -q 'DYN'
}

# What a caller gets told who ignores whether a port is open.
ignored_results_are_warned_of() {
	printf '#include <netfwv6.h>\nvoid f(struct netfwv6_mgr *m) { netfwv6_mgr_close_global_port(m, 1, 6); }\n' |
		"$1" -Iinclude -Wall -c -o /dev/null -xc - 2>&1 | grep -q 'unused-result'
}

compiles() {
	echo '#include <netfwv6.h>' | "$@" -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only -
}

cli_includes_the_public_header_alone() {
	! grep -hE '#include "' loader/cli/*.c loader/cli/*.h | sed 's/.*"\(.*\)"/\1/' | sort -u |
		while read -r header; do
			[ -e "loader/cli/$header" ] || echo "$header"
		done | grep .
}

install_there() {
	make -s B="$B" DESTDIR="$scratch/root" PREFIX=/opt/netfwv6 install
}

installed_library_is_usable() {
	local root=$scratch/root
	cat >"$scratch/client.c" <<-'C'
		#include <netfwv6.h>
		#include <stdio.h>
		int main(void)
		{
			struct netfwv6_mgr *mgr;

			if (NETFWV6_FAILED(netfwv6_mgr_open(&mgr, NULL)))
				return 1;
			if (netfwv6_mgr_open_global_port(mgr, 65536, NETFWV6_PROTOCOL_TCP, NULL) !=
			    NETFWV6_E_INVALIDARG)
				return 2;
			puts(netfwv6_detail());
			netfwv6_mgr_close(mgr);
			return 0;
		}
	C
	export PKG_CONFIG_PATH=$root/opt/netfwv6/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
	# shellcheck disable=SC2046
	gcc -Wall -Werror -o "$scratch/client" "$scratch/client.c" $(pkg-config --cflags --libs netfwv6) &&
		LD_LIBRARY_PATH=$root/opt/netfwv6/lib "$scratch/client" | grep -q 'port 65536 is not in 1..65535' &&
		gcc -Wall -Werror -o "$scratch/static" "$scratch/client.c" -I"$root/opt/netfwv6/include" \
			"$root/opt/netfwv6/lib/libnetfwv6.a" -lbpf -lelf -lz -lmnl -pthread && "$scratch/static" >/dev/null
}

uninstall_there() {
	make -s B="$B" DESTDIR="$scratch/root" PREFIX=/opt/netfwv6 uninstall &&
		! find "$scratch/root" ! -type d | grep .
}

# ---- Two versions ---------------------------------------------------------------

older=$scratch/root/opt/netfwv6
newer=$scratch/newer

# client NAME VERSION OPTION... -- built with the header and the library in a directory.
client() {
	local name=$1 version=$2
	shift 2
	gcc -Wall -Werror -Wno-unused-parameter -o "$scratch/$name" tests/shell/abi/client.c -I"$version/include" \
		-L"$version/lib" -lnetfwv6 "$@"
}

# runs NAME VERSION ARGUMENT... -- with the library in a directory, in a network namespace of its own.
runs() {
	local name=$1 version=$2 line
	shift 2
	LD_LIBRARY_PATH=$version/lib unshare --net "$scratch/$name" "$@"
	line=$?
	[ $line = 0 ] || sed -n "${line}s/^/line $line: /p" tests/shell/abi/client.c
	return $line
}

is_refused_at_load() {
	! LD_LIBRARY_PATH=$older/lib "$scratch/needs_newer" >"$scratch/refusal" 2>&1 &&
		grep "version .NETFWV6_1\.1' not found" "$scratch/refusal"
}

ok "the library exports what the header declares, nothing else" every_function_is_exported_and_nothing_else
ok "every exported symbol has a version, one by one" every_export_has_a_version
ok "no data is exported" no_data_is_exported
ok "the static library shows the public names alone" static_library_has_public_names_alone
ok "the soname is the major version" soname_is_the_major_version
ok "the library is hardened" hardened "$B/libnetfwv6.so"
ok "the command is hardened" hardened "$B/netfwv6"
ok "the header compiles alone as C11" compiles gcc -std=c11 -xc
ok "no public structure has padding that nobody named" compiles gcc -std=c11 -Wpadded -xc
ok "the header compiles alone as C++17" compiles g++ -std=c++17 -xc++
ok "the header compiles alone with clang" compiles clang -std=c11 -xc
ok "gcc warns of a result that is ignored" ignored_results_are_warned_of gcc
ok "clang, too" ignored_results_are_warned_of clang
ok "the command includes the public header alone" cli_includes_the_public_header_alone
ok "make install fills a DESTDIR" install_there
ok "header, library, pkg-config and the file's name have one version" versions_agree
ok "a client builds against the installed library and runs" installed_library_is_usable
ok "a library 1.1 is made" tests/shell/abi/make_newer "$B" "$newer"
ok "a program is built with 1.0" client built_with_older "$older"
ok "another with 1.1" client built_with_newer "$newer"
ok "a third with 1.1, which calls what 1.0 has not" client needs_newer "$newer" -DNEEDS_NEWER
ok "the first runs with 1.0" runs built_with_older "$older"
ok "and with 1.1, which writes no more than it has room for" runs built_with_older "$newer"
ok "the second runs with 1.1" runs built_with_newer "$newer" 7
ok "and with 1.0: new fields at zero are taken and given, others refused without effect" \
	runs built_with_newer "$older"
ok "the third runs with 1.1" runs needs_newer "$newer" 7
ok "and is refused by 1.0 when it is loaded" is_refused_at_load
ok "make uninstall removes every file" uninstall_there
done_testing
