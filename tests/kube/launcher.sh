#!/usr/bin/env bash
# Runs etcd and a Kubernetes API server on ports of 127.0.0.1 until its standard input ends, so that neither outlives
# the test that started it; then their folder goes too. An API server that ends by itself says why on standard error.
#   launcher.sh PROGRAMS FOLDER ETCD_PORT PEER_PORT API_PORT
# FOLDER holds tokens.csv, webhook.yaml and audit.yaml; logs and audit.log are written there.
set -u
programs=$1 folder=$2 etcd=$3 peer=$4 api=$5
cd "$folder" || exit 1

"$programs/etcd" --data-dir data --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
    --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
    --initial-cluster "default=http://127.0.0.1:$peer" >etcd.log 2>&1 </dev/null &
first=$!
# Its own key, which it makes first, signs service accounts too; nobody uses one.
# Pods are made by the tests themselves, without the service accounts that a controller would make.
"$programs/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" \
    --bind-address=127.0.0.1 --secure-port="$api" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
    --cert-dir=certs --token-auth-file=tokens.csv --authorization-mode=RBAC --service-cluster-ip-range=10.0.0.0/24 \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=certs/apiserver.key \
    --service-account-signing-key-file=certs/apiserver.key --disable-admission-plugins=ServiceAccount \
    --authentication-token-webhook-config-file=webhook.yaml --authentication-token-webhook-version=v1 \
    --audit-policy-file=audit.yaml --audit-log-path=audit.log --audit-log-mode=blocking \
    >apiserver.log 2>&1 </dev/null &
second=$!

( cat >/dev/null; touch ended; kill "$second" ) <&0 2>/dev/null &
wait "$second"
[ -e ended ] || tail -n 20 apiserver.log >&2
kill "$first" 2>/dev/null
wait "$first" 2>/dev/null
rm -rf "$folder"
