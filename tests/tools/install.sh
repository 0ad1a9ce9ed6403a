#!/usr/bin/env bash
# Installs the real parts that tests run against, outside the checkout, keyed by what they are made from.
#   tests/tools/install.sh [PART...]    all parts where none is named; prints `PART PATH` for each part, one a line
# Parts: aws (the AWS emulator; PATH is its Python), kube (the Kubernetes control plane; PATH is the folder of its programs),
# engine (OpenTofu; PATH is the program), plugins (the providers that stand in for the real ones; PATH is their filesystem mirror),
# shell (shellcheck; PATH is the program), kapp (what applying is measured against, by name only; PATH is the program).
# KUBEBUILDER_ASSETS names a folder that has the programs of part kube already, DRPLAN_ENGINE an engine; they are taken as they are.
# DRPLAN_TOOLS names the folder; ~/.cache/drplan/tools unless set. Safe to run twice at once.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${DRPLAN_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/drplan/tools}
mkdir -p "$tools"

missing() {
    echo "tests/tools/install.sh: $1" >&2
    echo "  $2" >&2
    exit 1
}

digest() {
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi | sha_field
}
sha_field() { cut -c 1-12 | head -n 1; }

# Holds a lock while a part is made; a second process waits for it.
locked() {
    local lock=$1.lock
    shift
    if command -v flock >/dev/null; then
        ( flock 9; "$@" ) 9>"$lock"
    else
        until mkdir "$lock.d" 2>/dev/null; do sleep 1; done
        trap 'rmdir "$lock.d"' EXIT
        "$@"
    fi
}

# The packages that a list names, in a virtual environment: FOLDER LIST PART.
make_python() {
    local folder=$1 list=$2 part=$3
    [ -e "$folder/ready" ] && return
    local python=${PYTHON:-python3}
    command -v "$python" >/dev/null || missing "part $part needs Python 3.10 or newer" \
        "install it (Debian: apt-get install python3 python3-venv), or name one with PYTHON=/path/to/python3"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || missing \
        "part $part needs Python 3.10 or newer, and $python is older" "name a newer one with PYTHON=/path/to/python3"
    rm -rf "$folder"
    "$python" -m venv "$folder" >&2 || missing "$python cannot make a virtual environment" \
        "install its venv module (Debian: apt-get install python3-venv)"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$list" >&2 || missing "the packages of part $part cannot be installed" \
        "allow pip to reach its index, or set PIP_INDEX_URL or PIP_FIND_LINKS"
    touch "$folder/ready"
}

aws() {
    local folder list=$here/../aws/requirements.txt
    folder=$tools/aws-$(digest "$list")
    locked "$folder" make_python "$folder" "$list" aws
    echo "aws $folder/bin/python"
}

# A wheel that ships the program.
shell() {
    local folder list=$here/shell/requirements.txt
    folder=$tools/shell-$(digest "$list")
    locked "$folder" make_python "$folder" "$list" shell
    echo "shell $folder/bin/shellcheck"
}

# What a folder has that KUBEBUILDER_ASSETS names; `stages` is the folder kustomize/stage of the kwok module.
kube_programs="etcd kube-apiserver kube-controller-manager kube-scheduler kubectl kwok stages"

# Kubernetes 1.36 names its Go; a newer one changes defaults that the API server relies on.
make_kube() {
    local folder=$1 version go program
    [ -e "$folder/ready" ] && return
    command -v go >/dev/null || missing "part kube needs Go 1.26" \
        "install it (https://go.dev/dl), or name a folder with $kube_programs with KUBEBUILDER_ASSETS"
    version=$(sed -n 's|^\tk8s.io/kubernetes v\([0-9.]*\).*|\1|p' "$here/kube/go.mod")
    go=$(cd "$here/kube" && go env GOVERSION)
    case $go in
        go1.26*) ;;
        *) missing "part kube needs Go 1.26, and this is $go" "set GOTOOLCHAIN=go1.26.8, or KUBEBUILDER_ASSETS" ;;
    esac
    rm -rf "$folder"
    mkdir -p "$folder"
    echo "tests/tools/install.sh: building Kubernetes $version once, about seven minutes on two cores" >&2
    local v=k8s.io/component-base/version minor=${version#*.}
    build_kube "$folder/etcd" go.etcd.io/etcd/server/v3 ""
    for program in kube-apiserver kube-controller-manager kube-scheduler kubectl; do
        build_kube "$folder/$program" "k8s.io/kubernetes/cmd/$program" \
            "-X $v.gitVersion=v$version -X $v.gitMajor=${version%%.*} -X $v.gitMinor=${minor%%.*}"
    done
    build_kube "$folder/kwok" sigs.k8s.io/kwok/cmd/kwok ""
    # What KWOK does to nodes and pods is data of its module.
    cp -R "$(cd "$here/kube" && go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage" "$folder/stages"
    chmod -R u+w "$folder/stages"
    touch "$folder/ready"
}

