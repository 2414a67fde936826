# The benchmarks. Included by the Makefile.

BENCH_SERIES := $B/scripts/bench/series.o
BENCH_PROGRAMS := $B/bench $B/bench-log $B/bench-receive

.PHONY: bench
bench: deps
	$Q$(MAKE) --no-print-directory all $(BENCH_PROGRAMS) $B/bare.bpf.o
	$Qscripts/bench/run

$B/%.bpf.o: scripts/bench/%.bpf.c scripts/bench/meter.h
	$(call say,CLANG)
	@mkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$B/scripts/bench/load.o: $B/generator.skel.h $B/meter.skel.h

$B/bench: $B/scripts/bench/bench.o
$B/bench-log: $B/scripts/bench/log.o
$B/bench-receive: $(patsubst %,$B/scripts/bench/%.o,receive contender host works load frames)
$(BENCH_PROGRAMS): $(BENCH_SERIES) $B/libnetfwv6.a
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $B/libnetfwv6.a $(LIB_LIBS)
