# SPDX-License-Identifier: GPL-2.0-only
# deps.mk - `make deps`: what Debian 12 must have installed; says nothing and takes no time when it has

deps:
	$(Q)packaging/install-deps.sh build test

deps-demo:
	$(Q)packaging/install-deps.sh build demo

.PHONY: deps deps-demo
