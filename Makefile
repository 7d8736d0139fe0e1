# castproof. `make help` lists the targets; V=1 shows the commands.
VARIANT ?= debug
CC       = gcc
NVCC    ?= $(or $(shell command -v nvcc),$(wildcard /usr/local/cuda/bin/nvcc))
PREFIX  ?= /usr/local
B       := build/$(VARIANT)
D       := build/deps
Q       := $(if $(filter 1,$(V)),,@)
VERSION := $(shell cat VERSION)

# A file may include headers of its own layer and of those before it.
LAYERS := base read parse facts flow contracts findings edits patches validation report cli

FLAGS_debug   := -O0 -g3
FLAGS_release := -O2 -g -DNDEBUG
FLAGS_asan    := -O1 -g3 -fno-omit-frame-pointer \
                 -fsanitize=address,undefined -fno-sanitize-recover=all
$(if $(FLAGS_$(VARIANT)),,$(error VARIANT must be debug, release or asan))

TS       := $(D)/tree-sitter-0.24.0/tree_sitter/core/lib
TSPYTHON := $(D)/tree_sitter_python-0.23.6/src
TSTOML   := $(D)/tree_sitter_toml-0.7.0/src

WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
          -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wimplicit-fallthrough -Werror
# Without contraction the reference kernels give the same bits on every machine.
CFLAGS := -std=c11 -D_GNU_SOURCE -DCP_VERSION=\"$(VERSION)\" -I. -Ianalyzer -Itests \
          -isystem $(TS)/include -ffp-contract=off -pthread $(WARN) $(FLAGS_$(VARIANT))
LDLIBS := -lgit2 -ljansson -lm -lpthread -ldl

