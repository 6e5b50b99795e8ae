# make            build/libportclaim.so and build/portclaim
# make demo       a real restart race, before and after
# make check      the tests; installs what it lacks (make deps)
# make install    PREFIX=/usr/local DESTDIR=
# make help       everything else

CC ?= cc
CFLAGS ?= -O2
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
INCLUDES = -Ipreload
BUILD = build
JOBS ?= 2
# The tests wait more than they work.
TEST_JOBS ?= $(shell expr $(JOBS) + 2)
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib

OBJECT = $(BUILD)/libportclaim.so
PORTCLAIM = $(BUILD)/portclaim
CORE = $(wildcard preload/core/*.c)
LINUX = $(wildcard preload/linux/*.c)
COMMAND = $(wildcard preload/command/*.c preload/command/*/*.c \
	preload/linux/command/*.c preload/linux/command/*/*.c preload/linux/notify/*.c)
EXPORTS = preload/linux/exports.map

.DELETE_ON_ERROR:
.PHONY: all help install uninstall clean force
.PHONY: deps check tests demo requirements soak simulate
.PHONY: deps-servers check-engines check-servers check-kernels deps-kernels matrix deps-bench bench
.PHONY: multilib install-multilib i386-compiler i386-tests aarch64 aarch64-tests
.PHONY: windows windows-tests check-windows dist-windows
.PHONY: lint lint-windows format

all: $(OBJECT) $(PORTCLAIM)

help:
	@sed -n 's/^# make/make/p' Makefile
	@echo 'make multilib   the object of 32 bits as well, for i386 programs'
	@echo 'make install-multilib   both objects, for one LD_PRELOAD=/usr/local/$$LIB/libportclaim.so'
	@echo 'make aarch64    libportclaim.so for 64-bit ARM, cross-compiled'
	@echo 'make windows    portclaim.dll and portclaim.exe, cross-compiled'
	@echo 'make dist-windows   a zip of them, with manual and examples'
	@echo 'make check-windows  their tests, in Wine'
	@echo 'make check-engines  the tests of Linux once more, in every other way: musl, seccomp, 32 bits'
	@echo 'make check-servers  all kinds of real servers, by both engines (make deps-servers)'
	@echo 'make matrix     the table of them in README.md, after make check-servers'
	@echo 'make check-kernels  tests on other kernels in a virtual machine (make deps-kernels)'
	@echo 'make tests      build the tests, run none'
	@echo 'make simulate   SEEDS=n schedules of the simulation'
	@echo 'make soak       1000 consecutive takeovers'
	@echo 'make bench      measurements beside peers (make deps-bench); TABLES="engine lookup": some of them'
	@echo 'make requirements   which test shows which row, after make check'
	@echo 'make uninstall  what make install has put there; the same PREFIX and DESTDIR'
	@echo 'make lint       clang-format, clang-tidy, cppcheck, shellcheck, mandoc'
	@echo 'make deps       install what check and lint need (apt)'

# ---- the shared object ----

# Without libc's start files and without naming a libc, its few symbols carry no version: one file
# serves old and new glibc, and musl. A frame that grew would not fit a signal handler's stack. It
# has two segments and not four, each of which takes a system call at the start of every program.
# Not -z now: a program or another preloaded library may choose its memcpy() by a function of its own
# (IFUNC), which cannot run yet when glibc relocates this object, and the program would not start.
PRELOAD_FLAGS = -fPIC -fvisibility=hidden -fno-stack-protector -D_GNU_SOURCE \
	-Wframe-larger-than=3072 -ffunction-sections -fdata-sections
CORE_OBJECTS = $(CORE:preload/%.c=$(BUILD)/preload/%.o)
LINUX_OBJECTS = $(LINUX:preload/%.c=$(BUILD)/preload/%.o)

# gcc for aarch64 leaves atomics to functions of libgcc, which is not linked.
architecture_flags = $(if $(filter aarch64%,$(shell $(1) -dumpmachine)),-mno-outline-atomics)

# $(call object_for,DIRECTORY,COMPILER,FLAGS,LIBRARIES): the object, for what this compiler compiles for.
define object_for
$(1)/preload/core/%.o: preload/core/%.c Makefile
	@mkdir -p $$(@D)
	$(2) -std=c11 $$(CFLAGS) $$(WARNINGS) $$(PRELOAD_FLAGS) $(3) $$(call architecture_flags,$(2)) \
		-MMD -MP -c -o $$@ $$<

$(1)/preload/linux/%.o: preload/linux/%.c Makefile
	@mkdir -p $$(@D)
	$(2) -std=gnu11 $$(CFLAGS) $$(WARNINGS) $$(PRELOAD_FLAGS) $(3) $$(call architecture_flags,$(2)) \
		$$(INCLUDES) -MMD -MP -c -o $$@ $$<

$(1)/libportclaim.so: $(patsubst %.c,$(1)/%.o,$(CORE) $(LINUX)) $(EXPORTS)
	$(2) $$(CFLAGS) -shared -nostdlib -o $$@ $$(filter %.o,$$^) \
		-Wl,--version-script=$$(EXPORTS) -Wl,-soname,libportclaim.so -Wl,--gc-sections \
		-Wl,-z,noexecstack -Wl,-z,relro -Wl,-z,noseparate-code $$(LDFLAGS) $(4)

-include $(patsubst %.c,$(1)/%.d,$(CORE) $(LINUX))
endef

$(eval $(call object_for,$(BUILD),$$(CC)))

# ---- aarch64 ----

AARCH64_CC ?= aarch64-linux-gnu-gcc
AARCH64 = $(BUILD)/aarch64

aarch64: $(AARCH64)/libportclaim.so

$(eval $(call object_for,$(AARCH64),$(AARCH64_CC)))

# ---- the shared object of 32 bits ----

# For programs of i386 on x86-64. Each is looked for once, and not before it is asked for: the
# compiler, and what "$LIB" in LD_PRELOAD means to the loaders of 64 and of 32 bits.
ifeq ($(origin I386_CC),undefined)
I386_CC = $(eval I386_CC := $$(shell preload/linux/multilib/compiler '$(CC)'))$(I386_CC)
endif
ifeq ($(origin LIB64),undefined)
LIB64 = $(eval LIB64 := $$(shell preload/linux/multilib/directory '$(CC)'))$(LIB64)
endif
ifeq ($(origin LIB32),undefined)
LIB32 = $(eval LIB32 := $$(shell preload/linux/multilib/directory '$(I386_CC)'))$(LIB32)
endif
# What it means in one distribution or another.
KNOWN_LIBS = lib32 lib/i386-linux-gnu lib/i686-linux-gnu lib64 lib/x86_64-linux-gnu \
	lib/aarch64-linux-gnu lib

give_up = { echo '$(1)' >&2; exit 1; }
NO_I386_CC = make multilib: there is no compiler for programs of 32 bits: install gcc-i686-linux-gnu \
	(Debian, Ubuntu) or glibc-devel.i686 and libgcc.i686 (Fedora), or name one: \
	make multilib I386_CC="gcc -m32"
NO_LIB = make install-multilib: nobody here can say what $$LIB is to the loader of 32 bits: install \
	libc6-i386 (Debian, Ubuntu) or glibc.i686 (Fedora), or say it: \
	make install-multilib LIB64=lib/x86_64-linux-gnu LIB32=lib32
SAME_LIB = make install-multilib: $(LIBDIR) is where programs of 32 bits look: install into another \
	directory, LIBDIR=$(PREFIX)/$(LIB64)

I386_OBJECT = $(BUILD)/i386/libportclaim.so
# Programs of old compilers call us with a stack that is aligned to no more than a word.
# From libgcc what the compiler calls for a 64-bit division; it is linked in.
$(eval $(call object_for,$(BUILD)/i386,$$(I386_CC),-mincoming-stack-boundary=2,-lgcc))

$(patsubst %.c,$(BUILD)/i386/%.o,$(CORE) $(LINUX)): | i386-compiler

i386-compiler:
	@[ -n '$(I386_CC)' ] || $(call give_up,$(NO_I386_CC))

# Beside the command as they will be installed, if the loaders are here to be asked: one LD_PRELOAD
# line, build/$LIB/libportclaim.so, serves programs of both sizes.
multilib: all $(I386_OBJECT)
	@if [ -n '$(LIB64)' ] && [ -n '$(LIB32)' ]; then \
		mkdir -p '$(BUILD)/$(LIB64)' '$(BUILD)/$(LIB32)' && \
		ln -srf '$(OBJECT)' '$(BUILD)/$(LIB64)/libportclaim.so' && \
		ln -srf '$(I386_OBJECT)' '$(BUILD)/$(LIB32)/libportclaim.so'; fi

# ---- the command ----

# The same core and the same look-up as in the shared object, but for what stands in front of the
# program's own calls.
PRELOAD_ONLY = before_main claiming interpose next startup version
COMMAND_FLAGS = -fPIE -fstack-protector-strong -D_GNU_SOURCE
COMMAND_OBJECTS = $(COMMAND:preload/%.c=$(BUILD)/preload/%.o)
SHARED_OBJECTS = $(CORE_OBJECTS) \
	$(filter-out $(PRELOAD_ONLY:%=$(BUILD)/preload/linux/%.o),$(LINUX_OBJECTS))

# The command is told where the object will be: for another place this is compiled again.
LIBRARY_DIRECTORY = $(BUILD)/preload/linux/command/program/library_directory.o
$(BUILD)/libdir: force
	@mkdir -p $(@D)
	@echo '$(LIBDIR)' | cmp -s - $@ || echo '$(LIBDIR)' >$@

$(LIBRARY_DIRECTORY): $(BUILD)/libdir
$(LIBRARY_DIRECTORY): COMMAND_FLAGS += -DPORTCLAIM_LIBDIR='"$(LIBDIR)"' \
	-DPORTCLAIM_KNOWN_LIBS='"$(KNOWN_LIBS)"'

$(COMMAND_OBJECTS): $(BUILD)/preload/%.o: preload/%.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(CFLAGS) $(WARNINGS) $(COMMAND_FLAGS) $(INCLUDES) -MMD -MP -c -o $@ $<

$(PORTCLAIM): $(COMMAND_OBJECTS) $(SHARED_OBJECTS)
	$(CC) $(CFLAGS) -pie -o $@ $(COMMAND_OBJECTS) $(SHARED_OBJECTS) -Wl,--gc-sections -Wl,-z,relro,-z,now $(LDFLAGS) -ljansson -lseccomp

# ---- Windows ----

# The same core, cross-compiled: a DLL and a program that need nothing but the system's own DLLs.
# Without time stamps, and so the same bytes each time.
WINDOWS_CC ?= x86_64-w64-mingw32-gcc
WINDOWS_FLAGS = $(CFLAGS) $(WARNINGS) -DUNICODE -D_UNICODE -D_WIN32_WINNT=0x0A00 \
	-DWIN32_LEAN_AND_MEAN -ffunction-sections -fdata-sections $(INCLUDES) -Ipreload/windows/posix
WINDOWS_LINK = -static-libgcc -Wl,--gc-sections -Wl,--no-insert-timestamp
WINDOWS = $(wildcard preload/windows/*.c)
WINDOWS_BUILD = $(BUILD)/windows/objects
DLL = $(BUILD)/windows/portclaim.dll
EXE = $(BUILD)/windows/portclaim.exe
WINDOWS_CORE_OBJECTS = $(CORE:preload/%.c=$(WINDOWS_BUILD)/%.o)
WINDOWS_OBJECTS = $(WINDOWS:preload/%.c=$(WINDOWS_BUILD)/%.o)

windows: $(DLL) $(EXE)

$(WINDOWS_BUILD)/core/%.o: preload/core/%.c Makefile
	@mkdir -p $(@D)
	$(WINDOWS_CC) -std=c11 $(WINDOWS_FLAGS) -MMD -MP -c -o $@ $<

$(WINDOWS_BUILD)/%.o: preload/%.c Makefile
	@mkdir -p $(@D)
	$(WINDOWS_CC) -std=gnu11 $(WINDOWS_FLAGS) -D_GNU_SOURCE -MMD -MP -c -o $@ $<

$(DLL): $(WINDOWS_CORE_OBJECTS) $(WINDOWS_OBJECTS) preload/windows/exports.def
	$(WINDOWS_CC) $(CFLAGS) -shared $(WINDOWS_LINK) -o $@ $^ -lws2_32

# Its JSON library, which Debian has not for mingw.
JANSSON = $(BUILD)/jansson
JANSSON_NAMES = dump error hashtable hashtable_seed load memory pack_unpack strbuffer strconv utf \
	value version
JANSSON_OBJECTS = $(JANSSON_NAMES:%=$(WINDOWS_BUILD)/jansson/%.o)
JANSSON_INCLUDES = -isystem $(JANSSON)/src -isystem $(JANSSON)/android

$(JANSSON)/src/jansson.h:
	preload/fetch-source jansson $(JANSSON)

$(JANSSON_OBJECTS): $(WINDOWS_BUILD)/jansson/%.o: $(JANSSON)/src/jansson.h
	@mkdir -p $(@D)
	$(WINDOWS_CC) $(CFLAGS) -DHAVE_CONFIG_H -Ipreload/windows/jansson $(JANSSON_INCLUDES) \
		-c -o $@ $(JANSSON)/src/$*.c

# The program has the parts that every command has, and what injects; not the hooks.
WINDOWS_COMMAND = $(wildcard preload/windows/posix/*.c \
	preload/windows/command/*.c preload/windows/command/*/*.c \
	preload/command/*.c preload/command/*/*.c)
