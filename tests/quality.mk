# What is not a test of behaviour: linters, benchmarks, the long runs, and the proof that the tools
# need nothing but the library's public functions.

C_SOURCES = $(LIB_SOURCES) $(CLI_SOURCES) $(foreach program,$(PROGRAMS),$($(program)_SOURCES))
ALL_C := $(wildcard libprov/*.[ch] libprov/include/*.h libprov/include/prov/*.h cli/*.[ch] \
	mkcert/*.[ch] tlvfile/*.[ch] sgnfile/*.[ch] enccnf/*.[ch] tests/*/*.[ch])
SCRIPTS := quickstart runtests .ci/run tests/install-packages tests/coverage tests/fuzz/run \
	tests/bench/bench $(wildcard tests/cli/*.t tests/cli/*.sh)
LINT_FLAGS = -std=c17 -D_GNU_SOURCE -DPROV_VERSION='"$(VERSION)"' -Ilibprov/include -I. \
	$(LIB_CFLAGS) $(CLI_CFLAGS)

lint: lint-format lint-tidy lint-cppcheck lint-shell lint-man

lint-format:
	clang-format --dry-run -Werror $(ALL_C)

TIDY = $(sort $(C_SOURCES:%=lint-tidy/%))
lint-tidy: $(TIDY)
$(TIDY): lint-tidy/%: %
	@clang-tidy --quiet $< -- $(LINT_FLAGS) 2>/dev/null

lint-cppcheck:
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --library=posix \
		--enable=warning,performance,portability --suppress=missingIncludeSystem \
		--suppress=unknownMacro -D_GNU_SOURCE -DPROV_VERSION='"$(VERSION)"' \
		-Ilibprov/include -I. $(sort $(C_SOURCES))

lint-shell:
	shellcheck -x $(SCRIPTS)
	shellcheck -s bash completion/prov

lint-man:
	mandoc -T lint -W warning man/*

# --- the tools with the shared library

SHARED_BINARIES = $(PROGRAMS:%=$(B)/shared/bin/%)
check-shared: export PROV_BIN = $(abspath $(B)/shared/bin)
check-shared: all $(SHARED_BINARIES)
	$(Q)$(PROVE) tests/cli/vectors.t

# --- figures

$(B)/tests/bench/spawn: $(B)/tests/bench/spawn.o
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $<

bench: all $(B)/tests/bench/spawn
	$(Q)tests/bench/bench $(B)

# --- full length

SOAK_SECONDS ?= 1800

soak:
	$(Q)$(MAKE) fuzz FUZZ_SECONDS=$(SOAK_SECONDS)
	$(Q)PROV_KILLS=500 $(MAKE) check-cli
	$(Q)$(MAKE) coverage
	$(Q)$(MAKE) bench

.PHONY: lint lint-format lint-tidy lint-cppcheck lint-shell lint-man $(TIDY) check-shared bench soak
