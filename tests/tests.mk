# What `make check` builds and runs. tests/run adds up what the programs report.

# A folder's programs are its test_*.c. They share its other files, and those of the folders that
# it uses. The folders of the wings of loader/ are named as these are; the others are the data plane's.
FOLDERS := admin api attacks cli cli/log cli/monitor cli/stats conversations device event forward model netns ports state text
attacks_uses := conversations
cli/log_uses := packet/build
cli/monitor_uses := event packet/build
cli/stats_uses := conversations
device_uses := admin
event_uses := packet/build cli/stats conversations
forward_uses := conversations

# programs_of FOLDER, shared_by FOLDER|FILE
programs_of = $(patsubst %.c,$B/%,$(wildcard tests/$1/test_*.c))
shared_by = $(patsubst %.c,$B/%.o,$(filter-out tests/$1/test_% %.bpf.c,$(wildcard tests/$1.c tests/$1/*.c)))

TEST_LIBS := $B/libnetfwv6.a -lcmocka $(LIB_LIBS)
TEST_SUPPORT := $(call shared_by,support)
PACKET_TESTS := $B/tests/packet/packet
WORLD_TESTS := $(foreach folder,$(FOLDERS),$(call programs_of,$(folder)))
TEST_PROGRAMS := $(PACKET_TESTS) $(WORLD_TESTS)
TEST_BPF := $B/tests/foreign.bpf.o $B/tests/peer.bpf.o

define rules_of
$(call programs_of,$1): $(foreach shared,$1 $($1_uses),$(call shared_by,$(shared)))
$B/tests/$1/%.o: EXTRA_CFLAGS := -iquote tests/support -iquote tests $($1_uses:%=-iquote tests/%)
endef
$(foreach folder,$(FOLDERS),$(eval $(call rules_of,$(folder))))

$B/tests/%.o: EXTRA_CFLAGS := -iquote tests/support
$B/tests/support/world.o: EXTRA_CFLAGS := -DBUILD='"$B"'

# What asks the library from inside takes its objects, as the archive shows the API alone.
$(call programs_of,device): $(LIB_OBJ)

# What runs out of memory in time.
$B/tests/api/test_memory: TEST_LIBS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=reallocarray

# Parts of the command, for what tests them from inside.
$B/tests/cli.a: $(filter-out %/main.o,$(CLI_OBJ))
	$(call say,AR)
	@mkdir -p $(@D)
	$Qrm -f $@ && $(AR) crs $@ $^
USE_CLI := $(call programs_of,cli/log) $(call programs_of,cli/monitor) $(call programs_of,cli/stats)
$(USE_CLI): $B/tests/cli.a
$(USE_CLI): TEST_LIBS := $B/tests/cli.a $(TEST_LIBS) -ljansson
$B/tests/cli/monitor/test_capture_open: TEST_LIBS += -Wl,--wrap=fstat

$(WORLD_TESTS): %: %.o $(TEST_SUPPORT) $B/libnetfwv6.a
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(TEST_LIBS)

$(PACKET_TESTS): $(patsubst %.c,$B/%.o,$(wildcard tests/packet/*.c))
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(LIB_LIBS)

# Fuzzers, with clang's libFuzzer and sanitizers; tests/shell/fuzz.sh runs them.
FUZZERS := $B/fuzz/fuzz_filter $B/fuzz/fuzz_event $B/fuzz/fuzz_policy
FUZZ_CFLAGS := -O1 -g -std=gnu11 -D_GNU_SOURCE $(WARN) -Iinclude -Ibpf -Iloader \
	-Iloader/cli -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SECONDS ?= 300

FUZZ_TEXTS := $(addprefix loader/,api/detail.c text/port_text.c $(addprefix util/,error.c options.c utf8.c version.c))
$B/fuzz/fuzz_filter: $(addprefix loader/cli/,filter.c prefix.c port_operand.c) $(FUZZ_TEXTS)
$B/fuzz/fuzz_event: $(addprefix loader/,event/event_decode.c util/reason_names.c) $(FUZZ_TEXTS) \
	$(addprefix loader/cli/,event_text.c event_json.c event_words.c related.c pcapng.c bytes.c printable.c port_operand.c)
$B/fuzz/fuzz_policy: $(filter-out loader/text/port_text.c,$(wildcard loader/text/*.c)) $(FUZZ_TEXTS)

$(FUZZERS): $B/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.c $(wildcard tests/fuzz/*.h loader/*/*.h bpf/*.h)
	$(call say,FUZZ)
	@mkdir -p $(@D)
	$Q$(CLANG) $(FUZZ_CFLAGS) -o $@ $(filter %.c,$^) -ljansson

fuzz: $(FUZZERS)
	$Q FUZZ_SECONDS=$(FUZZ_SECONDS) tests/shell/fuzz.sh

.PHONY: fuzz

# chosen PROGRAMS -- those of the suite, or the one program, that SUITE names; all without it.
SUITE ?=
chosen = $(strip $(foreach program,$1,$(if $(findstring tests/$(SUITE:%=%/),$(program)/),$(program))))

# What the shell's tests need besides the command, and what tests the programs by themselves.
FOR_ALL := $(TEST_BPF) $(if $(SANITIZE)$(filter-out shell shell/fuzz.sh,$(SUITE)),,$(FUZZERS))

tests: all $(call chosen,$(TEST_PROGRAMS)) $(FOR_ALL)

$B/tests/foreign.bpf.o: tests/support/foreign.bpf.c
$B/tests/peer.bpf.o: tests/attacks/peer.bpf.c
$(TEST_BPF):
	$(call say,CLANG)
	@mkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -c $< -o $@

# What tests the data plane, or kills the command a hundred times, has run as it is shipped: the
# sanitizers have nothing to add. Everything else runs under them, and with FULL=1 as it is
# shipped, too.
UNSANITIZED := $(PACKET_TESTS) $(call programs_of,conversations) $(call programs_of,attacks) \
	$(filter %kill %killed %kills %evasion %mutants %flood,$(WORLD_TESTS))
SANITIZED := $(filter-out $(UNSANITIZED),$(TEST_PROGRAMS))
SHIPPED := $(if $(FULL),$(TEST_PROGRAMS),$(UNSANITIZED))
JOBS := $(shell nproc)

shipped: all $(call chosen,$(SHIPPED)) $(FOR_ALL)

sanitized: $(if $(call chosen,$(SANITIZED)),all $(call chosen,$(SANITIZED)) $(TEST_BPF))

# With FULL=1 what the shell's tests do to the command runs under valgrind, too.
LEFT_OUT := %/tap.sh $(if $(FULL)$(filter %valgrind.sh,$(SUITE)),,%/valgrind.sh)
CHECKED := $(filter-out $(LEFT_OUT),$(wildcard tests/shell/*.sh)) $(SHIPPED) $(SANITIZED:build/%=build/san/%)

# What takes longest begins first, so that nobody waits for it in the end.
LONGEST := $(foreach name,state/test_locks admin/test_kills admin/test_group_kills netns/test_kill \
	netns/test_slots_killed shell/valgrind.sh packet/packet netns/test_troubles netns/test_slots \
	netns/test_anchor admin/test_rebuild model/test_model state/test_state_root cli/stats/test_top \
	admin/test_users attacks/test_ways,$(filter %/$(name),$(CHECKED)))

check-built:
	$(if $(call chosen,$(CHECKED)),,$(error there are no tests in tests/$(SUITE)))
	$Q$(MAKE) -j$(JOBS) --no-print-directory shipped
	$Q$(MAKE) -j$(JOBS) --no-print-directory B=build/san SANITIZE=address,undefined CFLAGS='-O1 -g' sanitized
	$Qtests/run $(call chosen,$(LONGEST) $(filter-out $(LONGEST),$(CHECKED)))

.PHONY: check-built shipped sanitized

# ---- devices, and other kernels ------------------------------------------------

# Every kind of device that this machine has.
matrix: all
	$Qtests/matrix/run --present

# Every test program, and every kind of device, on other kernels in virtual machines.
KERNEL ?= 6.1 6.12
# test_throughput measures, which an emulated processor is too slow for.
VM_PROGRAMS ?= $(addprefix tests/shell/,demo.sh every.sh log.sh udev.sh) $(filter-out %/test_throughput,$(TEST_PROGRAMS))

vmtest: tests
	$Qscripts/install-deps vm
	$Qtests/vmtest/run "$(KERNEL)" $(VM_PROGRAMS)

# What the last `make vmtest` has seen.
docs/devices.md:
	$Qtests/matrix/report $(wildcard $B/vmtest/*/devices.tsv $B/vmtest/*/cards.tsv) > $@.new && mv $@.new $@

# From power-on to the end of the boot, in virtual machines: what arrives at closed ports. Not of
# `make check`: each boot takes about a minute. SCENARIO=late SUITES=bookworm ROUNDS=3 chooses.
SCENARIO ?=
$B/tests/boot/witness: tests/boot/witness.c
	$(call say,CC)
	@mkdir -p $(@D)
	$Q$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -static -o $@ $<

boottest: all $B/tests/boot/witness
	$Qscripts/install-deps vm
	$Qtests/boot/run $(SCENARIO)

.PHONY: matrix vmtest boottest docs/devices.md
