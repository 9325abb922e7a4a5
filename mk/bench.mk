# SPDX-License-Identifier: GPL-2.0-only
# bench.mk - `sudo make bench` measures us beside our peers; BENCH=tcp runs one line, ROUNDS=3 fewer rounds

ROUNDS ?= 5
BENCH_DIR := $(BUILD)/bench
BENCH_SRC := $(filter-out %.bpf.c,$(wildcard tests/bench/*.c))

$(BENCH_DIR)/static.bpf.o: tests/bench/static.bpf.c
	@mkdir -p $(@D)
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BENCH_DIR)/static.skel.h: $(BENCH_DIR)/static.bpf.o
	$(Q)PATH=$$PATH:/usr/sbin bpftool gen skeleton $< name static_bpf > $@.tmp && mv $@.tmp $@

$(call obj,$(BENCH_SRC)) $(BENCH_SRC:%=$(BUILD)/lint/%.tidy): $(BENCH_DIR)/static.skel.h
$(call obj,$(BENCH_SRC)) $(BENCH_SRC:%=$(BUILD)/lint/%.tidy): CPPFLAGS += -I$(BENCH_DIR)

$(BENCH_DIR)/helper: $(call obj,$(BENCH_SRC))
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench: all $(BENCH_DIR)/helper
	VSWITCH_BUILD=$(abspath $(BUILD)) /usr/bin/python3 -B tests/bench/bench.py --rounds $(ROUNDS) \
		--out $(abspath $(BENCH_DIR)) $(BENCH)

# What the peers are installed from; a peer that is not there is left out.
deps-bench:
	$(Q)packaging/install-deps.sh build bench

.PHONY: bench deps-bench
