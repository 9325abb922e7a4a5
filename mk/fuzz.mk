# SPDX-License-Identifier: GPL-2.0-only
# fuzz.mk - every tests/fuzz/fuzz_*.c is a libFuzzer program under ASan and UBSan; `make -j2 fuzz FUZZ_SECONDS=600`
#
# NAME below is the file's name without fuzz_ and .c. Seeds are in tests/fuzz/seeds/NAME/ where there are any; what is
# found goes to build/fuzz/corpus/NAME/, a crash to build/fuzz/NAME-crash-*.

FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
FUZZ_NAMES := $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_BUILD := $(BUILD)/fuzz
FUZZ_FLAGS := -O1 -g -std=gnu11 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all

fuzz-build:
	$(Q)$(MAKE) --no-print-directory BUILD=$(FUZZ_BUILD) CC=$(FUZZ_CC) CFLAGS='$(FUZZ_FLAGS)' fuzz-link

# In the make that fuzz-build starts, where BUILD is the directory for all of this.
fuzz-link: $(FUZZ_NAMES:%=$(BUILD)/fuzz_%)

$(FUZZ_NAMES:%=$(BUILD)/fuzz_%): $(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(VSCTL_LIB) $(DAEMON_LIB)
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

fuzz: $(FUZZ_NAMES:%=fuzz-%)

$(FUZZ_NAMES:%=fuzz-%): fuzz-%: fuzz-build
	@mkdir -p $(FUZZ_BUILD)/corpus/$*
	@echo "  FUZZ  $* ($(FUZZ_SECONDS) s)"
	$(Q)$(FUZZ_BUILD)/fuzz_$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix=$(FUZZ_BUILD)/$*- $(FUZZ_OPTS) $(FUZZ_BUILD)/corpus/$* \
		$(wildcard tests/fuzz/seeds/$*) >$(FUZZ_BUILD)/$*.log 2>&1 || { tail -n 40 $(FUZZ_BUILD)/$*.log; exit 1; }
	@tail -n 1 $(FUZZ_BUILD)/$*.log

.PHONY: fuzz fuzz-build fuzz-link $(FUZZ_NAMES:%=fuzz-%)
