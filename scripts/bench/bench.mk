# The benchmarks. Included by the Makefile.

bench_objects = $(patsubst %,$B/scripts/bench/%.o,$(1))
BENCH_PROGRAMS := $(addprefix $B/bench-,program log receive control)
LIBNFTABLES := $(wildcard /usr/include/nftables/libnftables.h)

.PHONY: bench bench-built
bench-built: all $(BENCH_PROGRAMS) $B/bare.bpf.o $B/steps.bpf.o

bench:
	$Qscripts/install-deps bench
	$Q$(MAKE) --no-print-directory bench-built
	$Qscripts/bench/run

# What receiving costs with another build of netfwv6 beside this one, BASE=DIRECTORY of it: the
# base twice, so that what two loads of the same programs differ by is known, then this one.
.PHONY: bench-compare
bench-compare:
	$Qscripts/install-deps bench
	$Q$(MAKE) --no-print-directory bench-built
	$Qscripts/bench/compare $(BASE)

# docs/benchmarks.md, and its plots, from the raw values of two runs: RUNS="DIRECTORY DIRECTORY",
# copies of build/bench. The values stay out of the tree; the page has their medians and spreads.
.PHONY: benchmarks-doc
benchmarks-doc:
	$(if $(word 2,$(RUNS)),,$(error benchmarks-doc needs RUNS="DIRECTORY DIRECTORY": copies of build/bench after two runs of make bench))
	$Qscripts/bench/report --markdown scripts/bench/benchmarks.md.in $(RUNS) >$B/benchmarks.md
	$Qscripts/bench/report --plots $(firstword $(RUNS)) docs/benchmarks
	$Qmv $B/benchmarks.md docs/benchmarks.md

$B/%.bpf.o: scripts/bench/%.bpf.c scripts/bench/meter.h $(wildcard bpf/*.h)
	$(call say,CLANG)
	@mkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$B/scripts/bench/load.o: $B/generator.skel.h $B/meter.skel.h
$B/scripts/bench/libnftables.o: EXTRA_CFLAGS := $(if $(LIBNFTABLES),-DHAVE_LIBNFTABLES)

$B/bench-program: $(call bench_objects,program)
$B/bench-log: $(call bench_objects,log)
$B/bench-receive: $(call bench_objects,receive contender host works load frames)
$B/bench-control: $(call bench_objects,control library seen commands libnftables)
$B/bench-control: LIBS := $(if $(LIBNFTABLES),-lnftables)
$(BENCH_PROGRAMS): $(call bench_objects,bench) $B/libnetfwv6.a
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $B/libnetfwv6.a $(LIB_LIBS) $(LIBS)
