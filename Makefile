# make                    build the programs into build/
# make test               every test; make help lists the rest
#
# Every *.c is found automatically. A program's folder has a main.c; its other files go
# into one archive, and common/ into another. A program is linked from these two,
# a test from common/ and the folders whose headers it includes.
#
#   SAN=1      address and undefined-behaviour sanitizers    build-san/
#   DEBUG=1    no optimisation                               build-debug/
#   CC=clang   the other compiler                            build-clang/
#   LAX=1      continue without the sources that do not compile
#   SKIP=...   leave these sources out
#   V=1        print every command

# The rooms of common/; each includes only those before it (tests/lint).
SHARED  = $(addprefix common/,base program database http bus kafka topic record timeline/rules timeline/store \
            timeline/history timeline/feed timeline)
FOLDERS = producers/kube producers/flows enricher sink/graph sink/observe sink/lookup
NEEDS   = rdkafka libcurl json-c libpcap yaml-0.1 libcrypto zlib libzstd libmicrohttpd ldns libmnl libseccomp
PREFIX  = /usr/local

VARIANT = $(if $(FUZZ),-fuzz,$(if $(filter %clang,$(CC)),-clang)$(if $(SAN),-san)$(if $(DEBUG),-debug))
BUILD   = build$(VARIANT)
OBJ     = $(BUILD)/obj

CFLAGS  ?= $(if $(DEBUG),-O0 -g3,$(if $(SAN),-O1,-O2) -g)
STRICT   = -std=c17 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -Wshadow -Wconversion \
           -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wvla
CHECKS   = address,undefined$(if $(FUZZ),$(comma)fuzzer-no-link)
SANITIZE = $(if $(SAN)$(FUZZ),-fsanitize=$(CHECKS) -fno-sanitize-recover=all -fno-omit-frame-pointer)
INCLUDES = -I. $(shell pkg-config --cflags $(NEEDS) 2>/dev/null)
LIBS     = $(shell pkg-config --libs $(NEEDS) 2>/dev/null) -lrocksdb
VERSION := $(shell git describe --tags 2>/dev/null)
comma   := ,
Q       := $(if $(V),,@)
SAY     := $(if $(findstring s,$(firstword -$(MAKEFLAGS))),@:,@echo)

# The page of tenure-graph.
LIBRARIES = $(or $(TENURE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tenure)/page/node_modules
LIBRARY_FOLDERS = $(addprefix $(LIBRARIES)/,@dagrejs/dagre @dagrejs/graphlib d3-dispatch d3-force d3-quadtree d3-timer)
VENDOR = $(foreach d3,d3-dispatch d3-quadtree d3-timer d3-force,$(LIBRARIES)/$(d3)/dist/$(d3).min.js) \
         $(LIBRARIES)/@dagrejs/dagre/dist/dagre.min.js
PAGE = $(wildcard $(addprefix sink/graph/page/*.,html css js svg))

# tests/unit mirrors the folders of the code.
MIRRORED = $(SHARED) $(FOLDERS) $(patsubst %/,%,$(wildcard $(FOLDERS:%=%/*/)))
COMMON   = $(BUILD)/common.a
MAINS    = $(wildcard $(FOLDERS:%=%/main.c))
PROGRAMS = $(foreach folder,$(MAINS:%/main.c=%),$(BUILD)/$(call program,$(folder)))
UNITS    = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard $(MIRRORED:%=tests/unit/%/*_test.c)))
REPLAYS  = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/*_fuzz.c))
TOOLS    = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/*.c))
# The sources of folders and of their rooms; the archive and the program of one folder.
sources  = $(filter-out %/main.c $(SKIP),$(sort $(wildcard $(1:%=%/*.c) $(1:%=%/*/*.c))))
archive  = $(BUILD)/$(subst /,-,$1).a
program  = $(if $(filter enricher,$1),tenure-enrich,tenure-$(notdir $1))
COMPILE  = $(CC) $(STRICT) $(SANITIZE) $(INCLUDES) $(CPPFLAGS) $(CFLAGS)
LINK     = $(CC) $(SANITIZE) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed

all: $(PROGRAMS) ## build the programs into build/

units: $(UNITS) $(REPLAYS) $(TOOLS) ## build the unit tests, the fuzz replays and the benchmarks

# An archive and the list of its sources, which changes only when a file is added or removed.
define archive_rule
$1: $(2:%.c=$(OBJ)/%.o) $1.list
	@$$(RM) $$@
	$$(SAY) '  archive $$@'
	$$(Q)$$(AR) rcs $$@ $$(if $$(LAX),$$$$(ls $$(filter %.o,$$^) 2>/dev/null),$$(filter %.o,$$^))
