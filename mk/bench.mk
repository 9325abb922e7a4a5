# SPDX-License-Identifier: GPL-2.0-only
# bench.mk - `sudo make bench` measures us beside our peers; BENCH=tcp runs one line, ROUNDS=3 fewer rounds

ROUNDS ?= 5

bench: all
	@mkdir -p $(BUILD)/bench
	VSWITCH_BUILD=$(abspath $(BUILD)) /usr/bin/python3 -B tests/bench/bench.py --rounds $(ROUNDS) \
		--json $(abspath $(BUILD))/bench/bench.json $(BENCH)

.PHONY: bench
