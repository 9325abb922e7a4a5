# SPDX-License-Identifier: GPL-2.0-only
# test.mk - unit tests (cmocka), each tests/unit/test_*.c a program; built a second time under ASan and UBSan

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))

UNIT_LIB := $(call obj,$(wildcard tests/unit/lib/*.c))

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(UNIT_LIB) $(VSCTL_LIB) $(DAEMON_LIB)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

unit: $(UNIT_BIN)
	$(Q)set -e; for t in $^; do $$t; done

# The same tests with every read and every shift checked.
ASAN_CFLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -std=gnu11 \
	-Wall -Wextra -Werror
unit-asan:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS='$(ASAN_CFLAGS)' unit

# Objects stay for the next time.
.SECONDARY: $(UNIT_SRC:%.c=$(BUILD)/obj/%.o) $(UNIT_LIB)

.PHONY: unit unit-asan