WINDOWS_COMMAND_OBJECTS = $(WINDOWS_COMMAND:preload/%.c=$(WINDOWS_BUILD)/%.o)
DLL_ONLY = before_main claiming dll hooks inject_children startup
EXE_OBJECTS = $(WINDOWS_COMMAND_OBJECTS) $(WINDOWS_CORE_OBJECTS) $(JANSSON_OBJECTS) \
	$(filter-out $(DLL_ONLY:%=$(WINDOWS_BUILD)/windows/%.o),$(WINDOWS_OBJECTS))

$(WINDOWS_COMMAND_OBJECTS): WINDOWS_FLAGS += $(JANSSON_INCLUDES)
$(WINDOWS_COMMAND_OBJECTS): | $(JANSSON)/src/jansson.h

$(EXE): $(EXE_OBJECTS)
	$(WINDOWS_CC) $(CFLAGS) $(WINDOWS_LINK) -o $@ $^ -lws2_32 -ladvapi32

# For users: what they unpack, and nothing to be installed.
VERSION = $(shell sed -n 's/.*PORTCLAIM_VERSION "\(.*\)"/\1/p' preload/core/version.h)
WINDOWS_ZIP = $(BUILD)/portclaim-$(VERSION)-windows-x64.zip

dist-windows: windows
	preload/windows/dist "$(VERSION)" "$(BUILD)" "$(JANSSON)" "$(WINDOWS_ZIP)"

