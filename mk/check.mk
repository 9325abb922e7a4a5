# SPDX-License-Identifier: GPL-2.0-only
# check.mk - `make check` and `make demo`: everything from a clean checkout on
#
# The flags of the libraries are asked from pkg-config when the Makefile is read, which may be before the libraries are
# there. So the packages are installed first and the work is done by a second make.

PYTEST ?= /usr/bin/python3 -m pytest
JOBS ?= $(shell nproc)
MAKE_ON := $(MAKE) --no-print-directory

check: deps
	$(Q)$(MAKE_ON) -j$(JOBS) all
	$(Q)$(MAKE_ON) lint
	$(Q)$(MAKE_ON) -j$(JOBS) unit
	$(Q)$(MAKE_ON) -j$(JOBS) unit-asan
	$(Q)$(MAKE_ON) e2e

# Options for pytest go into E2E, for example: make e2e E2E='-k vlan -x'. Two at a time, each in a corner of its own: most
# of a test is waiting for the kernel. E2E_JOBS=0 runs them in order and in this process.
E2E ?=
E2E_JOBS ?= 2
e2e: all
	$(Q)cd tests/e2e && VSWITCH_BUILD=$(abspath $(BUILD)) $(PYTEST) -p no:cacheprovider -n $(E2E_JOBS) $(E2E)

# What takes long: a thousand ports, two hundred kills. Not part of check.
soak: all
	$(Q)cd tests/e2e && VSWITCH_BUILD=$(abspath $(BUILD)) $(PYTEST) -p no:cacheprovider --soak $(E2E)

demo: deps-demo
	$(Q)$(MAKE_ON) -j$(JOBS) all
	$(Q)BUILD=$(BUILD) topologies/demo.sh

.PHONY: check e2e soak demo

# The daemon itself under the sanitizers, with live traffic.
e2e-asan:
	$(Q)$(MAKE_ON) BUILD=$(BUILD)/asan CFLAGS='$(ASAN_CFLAGS)' e2e

.PHONY: e2e-asan
