# SPDX-License-Identifier: GPL-2.0-only
# install.mk - manual pages from the tables, and `make install` (DESTDIR, PREFIX)

SBINDIR ?= $(PREFIX)/sbin
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
UNITDIR ?= $(if $(filter /usr,$(PREFIX)),/lib/systemd/system,$(PREFIX)/lib/systemd/system)

MAN_PAGES := $(BUILD)/man/vswitchd.8 $(BUILD)/man/vsctl.8 $(BUILD)/man/vswitch.conf.5 $(BUILD)/man/vswitch-lab.5
COMPLETIONS := $(wildcard packaging/completion/* packaging/*.bash vsctl/*.bash)

$(BUILD)/mkman: $(call obj,packaging/mkman.c) $(VSCTL_LIB) $(DAEMON_LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/man/%: packaging/man/%.in $(BUILD)/mkman
	@mkdir -p $(@D)
	$(Q)$(BUILD)/mkman <$< >$@.tmp && mv $@.tmp $@

$(BUILD)/man/%: packaging/man/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

man: $(MAN_PAGES)

all: man

install: all
	install -D -m 755 $(BUILD)/vswitchd $(DESTDIR)$(SBINDIR)/vswitchd
	install -D -m 755 $(BUILD)/vsctl $(DESTDIR)$(BINDIR)/vsctl
	sed 's|@SBINDIR@|$(SBINDIR)|' packaging/vswitchd.service >$(BUILD)/vswitchd.service
	install -D -m 644 $(BUILD)/vswitchd.service $(DESTDIR)$(UNITDIR)/vswitchd.service
	$(foreach page,$(MAN_PAGES),install -D -m 644 $(page) \
		$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))$(newline))
	$(foreach file,$(COMPLETIONS),install -D -m 644 $(file) \
		$(DESTDIR)$(COMPLETIONDIR)/$(notdir $(basename $(file)))$(newline))

# Exactly what install put there; the database and the run directory stay.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/vswitchd $(DESTDIR)$(BINDIR)/vsctl $(DESTDIR)$(UNITDIR)/vswitchd.service \
		$(foreach page,$(MAN_PAGES),$(DESTDIR)$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
		$(foreach file,$(COMPLETIONS),$(DESTDIR)$(COMPLETIONDIR)/$(notdir $(basename $(file))))

# The names by which tools run Open vSwitch, as links to vsctl. What is there and is not ours is left alone unless FORCE=1.
COMPAT_NAMES := ovs-vsctl ovs-appctl ovs-ofctl ovs-dpctl

install-compat: install
	$(Q)for name in $(COMPAT_NAMES); do path="$(DESTDIR)$(BINDIR)/$$name"; \
		[ "$$(readlink "$$path")" = vsctl ] || [ "$(FORCE)" = 1 ] || { [ ! -e "$$path" ] && [ ! -L "$$path" ]; } || \
		{ echo "\"$$path\" is there and is not vswitch's; replace it with FORCE=1" >&2; exit 1; }; done
	$(Q)for name in $(COMPAT_NAMES); do ln -sfn vsctl "$(DESTDIR)$(BINDIR)/$$name"; done

uninstall-compat:
	$(Q)for name in $(COMPAT_NAMES); do path="$(DESTDIR)$(BINDIR)/$$name"; \
		if [ "$$(readlink "$$path")" = vsctl ]; then rm -f "$$path"; fi; done

uninstall: uninstall-compat

define newline


endef

.PHONY: man install uninstall install-compat uninstall-compat