# ---- installation ----

BINDIR = $(DESTDIR)$(PREFIX)/bin
OBJECTDIR = $(DESTDIR)$(LIBDIR)
MANDIR = $(DESTDIR)$(PREFIX)/share/man
COMPLETIONDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/portclaim
# Those for Windows are in its zip.
EXAMPLES = $(shell find examples -path examples/windows -prune -o -type f -print)

# The object comes to its name in one step: a program that starts at this moment loads the old one or
# the new one, and whoever has the old one mapped keeps it.
install: all
	install -d "$(BINDIR)" "$(OBJECTDIR)" "$(MANDIR)/man1" "$(MANDIR)/man7" "$(COMPLETIONDIR)" \
		"$(DOCDIR)"
	install -m 644 $(OBJECT) "$(OBJECTDIR)/libportclaim.so.new"
	mv -f "$(OBJECTDIR)/libportclaim.so.new" "$(OBJECTDIR)/libportclaim.so"
	install -m 755 $(PORTCLAIM) "$(BINDIR)/portclaim"
	install -m 644 man/portclaim.1 "$(MANDIR)/man1/portclaim.1"
	install -m 644 man/portclaim.7 "$(MANDIR)/man7/portclaim.7"
	install -m 644 preload/command/completion.bash "$(COMPLETIONDIR)/portclaim"
	@for file in $(EXAMPLES); do \
		mode=644; [ ! -x "$$file" ] || mode=755; \
		echo "install -D -m $$mode $$file \"$(DOCDIR)/$$file\""; \
		install -D -m "$$mode" "$$file" "$(DOCDIR)/$$file" || exit 1; \
	done

