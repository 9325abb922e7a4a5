# SPDX-License-Identifier: GPL-2.0-only
# bpf.mk - the BPF programs: compiled once here, carried inside the daemon as a skeleton header

BPF_CLANG ?= clang
BPF_OBJ := $(BUILD)/bpf/switch.bpf.o
BPF_SKEL := $(BUILD)/bpf/switch.skel.h
BPF_CFLAGS := -g -O2 -target bpf -Wall -Wextra -Werror -Idatapath-bpf -I/usr/include/$(shell $(CC) -print-multiarch)

CPPFLAGS += -I$(BUILD)/bpf

$(BPF_OBJ): $(wildcard datapath-bpf/*.bpf.c datapath-bpf/*.h datapath-bpf/core/*.h)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  BPF   $@")
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c datapath-bpf/switch.bpf.c -o $@

# bpftool lives in /usr/sbin on Debian.
$(BPF_SKEL): $(BPF_OBJ)
	$(Q)PATH=$$PATH:/usr/sbin bpftool gen skeleton $< name switch_bpf > $@.tmp && mv $@.tmp $@

$(BUILD)/obj/vswitchd/kernel/bpf.o $(BUILD)/lint/vswitchd/kernel/bpf.c.tidy: $(BPF_SKEL)
