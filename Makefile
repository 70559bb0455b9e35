# prov: trust lists, signed files and encrypted configurations for Cisco-style phones.
#
#   make                 libraries into build/lib, programs into build/bin
#   make check           all tests on that build
#   make check-asan      all tests under AddressSanitizer and UBSan
#   make fuzz            each fuzz target for FUZZ_SECONDS
#   make coverage        line coverage of the library by the tests
#   make bench           the figures of the README, on this machine
#   make soak            everything at full length: fuzzing for 30 minutes a target
#   make lint            clang-format, clang-tidy, cppcheck, shellcheck, mandoc
#   make install         DESTDIR= PREFIX=/usr/local

VERSION = 0.1.0
SOVERSION = 0

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
DOCDIR ?= $(PREFIX)/share/doc/prov
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
SHAREDIR ?= $(PREFIX)/share/prov

B ?= build
CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
V ?= 0
Q = $(if $(filter 0,$(V)),@)

WARNINGS = -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wundef
HARDENING ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DPROV_VERSION='"$(VERSION)"' -Ilibprov/include -I. \
	$(WARNINGS) $(HARDENING) -fPIC -fvisibility=hidden -MMD -MP $(CFLAGS)
ALL_LDFLAGS = -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

LIB_PACKAGES = libcrypto libxml-2.0
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIB_PACKAGES))
LIB_LIBS := $(shell $(PKG_CONFIG) --libs $(LIB_PACKAGES))
CLI_CFLAGS := $(shell $(PKG_CONFIG) --cflags libcrypto jansson)
CLI_LIBS := $(shell $(PKG_CONFIG) --libs libcrypto jansson)

LIB_SOURCES := $(wildcard libprov/*.c)
CLI_SOURCES := $(wildcard cli/*.c)
LIB_OBJECTS = $(LIB_SOURCES:%.c=$(B)/%.o)
CLI_OBJECTS = $(CLI_SOURCES:%.c=$(B)/%.o)

TOOLS = mkcert certhash tlvfile sgnfile stripsgn enccnf
mkcert_SOURCES = mkcert/mkcert.c mkcert/issue.c mkcert/renew.c mkcert/system.c mkcert/template.c
certhash_SOURCES = mkcert/certhash.c
tlvfile_SOURCES = tlvfile/tlvfile.c tlvfile/build.c tlvfile/parse.c tlvfile/diff.c \
	tlvfile/list.c
sgnfile_SOURCES = sgnfile/sgnfile.c sgnfile/build.c sgnfile/parse.c sgnfile/strip.c \
	sgnfile/stored_name.c sgnfile/for_each.c
stripsgn_SOURCES = sgnfile/stripsgn.c sgnfile/strip.c
enccnf_SOURCES = enccnf/enccnf.c enccnf/build.c enccnf/open.c
program_objects = $(patsubst %.c,$(B)/%.o,$($(1)_SOURCES))

# The server's rooms, as one archive that its tests link with too; main is provd's alone.
SERVER_PACKAGES = libmicrohttpd gnutls libconfuse sqlite3 jansson libssl libcrypto libxml-2.0
SERVER_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(SERVER_PACKAGES))
SERVER_LIBS := -pthread $(shell $(PKG_CONFIG) --libs $(SERVER_PACKAGES))
provd_SOURCES := $(wildcard server/main/*.c)
SERVER_SOURCES := $(filter-out $(provd_SOURCES),\
	$(wildcard settings/*.c ledger/*.c server/*/*.c))
SERVER_OBJECTS = $(SERVER_SOURCES:%.c=$(B)/%.o)
SERVER = $(B)/lib/server.a

provbuild_SOURCES := $(wildcard provbuild/*.c)
provcheck_SOURCES := $(wildcard provcheck/*.c)

PROGRAMS = $(TOOLS) provd provbuild provcheck

SHARED = $(B)/lib/libprov.so.$(SOVERSION)
STATIC = $(B)/lib/libprov.a
BINARIES = $(PROGRAMS:%=$(B)/bin/%)

all: $(SHARED) $(B)/lib/libprov.so $(STATIC) $(BINARIES)

$(B)/libprov/%.o: libprov/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -c -o $@ $<

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(CLI_CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<

$(call program_objects,mkcert): EXTRA_CFLAGS = -DPROV_SHAREDIR='"$(SHAREDIR)"'

FLEET_SOURCES = $(provd_SOURCES) $(provbuild_SOURCES) $(provcheck_SOURCES)
$(SERVER_OBJECTS) $(FLEET_SOURCES:%.c=$(B)/%.o): EXTRA_CFLAGS = $(SERVER_CFLAGS)

$(SHARED): $(LIB_OBJECTS) libprov/prov.map
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -shared -Wl,-soname,libprov.so.$(SOVERSION) \
		-Wl,--version-script=libprov/prov.map -o $@ $(LIB_OBJECTS) $(LIB_LIBS)

$(B)/lib/libprov.so: $(SHARED)
	$(Q)ln -sf $(<F) $@

$(STATIC): $(LIB_OBJECTS)
	@mkdir -p $(@D)
	@echo "  AR      $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJECTS)

$(SERVER): $(SERVER_OBJECTS)
	@mkdir -p $(@D)
	@echo "  AR      $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $(SERVER_OBJECTS)

# Programs hold the library themselves: a tool that signs one file spends most of its time being
# loaded, and half of that would go into libraries that only some tools need. That they use its
# public functions alone is shown by linking them with the shared one (check-shared).
define program_rule
$(B)/bin/$(1): $(call program_objects,$(1)) $(CLI_OBJECTS) $(STATIC)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $$@ $(call program_objects,$(1)) $(CLI_OBJECTS) \
		$(STATIC) $(LIB_LIBS) $(CLI_LIBS)

$(B)/shared/bin/$(1): $(call program_objects,$(1)) $(CLI_OBJECTS) $(B)/lib/libprov.so
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -Wl,-rpath,'$$$$ORIGIN/../../lib' -o $$@ \
		$(call program_objects,$(1)) $(CLI_OBJECTS) -L$(B)/lib -lprov $(CLI_LIBS)
endef
$(foreach program,$(TOOLS),$(eval $(call program_rule,$(program))))

define fleet_rule
$(B)/bin/$(1): $(call program_objects,$(1)) $(CLI_OBJECTS) $(SERVER) $(STATIC)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $$@ $$^ $(SERVER_LIBS)
endef
$(foreach program,provd provbuild provcheck,$(eval $(call fleet_rule,$(program))))

DEPENDENCIES = $(LIB_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d) $(SERVER_OBJECTS:.o=.d) \
	$(foreach program,$(PROGRAMS),$(patsubst %.o,%.d,$(call program_objects,$(program))))

include tests/tests.mk
include tests/quality.mk

-include $(DEPENDENCIES)

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/prov \
		$(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man5 \
		$(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(COMPLETIONDIR) $(DESTDIR)$(DOCDIR) \
		$(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(SHAREDIR)
	install -m 755 $(BINARIES) $(DESTDIR)$(BINDIR)
	install -m 644 $(SHARED) $(STATIC) $(DESTDIR)$(LIBDIR)
	ln -sf libprov.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libprov.so
	install -m 644 libprov/include/prov.h $(DESTDIR)$(INCLUDEDIR)
	install -m 644 libprov/include/prov/*.h $(DESTDIR)$(INCLUDEDIR)/prov
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' libprov/prov.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/prov.pc
	install -m 644 man/*.1 $(DESTDIR)$(MANDIR)/man1
	install -m 644 man/*.3 $(DESTDIR)$(MANDIR)/man3
	install -m 644 man/*.5 $(DESTDIR)$(MANDIR)/man5
	install -m 644 man/*.8 $(DESTDIR)$(MANDIR)/man8
	install -m 644 completion/prov $(DESTDIR)$(COMPLETIONDIR)/prov
	for program in $(PROGRAMS); do \
		ln -sf prov $(DESTDIR)$(COMPLETIONDIR)/$$program || exit 1; done
	install -m 644 share/prov/*.in $(DESTDIR)$(SHAREDIR)
	install -m 644 contrib/systemd/*.socket $(DESTDIR)$(UNITDIR)
	sed -e 's|@BINDIR@|$(BINDIR)|' contrib/systemd/provd.service.in \
		>$(DESTDIR)$(UNITDIR)/provd.service
	install -m 644 contrib/sysusers/prov.conf $(DESTDIR)$(SYSUSERSDIR)
	install -m 644 README.md LICENSE contrib/prov.conf docs/*.md $(DESTDIR)$(DOCDIR)
	cp -R docs/other-servers docs/voice $(DESTDIR)$(DOCDIR)
	sed -e 's|@BINDIR@|$(BINDIR)|' contrib/cron.d/prov.in >$(DESTDIR)$(DOCDIR)/prov.cron

help:
	@sed -n 's/^#   //p' Makefile

clean:
	rm -rf $(B)

.PHONY: all install help clean
.DELETE_ON_ERROR:
