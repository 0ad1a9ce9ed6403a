# `make demo` and `make test` are the two commands of the README; the others are for those who work on drplan.
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/drplan
export CARGO_TARGET_DIR ?= $(CACHE)/target
export DRPLAN_TOOLS ?= $(CACHE)/tools

.PHONY: demo test tools lint bench compare fuzz

## The example of this repository from its recordings: planned, approved with throw-away keys, rehearsed. No network, no
## credentials.
demo:
	@echo 'building drplan: the first time takes some minutes'
	@cargo build --locked --quiet
	@bash examples/demo.sh "$(CARGO_TARGET_DIR)/debug/drplan" "$(CACHE)/demo"

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
	cargo bench --locked --no-default-features --features rehearse --bench plan --bench run
	bash tests/tools/install.sh kube kapp
	cargo bench --locked --profile dev --bench apply
	cargo bench --locked --bench command

## Every folder of manifests that others wrote, applied to a real cluster and compared with what kubectl leaves; about ten
## minutes. `make test` takes a part of them. They are looked for in ../shared/fixtures, or where DRPLAN_CORPUS points.
compare:
	@bash tests/tools/install.sh kube
	DRPLAN_COMPARE=whole cargo test --locked --test real corpus -- --nocapture

## Every fuzz target for a minute; `fuzz/run.sh SECONDS [TARGET...]` for longer.
fuzz:
	bash fuzz/run.sh
