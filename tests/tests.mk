# What `make check` builds and runs. tests/run adds up what the programs report.

TEST_LIBS := $B/libnetfwv6.a -lcmocka $(LIB_LIBS)
TEST_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out %.bpf.c,$(wildcard tests/support/*.c)))
API_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/api/test_*.c))
NETNS_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/netns/test_*.c))
NETNS_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/netns/test_%,$(wildcard tests/netns/*.c)))
CLI_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/cli/test_*.c))
CONVERSATION_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/conversations/test_*.c))
CONVERSATION_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/conversations/test_%,$(wildcard tests/conversations/*.c)))
ACCESS_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/access/test_*.c))
ACCESS_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/access/test_%,$(wildcard tests/access/*.c)))
MONITOR_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/monitor/test_*.c))
MONITOR_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/monitor/test_%,$(wildcard tests/monitor/*.c)) \
	tests/packet/build.c $(addprefix loader/cli/,filter.c prefix.c port_operand.c bytes.c printable.c \
	event_words.c event_text.c event_json.c pcapng.c))
STATS_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/stats/test_*.c))
STATS_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/stats/test_%,$(wildcard tests/stats/*.c)) \
	loader/cli/sources.c loader/cli/printable.c)
MODEL_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/model/test_*.c))
MODEL_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/model/test_%,$(wildcard tests/model/*.c)))
DEVICE_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/devices/test_*.c))
DEVICE_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/devices/test_%,$(wildcard tests/devices/*.c)))
ATTACK_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/attacks/test_*.c))
ATTACK_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/attacks/test_% %.bpf.c,$(wildcard tests/attacks/*.c)))
PACKET_TESTS := $B/tests/packet/packet
LOG_TESTS := $(patsubst %.c,$B/%,$(wildcard tests/log/test_*.c))
LOG_SUPPORT := $(patsubst %.c,$B/%.o,$(filter-out tests/log/test_%,$(wildcard tests/log/*.c)) \
	tests/packet/build.c loader/cli/w3c.c loader/cli/log_file.c loader/cli/log_directory.c)
WORLD_TESTS := $(API_TESTS) $(NETNS_TESTS) $(CLI_TESTS) $(CONVERSATION_TESTS) $(LOG_TESTS) \
	$(MONITOR_TESTS) $(ACCESS_TESTS) $(STATS_TESTS) $(MODEL_TESTS) $(DEVICE_TESTS) $(ATTACK_TESTS)
TEST_PROGRAMS := $(PACKET_TESTS) $(WORLD_TESTS)
TEST_BPF := $B/tests/foreign.bpf.o $B/tests/peer.bpf.o

$B/tests/%.o: EXTRA_CFLAGS := -iquote tests/support
$B/tests/support/world.o: EXTRA_CFLAGS := -DBUILD='"$B"'

$(NETNS_TESTS): $(NETNS_SUPPORT)
# What asks the library from inside takes its objects, as the archive shows the API alone.
$(DEVICE_TESTS): $(DEVICE_SUPPORT) $(LIB_OBJ)

# What runs out of memory in time.
$B/tests/api/test_memory: TEST_LIBS += -Wl,--wrap=malloc,--wrap=calloc,--wrap=reallocarray

$(CONVERSATION_TESTS): $(CONVERSATION_SUPPORT)
$(LOG_TESTS): $(LOG_SUPPORT)
$(MONITOR_TESTS): $(MONITOR_SUPPORT)
$(MONITOR_TESTS): TEST_LIBS += -ljansson
$B/tests/monitor/test_capture_open: $B/loader/cli/capture_file.o $B/loader/cli/log_directory.o
$B/tests/monitor/test_capture_open: TEST_LIBS += -Wl,--wrap=fstat
$B/tests/monitor/%.o: EXTRA_CFLAGS := -iquote tests/support -Iloader/cli
$(ACCESS_TESTS): $(ACCESS_SUPPORT)
$(MODEL_TESTS): $(MODEL_SUPPORT)
$(ATTACK_TESTS): $(ATTACK_SUPPORT) $(CONVERSATION_SUPPORT)
$(STATS_TESTS): $(STATS_SUPPORT) $(CONVERSATION_SUPPORT)
$B/tests/attacks/%.o $B/tests/stats/%.o: EXTRA_CFLAGS := -iquote tests/support -Itests/conversations

$(WORLD_TESTS): %: %.o $(TEST_SUPPORT) $B/libnetfwv6.a
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(TEST_LIBS)

$(PACKET_TESTS): $(patsubst %.c,$B/%.o,$(wildcard tests/packet/*.c))
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(LIB_LIBS)

# Fuzzers, with clang's libFuzzer and sanitizers; tests/shell/fuzz.sh runs them.
FUZZERS := $B/fuzz/fuzz_filter $B/fuzz/fuzz_event
FUZZ_CFLAGS := -O1 -g -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(WARN) -Iinclude -Ibpf -Iloader \
	-Iloader/cli -fno-omit-frame-pointer -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
FUZZ_SECONDS ?= 300

$B/fuzz/fuzz_filter: $(addprefix loader/cli/,filter.c prefix.c port_operand.c)
$B/fuzz/fuzz_event: $(addprefix loader/,event/event_decode.c $(addprefix util/,reason_names.c error.c utf8.c version.c)) \
	$(addprefix loader/cli/,event_text.c event_json.c event_words.c pcapng.c bytes.c printable.c port_operand.c)

$(FUZZERS): $B/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.c $(wildcard tests/fuzz/*.h loader/*.h loader/cli/*.h bpf/*.h)
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
UNSANITIZED := $(PACKET_TESTS) $(CONVERSATION_TESTS) $(ATTACK_TESTS) $(filter %kill %killed %kills %evasion %mutants %flood,$(WORLD_TESTS))
SANITIZED := $(filter-out $(UNSANITIZED),$(TEST_PROGRAMS))
SHIPPED := $(if $(FULL),$(TEST_PROGRAMS),$(UNSANITIZED))
JOBS := $(shell nproc)

shipped: all $(call chosen,$(SHIPPED)) $(FOR_ALL)

sanitized: $(if $(call chosen,$(SANITIZED)),all $(call chosen,$(SANITIZED)) $(TEST_BPF))

# With what the shell's tests do to the command, under valgrind, too.
CHECKED := $(filter-out %/tap.sh,$(wildcard tests/shell/*.sh)) $(SHIPPED) $(SANITIZED:build/%=build/san/%)

# What takes longest begins first, so that nobody waits for it in the end.
LONGEST := $(foreach name,access/test_kills api/test_locks netns/test_kill model/test_model \
	netns/test_slots access/test_users packet/packet netns/test_troubles \
	access/test_rebuild stats/test_top,$(filter %/$(name),$(CHECKED)))

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
VM_PROGRAMS ?= $(addprefix tests/shell/,demo.sh log.sh udev.sh) $(filter-out %/test_throughput,$(TEST_PROGRAMS))

vmtest: tests
	$Qscripts/install-deps vm
	$Qtests/vmtest/run "$(KERNEL)" $(VM_PROGRAMS)

# What the last `make vmtest` has seen.
docs/devices.md:
	$Qtests/matrix/report $(wildcard $B/vmtest/*/devices.tsv $B/vmtest/*/cards.tsv) > $@.new && mv $@.new $@

.PHONY: matrix vmtest docs/devices.md
