# `make test` is the test command, here and in CI. Everything under it is a plain
# command that can be run alone.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The linter is built from source by its exact version, once for each machine,
# beside Go's own cache and never into the repository.
LINT_VERSION := v2.15.0
LINT_HOME    := $(dir $(shell go env GOCACHE))huitong/golangci-lint-$(LINT_VERSION)
LINT         := $(LINT_HOME)/golangci-lint

# These tests train bots on everything and measure what they know, or kill whole
# processes: the race detector takes ten times as long there, and has nothing to see.
# The last ones are one caller who counts everything, or invents a city.
PLAIN := ^Test(Commands|NewPolicy|Eval|IndexCommand|Killed|MeiliFinds|Development|Families|QuestionsNobody|Conversations$$|UnseenConversations|Urgent|GroundsOnly|Forgeries|Pages$$|Doctor|OneDies|Lookups$$|StoredAsCounted|ListsReadWhatTheyShow|VerifyAudit|Demo|TheSameStory|SentencesSay|AnswerLeadsOn|DangerBeforeDialogue|Card|SM4KnownAnswers|PublishedSupports|WordsOfMessages|Break)

# These packages are tested whole without the race detector. In portal/bench one engine
# runs after the other, and through portal/web one visitor walks after the other: nothing
# happens at the same time there but in RACED_WEB, which sends to every handler from
# several sides and has a run of its own.
WHOLE := ./portal/web ./bot ./portal/bench
RACED_WEB := ^Test(Malformed|Bodies|NoHTTP|Speech|UploadsAtOnce|SubmitTwiceAtOnce|KeptAnswer)

# Packages are tested two at a time in the order given. Those that take longest come
# first, or the last of them would leave the other processor idle.
LONGEST := ./portal/store ./portal

# Only packages with such a test are built a second time.
PLAIN_PACKAGES = $$(grep -rlE --include='*_test.go' 'func ($(subst ^,,$(subst $$,,$(PLAIN))))' . | xargs -n1 dirname | sort -u | grep -vE '^\./(bot|portal/e2e|portal/web|portal/bench)$$')

# What is known of weaknesses at a certain day, so that a commit that passed passes again:
# raise it with every change of go.mod, and ask for the latest before a release.
VULNDB := v0.0.0-20261105234957-e22db6528018
VULN_VERSION := v1.9.0

FUZZ_TIME ?= 20s

# Smaller sizes are for a first look: make bench BENCH="-policies 500 -round 2s"
BENCH ?=

# BESIDE is how many at once keep every processor busy when each waits now and then.
BESIDE := $(shell echo $$(($$(nproc) + 1)))

# TOGETHER runs targets at once and shows what each printed in one piece.
TOGETHER := $(MAKE) --no-print-directory --output-sync=target --jobs=$(BESIDE)

# make soak SOAK=5m is for a first look; LOAD="-postgres" is for the other database.
SOAK ?= 30m
LOAD ?=

# step names a command, runs it and says how long it took.
step = @echo "== $(1)"; $(2); echo "-- $(1): $$SECONDS s"

.PHONY: help test prepare tools code debian npm lint-tool fmt vet lint check unit race race-web plain whole browser run dev shots axe statement lighthouse fuzz audit bench bench-growth bench-store break containers load soak release

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort

test: prepare lint unit browser ## everything that must pass; installs what is missing
	@echo "all checks passed"

# What is fetched waits for the network, and what is built for the processors.
prepare:
	@+$(TOGETHER) tools code

tools: debian npm lint-tool

code: fmt vet check audit

debian:
	$(call step,Debian packages,./.ci/debian)

npm: debian
	$(call step,npm packages,npm --prefix portal/e2e ci --no-progress --loglevel=error)

lint-tool:
	$(call step,linter,test -x $(LINT) || GOBIN=$(LINT_HOME) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) 2>&1 | sed '/^go: downloading/d')

fmt:
	$(call step,gofmt,out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); test -z "$$out" || { echo "gofmt -w $$out"; exit 1; })

vet:
	$(call step,go vet,go vet ./...)

check: ## lint of the content
	$(call step,portal check,go run ./portal check)

lint:
	$(call step,golangci-lint,$(LINT) run --allow-parallel-runners)

# A test often waits, for a disk, a lock or another process: with one package more than
# processors none of these is idle meanwhile, nor with three commands at a time.
unit: race
	@+$(TOGETHER) race-web plain whole

