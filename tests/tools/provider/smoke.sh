#!/usr/bin/env bash
# Proves that engine and plugins plan the example: offline, on a copy of it, against the world that its own state tells of.
#   tests/tools/provider/smoke.sh [FOLDER]    keeps copies and plans in FOLDER, else in a temporary folder that it removes
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
example=$here/../../../examples/ecommerce
(cd "$here" && go test ./... >/dev/null) || { (cd "$here" && go test ./...); exit 1; }
parts=$("$here/../install.sh" engine plugins)
engine=$(sed -n 's/^engine //p' <<<"$parts")
mirror=$(sed -n 's/^plugins //p' <<<"$parts")
work=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"

printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$mirror" >"$work/cli.tfrc"
"$mirror/../drplan-provider" world "$example/state.tfstate" >"$work/world.json"
export TF_CLI_CONFIG_FILE=$work/cli.tfrc CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0
# What the recorded state was made with.
TF_VAR_db_password=$(grep -o 'CANARY-db-password[A-Za-z0-9-]*' "$example/state.tfstate" | head -n 1)
TF_VAR_payment_api_key=$(grep -o 'CANARY-payment-api-key[A-Za-z0-9-]*' "$example/state.tfstate" | head -n 1)
export TF_VAR_db_password TF_VAR_payment_api_key

copy() {
    rm -rf "${work:?}/$1"
    cp -r "$example/terraform" "$work/$1"
    cd "$work/$1"
    printf 'terraform {\n  backend "local" {}\n}\n' >backend_override.tf
    # A set that is known in part becomes a list only by a for expression: tolist() of it is unknown as a whole, and so is the for_each.
    sed 's/tolist(\(aws_acm_certificate[a-z_.]*\))/[for option in \1 : option]/' modules/dns/certificates.tf >certificates
    mv certificates modules/dns/certificates.tf
    "$engine" init -no-color >init.txt || fail "init" init.txt
}

# plan WANTED-EXIT-CODE ARGUMENT...
plan() {
    local wanted=$1 got=0
    shift
    "$engine" plan -no-color -detailed-exitcode -out=plan "$@" >plan.txt 2>&1 || got=$?
    [ "$got" = "$wanted" ] || fail "plan ended with $got, not $wanted" plan.txt
}

shows() { grep -qF -- "$1" plan.txt || fail "the plan does not say: $1" plan.txt; }

fail() {
    echo "smoke.sh: $1 (in $PWD)" >&2
    tail -n 40 "$2" >&2
    exit 1
}

copy primary
echo "ok: init, offline"
cp "$example/state.tfstate" terraform.tfstate
DRPLAN_WORLD=$work/world.json plan 0 -refresh=false
DRPLAN_WORLD=$work/world.json plan 0
echo "ok: the primary's own state plans no changes, with and without a refresh"
plan 1 -refresh=false -target=kubernetes_manifest.ingress_class_params
shows "Failed to determine GroupVersionResource for manifest"
DRPLAN_WORLD=$work/world.json plan 2 -refresh=false -var aws_region=us-west-2 -target=module.vpc.aws_vpc.this
shows '"us-east-2" -> "us-west-2" # forces replacement'
echo "ok: a manifest needs its cluster in the plan, another region replaces what is in the first"

copy recovery
export TF_VAR_aws_region=us-west-2
case $("$engine" version) in OpenTofu*) ;; *)
    echo "ok: the rest needs -exclude, which only OpenTofu has"
    exit ;;
esac
plan 1
shows "cannot create REST client: no client config"
shows "reading aws_lb"
without="-exclude=kubernetes_manifest.ingress_class_params -exclude=module.dns.data.aws_lb.ingress"
# shellcheck disable=SC2086
plan 2 $without
shows "Plan: 132 to add, 0 to change, 0 to destroy."
"$engine" show -json plan >plan.json
echo "ok: an empty state in us-west-2 plans everything but the manifest and the record of the load balancer"

cat >import.tf <<'END'
import {
  to = module.iam.aws_iam_role.platform["external-dns"]
  id = "ecommerce-prod-external-dns"
}
END
cat >modules/iam/shared_override.tf <<'END'
resource "aws_iam_role" "platform" {
  lifecycle {
    ignore_changes = all
  }
}
END
# shellcheck disable=SC2086
DRPLAN_WORLD=$work/world.json plan 2 $without
shows "Plan: 1 to import, 131 to add, 0 to change, 0 to destroy."
# shellcheck disable=SC2086
plan 1 $without
shows "Cannot import non-existent remote object"
rm import.tf modules/iam/shared_override.tf
cat >import.tf <<'END'
import {
  to = module.rds.aws_kms_key.rds
  id = "9c3e1f70-5a8d-4b26-b4c9-e07a2d6f8b15"
}
END
TF_VAR_aws_region=us-east-2 DRPLAN_WORLD=$work/world.json plan 2 -target=module.rds.aws_kms_key.rds
shows "Plan: 1 to import, 0 to add, 1 to change, 0 to destroy."
DRPLAN_WORLD=$work/world.json plan 1 -target=module.rds.aws_kms_key.rds
shows "Cannot import non-existent remote object"
sed 's/8b15"/8b15@us-east-2"/' import.tf >at.tf
mv at.tf import.tf
DRPLAN_WORLD=$work/world.json plan 2 -target=module.rds.aws_kms_key.rds
shows "Plan: 1 to import, 1 to add, 0 to change, 1 to destroy."
rm import.tf
echo "ok: a shared role is imported as it is, a key with an update, what does not exist in the region not at all"

# shellcheck disable=SC2086
"$engine" apply -no-color -auto-approve $without -exclude=helm_release.aws_load_balancer_controller >apply.txt 2>&1 || fail "apply" apply.txt
# shellcheck disable=SC2086
plan 0 $without -exclude=helm_release.aws_load_balancer_controller
echo "ok: what was applied plans no changes"
