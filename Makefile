# netfwv6: an IPv6 host firewall in XDP.
#
#   make            build/netfwv6, build/libnetfwv6.so.1, build/libnetfwv6.a
#   make demo       the main job on real traffic, in network namespaces (root)
#   make check      all tests (root); SUITE=netns those in tests/netns alone,
#                   SUITE=netns/test_kill one program
#   make lint       format, shell scripts, manual, spelling, structure
#   make bench      what a verdict and a change cost (root)
#   make deb        Debian's packages, into build/deb; make package-check: their life, in
#                   clean roots of Debian 12 and 13 (root)
#   make install    PREFIX=/usr/local DESTDIR=
# V=1 shows the commands. Everything generated lives under build/.

# The header has it: MAJOR, MINOR and PATCH, in this order.
VERSION := $(shell sed -n 's/^.define NETFWV6_VERSION_[MP][A-Z]* //p' include/netfwv6.h | paste -sd.)
SONAME := libnetfwv6.so.$(firstword $(subst ., ,$(VERSION)))

B ?= build
SANITIZE ?=
CC = gcc
OBJCOPY ?= objcopy
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
MACHINE := $(shell uname -m)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2
HARDEN := -fstack-protector-strong -fstack-clash-protection \
	$(if $(filter x86_64,$(MACHINE)),-fcf-protection) $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) $(HARDEN) -fPIC \
	-fvisibility=hidden -Iinclude -Ibpf -Iloader -I$B $(CFLAGS) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_LDFLAGS := -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE))
LIB_LIBS := -lbpf -lelf -lz -lmnl -pthread
BPF_CFLAGS := -O2 -g -Wall -Wextra -target bpf -mcpu=v3 -I/usr/include/$(MACHINE)-linux-gnu

Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1)' '$(patsubst $(CURDIR)/%,%,$@)')

WINGS := api admin ports event device text state util
LIB_SRC := $(wildcard $(addprefix loader/,$(addsuffix /*.c,$(WINGS))))
CLI_SRC := $(wildcard loader/cli/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$B/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$B/%.o)
COMPLETIONS := $(addprefix $B/completion/,bash zsh fish)

.PHONY: all tests check lint demo clean deps
.DELETE_ON_ERROR:
.SECONDARY:

all: $B/netfwv6 $B/$(SONAME) $B/libnetfwv6.so $B/libnetfwv6.a $(COMPLETIONS)

# ---- the data plane -----------------------------------------------------------

$B/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*)
	$(call say,CLANG)
	@mkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -c $< -o $@.tmp
	$Qllvm-strip -g $@.tmp && mv $@.tmp $@

# The same with what the kernel's connection tracking knows.
$B/%-ct.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h)
	$(call say,CLANG)
	@mkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -DWITH_CONNTRACK -c $< -o $@.tmp
	$Qllvm-strip -g $@.tmp && mv $@.tmp $@

$B/%-ct.skel.h: $B/%-ct.bpf.o
	$(call say,SKEL)
	$Q$(BPFTOOL) gen skeleton $< name $*_ct_bpf > $@

$B/%.skel.h: $B/%.bpf.o
	$(call say,SKEL)
	$Q$(BPFTOOL) gen skeleton $< name $*_bpf > $@

# ---- the library and the command ----------------------------------------------

# Those that look conversations up.
WITH_CONNTRACK := $(patsubst %,$B/%-ct.skel.h,netfwv6 netfwv6_fwd guard guard_fwd egress)
SKELETONS := $(patsubst bpf/%.bpf.c,$B/%.skel.h,$(wildcard bpf/*.bpf.c)) $(WITH_CONNTRACK)

$B/%.o: %.c | $(SKELETONS)
	$(call say,CC)
	@mkdir -p $(@D)
	$Q$(CC) $(EXTRA_CFLAGS) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$B/loader/device/instance.o $B/loader/device/last_line.o: $(SKELETONS)

# One object with the public symbols alone, so that a static link meets no names of ours.
$B/libnetfwv6.o: $(LIB_OBJ)
	$(call say,LD)
	$Q$(LD) -r -o $@ $^ && $(OBJCOPY) --localize-hidden $@

$B/libnetfwv6.a: $B/libnetfwv6.o
	$(call say,AR)
	$Qrm -f $@ && $(AR) crs $@ $<

$B/$(SONAME): $(LIB_OBJ) loader/netfwv6.map
	$(call say,LD)
	$Q$(CC) -shared -Wl,-soname,$(SONAME) -Wl,--version-script,loader/netfwv6.map \
		$(ALL_LDFLAGS) $(if $(SANITIZE),,-Wl,-z,defs) -o $@ $(LIB_OBJ) $(LIB_LIBS)

$B/libnetfwv6.so: $B/$(SONAME)
	$Qln -sf $(SONAME) $@

$B/netfwv6: $(CLI_OBJ) $B/libnetfwv6.a
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -ljansson $(LIB_LIBS)

$(COMPLETIONS): $B/completion/%: $B/netfwv6
	@mkdir -p $(@D)
	$Q$< help --completion $* > $@

# ---- tests, demo, benchmark ---------------------------------------------------

include tests/tests.mk

deps:
	$Qscripts/install-deps

check:
	$Qscripts/install-deps check
	$Q$(MAKE) --no-print-directory check-built

lint:
	$Qscripts/lint

demo: deps
	$Q$(MAKE) --no-print-directory all
	$Qscripts/demo

include scripts/bench/bench.mk

# ---- manuals, of their templates and of what the program says of itself ----------

manuals: docs/netfwv6.8 docs/libnetfwv6.3

docs/netfwv6.8 docs/libnetfwv6.3: $B/netfwv6 FORCE
	$(call say,MANUAL)
	$Qscripts/manual $< $@.in > $B/$(@F) && cp $B/$(@F) $@

.PHONY: manuals FORCE

# ---- installing ---------------------------------------------------------------

include dist/install.mk

deb:
	$Qscripts/install-deps deb
	$Qscripts/deb

package-check:
	$Qscripts/install-deps deb
	$Qtests/package/run

.PHONY: deb package-check

clean:
	rm -rf build

-include $(shell find $B -name '*.d' 2>/dev/null)