race:
	$(call step,go test,go test -race -shuffle=on -p $(BESIDE) -timeout 30m -skip '$(PLAIN)' $(LONGEST) $$(go list ./... | grep -vE '/(e2e|web|bench)$$'))

race-web:
	$(call step,go test of what happens at once on the site,go test -race -shuffle=on -timeout 30m -run '$(RACED_WEB)' ./portal/web)

plain:
	$(call step,go test without the race detector,go test -shuffle=on -timeout 30m -run '$(PLAIN)' $(PLAIN_PACKAGES))

whole:
	$(call step,go test of whole packages without the race detector,go test -shuffle=on -timeout 30m -skip '$(RACED_WEB)' $(WHOLE))

# The browser has both cores to itself, and the portal it visits is the one that
# people run, without the race detector. A tab often waits, for the portal or for what is
# drawn: with one more test than processors none of these is idle meanwhile.
browser:
	$(call step,browser tests,go test -shuffle=on -parallel $(BESIDE) -timeout 40m ./portal/e2e)

run: ## serve the site
	go run ./portal

dev: ## serve the site as it is saved: content is read again, everything else built again
	@./.ci/dev

shots: debian npm ## pictures of every page, mode and width into portal/e2e/out
	HUITONG_SHOTS=1 go test -count=1 -timeout 30m -run '^TestShots$$' ./portal/e2e
	@echo "pictures are in portal/e2e/out; look through them in portal/e2e/out/index.html"

axe: debian npm ## every rule of axe-core on every page in every language, mode and window, not on one page of each kind
	HUITONG_AXE=all go test -count=1 -timeout 120m -run '^TestPages$$' ./portal/e2e

statement: debian npm ## run the tests that the accessibility statement names and write its results; commit them
	go run ./portal/proof/collect

lighthouse: debian npm ## Lighthouse on a page of each kind, in every language and mode; some 17 minutes
	HUITONG_LIGHTHOUSE=all go test -count=1 -parallel 3 -timeout 60m -run '^TestLighthouseEverywhere$$' ./portal/e2e

fuzz: ## every fuzz test for FUZZ_TIME
	@go list ./... | while read -r pkg; do \
		for f in $$(go test -list '^Fuzz' "$$pkg" | grep '^Fuzz' || true); do \
			echo "== $$pkg $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ_TIME) "$$pkg"; \
		done; \
	done

audit: ## known weaknesses of what is linked and of the toolchain; make audit VULNDB=latest for those of today
	$(call step,known weaknesses,./.ci/audit $(VULNDB) $(VULN_VERSION))

bench: ## the portal beside bare Fiber, nginx and Hugo: tables with ratios, some ten minutes
	./.ci/debian hugo nginx-light wrk
	go test -count=1 -timeout 2h -run '^$$' -bench '^Benchmark(Serve|Meter|Build|Ask)$$' -benchtime 1x ./portal/bench $(BENCH)

load: ## a portal under rising numbers of clients until it no longer holds, beside nginx; some five minutes
	./.ci/debian
	go test -count=1 -timeout 1h -run '^$$' -bench '^BenchmarkLoad$$' -benchtime 1x ./portal/bench $(LOAD)

soak: ## a portal under steady load for SOAK; fails if memory or handles grow
	./.ci/debian
	go test -count=1 -timeout 0 -run '^$$' -bench '^BenchmarkSoak$$' -benchtime 1x ./portal/bench -soak $(SOAK) $(LOAD)

bench-growth: ## a city of a million applications beside one of a thousand, on both databases; some ten minutes on a quiet machine
	./.ci/debian
	go test -count=1 -timeout 1h -run '^$$' -bench '^BenchmarkGrowth$$' -benchtime 1x ./portal/store $(BENCH)

bench-store: ## submissions beside bare commits, a city of a million applications beside one of a thousand, 50 kills; on both databases
	./.ci/debian
	go test -count=1 -timeout 2h -run '^$$' -bench . -benchtime 1x ./portal/store $(BENCH)
	go test -count=1 -timeout 1h -v -run '^TestKilledPortal$$' ./portal/store -crashes 50

break: ## freeze, kill, fill and flood what the portal stands on; prints a table, fails where a promise is broken; as root; some ten minutes
	./.ci/debian
	go test -count=1 -timeout 40m -v -run '^TestBreak$$' ./portal/faults -break

release: ## build what is shipped of the tagged version into dist: binaries and their digests
	@./.ci/release

containers: ## build the image and bring compose.yaml up with a Docker engine of its own; prints a table; as root; some ten minutes
	./.ci/debian docker.io docker-compose mmdebstrap
	./portal/ops/containers