# One LD_PRELOAD line for programs of 64 and of 32 bits, $(PREFIX)/$LIB/libportclaim.so. The object of
# 64 bits is there by a link: a later `make install` brings it up to date as well.
MULTILIBDIR = $(DESTDIR)$(PREFIX)
install-multilib: install multilib
	@[ -n '$(LIB64)' ] && [ -n '$(LIB32)' ] || $(call give_up,$(NO_LIB))
	install -d "$(MULTILIBDIR)/$(LIB64)" "$(MULTILIBDIR)/$(LIB32)"
	@[ ! "$(MULTILIBDIR)/$(LIB32)" -ef "$(OBJECTDIR)" ] || $(call give_up,$(SAME_LIB))
	install -m 644 $(I386_OBJECT) "$(MULTILIBDIR)/$(LIB32)/libportclaim.so.new"
	mv -f "$(MULTILIBDIR)/$(LIB32)/libportclaim.so.new" "$(MULTILIBDIR)/$(LIB32)/libportclaim.so"
	[ "$(MULTILIBDIR)/$(LIB64)" -ef "$(OBJECTDIR)" ] || \
		ln -srf "$(OBJECTDIR)/libportclaim.so" "$(MULTILIBDIR)/$(LIB64)/libportclaim.so"

# Of multilib's the link that leads to our object, and the object of 32 bits: of 64 bits it is another
# installation's. The directories that bear our name go as well, once they are empty.
ELF_32_BITS = 177 105 114 106 001
uninstall:
	@for file in $(KNOWN_LIBS:%="$(MULTILIBDIR)/%/libportclaim.so"); do \
		if [ -L "$$file" ]; then [ "$$file" -ef "$(OBJECTDIR)/libportclaim.so" ] || continue; \
		else [ "$$(od -An -to1 -N5 "$$file" 2>/dev/null | xargs)" = '$(ELF_32_BITS)' ] || continue; fi; \
		echo "rm -f \"$$file\"" && rm -f "$$file" || exit 1; \
	done
	rm -f "$(OBJECTDIR)/libportclaim.so" "$(BINDIR)/portclaim" "$(MANDIR)/man1/portclaim.1" \
		"$(MANDIR)/man7/portclaim.7" "$(COMPLETIONDIR)/portclaim" $(EXAMPLES:%="$(DOCDIR)/%")
	@find "$(DOCDIR)" -depth -type d -empty -delete 2>/dev/null || true

# ---- tests ----

