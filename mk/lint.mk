# SPDX-License-Identifier: GPL-2.0-only
# lint.mk - `make lint`: format, two static analysers, the arrows between rooms; only what changed since the last time

CLANG_FORMAT ?= clang-format
CLANG_TIDY ?= clang-tidy
CPPCHECK ?= cppcheck

LINT_C := $(wildcard common/*.c datapath-bpf/*.c datapath-bpf/*/*.c vswitchd/*.c vswitchd/*/*.c vsctl/*.c vsctl/*/*.c packaging/*.c \
	    tests/unit/*.c tests/diff/*.c tests/fuzz/*.c tests/bench/*.c)
LINT_H := $(wildcard common/*.h datapath-bpf/*.h datapath-bpf/*/*.h vswitchd/*.h vswitchd/*/*.h vsctl/*.h vsctl/*/*.h tests/*/*.h)
LINT_PY := $(wildcard tests/*/*.py tests/*/*/*.py mk/lint/*.py)
LINT_SH := $(wildcard topologies/*.sh packaging/*.sh .ci/run)
LINT_MK := $(wildcard mk/*.mk)
LINT_DIR := $(BUILD)/lint

# vmlinux.h is written by bpftool, not by people.
LINT_C := $(filter-out %/vmlinux.h,$(LINT_C))
LINT_H := $(filter-out %/vmlinux.h,$(LINT_H))

# What a file is compiled with: BPF programs by clang for their own machine, everything else like the daemon.
LINT_FLAGS = $(if $(filter %.bpf.c,$<),$(BPF_CFLAGS) -Wno-unused-command-line-argument,$(CPPFLAGS) -std=gnu11 -Wall -Wextra)

# One cppcheck run per file, too, so that two run at a time and unchanged files cost nothing.
# Suppressed: missingIncludeSystem - libraries are the compiler's business; unknownMacro, preprocessorErrorDirective -
# X-macros; doubleFree, uninitStructMember - does not see that "rc" tells whether a callee filled in its result, which
# clang's analyser does; unmatchedSuppression - which of these matches differs from file to file.
CPPCHECK_FLAGS := --quiet --error-exitcode=1 --inline-suppr --std=c11 --language=c --platform=unix64 -I. \
	--enable=warning,performance,portability -D__x86_64__ -D__LP64__ \
	--suppress=missingIncludeSystem --suppress=unknownMacro --suppress=preprocessorErrorDirective \
	--suppress=doubleFree --suppress=uninitStructMember --suppress=unmatchedSuppression

$(LINT_DIR)/%.format: % .clang-format
	@mkdir -p $(@D)
	$(Q)$(CLANG_FORMAT) --dry-run --Werror $< && touch $@

$(LINT_DIR)/%.cppcheck: % mk/lint.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -MM -MP -MT $@ -MF $@.d $< 2>/dev/null || :
	$(Q)$(CPPCHECK) $(CPPCHECK_FLAGS) $< && touch $@

$(LINT_DIR)/%.tidy: % .clang-tidy mk/lint.mk
	@mkdir -p $(@D)
	$(if $(Q),@echo "  TIDY  $<")
	$(Q)$(CC) $(CPPFLAGS) -MM -MP -MT $@ -MF $@.d $< 2>/dev/null || :
	$(Q)$(CLANG_TIDY) --quiet $< -- $(LINT_FLAGS) 2>$@.err || { cat $@.err; exit 1; }
	$(Q)rm -f $@.err && touch $@

$(LINT_DIR)/%.py.syntax: %.py
	@mkdir -p $(@D)
	$(Q)/usr/bin/python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' $< && touch $@

$(LINT_DIR)/%.syntax: %
	@mkdir -p $(@D)
	$(Q)bash -n $< && touch $@

$(LINT_DIR)/rooms: mk/lint/rooms.py $(LINT_C) $(LINT_H) $(LINT_PY) $(LINT_SH) $(LINT_MK)
	@mkdir -p $(@D)
	$(Q)mk/lint/rooms.py $(filter-out .ci/run,$(filter-out $<,$^)) $< && touch $@

# Two at a time, and go on after a finding: all of them are wanted at once.
lint:
	$(Q)$(MAKE) --no-print-directory -j2 -k lint-all

lint-all: $(LINT_DIR)/rooms $(LINT_C:%=$(LINT_DIR)/%.format) $(LINT_H:%=$(LINT_DIR)/%.format) \
	$(LINT_PY:%=$(LINT_DIR)/%.syntax) $(LINT_SH:%=$(LINT_DIR)/%.syntax) \
	$(LINT_C:%=$(LINT_DIR)/%.cppcheck) $(LINT_C:%=$(LINT_DIR)/%.tidy)

format:
	$(Q)$(CLANG_FORMAT) -i $(LINT_C) $(LINT_H)

.PHONY: lint lint-all format