build_kube() {
    ( cd "$here/kube" && CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w $3" -o "$1" "$2" ) >&2 ||
        missing "$(basename "$1") of part kube cannot be built" \
            "allow Go to reach its module proxy (GOPROXY), or name a folder with $kube_programs with KUBEBUILDER_ASSETS"
}

kube() {
    local folder=${KUBEBUILDER_ASSETS:-} program
    if [ -n "$folder" ]; then
        for program in $kube_programs; do
            [ -e "$folder/$program" ] || missing "KUBEBUILDER_ASSETS names $folder, which has no $program" \
                "put it there, or unset KUBEBUILDER_ASSETS and it is built"
        done
    else
        folder=$tools/kube-$(cat "$here/kube/go.mod" "$here/kube/go.sum" | digest)
        locked "$folder" make_kube "$folder"
    fi
    echo "kube $folder"
}

make_engine() {
    local folder=$1 version
    [ -e "$folder/ready" ] && return
    command -v go >/dev/null || missing "part engine needs Go 1.26" \
        "install it (https://go.dev/dl), or name a tofu or terraform with DRPLAN_ENGINE"
    version=$(sed -n 's|^\tgithub.com/opentofu/opentofu v\([0-9.]*\).*|\1|p' "$here/engine/go.mod")
    rm -rf "$folder"
    mkdir -p "$folder"
    echo "tests/tools/install.sh: building OpenTofu $version once, about four minutes on two cores" >&2
    ( cd "$here/engine" && CGO_ENABLED=0 go build -mod=readonly -trimpath -o "$folder/tofu" \
        -ldflags "-s -w -X github.com/opentofu/opentofu/version.dev=no" github.com/opentofu/opentofu/cmd/tofu ) >&2 ||
        missing "part engine cannot be built" \
            "allow Go to reach its module proxy (GOPROXY), or name a tofu or terraform with DRPLAN_ENGINE"
    touch "$folder/ready"
}

engine() {
    local program=${DRPLAN_ENGINE:-} folder
    if [ -n "$program" ]; then
        [ -x "$program" ] || missing "DRPLAN_ENGINE names $program, which is no program" \
            "name a tofu or terraform, or unset it and OpenTofu is built"
    else
        folder=$tools/engine-$(cat "$here/engine/go.mod" "$here/engine/go.sum" | digest)
        locked "$folder" make_engine "$folder"
        program=$folder/tofu
    fi
    echo "engine $program"
}

make_kapp() {
    local folder=$1
    [ -e "$folder/ready" ] && return
    command -v go >/dev/null || missing "part kapp needs Go 1.26" "install it (https://go.dev/dl)"
    rm -rf "$folder"
    mkdir -p "$folder"
    ( cd "$here/kapp" && CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w" -o "$folder/kapp" \
        carvel.dev/kapp/cmd/kapp ) >&2 || missing "part kapp cannot be built" "allow Go to reach its module proxy (GOPROXY)"
    touch "$folder/ready"
}

kapp() {
    local folder
    folder=$tools/kapp-$(cat "$here/kapp/go.mod" "$here/kapp/go.sum" | digest)
    locked "$folder" make_kapp "$folder"
    echo "kapp $folder/kapp"
}

# One binary under the name of each provider, at versions that the examples and cases ask for.
providers="hashicorp/aws=6.28.0 hashicorp/helm=3.1.1 hashicorp/kubernetes=2.38.0 hashicorp/null=3.2.4 hashicorp/random=3.7.2
    hashicorp/time=0.13.1 hashicorp/tls=4.1.0 cyrilgdd/postgresql=1.26.0"

make_plugins() {
    local folder=$1 provider name version platform registry place
    [ -e "$folder/ready" ] && return
    command -v go >/dev/null || missing "part plugins needs Go 1.26" "install it (https://go.dev/dl)"
    rm -rf "$folder"
    mkdir -p "$folder/mirror"
    platform=$(go env GOOS)_$(go env GOARCH)
    ( cd "$here/provider" && CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "-s -w" -o "$folder/drplan-provider" . ) >&2 ||
        missing "part plugins cannot be built" "allow Go to reach its module proxy (GOPROXY)"
    for provider in $providers; do
        name=${provider%=*} version=${provider#*=}
        place=$name/$version/$platform name=${name#*/}
        for registry in registry.opentofu.org registry.terraform.io; do
            mkdir -p "$folder/mirror/$registry/$place"
            ln "$folder/drplan-provider" "$folder/mirror/$registry/$place/terraform-provider-${name}_v$version"
        done
    done
    touch "$folder/ready"
}

plugins() {
    local folder
    folder=$tools/plugins-$( (echo "$providers"; cat "$here"/provider/go.* "$here"/provider/*.go "$here"/provider/tables/*) | digest)
    locked "$folder" make_plugins "$folder"
    echo "plugins $folder/mirror"
}

[ $# -gt 0 ] || set -- aws kube engine plugins shell
for part in "$@"; do
    case $part in
        aws) aws ;;
        kube) kube ;;
        engine) engine ;;
        plugins) plugins ;;
        shell) shell ;;
        kapp) kapp ;;
        *) missing "there is no part $part" "parts: aws, kube, engine, plugins, shell, kapp" ;;
    esac
done