KERNEL_SRC := $(sort $(filter-out kernels/run.c kernels/bench.c,$(wildcard kernels/*.c)))
LIB_SRC    := $(sort $(foreach l,$(LAYERS),$(wildcard analyzer/$(l)/*.c)) $(KERNEL_SRC))
MAIN_SRC   := $(wildcard analyzer/main.c)
TEST_SRC   := $(sort $(wildcard tests/test_*.c))
HELP_SRC   := $(sort $(filter-out $(TEST_SRC),$(wildcard tests/*.c)))
ALL_SRC    := $(LIB_SRC) $(MAIN_SRC) $(wildcard kernels/run.c kernels/bench.c tools/*.c) $(TEST_SRC) \
              $(HELP_SRC) $(wildcard tests/cuda/*.c)
HEADERS    := $(sort $(foreach l,$(LAYERS),$(wildcard analyzer/$(l)/*.h)) \
                $(wildcard kernels/*.h tests/*.h))
RULE_FILES := $(shell find rules -type f '(' -name '*.md' -o -name '*.toml' -o -path 'rules/report/*' ')' | LC_ALL=C sort)
TESTS      := $(patsubst tests/%.c,$(B)/%,$(TEST_SRC))
WANTED     := $(if $(T),$(addprefix $(B)/test_,$(T)),$(TESTS))
obj         = $(patsubst %.c,$(B)/%.o,$(1))

## all: the analyzer, in build/VARIANT (default; VARIANT=debug, release or asan)
all: $(if $(MAIN_SRC),$(B)/castproof,$(B)/libcastproof.a)

# In a chroot without /proc the search for leaks cannot run, nor be told so from outside.
NO_LEAKS := $(if $(filter asan,$(VARIANT)),$(if $(wildcard /proc/self/task),,$(B)/no_leaks.o))
$(B)/no_leaks.o: | deps
	@echo "asan: no /proc, so leaks are not looked for"
	$(Q)echo 'const char *__asan_default_options(void) { return "detect_leaks=0"; }' | \
	  $(CC) -x c -c - -o $@

$(B)/castproof: $(call obj,$(MAIN_SRC)) $(B)/libcastproof.a $(B)/libtree-sitter.a
$(TESTS): $(B)/test_%: $(B)/tests/test_%.o $(B)/libtesthelp.a $(B)/libcastproof.a \
                       $(B)/libtree-sitter.a
$(B)/test_engine: | $(B)/fake-cuda.so
$(TESTS): LDLIBS += -lcmocka -larchive
$(B)/castproof $(TESTS): $(NO_LEAKS)
	@echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

## portable: build/VARIANT/portable/castproof, which needs no library but C's, for the wheel
portable: $(B)/portable/castproof
$(B)/portable/castproof: $(B)/tools/no_network.o $(call obj,$(MAIN_SRC)) $(B)/libcastproof.a \
                         $(B)/libtree-sitter.a tools/link-portable
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)CC='$(CC)' LDLIBS='$(LDLIBS)' tools/link-portable $@ $(filter %.o %.a,$^)

# Stands for castproof-cuda.so where there is no GPU: the same calls, by the reference.
$(B)/fake-cuda.so: tests/cuda/fake_cuda.c kernels/route_ref.c kernels/compare.c \
                   kernels/inputs.c kernels/route_cuda.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fsanitize%,$(CFLAGS)) -shared -fPIC $(filter %.c,$^) -lm -o $@

$(B)/libcastproof.a: $(call obj,$(LIB_SRC)) $(B)/embed.o
$(B)/libtesthelp.a: $(call obj,$(HELP_SRC))
$(B)/libtree-sitter.a: $(addprefix $(B)/ts/,core.o python.o python_scanner.o \
                         toml.o toml_scanner.o)
$(B)/%.a: $(B)/.flags
	$(Q)$(RM) $@ && $(AR) rcs $@ $(filter %.o,$^)

# The reference routes many tokens: it is worth the compiler's effort.
$(if $(filter release,$(VARIANT)),$(B)/kernels/%.o: CFLAGS += -O3)
$(if $(filter debug,$(VARIANT)),$(B)/kernels/lanes_%.o $(B)/kernels/gate.o: CFLAGS += -O2)
$(B)/kernels/%.o: CFLAGS += -fno-math-errno # a root of a loop is then one instruction

# Lanes pass no vector to a call, whatever gcc says; the file that is named for AVX2 has
# it, and the program asks the processor before it goes there.
$(B)/kernels/lanes_%.o $(B)/kernels/gate.o $(B)/tests/test_fast.o: CFLAGS += -Wno-psabi
$(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),$(B)/kernels/lanes_avx2.o: CFLAGS += \
  -mavx2 -mfma -mbmi -mpopcnt)

$(B)/%.o: %.c $(B)/.flags | deps
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

# Rewritten only when what it holds changes, so that all that leans on it is rebuilt.
$(B)/.flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(CC) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS)' > $@
$(B)/.rules: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(RULE_FILES)' | cmp -s - $@ || echo '$(RULE_FILES)' > $@

$(B)/embed.o: $(RULE_FILES) $(B)/.rules tools/embed | deps
	@echo "  EMBED rules/"
	$(Q)tools/embed $(B)/embed.S rules $(patsubst rules/%,%,$(RULE_FILES))
	$(Q)$(CC) -c $(B)/embed.S -o $@

# The code of others: optimised even in debug, its warnings are not ours.
TS_CFLAGS := -std=c11 -O2 -g -w -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L \
             -I$(TS)/include -I$(TS)/src -I$(D)/shim \
             $(if $(filter asan,$(VARIANT)),-fsanitize=address -fno-omit-frame-pointer)
$(B)/ts/core.o: TS_FILE = $(TS)/src/lib.c
$(B)/ts/python.o: TS_FILE = $(TSPYTHON)/parser.c
$(B)/ts/python_scanner.o: TS_FILE = $(TSPYTHON)/scanner.c
$(B)/ts/toml.o: TS_FILE = $(TSTOML)/parser.c
$(B)/ts/toml_scanner.o: TS_FILE = $(TSTOML)/scanner.c
$(B)/ts/%.o: tools/sdists.txt | deps
	@mkdir -p $(@D)
	@echo "  CC    $(TS_FILE)"
	$(Q)$(CC) $(TS_CFLAGS) -c $(TS_FILE) -o $@

## deps: installs what the build needs, or says how to (quick when all is there)
deps:
	$(Q)D=$(D) CC=$(CC) tools/deps $(or $(DEPS),$(if $(filter deps,$(MAKECMDGOALS)),all,quick))

## test: layers, headers, then every test program; T="edit walk" runs only those
test: $(if $(T),,layers headers) $(if $(MAIN_SRC),$(B)/castproof) $(WANTED)
	$(Q)CASTPROOF=$(B)/castproof tools/run-tests $(WANTED)

## asan, release: the tests again in that variant
asan release:
	$(Q)$(MAKE) --no-print-directory VARIANT=$@ test

## run: builds the release and runs check and validate on fixtures/field
run:
	$(Q)$(MAKE) --no-print-directory VARIANT=release all
	$(Q)tools/run-demo build/release/castproof $(RUN_ARGS)

## kernels: routing on GPUS, build/kernels/castproof-cuda.so and its check; needs nvcc, no GPU
GPUS    := 80 90 100 120
ARCHS    = $(filter $(addprefix compute_,$(GPUS)),$(shell $(NVCC) --list-gpu-arch))
NEWEST   = $(lastword $(ARCHS))
GPU_PROGRAMS := build/kernels/run build/kernels/bench_gpu
CU_OBJ  := $(patsubst %.cu,build/%.o,$(filter-out kernels/bench_gpu.cu,$(wildcard kernels/*.cu)))
kernels: $(if $(NVCC),build/kernels/castproof-cuda.so $(GPU_PROGRAMS),no-nvcc)
no-nvcc:
	@echo "kernels: off, no nvcc found (NVCC=/path/to/nvcc names one)"
build/kernels/%.o: kernels/%.cu $(wildcard kernels/*.h kernels/*.cuh kernels/*.def)
	@mkdir -p $(@D)
	@echo "  NVCC  $<"
	$(Q)$(NVCC) -std=c++17 -O3 -fmad=false -I. -Ianalyzer \
	  $(foreach a,$(ARCHS),-gencode arch=$(a),code=$(a:compute_%=sm_%)) \
	  -gencode arch=$(NEWEST),code=$(NEWEST) \
	  -Xcompiler -fPIC,-Wall,-ffp-contract=off -c $< -o $@
build/kernels/pic_%.o: kernels/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -O2 -fPIC -c $< -o $@
build/kernels/castproof-cuda.so: $(CU_OBJ) build/kernels/pic_compare.o
	@echo "  LINK  $@"
	$(Q)$(NVCC) -shared -cudart static $^ -o $@
build/kernels/run: build/release/kernels/run.o build/release/libcastproof.a
build/kernels/bench_gpu: build/kernels/bench_gpu.o build/release/libcastproof.a
$(GPU_PROGRAMS): $(CU_OBJ)
	@echo "  LINK  $@"
	$(Q)$(NVCC) -cudart static $(filter-out %.a,$^) $(filter %.a,$^) -lm -lpthread -o $@
ifneq ($(VARIANT),release)
build/release/%: FORCE
	$(Q)$(MAKE) --no-print-directory VARIANT=release $@
endif

## bench-gpu: times the routing on a GPU, and PyTorch's and FlashInfer's where PYTHON has them
bench-gpu: kernels
	$(Q)build/kernels/bench_gpu $(ARGS)
	$(Q)$(PYTHON) tools/bench-gpu build/kernels/castproof-cuda.so

## corpus, bench: the checks on released packages; the timings
corpus bench:
	$(Q)if [ -x tools/$@ ]; then $(MAKE) --no-print-directory VARIANT=release all && \
	  tools/$@ build/release/castproof $(ARGS); else echo "$@: off, no tools/$@"; fi

## bench-cpu: times the routing on the CPU, and PyTorch's where PYTHON has it
PYTHON ?= python3
bench-cpu:
	$(Q)$(MAKE) --no-print-directory VARIANT=release build/release/bench
	$(Q)build/release/bench $(ARGS)
	$(Q)$(PYTHON) tools/bench-routers $(ARGS)
$(B)/bench: $(B)/kernels/bench.o $(B)/libcastproof.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS) $^ -lm -lpthread -o $@

## contracts: mines every release of the bundled sets again; ARGS="PACKAGE==VERSION" adds one
contracts:
	$(Q)$(MAKE) --no-print-directory VARIANT=release all
	$(Q)tools/contracts build/release/castproof $(ARGS)

## layers: no file includes a later layer
layers:
	$(Q)awk -v layers='$(LAYERS)' -f tools/layers.awk \
	  $(LIB_SRC) $(filter-out tests/%,$(HEADERS)) /dev/null

## headers: every header compiles on its own
headers: | deps
	$(Q)for h in $(HEADERS); do \
	  echo "#include \"$${h#analyzer/}\"" | $(CC) $(CFLAGS) -fsyntax-only -x c - || exit 1; done

## lint: layers, headers, sizes, clang-format and clang-tidy
lint: layers headers lint-tools compile_commands.json
	$(Q)awk -f tools/sizes.awk $(ALL_SRC) $(HEADERS)
	$(Q)clang-format --dry-run -Werror $(ALL_SRC) $(HEADERS)
	$(Q)printf '%s\n' $(LIB_SRC) $(MAIN_SRC) | \
	  xargs -P $$(nproc) -n 4 tools/tidy $(CURDIR)
lint-tools:
	$(Q)D=$(D) CC=$(CC) tools/deps lint
## format: clang-format over the tree
format:
	$(Q)clang-format -i $(ALL_SRC) $(HEADERS)

## compile_commands.json: for clangd and clang-tidy
JSON_CFLAGS := $(subst ",\",$(subst \,\\,$(CFLAGS)))
compile_commands.json: Makefile VERSION FORCE
	$(Q){ sep='['; for f in $(ALL_SRC); do \
	  printf '%s\n{"directory": "%s", "file": "%s", "command": "%s"}' \
	    "$$sep" "$(CURDIR)" "$$f" '$(CC) $(JSON_CFLAGS) -c '"$$f"; sep=','; done; \
	  echo ']'; } > $@

## install: the program, its manual and completions, below DESTDIR and PREFIX
SHARE = $(DESTDIR)$(PREFIX)/share
install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(B)/castproof $(DESTDIR)$(PREFIX)/bin/castproof
	install -d $(SHARE)/man/man1 $(SHARE)/bash-completion/completions \
	  $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	$(B)/castproof manual -o $(SHARE)/man/man1/castproof.1
	$(B)/castproof completions bash -o $(SHARE)/bash-completion/completions/castproof
	$(B)/castproof completions zsh -o $(SHARE)/zsh/site-functions/_castproof
	$(B)/castproof completions fish -o $(SHARE)/fish/vendor_completions.d/castproof.fish
	$(if $(wildcard build/kernels/castproof-cuda.so),install -D -m 755 \
	  build/kernels/castproof-cuda.so \
	  $(DESTDIR)$(PREFIX)/lib/castproof/castproof-cuda.so)

## clean, distclean: removes what was built; also what deps brought
clean:
	$(RM) -r build/debug build/release build/asan build/kernels compile_commands.json
distclean: clean
	$(RM) -r build dist
## help: this list
help:
	@sed -n 's/^## //p' Makefile

.PHONY: all portable deps test asan release run kernels no-nvcc corpus bench bench-cpu bench-gpu layers \
        headers lint lint-tools format install clean distclean help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:
-include $(shell [ -d $(B) ] && find $(B) -name '*.d')
