# What `make install` puts where, and `make uninstall` takes away.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
UDEVDIR ?= $(PREFIX)/lib/udev
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
LIBEXECDIR ?= $(PREFIX)/libexec/netfwv6
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

# MODE:SOURCE:PLACE
COPIED := \
	755:$B/netfwv6:$(SBINDIR)/netfwv6 \
	755:$B/$(SONAME):$(LIBDIR)/libnetfwv6.so.$(VERSION) \
	644:$B/libnetfwv6.a:$(LIBDIR)/libnetfwv6.a \
	644:include/netfwv6.h:$(INCLUDEDIR)/netfwv6.h \
	644:docs/netfwv6.8:$(MANDIR)/man8/netfwv6.8 \
	644:docs/libnetfwv6.3:$(MANDIR)/man3/libnetfwv6.3 \
	644:dist/netfwv6-metrics.socket:$(UNITDIR)/netfwv6-metrics.socket \
	644:dist/netfwv6-save.timer:$(UNITDIR)/netfwv6-save.timer \
	644:dist/run-netfwv6.mount.conf:$(UNITDIR)/run-netfwv6.mount.d/netfwv6.conf \
	644:dist/netfwv6.sysusers:$(SYSUSERSDIR)/netfwv6.conf \
	755:dist/each-state:$(LIBEXECDIR)/each-state \
	644:$B/completion/bash:$(BASHDIR)/netfwv6 \
	644:$B/completion/zsh:$(ZSHDIR)/_netfwv6 \
	644:$B/completion/fish:$(FISHDIR)/netfwv6.fish

# SOURCE:PLACE, with @NAME@ filled in.
FILLED := \
	loader/netfwv6.pc.in:$(LIBDIR)/pkgconfig/netfwv6.pc \
	dist/85-netfwv6.rules:$(UDEVDIR)/rules.d/85-netfwv6.rules \
	dist/netfwv6-logd.service:$(UNITDIR)/netfwv6-logd.service \
	dist/netfwv6.service:$(UNITDIR)/netfwv6.service \
	dist/netfwv6-enable@.service:$(UNITDIR)/netfwv6-enable@.service \
	dist/netfwv6-save.service:$(UNITDIR)/netfwv6-save.service \
	dist/netfwv6-metrics@.service:$(UNITDIR)/netfwv6-metrics@.service

# TARGET:PLACE
LINKED := \
	libnetfwv6.so.$(VERSION):$(LIBDIR)/$(SONAME) \
	$(SONAME):$(LIBDIR)/libnetfwv6.so

fill := sed $(foreach name,PREFIX SBINDIR LIBDIR INCLUDEDIR VERSION,-e 's|@$(name)@|$($(name))|')
part = $(word $1,$(subst :, ,$2))

define copy
install -D -m $(call part,1,$1) $(call part,2,$1) $(DESTDIR)$(call part,3,$1)

endef

define fill_in
install -D -m 644 $(call part,1,$1) $(DESTDIR)$(call part,2,$1)
$(fill) $(call part,1,$1) > $(DESTDIR)$(call part,2,$1)

endef

define link
ln -sf $(call part,1,$1) $(DESTDIR)$(call part,2,$1)

endef

install: all
	$(foreach each,$(COPIED),$(call copy,$(each)))
	$(foreach each,$(FILLED),$(call fill_in,$(each)))
	$(foreach each,$(LINKED),$(call link,$(each)))

uninstall:
	rm -f $(foreach each,$(COPIED) $(FILLED) $(LINKED),$(DESTDIR)$(lastword $(subst :, ,$(each))))

.PHONY: install uninstall
