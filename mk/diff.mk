# SPDX-License-Identifier: GPL-2.0-only
# diff.mk - `sudo make diff DIFF_FRAMES=10000000 DIFF_SEED=1`: random frames through both datapaths, and compare
#
# Without numbers it is a few seconds, and so it runs among the unit tests. A difference prints rows as in
# tests/fixtures that show it.

DIFF_BIN := $(BUILD)/diff/diff

$(DIFF_BIN): $(call obj,$(wildcard tests/diff/*.c tests/unit/lib/*.c)) $(DAEMON_LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

diff: $(DIFF_BIN)
	$(Q)DIFF_FRAMES=$(DIFF_FRAMES) DIFF_SEED=$(DIFF_SEED) $<

unit: $(DIFF_BIN)

.PHONY: diff
