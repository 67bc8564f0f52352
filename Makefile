# SPDX-License-Identifier: Apache-2.0
# Every target is idempotent. Builds live under the cache, outside the repository, and are linked from .build.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CACHE    := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/watchbill
RELEASE  := $(CACHE)/swift/release
DEBUG    := $(CACHE)/swift/debug
RINGS    := $(CACHE)/swift/rings
PURE     := $(CACHE)/swift/pure
STRICT   := --explicit-target-dependency-import-check error
# One release configuration for image, e2e and bench: static, so that it needs only glibc, libstdc++, zlib and libgcc_s.
STATIC   := -c release --static-swift-stdlib -Xlinker --gc-sections
PROGRAM  := $(RELEASE)/release/watchbill

export PATH := $(CACHE)/bin:$(PATH)
COMMIT := $(shell git rev-parse HEAD 2>/dev/null)
ifneq ($(COMMIT),)
export WATCHBILL_COMMIT := $(COMMIT)$(if $(shell git status --porcelain 2>/dev/null),-changed)
endif

.PHONY: help setup build debug rings workbench render zones verify test laws chart e2e demo bench image-pins clean

help: ## list the targets
	@grep -hE '^[a-z][a-z0-9-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install what is missing from Debian and PyPI, build the test cluster's programs once
	@e2e/setup

build: ## release build; the program is .build/release/watchbill
	@mkdir -p $(RELEASE) .build
	@swift build $(STATIC) $(STRICT) --product watchbill --scratch-path $(RELEASE)
	@ln -sfn $(RELEASE)/release .build/release

debug:
	@mkdir -p $(DEBUG)
	@swift build --build-tests $(STRICT) --scratch-path $(DEBUG)

rings:
	@mkdir -p $(RINGS)
	@WATCHBILL_RINGS=3 swift build --build-tests $(STRICT) --scratch-path $(RINGS)

workbench:
	@mkdir -p $(RINGS)
	@WATCHBILL_RINGS=3 swift build -q $(STRICT) --product workbench --scratch-path $(RINGS)

render: workbench ## write crds/, manifests/, the chart's rendered parts and the reference pages from their Swift sources
	@$(RINGS)/debug/workbench render
	@helm/tests/check --write

zones: workbench ## write the table of time zones from this machine's tzdata
	@$(RINGS)/debug/workbench zones

verify: workbench ## format, imports, rendered files, bans, links, layering
	@swift format lint --strict --parallel -r Package.swift Sources Tests
	@$(RINGS)/debug/workbench render --check
	@helm/tests/check --compare
	@$(RINGS)/debug/workbench verify
	@echo "verify: ok"

# Rings 1-3 need no sockets and build without NIO; ring 4 runs the conformance cases on the real API server too.
RING ?= all
RING1 := (Exposition|Schema|Schedules|Evaluation|CustomResources|SpecSpace|Planning|ScanPolicyController|ImageWatchController|ChannelController|RegistryHints)Tests
RING2 := (CommandLine|Workloads|Essentials|Digests|JSONScan|YAML|OCIModel|KubernetesModel|TrivyReport|Machines)Tests
RING3 := (HTTPTransport|KubernetesClient|OCIRegistry|EmbeddedAPIServer|ControllerRuntime|CommandShell|Notifications|Courier|Installation|LocalNode)Tests
RING4 := (HTTPClientTransport|ProbeServer|Sandbox|RealCluster|RealRegistry|Watchbill)Tests
# The laws have a target of their own. Rings 3 and 4 run one test at a time: two cores and tests with time limits do not go
# together otherwise. Rings 1 and 2 know no time.
LAWS  := ControllerRuntimeTests.LawsTests
PLAIN := swift test --disable-xctest $(STRICT)
TEST  := $(PLAIN) --no-parallel
# What rings 1 to 3 need beside Swift, the demo needs as well.
test: $(if $(filter all 4,$(RING)),setup) ## rings 1-4, or one: make test RING=1
ifeq ($(RING),all)
	@mkdir -p $(DEBUG)
	@$(TEST) --scratch-path $(DEBUG) --skip '$(LAWS)|$(RING4)'
	@e2e/conformance $(TEST) --skip-build --scratch-path $(DEBUG) --filter '$(RING4)'
else ifeq ($(RING),4)
	@mkdir -p $(DEBUG)
	@e2e/conformance $(TEST) --scratch-path $(DEBUG) --filter '$(RING4)'
else ifeq ($(RING),3)
	@mkdir -p $(RINGS)
	@WATCHBILL_RINGS=3 $(TEST) --scratch-path $(RINGS) --filter '$(RING3)' --skip '$(LAWS)'
else
	@mkdir -p $(PURE)
	@WATCHBILL_RINGS=2 $(PLAIN) --scratch-path $(PURE) --filter '$(RING$(RING))'
endif

# A run follows from its seed only when sets have the same order every time. The test program is run without `swift test`
# between, which would leave it running when the time is over.
laws: rings ## the laws table: law, controller, cases, seed, failures
	@SWIFT_DETERMINISTIC_HASHING=1 timeout --kill-after=10 1200 $(RINGS)/debug/watchbillPackageTests.xctest \
	  --testing-library swift-testing --filter '$(LAWS)'

chart: setup ## judge the Helm chart and the plain manifests without a cluster: both Helms, schemas, restricted Pods, bad values
	@helm/tests/check

e2e: setup build ## ring 5 on the real cluster; SCENARIO=name for one
	@e2e/run $(SCENARIO)

# The figures' program is built like the product: the release configuration, beside it.
bench: setup build ## the figures as a table and as .build/bench.json; BENCH="--pods 1000 list" for less
	@swift build $(STATIC) $(STRICT) -q --product figures --scratch-path $(RELEASE)
	@e2e/bench $(BENCH)

# Builds belong to set-up, so the line that ends it comes after them.
demo: ## the main job in the sandbox, or CLUSTER=real; CHECK=1 exits when the reports are there and right
	@e2e/setup $(if $(filter real,$(CLUSTER)),,--for-demo) | sed -u '/^setup: ok$$/d'
	@$(MAKE) --no-print-directory build
	@echo "setup: ok"
	@CLUSTER=$(or $(CLUSTER),sandbox) e2e/demo $(if $(CHECK),--check)

# The bases that the Dockerfile names by tag. Digests come from their registry, never from memory.
image-pins: ## print the Dockerfile's bases with their digests, as build arguments; needs a network
	@sed -n 's/^ARG \([A-Z_]*IMAGE\)=\(.*\)$$/\1 \2/p' Dockerfile | while read -r name image; do \
	  digest=$$(skopeo inspect --format '{{.Digest}}' "docker://$$image") || { echo "error: no digest of $$image, its registry; try again where there is a network" >&2; exit 1; }; \
	  echo "--build-arg $$name=$$image@$$digest"; done

clean: ## remove this checkout's build links (the cache stays)
	@rm -rf .build
