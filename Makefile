# SPDX-License-Identifier: Apache-2.0
# The front door. CMake does the work (CMakePresets.json); every target first installs what it needs (tools/setup).

PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
SUITE ?= examples
FUZZ_SECONDS ?= 60
export CMAKE_C_COMPILER_LAUNCHER ?= $(shell command -v ccache 2>/dev/null)

.PHONY: help demo build test llm-test lie-test bench eval fuzz lint install clean setup-build setup-test setup-lint dev

help:
	@echo 'make demo      build and run the main job on a bundled incident'
	@echo 'make build     the release binary: build/bin/faultmaven'
	@echo 'make test      build with sanitizers and run every test'
	@echo 'make lint      style, layer, licence and name checks, clang-tidy, cppcheck'
	@echo 'make llm-test  a small model from a package, for real (minutes)'
	@echo 'make lie-test  a model that lies about a folder of cases (SUITE=DIR): nothing false gets through'
	@echo 'make bench     speed and memory, printed as a table'
	@echo 'make eval      score the diagnosis on a folder of cases (SUITE=DIR)'
	@echo 'make fuzz      every fuzz target for FUZZ_SECONDS (60) seconds'
	@echo 'make install   binary, libraries, headers, man pages (PREFIX, DESTDIR)'
	@echo 'make clean     remove build/'

setup-build setup-test setup-lint: setup-%:
	@tools/setup build $(filter-out build,$*)

build: setup-build
	@cmake --preset release >/dev/null
	@cmake --build build/release -j $(JOBS)
	@mkdir -p build/bin && cp -f build/release/bin/faultmaven build/bin/faultmaven

demo: build
	@build/bin/faultmaven diagnose examples/incident

dev: setup-test
	@cmake --preset dev >/dev/null
	@cmake --build build/dev -j $(JOBS)

test: dev
	@cd build/dev && ctest -j $(JOBS) --output-on-failure --no-tests=error --output-junit $(CURDIR)/build/test.xml

# A real small model through the local provider; takes minutes, not part of `make test`.
llm-test: build
	@tools/llm-test build/bin/faultmaven

lie-test: build
	@tools/lie-test build/bin/faultmaven $(SUITE)

# The page docs/benchmarks.md is what this prints.
bench: SHELL = /bin/bash
bench: .SHELLFLAGS = -o pipefail -c
bench: build
	@{ tools/bench && python3 tests/bench/signals.py build/bin/faultmaven && build/release/bin/cases-bench build/bin/faultmaven && \
	tests/bench/redact_vs_presidio.py && tools/bench-llm build/bin/faultmaven build/release/bin/llm-bench; } | tools/bench-page

eval: build
	@build/bin/faultmaven eval $(SUITE)

fuzz: setup-test
	@cmake --preset fuzz >/dev/null
	@cmake --build build/fuzz -j $(JOBS)
	@tools/fuzz build/fuzz $(FUZZ_SECONDS)

lint: dev setup-lint
	@tools/lint build/dev

install: build
	@cmake --install build/release --prefix $(PREFIX)

clean:
	@rm -rf build
