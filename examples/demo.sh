#!/usr/bin/env bash
# The example from its recordings: planned, approved with throw-away keys, rehearsed. No network, no credentials.
#   demo.sh DRPLAN FOLDER
set -euo pipefail
drplan=$1 folder=$2
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
cp -r "$(dirname "$0")/ecommerce" "$folder"
cd "$folder"

say() { printf '\n$ %s\n' "$*"; }
at=2026-11-22T12:00:00Z

if command -v ssh-keygen >/dev/null; then
    for name in ops-lead db-owner; do
        ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$name"
    done
    # Who may approve is part of what is approved.
    for name in ops-lead db-owner; do
        printf '%s@example.com namespaces="drplan" %s\n' "$name" "$(cut -d' ' -f1,2 "$name.pub")"
    done >allowed_signers
fi

say drplan region us-west-2 --offline --at $at --inventory inventory-good.json
"$drplan" region us-west-2 --offline --at $at --inventory inventory-good.json

if [ -f ops-lead ]; then
    for name in ops-lead db-owner; do
        say drplan approve plan.json --key $name
        "$drplan" approve plan.json --key $name --at $at
    done
else
    printf '\nNot approved: there is no ssh-keygen here to make throw-away keys with.\n'
fi

say drplan drill plan.json
"$drplan" drill plan.json

cat <<TEXT

Go on in $folder, with drplan = $drplan
  drplan drill plan.json --matrix        every fault at every step
  drplan show plan.json --steps          every step
  drplan region us-west-2 --offline --at $at --inventory inventory-bad.json     the same stack on a bad day
TEXT
