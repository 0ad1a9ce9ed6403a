# `make demo` and `make test` are the two commands of the README; the others are for those who work on drplan.
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/drplan
export CARGO_TARGET_DIR ?= $(CACHE)/target
export DRPLAN_TOOLS ?= $(CACHE)/tools

.PHONY: demo test tools lint bench fuzz

## Plans the example of this repository from its recordings: no network, no credentials.
demo:
	@cargo build --locked --quiet
	@cd examples/ecommerce && "$(CARGO_TARGET_DIR)/debug/drplan" region us-west-2 --offline \
	  --at 2026-11-22T12:00:00Z --inventory inventory-good.json --out "$(CACHE)/demo-plan.json"
	@echo
	@echo "The same stack on a bad day: cd examples/ecommerce, then"
	@echo "  $(CARGO_TARGET_DIR)/debug/drplan region us-west-2 --offline --at 2026-11-22T12:00:00Z --inventory inventory-bad.json"

## Everything: unit tests, walk-throughs, properties, real parts.
test: tools
	cargo test --locked

## The real parts that tests run against, installed into a cache outside the checkout.
tools:
	@bash tests/tools/install.sh

lint:
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

bench:
	cargo bench --locked --no-default-features --bench plan
	bash tests/tools/install.sh kube
	cargo bench --locked --profile dev --bench apply

## Every fuzz target for a minute; `fuzz/run.sh SECONDS [TARGET...]` for longer.
fuzz:
	bash fuzz/run.sh
