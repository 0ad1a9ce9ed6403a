#!/usr/bin/env bash
# Runs etcd and a Kubernetes API server on ports of 127.0.0.1 until its standard input ends, so that none outlives the
# test that started it; then their folder goes too. An API server that ends by itself says why on standard error.
#   launcher.sh PROGRAMS FOLDER ETCD_PORT PEER_PORT API_PORT [CONTROLLERS_PORT SCHEDULER_PORT]
# With the last two ports a whole cluster: controllers, scheduler, and KWOK for the kubelets of three nodes in three zones.
# FOLDER holds tokens.csv, webhook.yaml and audit.yaml, for a cluster admin.kubeconfig too; logs and audit.log are written
# there, and `started` when all programs run.
set -u
programs=$1 folder=$2 etcd=$3 peer=$4 api=$5 controllers=${6:-} scheduler=${7:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$folder" || exit 1

"$programs/etcd" --data-dir data --unsafe-no-fsync \
    --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
    --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
    --initial-cluster "default=http://127.0.0.1:$peer" >etcd.log 2>&1 </dev/null &
first=$!
# Without controllers pods are made by the tests themselves, without the service accounts that a controller would make.
accounts=()
[ -n "$controllers" ] || accounts=(--disable-admission-plugins=ServiceAccount)
# Its own key, which it makes first, signs service accounts too.
"$programs/kube-apiserver" --etcd-servers="http://127.0.0.1:$etcd" \
    --bind-address=127.0.0.1 --secure-port="$api" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
    --cert-dir=certs --token-auth-file=tokens.csv --authorization-mode=RBAC --service-cluster-ip-range=10.0.0.0/16 \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=certs/apiserver.key \
    --service-account-signing-key-file=certs/apiserver.key --allow-privileged=true "${accounts[@]+"${accounts[@]}"}" \
    --authentication-token-webhook-config-file=webhook.yaml --authentication-token-webhook-version=v1 \
    --audit-policy-file=audit.yaml --audit-log-path=audit.log --audit-log-mode=blocking \
    >apiserver.log 2>&1 </dev/null &
second=$!

others=()
begin() {
    local name=$1
    shift
    "$programs/$name" --kubeconfig=admin.kubeconfig "$@" >"$name.log" 2>&1 </dev/null &
    others+=($!)
}

if [ -n "$controllers" ]; then
    until "$programs/kubectl" --kubeconfig=admin.kubeconfig get --raw /readyz >/dev/null 2>&1; do
        kill -0 "$second" 2>/dev/null || break
        sleep 0.1
    done
    begin kube-controller-manager --bind-address=127.0.0.1 --secure-port="$controllers" --leader-elect=false \
        --service-account-private-key-file=certs/apiserver.key --cert-dir=certs --kube-api-qps=200 --kube-api-burst=400
    begin kube-scheduler --bind-address=127.0.0.1 --secure-port="$scheduler" --leader-elect=false --cert-dir=certs \
        --kube-api-qps=200 --kube-api-burst=400
    stages=$programs/stages
    begin kwok --manage-all-nodes --cidr=10.1.0.0/16 --node-ip=127.0.0.1 --node-lease-duration-seconds=40 \
        -c "$stages/node/fast/node-initialize.yaml" -c "$stages/pod/fast/pod-ready.yaml" \
        -c "$stages/pod/fast/pod-complete.yaml" -c "$stages/pod/fast/pod-delete.yaml" -c "$here/stages.yaml"
    "$programs/kubectl" --kubeconfig=admin.kubeconfig create -f "$here/nodes.yaml" >nodes.log 2>&1
fi
touch started

( cat >/dev/null; touch ended; kill "$second" ) <&0 2>/dev/null &
wait "$second"
[ -e ended ] || tail -n 20 apiserver.log >&2
kill "$first" "${others[@]+"${others[@]}"}" 2>/dev/null
wait "$first" "${others[@]+"${others[@]}"}" 2>/dev/null
rm -rf "$folder"
