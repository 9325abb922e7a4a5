# SPDX-License-Identifier: GPL-2.0-only
# help.mk - `make help`

help:
	@echo 'all        build vswitchd, vsctl and the manual pages in build/ (the default)'
	@echo 'demo       run two labs of topologies/ in private namespaces, and draw them (root)'
	@echo 'check      everything below up to e2e; what CI runs (root)'
	@echo 'lint       format, static analysis, the arrows between rooms'
	@echo 'format     apply the format'
	@echo 'unit       unit tests; unit-asan: the same under ASan and UBSan'
	@echo 'diff       random switches and frames through both datapaths, compared (root); DIFF_FRAMES=10000000 DIFF_SEED=1'
	@echo 'e2e        end-to-end tests (root); E2E="-k vlan -x" for some of them'
	@echo 'e2e-asan   the same with vswitchd under the sanitizers'
	@echo 'soak       the long end-to-end tests too: 1,000 ports, 200 kills (root)'
	@echo 'deps       install what Debian 12 lacks for all of this (root)'
	@echo 'install    into $$(DESTDIR)$$(PREFIX), PREFIX=$(PREFIX); uninstall takes it out again'
	@echo 'install-compat  the same, and vsctl by the names ovs-vsctl, ovs-appctl, ovs-ofctl and ovs-dpctl; FORCE=1 over others'

.PHONY: help
