# The benchmark's programs; scripts/bench/run runs them.

BENCH_CONTROL := $(addprefix $B/scripts/bench/,control.o library.o seen.o commands.o libnftables.o series.o)
LIBNFTABLES := $(wildcard /usr/include/nftables/libnftables.h)

$B/scripts/bench/libnftables.o: EXTRA_CFLAGS := $(if $(LIBNFTABLES),-DHAVE_LIBNFTABLES)

$B/bench-control: $(BENCH_CONTROL) $B/libnetfwv6.a
	$(call say,LD)
	$Q$(CC) -pie $(ALL_LDFLAGS) -o $@ $(BENCH_CONTROL) $B/libnetfwv6.a $(LIB_LIBS) \
		$(if $(LIBNFTABLES),-lnftables)

$B/bare.bpf.o: scripts/bench/bare.bpf.c
	$(call say,CLANG)
	@mkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -c $< -o $@
