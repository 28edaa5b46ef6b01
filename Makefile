# The commands of everyday work. `make` lists them.

GO    ?= go
TOOL  := $(GO) tool -modfile=tools/go.mod
LINT  := $(GO) tool -modfile=tools/golangci/go.mod golangci-lint
TESTS ?= ./...

# The race detector watches memory that goroutines share. These only compute,
# each call by itself, and watching them doubles the time of all tests.
ALONE := modernc.org/... regexp/... golang.org/x/net/html/... github.com/andybalholm/... github.com/klauspost/compress/...
RACE  := -race $(foreach package,$(ALONE),-gcflags=$(package)=-race=false)

.PHONY: help test bench fuzz generate lint fmt build image

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# GOGC: most tests are over before their garbage needs to be collected, which
# would take a third of their time.
test: ## Run every test: both databases, and Chromium (TESTS=./internal/x/ for one package)
	@GOGC=400 build/with-services $(GO) test $(RACE) -shuffle=on -timeout 20m $(TESTFLAGS) $(TESTS)

bench: ## Measure what docs/numbers.md promises, as ratios
	@build/with-services $(GO) test -run '^$$' -bench . -benchmem -timeout 1h $(TESTS)

fuzz: ## Fuzz every target with FUZZTIME inputs (10000x), or for that long (60s)
	@build/fuzz

generate: ## Write the *_templ.go files anew
	$(TOOL) templ generate -path internal/views -log-level warn
	$(TOOL) templ generate -path internal/bench -log-level warn

lint: ## Look for mistakes that the compiler allows
	$(LINT) run --allow-parallel-runners

fmt: ## Format Go and templ files
	$(LINT) fmt
	$(TOOL) templ fmt internal

build: ## Build the static binary bin/stockroom
	@build/binary bin/stockroom

image: ## Build the container image
	docker build -t stockroom .
