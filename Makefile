# Everything a contributor runs. `make` alone lists the targets.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CONFIGURATION ?= Release
SOLUTION := Promotion.sln

export CONFIGURATION
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: need-dotnet
need-dotnet:
	@eng/need.sh dotnet

.PHONY: build
build: need-dotnet ## Build everything; analyzers are on and warnings are errors
	dotnet build $(SOLUTION) -c $(CONFIGURATION) -v quiet

.PHONY: tools
tools: ## Install the programs that the interop tests use (Debian and npm packages)
	eng/install-tools.sh

.PHONY: test
test: need-dotnet tools build ## Install what the tests need and run all tests; results in artifacts/test-results
	eng/test.sh

.PHONY: format
format: need-dotnet ## Rewrite the sources in the house format
	dotnet format $(SOLUTION)

.PHONY: format-check
format-check: need-dotnet ## Fail where the sources are not in the house format
	dotnet format $(SOLUTION) --verify-no-changes

.PHONY: lint
lint: ## Check scripts, YAML, JSON and charts
	eng/lint.sh

.PHONY: demo
demo: need-dotnet ## Promote an image between two emulated ECR accounts on this machine
	eng/demo.sh

.PHONY: bench
bench: need-dotnet bench-webhook ## Compare with skopeo and oras (and crane, regctl where installed); writes docs/benchmarks.md and docs/benchmarks-webhook.md
	eng/bench.sh

.PHONY: bench-webhook
bench-webhook: need-dotnet ## Load the webhook beside an empty endpoint; writes docs/benchmarks-webhook.md
	eng/bench-webhook.sh

.PHONY: soak
soak: need-dotnet build ## Ten minutes of mixed traffic at three webhook processes while everything around them fails (MINUTES=10)
	PROMOTER_SOAK_MINUTES=$(or $(MINUTES),10) dotnet test tests/Promoter.Admission.Tests -c $(CONFIGURATION) --no-build \
	  --filter FullyQualifiedName~SoakTests --logger 'console;verbosity=detailed'

.PHONY: real-kubernetes
real-kubernetes: need-dotnet build ## Run the tests of the API server's ways against a real kube-apiserver and etcd (KUBE_APISERVER, ETCD, or on PATH)
	eng/real-kubernetes.sh

.PHONY: images
images: need-dotnet ## Build the container images and push them: make images REGISTRY=localhost:5000
	eng/images.sh

.PHONY: charts
charts: ## Lint and render the charts with helm and kubectl
	eng/charts.sh

.PHONY: coverage
coverage: need-dotnet tools ## Run the tests with coverlet and print the covered lines by folder
	eng/coverage.sh

.PHONY: mutants
mutants: need-dotnet ## Break lines of the decision code one by one; a test has to fail for each
	eng/mutants.sh

.PHONY: flakes
flakes: need-dotnet ## Run the fast suites again and again, each time in another order, and name what fails (RUNS=20)
	RUNS=$(or $(RUNS),20) eng/flakes.sh

.PHONY: clean
clean: ## Remove everything that was built (the tools in .cache stay)
	rm -rf artifacts
