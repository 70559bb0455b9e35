# prov: trust lists, signed files and encrypted configurations for Cisco-style phones.
#
#   make                 libraries into build/lib, programs into build/bin
#   make check           all tests on that build
#   make check-unit      those of the library and the rooms; check-cli, check-server, check-provcheck
#                        and check-provbuild are those of the programs
#   make check-asan      the tests of what is ours under AddressSanitizer and UBSan
#   make check-tsan      what has threads under ThreadSanitizer
#   make fuzz            each fuzz target for FUZZ_SECONDS
#   make coverage        line coverage of the library by the tests
#   make bench           the figures of docs/figures.md, on this machine
#   make soak            everything at full length: fuzzing for 30 minutes a target
#   make mutants         planted faults that the tests must find
#   make lint            clang-format, clang-tidy, cppcheck, shellcheck, mandoc
#   make install         DESTDIR= PREFIX=/usr/local; MKCERT=no leaves mkcert to `prov mkcert`
#   make uninstall       takes back what install put, with the same DESTDIR and PREFIX
#
#   CC, CPPFLAGS, CFLAGS and LDFLAGS are yours; WERROR=1 makes errors of warnings, V=1 shows commands.

VERSION = 0.2.0
SOVERSION = 1

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
LIBEXECDIR ?= $(PREFIX)/libexec

B ?= build
CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config
CPPFLAGS ?=
CFLAGS ?= -O2 -g
WERROR ?= 0
V ?= 0
Q = $(if $(filter 0,$(V)),@)

WARNINGS = -Wall -Wextra $(if $(filter 1,$(WERROR)),-Werror) -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wundef
HARDENING ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DPROV_VERSION='"$(VERSION)"' -Ilibprov/include -I. \
	$(WARNINGS) $(HARDENING) -fPIC -fvisibility=hidden -MMD -MP $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)

LIB_PACKAGES = libcrypto libxml-2.0
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIB_PACKAGES))
LIB_LIBS := $(shell $(PKG_CONFIG) --libs $(LIB_PACKAGES))
CLI_CFLAGS := $(shell $(PKG_CONFIG) --cflags libcrypto jansson)
CLI_LIBS := $(shell $(PKG_CONFIG) --libs libcrypto jansson)

# A room is a folder; what others link of it is one archive. The main files of a program are its
# own and stand in no archive.
room_sources = $(wildcard $(1)/*.c $(1)/*/*.c)
objects = $(patsubst %.c,$(B)/%.o,$(1))

