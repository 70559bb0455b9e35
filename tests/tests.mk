# Tests: unit tests with cmocka, command line tests with prove, fuzzing with libFuzzer, coverage.

# Asked for only where tests are built: a plain build does without cmocka.
TEST_CFLAGS = -DTEST_DATA='"tests/data"' $(shell $(PKG_CONFIG) --cflags cmocka)
CMOCKA_LIBS = $(shell $(PKG_CONFIG) --libs cmocka)
VECTORS = tests/data/vectors

# Many tests wait for timers most of the time, so more of them run than there are processors. Each
# has a time limit, and says by itself what failed (tests/limited).
CORES := $(shell nproc)
TEST_JOBS ?= $(shell echo $$((2 * $(CORES))))
PROVE = prove -q -j $(TEST_JOBS) --exec tests/limited

UNIT_NAMES := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
UNIT_TESTS = $(UNIT_NAMES:%=$(B)/tests/unit/%)
# Of the server and the rooms that it stands on.
SERVER_UNIT_NAMES := $(patsubst tests/unit/%.c,%,\
	$(wildcard tests/unit/server/test_*.c tests/unit/tree/test_*.c tests/unit/cli/test_*.c))
SERVER_UNIT_TESTS = $(SERVER_UNIT_NAMES:%=$(B)/tests/unit/%)
FUZZ_NAMES = tlv trustlist signedfile encrypted deviceconfig request request_name tftp tls_hello ladder dhcp \
	dictionary config loads ring_list backgrounds dial_template
FUZZ_COMMON = $(B)/tests/fuzz/fuzz.o
# The parser of TLS hellos is provcheck's, that of requests the server's.
FUZZ_ARCHIVES = $(call archives,provcheck checks families) $(FLEET)
REPLAYS = $(FUZZ_NAMES:%=$(B)/tests/unit/replay_%)

$(SERVER_UNIT_NAMES:%=$(B)/tests/unit/%.o): EXTRA_CFLAGS = $(TEST_CFLAGS) $(FLEET_CFLAGS)
-include $(SERVER_UNIT_NAMES:%=$(B)/tests/unit/%.d)
TEST_OBJECTS = $(UNIT_NAMES:%=$(B)/tests/unit/%.o) $(B)/tests/unit/support.o \
	$(FUZZ_NAMES:%=$(B)/tests/fuzz/%.o) $(FUZZ_COMMON) $(B)/tests/fuzz/replay.o
$(TEST_OBJECTS): EXTRA_CFLAGS = $(TEST_CFLAGS)
-include $(TEST_OBJECTS:.o=.d)

# --- unit tests

$(UNIT_TESTS): %: %.o $(B)/tests/unit/support.o $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -pthread -o $@ $^ $(CMOCKA_LIBS) $(LIB_LIBS)

CHECK_UNIT_NAMES := $(patsubst tests/unit/provcheck/%.c,%,$(wildcard tests/unit/provcheck/test_*.c))
CHECK_UNIT_TESTS = $(CHECK_UNIT_NAMES:%=$(B)/tests/unit/provcheck/%)

$(CHECK_UNIT_NAMES:%=$(B)/tests/unit/provcheck/%.o): EXTRA_CFLAGS = $(TEST_CFLAGS) $(FLEET_CFLAGS)
-include $(CHECK_UNIT_NAMES:%=$(B)/tests/unit/provcheck/%.d)

$(CHECK_UNIT_TESTS): %: %.o $(B)/tests/unit/support.o $(provcheck_ARCHIVES) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(FLEET_LIBS)

BUILD_UNIT_NAMES := $(patsubst tests/unit/provbuild/%.c,%,$(wildcard tests/unit/provbuild/test_*.c))
BUILD_UNIT_TESTS = $(BUILD_UNIT_NAMES:%=$(B)/tests/unit/provbuild/%)
BUILD_UNIT_COMMON = $(B)/tests/unit/provbuild/values.o

$(BUILD_UNIT_NAMES:%=$(B)/tests/unit/provbuild/%.o) $(BUILD_UNIT_COMMON): \
		EXTRA_CFLAGS = $(TEST_CFLAGS) $(FLEET_CFLAGS)
-include $(BUILD_UNIT_NAMES:%=$(B)/tests/unit/provbuild/%.d) $(BUILD_UNIT_COMMON:.o=.d)