SANITIZE = -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# The core alone, with the words and conventions of Linux.
CORE_ALONE = $(CORE) preload/linux/conventions.c preload/linux/words.c
UNIT = $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
UNIT_TESTS = $(UNIT:%=$(BUILD)/tests/unit/%)
UNIT_SANITIZED = $(UNIT:%=$(BUILD)/tests/sanitized/%)
SIMULATION = $(BUILD)/tests/simulate
SERVER_SOURCES = $(wildcard tests/linux/server*.c)
SNIPPETS = $(filter-out $(SERVER_SOURCES) tests/linux/%_preload.c,$(wildcard tests/linux/*.c))
PROGRAMS = $(BUILD)/tests/server $(BUILD)/tests/static/server $(BUILD)/tests/server_asan \
	$(SNIPPETS:tests/linux/%.c=$(BUILD)/tests/%) \
	$(patsubst tests/linux/%.c,$(BUILD)/tests/%.so,$(wildcard tests/linux/*_preload.c))
# The longest first: one that starts when all others are done has the machine to itself.
LONGEST = $(addprefix tests/,servers/restarts.bats command/install.bats command/doctor.bats windows/node.bats \
	command/explain.bats command/who.bats windows/look.bats windows/refusals.bats servers/servers.bats \
	windows/claims.bats examples/systemd.bats linux/never.bats)
# Those of musl, where there is a compiler for it.
MUSL_CC ?= musl-gcc
MUSL_PROGRAMS = $(if $(shell command -v $(MUSL_CC)),$(addprefix $(BUILD)/tests/musl/,server \
	server_static errors binder other_preload.so))
WINDOWS_TESTS = $(BUILD)/tests/windows
WINDOWS_UNIT_TESTS = $(patsubst tests/windows/%.c,$(WINDOWS_TESTS)/%,$(wildcard tests/windows/unit/test_*.c))
WINDOWS_NATIVE = $(WINDOWS_TESTS)/decode $(WINDOWS_UNIT_TESTS)
# Tests of tests/linux once more, in other ways: for a musl program, and under the seccomp engine. The
# table of claims is in every check.
WAYS = seccomp musl
TABLE = never stopping retry leftovers claim
ENGINES = $(foreach file,$(TABLE),$(WAYS:%=tests/%/$(file).bats)) tests/seccomp/kinds.bats
ENGINES_LEFT = $(filter-out $(ENGINES) $(SERVERS),$(wildcard $(WAYS:%=tests/%/*.bats)))
# Real servers, by both engines. Of some the packages are large: they are in no other check.
SERVERS_SLOW = $(foreach engine,servers seccomp,tests/$(engine)/slow_kinds.bats)
SERVERS = $(SERVERS_SLOW) $(foreach engine,servers seccomp,tests/$(engine)/kinds.bats tests/$(engine)/servers.bats)
SERVER_PROGRAMS = $(if $(shell command -v go),$(BUILD)/tests/gateway_go) \
	$(if $(shell command -v javac),$(BUILD)/tests/Gateway.class)
BATS = $(LONGEST) $(ENGINES) $(filter-out $(LONGEST) $(SERVERS_SLOW),$(wildcard tests/linux/*.bats tests/windows/*.bats \
	tests/command/*.bats tests/servers/*.bats tests/examples/*.bats tests/bench/*.bats))

# Compiled once for all of them. The plain ones are of the very objects that the shared object is of.
SANITIZED_CORE = $(CORE_ALONE:%.c=$(BUILD)/sanitized/%.o)

$(BUILD)/sanitized/preload/%.o: preload/%.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 $(WARNINGS) $(SANITIZE) $(INCLUDES) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: tests/unit/%.c $(CORE_ALONE:%.c=$(BUILD)/%.o) $(wildcard tests/unit/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) $(INCLUDES) -o $@ $(filter %.c %.o,$^) -lcmocka

$(BUILD)/tests/sanitized/%: tests/unit/%.c $(SANITIZED_CORE) $(wildcard tests/unit/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) $(SANITIZE) $(INCLUDES) -o $@ $(filter %.c %.o,$^) -lcmocka

$(SIMULATION): $(wildcard tests/simulation/*.[ch]) $(SANITIZED_CORE)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 $(WARNINGS) $(SANITIZE) $(INCLUDES) -o $@ $(filter %.c %.o,$^)

$(BUILD)/tests/server: $(SERVER_SOURCES) $(wildcard tests/linux/*.h) Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) -D_GNU_SOURCE -pthread -o $@ $(SERVER_SOURCES)

$(BUILD)/tests/static/server: $(SERVER_SOURCES) $(wildcard tests/linux/*.h) Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) -D_GNU_SOURCE -pthread -static -o $@ $(SERVER_SOURCES)

MUSL = $(MUSL_CC) -std=gnu11 -O1 $(WARNINGS) -D_GNU_SOURCE -include tests/musl/strerrorname.h -pthread
MUSL_PREREQUISITES = $(wildcard tests/linux/*.h) tests/musl/strerrorname.h Makefile

$(BUILD)/tests/musl/server: $(SERVER_SOURCES) $(MUSL_PREREQUISITES)
	@mkdir -p $(@D)
	$(MUSL) -o $@ $(SERVER_SOURCES)

$(BUILD)/tests/musl/server_static: $(SERVER_SOURCES) $(MUSL_PREREQUISITES)
	@mkdir -p $(@D)
	$(MUSL) -static -o $@ $(SERVER_SOURCES)

$(BUILD)/tests/musl/%.so: tests/linux/%.c $(MUSL_PREREQUISITES)
	@mkdir -p $(@D)
	$(MUSL) -shared -fPIC -o $@ $<

$(BUILD)/tests/musl/%: tests/linux/%.c $(MUSL_PREREQUISITES)
	@mkdir -p $(@D)
	$(MUSL) -o $@ $<

$(BUILD)/tests/server_asan: $(SERVER_SOURCES) $(wildcard tests/linux/*.h) Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) $(SANITIZE) -D_GNU_SOURCE -pthread -o $@ $(SERVER_SOURCES)

# With the real look-up in it.
$(BUILD)/tests/conflicts: tests/linux/conflicts.c $(SHARED_OBJECTS) Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) -D_GNU_SOURCE $(INCLUDES) -o $@ $< $(SHARED_OBJECTS)

$(BUILD)/tests/%.so: tests/linux/%.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) -D_GNU_SOURCE -shared -fPIC -o $@ $< -ldl

$(BUILD)/tests/%: tests/linux/%.c Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O1 $(WARNINGS) -D_GNU_SOURCE -pthread -o $@ $< -ldl

$(BUILD)/tests/gateway_go: tests/servers/go/gateway.go
	@mkdir -p $(@D)
	CGO_ENABLED=0 GOCACHE=$(CURDIR)/$(BUILD)/go GOPATH=$(CURDIR)/$(BUILD)/go go build -o $@ $<

$(BUILD)/tests/Gateway.class: tests/servers/Gateway.java
	@mkdir -p $(@D)
	javac -d $(@D) $<

tests: $(OBJECT) $(PORTCLAIM) $(UNIT_TESTS) $(UNIT_SANITIZED) $(SIMULATION) $(PROGRAMS) $(MUSL_PROGRAMS) $(WINDOWS_NATIVE) \
	$(BUILD)/bench/filter

deps:
	@tests/deps

deps-servers:
	@tests/deps servers

# Looked for once, and not before it is asked for: nor by a make that a test runs, which finds them
# in its environment and would look for them in order to export them.
unexport WINDOWS_OBSTACLE AARCH64_OBSTACLE
WINDOWS_OBSTACLE = $(eval WINDOWS_OBSTACLE := $$(shell tests/lib/obstacle $(WINDOWS_CC) \
	jansson $(JANSSON)))$(WINDOWS_OBSTACLE)

AARCH64_OBSTACLE = $(eval AARCH64_OBSTACLE := $$(shell tests/lib/obstacle $(AARCH64_CC) \
	cmocka $(CMOCKA) qemu-aarch64))$(AARCH64_OBSTACLE)

# Deps first and alone: nothing can be built before the compiler is there. The summary of prove is
# the last line of a run that passes. Where programs for another system or processor can't be built,
# their tests are skipped and say why.
check: deps
	@$(MAKE) --no-print-directory -j$(JOBS) tests $(if $(LIB32),i386-tests) \
		$(if $(WINDOWS_OBSTACLE),,windows-tests) $(if $(AARCH64_OBSTACLE),,aarch64-tests)
	@rm -rf $(BUILD)/tap
	@ONE_ENGINE=yes WINDOWS_OBSTACLE='$(WINDOWS_OBSTACLE)' AARCH64_OBSTACLE='$(AARCH64_OBSTACLE)' \
		prove -j$(TEST_JOBS) --merge --exec tests/tap-run $(BATS) \
		tests/simulation/mutants.sh $(SIMULATION) $(UNIT_TESTS) $(UNIT_SANITIZED) \
		$(WINDOWS_UNIT_TESTS) $(if $(AARCH64_OBSTACLE),,$(AARCH64_UNIT_TESTS)) || \
		{ tests/failures && false; }
	@tests/requirements --quiet

check-engines:
	@$(MAKE) --no-print-directory -j$(JOBS) tests $(if $(LIB32),i386-tests)
	@prove -j$(TEST_JOBS) --merge --exec tests/tap-run $(ENGINES) $(ENGINES_LEFT) \
		$(if $(LIB32),$(wildcard tests/i386/*.bats))

# All kinds of servers, for which the machine has to have them (make deps-servers).
check-servers:
	@$(MAKE) --no-print-directory -j$(JOBS) tests $(SERVER_PROGRAMS) $(if $(LIB32),i386-tests)
	@prove -j$(TEST_JOBS) --merge --exec tests/tap-run $(SERVERS)

# The table in README.md, of what check-servers found.
matrix:
	@tests/servers/matrix README.md

# On other kernels, in a virtual machine. KERNEL_TESTS=files runs more tests there.
deps-kernels:
	@tests/kernels/fetch

check-kernels: tests
	@tests/kernels/check $(KERNEL_TESTS)

requirements:
	@tests/requirements

SEEDS ?= 2000000
simulate: $(SIMULATION)
	$(SIMULATION) --schedules $(SEEDS)

soak: $(OBJECT) $(PROGRAMS)
	TAKEOVERS=1000 prove -v tests/linux/takeovers.bats

demo: $(OBJECT)
	@examples/demo

# ---- tests for other architectures ----

# Debian has cmocka for the machine's own architecture. Linked statically, the tests need no more.
CMOCKA = $(BUILD)/cmocka

$(CMOCKA)/src/cmocka.c:
	preload/fetch-source cmocka $(CMOCKA)

# $(call tests_for,DIRECTORY,COMPILER): of the very objects that libportclaim.so is linked of.
define tests_for
$(1)/cmocka.o: $(CMOCKA)/src/cmocka.c
	@mkdir -p $$(@D)
	$(2) -w -O1 -DHAVE_SIGNAL_H -DHAVE_STRSIGNAL -I$$(CMOCKA)/include -c -o $$@ $$<

$(1)/tests/unit/%: tests/unit/%.c $(1)/cmocka.o $(CORE_ALONE:%.c=$(1)/%.o) $(wildcard tests/unit/*.h)
	@mkdir -p $$(@D)
	$(2) -std=gnu11 -O1 $$(WARNINGS) $$(INCLUDES) -isystem $$(CMOCKA)/include -static \
		-o $$@ $$(filter %.c %.o,$$^)

$(1)/tests/simulate: $(wildcard tests/simulation/*.[ch]) $(CORE_ALONE:%.c=$(1)/%.o)
	@mkdir -p $$(@D)
	$(2) -std=gnu11 -O2 $$(WARNINGS) $$(INCLUDES) -static -o $$@ $$(filter %.c %.o,$$^)

$(1)/tests/server: $(SERVER_SOURCES) $(wildcard tests/linux/*.h) Makefile
	@mkdir -p $$(@D)
	$(2) -std=gnu11 -O1 $$(WARNINGS) -D_GNU_SOURCE -pthread -o $$@ $$(filter %.c,$$^)
endef

$(eval $(call tests_for,$(AARCH64),$(AARCH64_CC)))

AARCH64_UNIT_TESTS = $(UNIT:%=$(AARCH64)/tests/unit/%)

aarch64-tests: aarch64 $(AARCH64_UNIT_TESTS) $(addprefix $(AARCH64)/tests/,simulate server)

I386_TESTS = $(addprefix $(BUILD)/tests/i386/,server simulate)

$(BUILD)/tests/i386/simulate: $(wildcard tests/simulation/*.[ch] preload/core/*.[ch]) $(CORE_ALONE) Makefile | i386-compiler
	@mkdir -p $(@D)
	$(I386_CC) -std=gnu11 -O2 $(WARNINGS) $(INCLUDES) -o $@ $(wildcard tests/simulation/*.c) $(CORE_ALONE)

$(BUILD)/tests/i386/server: $(SERVER_SOURCES) $(wildcard tests/linux/*.h) Makefile | i386-compiler
	@mkdir -p $(@D)
	$(I386_CC) -std=gnu11 -O1 $(WARNINGS) -D_GNU_SOURCE -pthread -o $@ $(SERVER_SOURCES)

i386-tests: multilib $(I386_TESTS)
# ---- measurements ----

BENCH = $(patsubst bench/%.c,$(BUILD)/bench/%,$(wildcard bench/*.c))
TABLES =

# The real filter, out of the command.
$(BUILD)/bench/filter: $(BUILD)/preload/linux/command/filter.o $(SHARED_OBJECTS)
$(BUILD)/bench/filter: BENCH_LIBRARIES = -lseccomp

$(BUILD)/bench/%: bench/%.c $(wildcard bench/*.h) Makefile
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 $(WARNINGS) -D_GNU_SOURCE -ffunction-sections $(INCLUDES) -o $@ $(filter %.c %.o,$^) \
		-Wl,--gc-sections $(BENCH_LIBRARIES)

bench: $(OBJECT) $(PORTCLAIM) $(BENCH)
	@bench/run $(TABLES)

# Those of npm stay in the build directory.
deps-bench:
	@tests/deps bench
	@npm install --silent --no-audit --no-fund --prefix $(BUILD)/bench/npm kill-port@2 fkill-cli@8 || \
		echo 'deps: without kill-port and fkill, which npm does not install here'

# ---- tests for Windows ----

# Windows programs for the tests. What has no Windows in it is tested as a native program.
WINDOWS_TEST_CC = $(WINDOWS_CC) -std=gnu11 $(WINDOWS_FLAGS) -D__USE_MINGW_ANSI_STDIO=1 -o $@ \
	$(filter %.c %.o,$^) $(WINDOWS_LINK)
windows_objects = $(1:%=$(WINDOWS_BUILD)/windows/%.o)
WINDOWS_PROGRAMS = $(addprefix $(WINDOWS_TESTS)/,server.exe server_window.exe errors.exe detour.exe detour_library.dll detour_delayed.dll \
	inject_probe.dll inject_launch.exe inject_subject.exe inject_lines.exe look.exe \
	look-windowed.exe nssm.exe)
INJECTION = $(call windows_objects,inject inject_imports inject_thread image)
LOOKING = $(filter-out $(DLL_ONLY:%=$(WINDOWS_BUILD)/windows/%.o),$(WINDOWS_CORE_OBJECTS) $(WINDOWS_OBJECTS))

windows-tests: windows $(WINDOWS_PROGRAMS) $(WINDOWS_NATIVE)

$(WINDOWS_PROGRAMS) $(WINDOWS_NATIVE): $(wildcard tests/windows/*.h preload/windows/*.h preload/core/*.h) Makefile | $(WINDOWS_TESTS)/unit

$(WINDOWS_TESTS)/unit:
	@mkdir -p $@

$(WINDOWS_TESTS)/server.exe: $(wildcard tests/windows/server*.c)
	$(WINDOWS_TEST_CC) -lws2_32

# The same without a console: Windows closes it by its windows.
$(WINDOWS_TESTS)/server_window.exe: $(wildcard tests/windows/server*.c)
	$(WINDOWS_TEST_CC) -mwindows -lws2_32

$(WINDOWS_TESTS)/errors.exe: tests/windows/errors.c
	$(WINDOWS_TEST_CC) -lws2_32

$(WINDOWS_TESTS)/detour.exe: $(addprefix tests/windows/,detour.c detour_code.c detour_exports.c \
		detour_imports.c) $(call windows_objects,decode detour imports patch)
	$(WINDOWS_TEST_CC) -lws2_32

$(WINDOWS_TESTS)/detour_library.dll: tests/windows/detour_library.c
	$(WINDOWS_TEST_CC) -shared -lws2_32

# The names in the archive have the archive's in them, and that its path.
$(WINDOWS_TESTS)/libdelayed.a: tests/windows/detour_delayed.def | $(WINDOWS_TESTS)/unit
	cd $(@D) && $(WINDOWS_CC:gcc=dlltool) -d $(abspath $<) -y $(@F)

$(WINDOWS_TESTS)/detour_delayed.dll: tests/windows/detour_library.c tests/windows/detour_delayed.c \
		$(WINDOWS_TESTS)/libdelayed.a
	$(WINDOWS_TEST_CC) -shared $(filter %.a,$^)

$(WINDOWS_TESTS)/inject_probe.dll: tests/windows/inject_probe.c tests/windows/inject_detour.c \
		$(INJECTION) $(call windows_objects,inject_children decode patch imports wide) \
		$(WINDOWS_BUILD)/core/text.o
	$(WINDOWS_TEST_CC) -Ipreload/windows -shared

$(WINDOWS_TESTS)/inject_launch.exe: tests/windows/inject_launch.c $(INJECTION) \
		$(call windows_objects,command_line)
	$(WINDOWS_TEST_CC)

$(WINDOWS_TESTS)/inject_%.exe: tests/windows/inject_%.c $(call windows_objects,command_line)
	$(WINDOWS_TEST_CC) -lshell32

$(WINDOWS_TESTS)/look.exe: tests/windows/look.c tests/windows/look_serve.c $(LOOKING)
	$(WINDOWS_TEST_CC) -Wl,--wrap=foreign_socket_read -lws2_32

$(WINDOWS_TESTS)/look-windowed.exe: tests/windows/look.c tests/windows/look_serve.c $(LOOKING)
	$(WINDOWS_TEST_CC) -mwindows -Wl,--wrap=foreign_socket_read -lws2_32

$(WINDOWS_TESTS)/nssm.exe: tests/windows/nssm.c
	$(WINDOWS_TEST_CC) -municode -ladvapi32

$(WINDOWS_TESTS)/decode: tests/windows/decode.c preload/windows/decode.c
	$(CC) -std=gnu11 -O2 $(WARNINGS) $(INCLUDES) -o $@ $(filter %.c,$^)

# wide and path have no Windows in them but its 16-bit characters.
$(BUILD)/tests/windows/unit/test_wide: tests/windows/unit/test_wide.c preload/windows/wide.c \
		preload/windows/path.c preload/core/text.c Makefile
	$(CC) -std=gnu11 -O1 $(WARNINGS) $(SANITIZE) -fshort-wchar $(INCLUDES) -o $@ \
		$(filter %.c,$^) -lcmocka

$(BUILD)/tests/windows/unit/test_sharing: tests/windows/unit/test_sharing.c \
		preload/windows/sharing.c Makefile
	$(CC) -std=gnu11 -O1 $(WARNINGS) $(SANITIZE) $(INCLUDES) -o $@ $(filter %.c,$^) -lcmocka

# The core with the words and conventions of Windows.
$(BUILD)/tests/windows/unit/test_conventions: tests/windows/unit/test_conventions.c $(CORE) \
		preload/windows/conventions.c preload/windows/words.c $(wildcard preload/core/*.h tests/unit/*.h) Makefile
	$(CC) -std=gnu11 -O1 $(WARNINGS) $(SANITIZE) $(INCLUDES) -o $@ $(filter %.c,$^) -lcmocka

check-windows: windows-tests $(PORTCLAIM)
	@prove -j$(TEST_JOBS) --merge --exec tests/tap-run $(filter tests/windows/%,$(BATS)) \
		$(WINDOWS_UNIT_TESTS)

# ---- upkeep ----

C_FILES = $(shell git ls-files '*.c' '*.h')
SHELL_FILES = $(shell git grep -lE '^\#!.*\b(bats|(ba)?sh)$$') $(wildcard tests/lib/*.bash tests/command/*.bash \
	tests/examples/*.bash tests/windows/*.bash preload/command/*.bash bench/*.bash bench/tables/*.bash)

lint:
	clang-format --dry-run --Werror $(C_FILES)
	clang-tidy --quiet $(CORE) -- -std=c11 $(INCLUDES)
	clang-tidy --quiet $(LINUX) $(COMMAND) -- -std=gnu11 -D_GNU_SOURCE \
		-DPORTCLAIM_LIBDIR='"$(LIBDIR)"' -DPORTCLAIM_KNOWN_LIBS='"$(KNOWN_LIBS)"' $(INCLUDES)
	@if command -v $(WINDOWS_CC) >/dev/null; then $(MAKE) --no-print-directory lint-windows; \
		else echo 'lint: preload/windows is left out, for there is no $(WINDOWS_CC)'; fi
	cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,performance,portability \
		--std=c11 $(INCLUDES) preload tests/simulation bench
	shellcheck -x $(SHELL_FILES)
	mandoc -Tlint -W warning man/portclaim.1 man/portclaim.7

lint-windows:
	clang-tidy --quiet $(WINDOWS) $(wildcard preload/windows/command/*.c preload/windows/command/*/*.c) -- \
		--target=x86_64-w64-mingw32 -isystem /usr/share/mingw-w64/include -std=gnu11 \
		-D_GNU_SOURCE -DUNICODE -D_UNICODE -D_WIN32_WINNT=0x0A00 -DWIN32_LEAN_AND_MEAN \
		$(INCLUDES) -Ipreload/windows/posix

format:
	clang-format -i $(C_FILES)

clean:
	rm -rf $(BUILD)

-include $(COMMAND_OBJECTS:.o=.d) $(SANITIZED_CORE:.o=.d)
-include $(WINDOWS_CORE_OBJECTS:.o=.d) $(WINDOWS_OBJECTS:.o=.d) $(WINDOWS_COMMAND_OBJECTS:.o=.d)