$1.list: FORCE
	@mkdir -p $$(@D)
	@echo '$2' | cmp -s - $$@ || echo '$2' >$$@
endef

# A folder's program, and the tests that include its headers.
define folder_rule
$(BUILD)/$(call program,$1): $(OBJ)/$1/main.o $(call archive,$1) $(COMMON)
	$$(SAY) '  link    $$@'
	$$(Q)$$(LINK) -o $$@ $$^ $$(LIBS)
$(patsubst %.c,$(BUILD)/%,$(shell grep -ls '"$1/' $(TESTED))): $(call archive,$1)
endef

# What tests share: tests/unit/FOLDER/NAME.c, linked into the tests that include its header, directly
# or through another such file. A function of an archive that it defines too is replaced by it.
PARTS     = $(filter-out %_test.c,$(wildcard tests/unit/*.c $(MIRRORED:%=tests/unit/%/*.c)))
including = $(shell grep -ls '"$(1:.c=.h)"' $2)
users     = $(call including,$1,$(TESTED)) $(foreach f,$(call including,$1,$(filter-out $(1:.h=.c) $(1:.c=.h),$(PARTS) $(PARTS:.c=.h))),$(call users,$f))
define part_rule
$(patsubst %.c,$(BUILD)/%,$(sort $(call users,$1))): $(OBJ)/$(1:.c=.o)
endef

TESTED = $(wildcard $(MIRRORED:%=tests/unit/%/*_test.c) tests/fuzz/*_fuzz.c tests/bench/*.c)
$(eval $(call archive_rule,$(COMMON),$(call sources,$(SHARED))))
$(foreach f,$(FOLDERS),$(eval $(call archive_rule,$(call archive,$f),$(call sources,$f))))
$(foreach f,$(PARTS),$(eval $(call part_rule,$f)))
$(foreach f,$(FOLDERS),$(eval $(call folder_rule,$f)))

$(UNITS): $(BUILD)/tests/%: $(OBJ)/tests/%.o $(COMMON)
	$(link-test) -lcmocka $(WRAPPED)

# In these each allocation fails in turn (tests/unit/failing_alloc.h).
$(filter %_alloc_test,$(UNITS)): WRAPPED = $(patsubst %,-Wl$(comma)--wrap=%, \
  malloc calloc realloc strdup strndup log_write)

$(TOOLS): $(BUILD)/tests/%: $(OBJ)/tests/%.o $(COMMON)
	$(link-test)

# Runs over its corpus or, with FUZZ, under clang's fuzzer.
$(REPLAYS): $(BUILD)/tests/%: $(OBJ)/tests/%.o $(if $(FUZZ),,$(OBJ)/tests/fuzz/replay.o) $(COMMON)
	$(link-test) $(if $(FUZZ),-fsanitize=fuzzer)

# common/ comes last, because the others depend on it.
define link-test
@mkdir -p $(@D)
$(SAY) '  link    $@'
$(Q)$(LINK) -o $@ $(filter-out $(COMMON),$^) $(COMMON) $(LIBS)
endef

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(SAY) '  compile $<'
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $< $(if $(LAX),|| $(RM) $@)

# Holds the version, and changes only when the version does.
$(BUILD)/version: FORCE
	@mkdir -p $(@D)
	@echo '$(or $(VERSION),0.1.0)' | cmp -s - $@ || echo '$(or $(VERSION),0.1.0)' >$@
$(OBJ)/common/program/settings.o: $(BUILD)/version
# These contain files.
$(OBJ)/sink/lookup/http/http_openapi.o: docs/openapi.yaml
$(OBJ)/sink/graph/http/http_openapi.o: docs/openapi-graph.yaml
$(OBJ)/sink/graph/http/page_files.o: $(BUILD)/page/list.h
$(OBJ)/sink/graph/http/page_files.o: CPPFLAGS += -DPAGE='"$(BUILD)/page/"' -DPAGE_LIST='"$(BUILD)/page/list.h"'
$(OBJ)/common/program/settings.o: CPPFLAGS += -DTENURE_VERSION='"$(or $(VERSION),0.1.0)"'

# The page: our files, the libraries, which deploy/setup downloads, as vendor.js, and their
# licences; as they are and compressed, in one folder. The list has a line for each.
$(BUILD)/page/list.h: $(wildcard sink/graph/page) $(PAGE) $(VENDOR)
	$(SAY) '  embed   $(@D)'
	$(Q)$(RM) -r $(@D) && mkdir -p $(@D)
	$(Q)$(if $(PAGE),cp $(PAGE) $(@D))
	$(Q)cat $(VENDOR) >$(@D)/vendor.js
	$(Q)for folder in $(LIBRARY_FOLDERS); do echo "$${folder#$(LIBRARIES)/}"; echo; cat $$folder/LICENSE; echo; done >$(@D)/licences.txt
	$(Q)cd $(@D) && ls *.* | awk '{ printf "EMBED(%d, \"%s\")\n", NR, $$0 }' >list && gzip -9nk *.* && mv list list.h

$(VENDOR):
	@echo 'deploy/setup page downloads $@' >&2; exit 1

demo: ## run the recording through the programs and print the service graph
	@deploy/setup demo
	@$(MAKE) --no-print-directory all
	@BUILD=$(abspath $(BUILD)) tests/lab/demo

demo-page: ## open the page on the recording, until Ctrl-C
	@deploy/setup demo
	@$(MAKE) --no-print-directory all
	@BUILD=$(abspath $(BUILD)) tests/lab/demo-page

demo-live: ## the lab live on Kafka and a real API server, until Ctrl-C (root)
	@deploy/setup build kafka kube venv lab
	@$(MAKE) --no-print-directory all
	@BUILD=$(abspath $(BUILD)) tests/lab/demo-live

test: ## every test: lint, unit, fuzz corpora, cases, integration
	@deploy/setup test
	@tests/run

proof: ## the longer tests; writes their figures to docs/proof.md
	@deploy/setup test
	@$(MAKE) --no-print-directory all units
	@BUILD=$(abspath $(BUILD)) tests/proof

bench: ## measure the enricher, the meter (tenure-flows) and the lists of tenure-kube against their bars
	@deploy/setup build kafka kube dns venv load count
	@deploy/setup java || echo 'no Java compiler: Kafka Streams will be left out'
	@$(MAKE) --no-print-directory all units
	@BUILD=$(abspath $(BUILD)) tests/bench/run

lint: ## check the house rules (CONTRIBUTING.md)
	@tests/lint

format: ## format every C file
	@deploy/setup format
	git ls-files '*.[ch]' | xargs clang-format -i

compile_commands.json: FORCE ## the compiler's commands, for clangd and other tools
	@printf '{"directory": "$(CURDIR)", "file": "%s", "command": "$(COMPILE) -c %s"}\n' \
	    $(foreach f,$(sort $(wildcard $(MIRRORED:%=%/*.c) $(MIRRORED:%=tests/unit/%/*.c)) $(TESTED) tests/fuzz/replay.c),$f $f) | \
	    paste -sd, | sed 's/.*/[&]/' >$@

fuzz: ## fuzz each parser for FUZZ_SECONDS (default 60) seconds
	@deploy/setup fuzz
	@$(MAKE) --no-print-directory CC=clang FUZZ=1 fuzzers
	@tests/fuzz/run

fuzzers: $(REPLAYS)

# What each program prints about itself, with its own defaults: env -i hides TENURE_ variables.
SHARE = share/man/man1 share/bash-completion/completions share/zsh/site-functions
ABOUT = $(foreach p,$(notdir $(PROGRAMS)),$(BUILD)/man/$p.1 $(BUILD)/completion/$p $(BUILD)/completion/_$p)
print = @mkdir -p $(@D) && env -i PATH="$$PATH" $< --print-$1 >$@.tmp && mv $@.tmp $@

man: $(ABOUT) ## write the manual pages and the bash and zsh completions into build/

$(BUILD)/man/%.1: $(BUILD)/%
	$(call print,man)
$(BUILD)/completion/_%: $(BUILD)/%
	$(call print,zsh-completion)
$(BUILD)/completion/%: $(BUILD)/%
	$(call print,bash-completion)

install: all man ## install programs, manual pages and completions under PREFIX (/usr/local), staged in DESTDIR
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin $(SHARE))
	install $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/$(word 1,$(SHARE))
	install -m 644 $(BUILD)/completion/tenure-* $(DESTDIR)$(PREFIX)/$(word 2,$(SHARE))
	install -m 644 $(BUILD)/completion/_* $(DESTDIR)$(PREFIX)/$(word 3,$(SHARE))

clean: ## remove everything that was built here
	$(RM) -r build build-san build-debug build-clang build-clang-san build-fuzz compile_commands.json

help: ## list these targets
	@sed -n 's/^\([a-z_.-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 24

FORCE:
.PHONY: all units demo demo-page demo-live test proof lint format bench fuzz fuzzers man install clean help FORCE
.SECONDARY:
-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)
