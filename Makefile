# SPDX-License-Identifier: GPL-2.0-only
# Makefile - `make` builds; `sudo make demo` and `sudo make check` need nothing else first

PREFIX ?= /usr/local
BUILD ?= build
CC ?= gcc
V ?= 0
Q := $(if $(filter 1,$(V)),,@)

PKGS := libnl-3.0 libnl-route-3.0 libnl-genl-3.0 libevent jansson libsystemd zlib libbpf yaml-0.1
VERSION := 0.1.0
CPPFLAGS += -I. -D_GNU_SOURCE -DVS_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CFLAGS ?= -O2 -g
CFLAGS += -std=gnu11 -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
LDLIBS += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm

# Every room is an archive member list by wildcard: a file added to a room needs no change here.
DAEMON_SRC := $(filter-out vswitchd/main.c,$(wildcard common/*.c vswitchd/*.c vswitchd/*/*.c))
VSCTL_SRC := $(filter-out vsctl/main.c,$(wildcard vsctl/*.c vsctl/*/*.c))

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
DAEMON_LIB := $(BUILD)/libvswitchd.a
VSCTL_LIB := $(BUILD)/libvsctl.a

all: $(BUILD)/vswitchd $(BUILD)/vsctl

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(DAEMON_LIB): $(call obj,$(DAEMON_SRC))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/vswitchd: $(call obj,vswitchd/main.c) $(DAEMON_LIB)
	$(if $(Q),@echo "  LD    $@")
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@.tmp $^ $(LDLIBS) && mv $@.tmp $@

$(VSCTL_LIB): $(call obj,$(VSCTL_SRC))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/vsctl: $(call obj,vsctl/main.c) $(VSCTL_LIB) $(DAEMON_LIB)
	$(if $(Q),@echo "  LD    $@")
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@.tmp $^ $(LDLIBS) && mv $@.tmp $@

include $(wildcard mk/*.mk)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: all clean
.DEFAULT_GOAL := all
