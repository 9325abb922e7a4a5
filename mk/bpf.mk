# SPDX-License-Identifier: GPL-2.0-only
# bpf.mk - the BPF programs: compiled once here, carried inside the daemon as a skeleton header

BPF_CLANG ?= clang
BPF_OBJ := $(patsubst datapath-bpf/%.c,$(BUILD)/bpf/%.o,$(wildcard datapath-bpf/*.bpf.c))
BPF_SKEL := $(BUILD)/bpf/switch.skel.h
BPF_CFLAGS := -g -O2 -target bpf -Wall -Wextra -Werror -Idatapath-bpf -I/usr/include/$(shell $(CC) -print-multiarch)

CPPFLAGS += -I$(BUILD)/bpf

$(BUILD)/bpf/%.bpf.o: datapath-bpf/%.bpf.c $(wildcard datapath-bpf/*.h datapath-bpf/core/*.h)
	@mkdir -p $(@D)
	$(if $(Q),@echo "  BPF   $@")
	$(Q)$(BPF_CLANG) $(BPF_CFLAGS) -c $< -o $@

# The programs share their maps: each object has them, weak, and linking leaves one of each.
$(BUILD)/bpf/all.o: $(BPF_OBJ)
	$(Q)PATH=$$PATH:/usr/sbin bpftool gen object $@.tmp $^ && mv $@.tmp $@

# bpftool lives in /usr/sbin on Debian.
$(BPF_SKEL): $(BUILD)/bpf/all.o
	$(Q)PATH=$$PATH:/usr/sbin bpftool gen skeleton $< name switch_bpf > $@.tmp && mv $@.tmp $@

$(BUILD)/obj/vswitchd/kernel/bpf.o $(BUILD)/lint/vswitchd/kernel/bpf.c.tidy: $(BPF_SKEL)
