# What is not a test of behaviour: linters, benchmarks, the long runs, and the proof that the tools
# need nothing but the library's public functions.

ALL_C := $(sort $(wildcard $(foreach folder,libprov libprov/include libprov/include/prov $(TOOLS) \
	$(foreach room,$(ROOMS),$(room) $(room)/*) tests/* tests/unit/*,$(folder)/*.[ch])))
# Shell scripts are files that begin so, and what they source.
SCRIPTS := $(sort $(wildcard tests/*/*.sh) $(shell grep -lsE '^\#!.*[/ ](ba)?sh$$' quickstart runtests \
	.ci/* tests/* tests/*/* contrib/* contrib/*/*))
LINT_FLAGS = -std=c17 -D_GNU_SOURCE -DPROV_VERSION='"$(VERSION)"' -Ilibprov/include -I. \
	$(CPPFLAGS) $(LIB_CFLAGS) $(CLI_CFLAGS) $(FLEET_CFLAGS)

# What looks at sources alone, and what needs a build.
LINTERS = lint-format lint-tidy lint-cppcheck lint-shell lint-man lint-mutants
LINTERS_OF_BUILD = lint-arrows
lint: $(LINTERS) $(LINTERS_OF_BUILD)

list-linters:
	@echo $(LINTERS)

list-linters-of-build:
	@echo $(LINTERS_OF_BUILD)

lint-format:
	clang-format --dry-run -Werror $(ALL_C)

TIDY = $(sort $(C_SOURCES:%=lint-tidy/%))
lint-tidy: $(TIDY)
$(TIDY): lint-tidy/%: %
	@clang-tidy --quiet $< -- $(LINT_FLAGS) 2>/dev/null

# readdirCalled: glibc's readdir is safe for streams that threads do not share.
lint-cppcheck:
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --library=posix \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		--suppress=unknownMacro --suppress=readdirCalled -D_GNU_SOURCE -DPROV_VERSION='"$(VERSION)"' \
		-Ilibprov/include -I. $(sort $(C_SOURCES))

lint-shell:
	printf '%s\n' $(SCRIPTS) | xargs -n 4 -P $(CORES) shellcheck -x
	shellcheck -s bash completion/prov

lint-man:
	mandoc -T lint -W warning man/*

# Each mutant still fits the line that it changes.
lint-mutants:
	tests/mutants/run --check

# Rooms and files use each other in one direction alone.
lint-arrows: all
	tests/arrows $(B)

# --- the tools with the shared library

SHARED_BINARIES = $(TOOLS:%=$(B)/shared/bin/%)
check-shared: export PROV_BIN = $(abspath $(B)/shared/bin)
check-shared: all $(SHARED_BINARIES)
	$(Q)$(PROVE) tests/cli/vectors.t

# --- figures

TFTPLOAD_OBJECTS = $(patsubst %,$(B)/tests/bench/%.o,tftpload tftpphone tftpsockets tftpdevice load)
HTTPLOAD_OBJECTS = $(patsubst %,$(B)/tests/bench/%.o,httpload httpconnection load)
RELAY_OBJECTS = $(patsubst %,$(B)/tests/bench/%.o,relay load)
BENCH_PROGRAMS = $(patsubst %,$(B)/tests/bench/%,spawn tftpload httpload relay fleetdata)
-include $(TFTPLOAD_OBJECTS:.o=.d) $(HTTPLOAD_OBJECTS:.o=.d) $(RELAY_OBJECTS:.o=.d)

$(B)/tests/bench/spawn: $(B)/tests/bench/spawn.o
$(B)/tests/bench/tftpload: $(TFTPLOAD_OBJECTS)
$(B)/tests/bench/httpload: $(HTTPLOAD_OBJECTS)
$(B)/tests/bench/httpload: LOAD_LIBS = $(shell $(PKG_CONFIG) --libs libssl libcrypto)
$(B)/tests/bench/relay: $(RELAY_OBJECTS)
$(B)/tests/bench/fleetdata: $(B)/tests/bench/fleetdata.o
$(B)/tests/bench/fleetdata: LOAD_LIBS = $(CLI_LIBS)
$(BENCH_PROGRAMS):
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LOAD_LIBS)

bench-programs: $(BENCH_PROGRAMS)

bench: all bench-programs
	$(Q)tests/install-packages demo bench
	$(Q)tests/bench/bench $(B)
	$(Q)tests/bench/server $(B) $(patsubst %/bin,%,$(OLD_BIN))
	$(Q)tests/bench/fleet $(B)
	$(Q)tests/bench/check $(B)
	$(Q)tests/bench/storm $(B)
	$(Q)tests/bench/flood $(B)

# --- full length

SOAK_SECONDS ?= 1800
SOAK_MINUTES ?= 60
OLD_BIN ?= # programs of an earlier build, to compare what provbuild writes with theirs

soak: export TEST_SLOWNESS = 20
soak:
	$(Q)$(MAKE) fuzz FUZZ_SECONDS=$(SOAK_SECONDS)
	$(Q)$(MAKE) build-asan
	$(Q)tests/fuzz/protocols build/asan $(SOAK_MINUTES)
	$(Q)PROV_KILLS=500 $(MAKE) check-cli
	$(Q)PROV_KILLS=100 $(MAKE) check-unit check-server
	$(Q)PROV_KILLS=200 $(MAKE) check-provbuild
	$(Q)PROV_HISTORIES=10000 PROV_STEPS=15 $(MAKE) check-oracle
	$(Q)$(MAKE) check-asan NOT_SANITIZED=
	$(Q)$(MAKE) mutants
	$(Q)tests/compare-trees "$(OLD_BIN)" $(B)/bin 1000
	$(Q)$(MAKE) coverage
	$(Q)$(MAKE) bench

# --- faults in what provbuild decides: the tests must find them

mutants:
	$(Q)tests/mutants/run

.PHONY: lint $(LINTERS) $(LINTERS_OF_BUILD) list-linters list-linters-of-build $(TIDY) check-shared \
	bench bench-programs soak mutants