LIB_SOURCES := $(wildcard libprov/*.c)
LIB_OBJECTS = $(call objects,$(LIB_SOURCES))

TOOLS = prov mkcert certhash tlvfile sgnfile stripsgn enccnf
prov_SOURCES := $(wildcard prov/*.c)
mkcert_SOURCES := $(filter-out mkcert/certhash.c,$(wildcard mkcert/*.c))
certhash_SOURCES = mkcert/certhash.c
tlvfile_SOURCES := $(wildcard tlvfile/*.c)
sgnfile_SOURCES := $(filter-out sgnfile/stripsgn.c,$(wildcard sgnfile/*.c))
stripsgn_SOURCES = sgnfile/stripsgn.c sgnfile/strip.c
enccnf_SOURCES := $(wildcard enccnf/*.c)

SERVICES = provd provbuild provcheck
provd_SOURCES := $(wildcard server/main/*.c)
provbuild_SOURCES := $(wildcard provbuild/main/*.c)
provcheck_SOURCES := $(wildcard provcheck/main/*.c)

ROOMS = cli tree families checks ladder settings ledger server provbuild provcheck
$(foreach room,$(ROOMS),$(eval $(room)_ROOM := \
	$(filter-out $(room)/main/%,$(call room_sources,$(room)))))
archives = $(patsubst %,$(B)/lib/%.a,$(1))
# In the order in which they are linked: none needs what stands before it.
CLI = $(call archives,cli)
FLEET = $(call archives,server ledger settings ladder tree cli)
tlvfile_ARCHIVES = $(call archives,tree cli)
sgnfile_ARCHIVES = $(call archives,checks families tree cli)
sgnfile_LIBS := $(shell $(PKG_CONFIG) --libs libxml-2.0)
provd_ARCHIVES = $(FLEET)
provbuild_ARCHIVES = $(call archives,provbuild ledger settings ladder checks families tree cli)
provcheck_ARCHIVES = $(call archives,provcheck ledger settings ladder checks families tree cli)

FLEET_PACKAGES = libmicrohttpd gnutls libconfuse sqlite3 jansson libssl libcrypto libxml-2.0
FLEET_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(FLEET_PACKAGES))
FLEET_LIBS := -pthread $(shell $(PKG_CONFIG) --libs $(FLEET_PACKAGES))

PROGRAMS = $(TOOLS) $(SERVICES)
PROGRAM_SOURCES = $(sort $(foreach program,$(PROGRAMS),$($(program)_SOURCES)))
C_SOURCES = $(LIB_SOURCES) $(foreach room,$(ROOMS),$($(room)_ROOM)) $(PROGRAM_SOURCES)
program_objects = $(call objects,$($(1)_SOURCES))

SHARED = $(B)/lib/libprov.so.$(SOVERSION)
STATIC = $(B)/lib/libprov.a
BINARIES = $(PROGRAMS:%=$(B)/bin/%)

# Programs find these beside themselves, before they are installed as after.
SHARED_DATA = $(B)/share/prov/elements.tsv

all: $(SHARED) $(B)/lib/libprov.so $(STATIC) $(BINARIES) $(SHARED_DATA)

$(B)/share/prov/%: share/prov/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(B)/libprov/%.o: libprov/%.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -c -o $@ $<

$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(CLI_CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<

$(call program_objects,mkcert): EXTRA_CFLAGS = -DPROV_SHAREDIR='"$(SHAREDIR)"'
$(call program_objects,prov): EXTRA_CFLAGS = -DPROV_BINDIR='"$(BINDIR)"' \
	-DPROV_LIBEXECDIR='"$(LIBEXECDIR)/prov"'

KNOWS_SHAREDIR = $(B)/families/dictionary_read.o
$(KNOWS_SHAREDIR): EXTRA_CFLAGS = $(FLEET_CFLAGS) -DPROV_SHAREDIR='"$(SHAREDIR)"'

# These know where they are installed, and are compiled again when that changes.
PATHS = $(SHAREDIR) $(BINDIR) $(LIBEXECDIR)
$(call program_objects,mkcert prov) $(KNOWS_SHAREDIR): $(B)/paths
$(B)/paths: always
	@mkdir -p $(@D)
	@echo '$(PATHS)' | cmp -s - $@ || echo '$(PATHS)' >$@

$(foreach room,$(filter-out cli,$(ROOMS)),$(B)/$(room)/%.o): EXTRA_CFLAGS = $(FLEET_CFLAGS)

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

define room_rule
$(B)/lib/$(1).a: $(call objects,$($(1)_ROOM))
	@mkdir -p $$(@D)
	@echo "  AR      $$@"
	$(Q)rm -f $$@ && $(AR) qcs $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_rule,$(room))))

# Programs hold the library themselves: a tool that signs one file spends most of its time being
# loaded, and half of that would go into libraries that only some tools need. That they use its
# public functions alone is shown by linking them with the shared one (check-shared).
define program_rule
$(B)/bin/$(1): $(call program_objects,$(1)) $(or $($(1)_ARCHIVES),$(CLI)) $(STATIC)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $$@ $(call program_objects,$(1)) \
		$(or $($(1)_ARCHIVES),$(CLI)) $(STATIC) $(LIB_LIBS) $(CLI_LIBS)

$(B)/shared/bin/$(1): $(call program_objects,$(1)) $(or $($(1)_ARCHIVES),$(CLI)) $(B)/lib/libprov.so
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -Wl,-rpath,'$$$$ORIGIN/../../lib' -o $$@ \
		$(call program_objects,$(1)) $(or $($(1)_ARCHIVES),$(CLI)) -L$(B)/lib -lprov \
		$($(1)_LIBS) $(CLI_LIBS)
endef
$(foreach program,$(TOOLS),$(eval $(call program_rule,$(program))))

define service_rule
$(B)/bin/$(1): $(call program_objects,$(1)) $($(1)_ARCHIVES) $(STATIC)
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $$@ $$^ $(FLEET_LIBS)
endef
$(foreach program,$(SERVICES),$(eval $(call service_rule,$(program))))

DEPENDENCIES = $(patsubst %.c,$(B)/%.d,$(C_SOURCES))

include tests/tests.mk
include tests/quality.mk

-include $(DEPENDENCIES)

# What is installed is first laid out in a folder that stands for /, as `stage`, and put from there
# into its place by contrib/install, which keeps the list by which `uninstall` takes it back.
# MKCERT=no: mkcert, which is the name of another program on Debian, is `prov mkcert` alone.
MKCERT ?= yes
INSTALLED = $(SHAREDIR)/installed
# make runs this recipe with -n, too, since it calls make; then contrib/install is only shown.
ONLY_SHOW = $(if $(findstring n,$(firstword -$(MAKEFLAGS))),echo)
STAGED_BINARIES = $(if $(filter no,$(MKCERT)),$(filter-out %/mkcert,$(BINARIES)),$(BINARIES))

install: all
	$(Q)umask 022 && stage=$$(mktemp -d) && trap 'rm -rf "$$stage"' EXIT && \
		$(MAKE) --no-print-directory stage STAGE="$$stage" && \
		$(ONLY_SHOW) contrib/install put "$$stage" '$(DESTDIR)' '$(INSTALLED)' '$(BINDIR)/mkcert'

uninstall:
	$(Q)contrib/install take '$(DESTDIR)' '$(INSTALLED)'

stage:
	$(Q)install -d $(STAGE)$(BINDIR) $(STAGE)$(LIBDIR)/pkgconfig $(STAGE)$(INCLUDEDIR)/prov \
		$(STAGE)$(MANDIR)/man1 $(STAGE)$(MANDIR)/man3 $(STAGE)$(MANDIR)/man5 \
		$(STAGE)$(MANDIR)/man8 $(STAGE)$(COMPLETIONDIR) $(STAGE)$(DOCDIR)/docs \
		$(STAGE)$(UNITDIR) $(STAGE)$(SYSUSERSDIR) $(STAGE)$(SHAREDIR)
	$(Q)install -m 755 $(STAGED_BINARIES) $(STAGE)$(BINDIR)
	$(Q)install -m 644 $(SHARED) $(STATIC) $(STAGE)$(LIBDIR)
	$(Q)ln -sf libprov.so.$(SOVERSION) $(STAGE)$(LIBDIR)/libprov.so
	$(Q)install -m 644 libprov/include/prov.h $(STAGE)$(INCLUDEDIR)
	$(Q)install -m 644 libprov/include/prov/*.h $(STAGE)$(INCLUDEDIR)/prov
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' libprov/prov.pc.in \
		>$(STAGE)$(LIBDIR)/pkgconfig/prov.pc
	$(Q)install -m 644 man/*.1 $(STAGE)$(MANDIR)/man1
	$(Q)install -m 644 man/*.3 $(STAGE)$(MANDIR)/man3
	$(Q)install -m 644 man/*.5 $(STAGE)$(MANDIR)/man5
	$(Q)install -m 644 man/*.8 $(STAGE)$(MANDIR)/man8
	$(Q)install -m 644 completion/prov $(STAGE)$(COMPLETIONDIR)/prov
	$(Q)for program in $(filter-out prov,$(PROGRAMS)); do \
		ln -sf prov $(STAGE)$(COMPLETIONDIR)/$$program || exit 1; done
	$(Q)install -m 644 share/prov/*.in share/prov/elements.tsv $(STAGE)$(SHAREDIR)
	$(Q)install -m 644 contrib/systemd/*.socket $(STAGE)$(UNITDIR)
	$(Q)sed -e 's|@BINDIR@|$(BINDIR)|' contrib/systemd/provd.service.in \
		>$(STAGE)$(UNITDIR)/provd.service
	$(Q)install -m 644 contrib/sysusers/prov.conf $(STAGE)$(SYSUSERSDIR)
	$(Q)install -m 644 README.md CHANGELOG.md LICENSE contrib/prov.conf $(STAGE)$(DOCDIR)
	$(Q)install -m 644 docs/*.md $(STAGE)$(DOCDIR)/docs
	$(Q)cp -R docs/other-servers docs/voice $(STAGE)$(DOCDIR)/docs
	$(Q)sed -e 's|@BINDIR@|$(BINDIR)|' contrib/cron.d/prov.in >$(STAGE)$(DOCDIR)/prov.cron
ifeq ($(MKCERT),no)
	$(Q)install -D -m 755 $(B)/bin/mkcert $(STAGE)$(LIBEXECDIR)/prov/mkcert
	$(Q)mv $(STAGE)$(MANDIR)/man1/mkcert.1 $(STAGE)$(MANDIR)/man1/prov-mkcert.1
	$(Q)rm $(STAGE)$(COMPLETIONDIR)/mkcert
	$(Q)sed -i '/^complete /s/ mkcert / /' $(STAGE)$(COMPLETIONDIR)/prov
endif

help:
	@sed -n '2,/^$$/s/^# \{0,3\}//p' Makefile

clean:
	rm -rf $(B)

.PHONY: all install uninstall stage always help clean
.DELETE_ON_ERROR:
