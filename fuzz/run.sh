#!/usr/bin/env bash
# Runs the fuzz targets: fuzz/run.sh [SECONDS] [TARGET...], by default all of them for 60 seconds each.
# Corpus, builds and finds lie in the cache, outside the checkout; further seeds: DRPLAN_FUZZ_SEEDS=FOLDER, whose
# files of up to 64 KiB are tried with every target. Ends with a line per target: executions, coverage, finds.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
shift || true
cache=${XDG_CACHE_HOME:-$HOME/.cache}/drplan/fuzz
all=(state region settings configuration manifests recordings artifact journal signers)
targets=("${@:-${all[@]}}")

if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "a nightly toolchain is missing: rustup toolchain install nightly" >&2
    exit 1
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
    cargo install --locked --quiet cargo-fuzz@0.13.2
fi

failed=0
summary=()
for target in "${targets[@]}"; do
    corpus=$cache/corpus/$target
    seeds=seeds/$target
    # The example's own settings are the seed: they name every block.
    [ "$target" != settings ] || { seeds=$cache/seeds/settings; mkdir -p "$seeds"; cp ../examples/ecommerce/drplan.hcl "$seeds"; }
    finds=$cache/finds/$target/
    mkdir -p "$corpus" "$finds"
    # Every quoted word and key of the seeds is a token worth trying.
    { grep -rhoE '"[A-Za-z_./:-]{2,40}"' "$seeds" || true
      grep -rhoE '^ *[a-z_]+' "$seeds" | sed 's/^ *\(.*\)$/"\1"/' || true; } | sort -u >"$cache/$target.dict"
    log=$cache/$target.log
    # The code has no `unsafe`: an address sanitizer would only make it slower.
    status=0
    cargo +nightly fuzz run --fuzz-dir . --target-dir "$cache/target" --sanitizer none "$target" \
        "$corpus" "$seeds" ${DRPLAN_FUZZ_SEEDS:+"$DRPLAN_FUZZ_SEEDS"} -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 \
        -dict="$cache/$target.dict" -artifact_prefix="$finds" >"$log" 2>&1 || status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    cover=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -1 || true)
    summary+=("$(printf '%-14s %12s executions  %s  %s' "$target" "${runs:-?}" "${cover:-no coverage}" \
        "$([ $status -eq 0 ] && echo 'no find' || echo "FOUND something: $log")")")
    [ $status -eq 0 ] || failed=1
done
printf '%s\n' "${summary[@]}"
exit $failed