$(BUILD_UNIT_TESTS): %: %.o $(BUILD_UNIT_COMMON) $(B)/tests/unit/support.o $(provbuild_ARCHIVES) \
		$(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(FLEET_LIBS)

$(SERVER_UNIT_TESTS): %: %.o $(B)/tests/unit/support.o $(FLEET) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(FLEET_LIBS)

LADDER_UNIT_NAMES := $(patsubst tests/unit/ladder/%.c,%,$(wildcard tests/unit/ladder/test_*.c))
LADDER_UNIT_TESTS = $(LADDER_UNIT_NAMES:%=$(B)/tests/unit/ladder/%)

$(LADDER_UNIT_NAMES:%=$(B)/tests/unit/ladder/%.o): EXTRA_CFLAGS = $(TEST_CFLAGS) $(FLEET_CFLAGS)
-include $(LADDER_UNIT_NAMES:%=$(B)/tests/unit/ladder/%.d)

$(LADDER_UNIT_TESTS): %: %.o $(B)/tests/unit/ladder/lists.o $(B)/tests/unit/support.o $(call archives,ladder cli) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(FLEET_LIBS)

# Of what phones parse, and what is known of the phones.
CHECKS_UNIT_NAMES := $(patsubst tests/unit/%.c,%,\
	$(wildcard tests/unit/checks/test_*.c tests/unit/families/test_*.c))
CHECKS_UNIT_TESTS = $(CHECKS_UNIT_NAMES:%=$(B)/tests/unit/%)
CHECKS_UNIT_COMMON = $(B)/tests/unit/checks/findings.o

$(CHECKS_UNIT_NAMES:%=$(B)/tests/unit/%.o) $(CHECKS_UNIT_COMMON): \
		EXTRA_CFLAGS = $(TEST_CFLAGS) $(FLEET_CFLAGS)
-include $(CHECKS_UNIT_NAMES:%=$(B)/tests/unit/%.d) $(CHECKS_UNIT_COMMON:.o=.d)

$(CHECKS_UNIT_TESTS): %: %.o $(CHECKS_UNIT_COMMON) $(B)/tests/unit/support.o \
		$(call archives,checks families tree cli) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(CMOCKA_LIBS) $(FLEET_LIBS)

# The fuzz targets over their corpus, as plain programs that print TAP.
REAL_HEADERS = $(patsubst $(VECTORS)/real-headers/%.hex,$(B)/tests/real-headers/%,\
	$(wildcard $(VECTORS)/real-headers/*.hex))

$(REAL_HEADERS): $(B)/tests/real-headers/%: $(VECTORS)/real-headers/%.hex
	@mkdir -p $(@D)
	$(Q)perl -ne 's/\s//g; print pack("H*", $$_)' $< >$@

LISTS = $(VECTORS)/4.11/tlv $(VECTORS)/4.13/tlv $(VECTORS)/callmanager-shape
SIGNED = $(VECTORS)/4.11/sgn $(VECTORS)/4.13/sgn
ENCRYPTED = $(VECTORS)/4.11/enc $(VECTORS)/4.13/enc
CORPUS_tlv = $(LISTS) $(SIGNED) $(ENCRYPTED) $(B)/tests/real-headers
CORPUS_trustlist = $(LISTS)
CORPUS_signedfile = $(SIGNED) $(ENCRYPTED) $(B)/tests/real-headers
CORPUS_encrypted = $(ENCRYPTED) $(B)/tests/real-headers
CORPUS_deviceconfig = $(VECTORS)/in
CORPUS_config = $(VECTORS)/in tests/fuzz/corpus/deviceconfig
corpus = $(CORPUS_$(1)) $(wildcard tests/fuzz/corpus/$(1))

$(FUZZ_NAMES:%=$(B)/tests/fuzz/replay_%): $(B)/tests/fuzz/replay_%: $(B)/tests/fuzz/%.o \
		$(FUZZ_COMMON) $(B)/tests/fuzz/replay.o $(FUZZ_ARCHIVES) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(FLEET_LIBS)

$(REPLAYS): $(B)/tests/unit/replay_%: $(B)/tests/fuzz/replay_% $(REAL_HEADERS) tests/tests.mk
	@mkdir -p $(@D)
	$(Q)printf '#!/bin/sh\nexec %s %s\n' '$<' '$(call corpus,$*)' >$@ && chmod +x $@

UNIT_PROGRAMS = $(UNIT_TESTS) $(LADDER_UNIT_TESTS) $(SERVER_UNIT_TESTS) $(CHECK_UNIT_TESTS) $(CHECKS_UNIT_TESTS) \
	$(BUILD_UNIT_TESTS) $(REPLAYS)
check-unit: $(UNIT_PROGRAMS)
	$(Q)$(PROVE) $^

# --- the programs, by their folders: command line, server, the phone's eyes, the fleet; the units
# under a systemd of their own; whole histories

SHELL_FOLDERS = cli server provcheck provbuild systemd oracle
# The longest first, so that none of them is alone at the end.
LONGEST = $(patsubst %,tests/%.t,oracle/rule1 systemd/units provbuild/rotation_kills provbuild/kills provcheck/tls-faults \
	server/tftp-timers server/tftp-clients provbuild/lockout server/other-servers provcheck/kamailio \
	provbuild/rounds server/robust provcheck/tls provcheck/tls-peers server/reload provcheck/tls-lists \
	cli/pkcs11-provider cli/mkcert-ca provcheck/tree server/start provcheck/storm)
# What is left out: tests that would say nothing more (NOT_SANITIZED).
LEFT_OUT =
shell_tests = $(filter-out $(LEFT_OUT),$(wildcard $(1:%=tests/%/*.t)))
longest_first = $(foreach test,$(LONGEST),$(filter $(test),$(1))) $(filter-out $(LONGEST),$(1))

SIP_OPTIONS = $(B)/tests/voice/sip_options
-include $(SIP_OPTIONS).d

$(SIP_OPTIONS): $(SIP_OPTIONS).o
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libssl libcrypto)

# Requests of other times.
ASKED = $(B)/tests/provcheck/asked
-include $(ASKED).d

$(ASKED).o: EXTRA_CFLAGS = $(FLEET_CFLAGS)
$(ASKED): $(ASKED).o $(call archives,ledger) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(FLEET_LIBS)

# Random histories, and the library in which stands what befalls programs in them.
ORACLE_OBJECTS = $(patsubst %,$(B)/tests/oracle/%.o,rule1 history site server phone folder lot)
ORACLE = $(B)/tests/oracle/rule1 $(B)/tests/oracle/fate.so
-include $(ORACLE_OBJECTS:.o=.d) $(B)/tests/oracle/fate.d

$(ORACLE_OBJECTS): EXTRA_CFLAGS = $(FLEET_CFLAGS)
$(B)/tests/oracle/rule1: $(ORACLE_OBJECTS) $(call archives,provcheck checks families) $(FLEET) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(FLEET_LIBS)

$(B)/tests/oracle/fate.so: $(B)/tests/oracle/fate.o
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -shared -o $@ $^

$(SHELL_FOLDERS:%=check-%): check-%: all $(SIP_OPTIONS) $(ASKED) $(ORACLE)
	$(Q)$(PROVE) $(call longest_first,$(call shell_tests,$*))

check: all tests
	$(Q)$(PROVE) $(call longest_first,$(call shell_tests,$(SHELL_FOLDERS))) $(UNIT_PROGRAMS)

check check-% check-tsan: export CMOCKA_MESSAGE_OUTPUT = TAP
check $(SHELL_FOLDERS:%=check-%): export PROV_BIN = $(abspath $(B)/bin)

# The programs that tests are, or need.
tests: $(UNIT_PROGRAMS) $(SIP_OPTIONS) $(ASKED) $(ORACLE)

# --- the same under sanitizers

# Not a second time: documents, other people's servers and clients, shell alone, and kills, which see
# the order of calls and no memory.
NOT_SANITIZED = $(patsubst %,tests/%.t,cli/api cli/arrows cli/build cli/completion cli/core cli/docs \
	cli/from-certutils cli/hardware-keys cli/install cli/limited cli/pkcs11-provider cli/readme cli/shared cli/voice-docs cli/walkthrough \
	provbuild/kills provbuild/rotation_kills provcheck/findings provcheck/kamailio \
	provcheck/other-servers provcheck/tls-findings provcheck/tls-peers server/other-servers \
	server/tftp-clients server/units systemd/units)
SANITIZE = -fsanitize=address,undefined
ASAN_BUILD = B=build/asan HARDENING= LDFLAGS='$(SANITIZE)' \
	CFLAGS='-O1 -g $(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer' \
	LEFT_OUT='$(NOT_SANITIZED)'
TSAN_BUILD = B=build/tsan HARDENING= LDFLAGS=-fsanitize=thread CFLAGS='-O1 -g -fsanitize=thread'

check-asan check-asan-% check-tsan: export TEST_SLOWNESS ?= 3
check-asan check-asan-%: export ASAN_OPTIONS = detect_leaks=1
check-asan check-asan-%: export UBSAN_OPTIONS = print_stacktrace=1
check-asan-%:
	$(Q)$(MAKE) $(ASAN_BUILD) check-$*

check-asan:
	$(Q)$(MAKE) $(ASAN_BUILD) check

build-asan:
	$(Q)$(MAKE) $(ASAN_BUILD) all tests

# The library's objects shared by threads, and the programs that have threads.
TSAN_UNIT = test_threads $(patsubst %,server/test_%,log access delivery delivery_faults resolver)
TSAN_TESTS = tests/cli/sgnfile.t tests/cli/races.t tests/provbuild/build.t
check-tsan: export PROV_BIN = $(abspath build/tsan/bin)
check-tsan: export SKIP_LARGE = 1
check-tsan: build-tsan
	$(Q)$(PROVE) $(TSAN_TESTS) $(TSAN_UNIT:%=build/tsan/tests/unit/%)
	$(Q)TSAN_OPTIONS=exitcode=66 $(PROVE) tests/server/https_faults.t tests/server/ledger.t

build-tsan:
	$(Q)$(MAKE) $(TSAN_BUILD) all $(TSAN_UNIT:%=build/tsan/tests/unit/%)

# Another compiler and its warnings: what these programs do is the same.
build-clang:
	$(Q)$(MAKE) B=build/clang CC=clang HARDENING= CFLAGS=-O0 all

# --- fuzzing

FUZZ_SECONDS ?= 20
FUZZ_B = build/fuzz
FUZZ_CFLAGS = -O2 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
	-fsanitize=fuzzer-no-link,address,undefined
FUZZ_BUILD = B=$(FUZZ_B) CC=clang HARDENING= CFLAGS='$(FUZZ_CFLAGS)' LDFLAGS=
FUZZ_FLAGS = -max_total_time=$(FUZZ_SECONDS) -max_len=70000 -timeout=60 -rss_limit_mb=2048 \
	-print_final_stats=1
FUZZ_RUNS = $(FUZZ_NAMES:%=fuzz-run-%)
FUZZERS = $(FUZZ_NAMES:%=$(B)/tests/fuzz/%)

# Only a build with FUZZ_CFLAGS makes sense of these.
$(FUZZERS): $(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(FUZZ_COMMON) \
		$(FUZZ_ARCHIVES) $(STATIC)
	@echo "  LD      $@"
	$(Q)$(CC) $(CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(FLEET_LIBS)

fuzz-programs: $(FUZZERS) $(REAL_HEADERS)

fuzz-build:
	$(Q)$(MAKE) $(FUZZ_BUILD) fuzz-programs

$(FUZZ_RUNS): fuzz-run-%: fuzz-build
	$(Q)tests/fuzz/run $(FUZZ_B) $* $(FUZZ_FLAGS) \
		-- $(subst $(B)/,$(FUZZ_B)/,$(call corpus,$*))

fuzz: $(FUZZ_RUNS)

# --- coverage

COVERAGE_B = build/coverage
COVERAGE_BUILD = B=$(COVERAGE_B) HARDENING= LDFLAGS=--coverage CFLAGS='-O0 -g --coverage'

# What the command line tests find is not looked at here: those that kill programs or limit the size
# of files do that to the records of coverage too.
coverage:
	$(Q)find $(COVERAGE_B) -name '*.gcda' -delete 2>/dev/null || true
	$(Q)$(MAKE) $(COVERAGE_BUILD) all check-unit
	-$(Q)$(MAKE) $(COVERAGE_BUILD) check-cli >$(COVERAGE_B)/check-cli.log 2>&1
	$(Q){ tests/coverage $(COVERAGE_B) $(LIB_SOURCES) && echo && \
		tests/coverage $(COVERAGE_B) $(filter-out $(LIB_SOURCES),$(sort $(C_SOURCES))); \
		} | tee $(COVERAGE_B)/coverage.txt

.PHONY: check tests check-unit $(SHELL_FOLDERS:%=check-%) check-asan check-tsan \
	build-asan build-tsan build-clang fuzz fuzz-build fuzz-programs \
	$(FUZZ_RUNS) coverage
