#!/usr/bin/env bash
# shellcheck disable=SC2016,SC2043 # What is from the plan stands in single quotes, nothing of it is expanded; lists may be of one.
#
# The recovery of {{ stack }} in {{ region }} by hand: plan {{ digest }}, decisions {{ decisions }}.
# Made anew by: {{ command }}
#
# The steps of the plan in the order of their needs. Run all of it with bash, or read it and paste what you need: everything
# above the first step is what the steps are made of. It stops at the first command that fails and at every question; run again,
# it goes on behind the steps that are done. It writes nothing in {{ primary }}, the fence aside.
# Beside a run of drplan it is one operator too many: stop that run first.
{% for line in notes %}
# {{ line }}
{% endfor %}

set -euo pipefail
umask 077

STACK={{ stack_word }}
# The folder of drplan.hcl: paths of the plan are relative to it.
BASE=${BASE:-{{ base }}}
BASE=$(cd "$BASE" && pwd -P)
# What this keeps: which steps are done, the engine's copy of the code, what was there before. For you alone.
RUN=${RUN:-$HOME/.drplan-by-hand/{{ digest }}}
mkdir -p "$RUN"
RUN=$(cd "$RUN" && pwd -P)
trap 'rm -f "$RUN"/secret.*' EXIT
export AWS_REGION={{ region_word }} AWS_DEFAULT_REGION={{ region_word }}
export AWS_STS_REGIONAL_ENDPOINTS=regional AWS_PAGER=''
for tool in {{ tools }}; do
  command -v "$tool" >/dev/null || { printf 'this needs %s\n' "$tool" >&2; exit 1; }
done

stop() {
  printf 'stopped: %s\n' "$1" >&2
  exit 1
}

# Whether a step is still to be done; says so.
todo() {
  if grep -qxF -- "$1" "$RUN/done" 2>/dev/null; then return 1; fi
  printf '\n== %s\n' "$1"
}

# Remembers that steps are done.
did() { printf '%s\n' "$@" >>"$RUN/done"; }
#: ask_person
# Asks a person: goes on only where the name of the stack is typed.
ask_person() {
  local answer
  printf '\n%s\n' "$1"
  read -r -p "type $STACK to go on; anything else stops here: " answer
  [ "$answer" = "$STACK" ] || stop 'nobody confirmed it; run this again to come back here'
}
#: ask_value
# Asks a person for a value that only they can look up.
ask_value() {
  local answer
  read -r -p "$1: " answer
  [ -n "$answer" ] || stop 'no value was given'
  printf '%s\n' "$answer"
}
#: wait_until
# Tries a command every ten seconds until it succeeds, for so many seconds at most.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || stop "not so in time: $*"
    sleep 10
  done
}
#: answer_is
# Whether a command answers exactly this; says what it answers else.
answer_is() {
  local wanted=$1 answer
  shift
  answer=$("$@") || return 1
  [ "$answer" = "$wanted" ] || { printf '  %s: %s, not yet %s\n' "$(date +%T)" "$answer" "$wanted" >&2; return 1; }
}
#: quota_covers
# Shows a quota and stops where it is below what the plan adds. What is in use already counts against it, too: look it up.
quota_covers() {
  local value
  value=$(aws service-quotas get-service-quota --service-code "$1" --quota-code "$2" --query Quota.Value --output text 2>/dev/null) ||
    value=$(aws service-quotas get-aws-default-service-quota --service-code "$1" --quota-code "$2" --query Quota.Value --output text)
  printf 'quota %s %s is %s; the plan adds %s to what is in use\n' "$1" "$2" "$value" "$3"
  jq -ne --argjson value "$value" --argjson needs "$3" '$value >= $needs' >/dev/null || stop "quota $2 of $1 is too small: request more"
}
#: young_enough
# Stops where an instant of AWS is longer ago than so many seconds.
young_enough() {
  printf 'its data is of %s\n' "$1"
  jq -ne --arg at "$1" --argjson most "$2" \
    '($at | sub("[.][0-9]+"; "") | sub("[+]00:00$"; "Z") | fromdateiso8601) > now - $most' >/dev/null ||
    stop "the data is of $1: older than the bound of $2 seconds"
}
#: host_answers
# Whether a host takes a connection on a port that a stack has.
host_answers() {
  local host=${1%%:*} port ports='443 80 5432 3306 6379'
  if [ "$host" != "$1" ]; then ports=${1##*:}; fi
  for port in $ports; do
    if nc -z -w 5 "$host" "$port" 2>/dev/null; then
      printf 'ANSWERS: %s on port %s\n' "$host" "$port"
      return
    fi
  done
  printf 'no answer: %s\n' "$1"
}
#: primary_kubectl
# kubectl in the cluster of the primary, by the context of your kubeconfig that PRIMARY_CONTEXT names.
primary_kubectl() { kubectl --context "${PRIMARY_CONTEXT:?name the context of the primary cluster}" "$@"; }
#: tofu_dr
# The engine in its copy of the code, with the variables of drplan.hcl.
tofu_dr() (
  cd "$TF"
{% for line in variables %}
  {{ line }}
{% endfor %}
  exec "$TOFU" "$@"
)
#: module_folder
# The folder of a module in the engine's copy.
module_folder() {
  [ -n "$1" ] || { printf '%s\n' "$TF"; return; }
  printf '%s/' "$TF"
  jq -er --arg key "$1" '.Modules[] | select(.Key == $key) | .Dir' "$TF/.terraform/modules/modules.json"
}
#: override_block
# Adds a line to a resource of the engine's copy: MODULE TYPE NAME LINE.
override_block() {
  local folder
  folder=$(module_folder "$1")
  printf 'resource "%s" "%s" {\n  %s\n}\n' "$2" "$3" "$4" >>"$folder/zz_by_hand_override.tf"
}
#: used_as_it_is
# Has the engine change nothing of a resource, and never destroy it: MODULE TYPE NAME.
used_as_it_is() {
  override_block "$@" $'lifecycle {\n    ignore_changes  = all\n    prevent_destroy = true\n  }'
}
#: rewrite_code
# Replaces a text by another in the engine's copy of the code, where it stands as a whole word.
rewrite_code() {
  find "$RUN/code" -type f -exec grep -lFI -e "$1" {} + | while IFS= read -r file; do
    FROM=$1 TO=$2 perl -pi -e 's/(?<![\w-])\Q$ENV{FROM}\E(?![\w-])/$ENV{TO}/g' "$file"
  done
}
#: import_block
# Has the engine take over what is there already, by an import block in its copy of the code: ADDRESS ID.
import_block() {
  if grep -qxF -- "  to = $1" "$TF/zz_by_hand_imports.tf" 2>/dev/null; then return; fi
  printf 'import {\n  to = %s\n  id = %s\n}\n' "$1" \
    "$(jq -n --arg id "$2" '$id | gsub("[$][{]"; "$${") | gsub("%[{]"; "%%{")')" >>"$TF/zz_by_hand_imports.tf"
}
#: carry_over
# Puts values that live only in the primary's state into the recovery's: TYPE NAME MODULE (or '') INDEX (as JSON).
# PRIMARY_STATE names a copy of that state where it is not to be had from {{ origin }}.
carry_over() {
  local own=$RUN/secret.state primary=${PRIMARY_STATE:-$RUN/secret.primary}
{% if origin_is_s3 %}
  [ -s "$primary" ] || aws s3 cp --quiet {{ origin_word }} "$primary"
{% else %}
  [ -s "$primary" ] || cp "$BASE"/{{ origin_word }} "$primary"
{% endif %}
  tofu_dr state pull >"$own"
  [ -s "$own" ] || printf '{"version":4,"serial":0,"lineage":"by-hand-{{ digest }}","outputs":{},"resources":[]}\n' >"$own"
  jq -e --slurpfile primary "$primary" --arg type "$1" --arg name "$2" --arg folder "$3" --argjson index "$4" '
    def is_it: .mode == "managed" and .type == $type and .name == $name and (.module // "") == $folder;
    ($primary[0].resources | map(select(is_it)) | first) as $from
    | ($from.instances | map(select(.index_key == $index)) | first // error("the state of the primary has no such value")) as $value
    | if any(.resources[]; is_it) then
        (.resources[] | select(is_it) | .instances) |= (map(select(.index_key != $index)) + [$value])
      else .resources += [$from | .instances = [$value]] end
    | .terraform_version //= $primary[0].terraform_version | .serial += 1' "$own" >"$own.new"
  tofu_dr state push "$own.new"
  rm -f "$own" "$own.new"
}
#: tofu_apply
# Makes, imports or changes exactly these addresses, after you have read the engine's plan and said yes. It must destroy nothing.
tofu_apply() {
  local address
  local -a targets=()
  for address in "$@"; do targets+=("-target=$address"); done
  tofu_dr apply "${targets[@]}"
}
#: attribute_of
# An attribute in the state of the recovery: ADDRESS JSON-POINTER.
attribute_of() {
  tofu_dr show -json | jq -er --arg at "$1" --arg pointer "$2" '
    def place($parts): if $parts == [] then .
      else .[if type == "array" then ($parts[0] | tonumber) else $parts[0] end] | place($parts[1:]) end;
    first(.. | objects | select(.address? == $at and has("values"))) | .values
    | place($pointer | ltrimstr("/") | split("/") | map(gsub("~1"; "/") | gsub("~0"; "~")))'
}
#: kubectl_dr
# kubectl in the cluster of the recovery: by the context that KUBE_CONTEXT names, else in the EKS cluster {{ cluster }}.
kubectl_dr() {
  local cluster
  if [ -n "${KUBE_CONTEXT:-}" ]; then
    kubectl --context "$KUBE_CONTEXT" "$@"
    return
  fi
  if [ ! -e "$RUN/kubeconfig" ]; then
    cluster=${CLUSTER:-$({{ cluster_name }})}
    aws eks update-kubeconfig --name "$cluster" --kubeconfig "$RUN/kubeconfig" >&2
  fi
  kubectl --kubeconfig "$RUN/kubeconfig" "$@"
}
#: kube_object
# One object of the manifests that it reads, as JSON: APIVERSION KIND NAMESPACE (or '') NAME. No cluster is asked: it need not know
# the kinds of the others. A Secret's values go through pipes alone.
kube_object() {
  { KUBECONFIG=/dev/null kubectl patch --local --type json --patch '[]' --output json -f - 2>/dev/null || true; } |
    jq -en --arg version "$1" --arg kind "$2" --arg namespace "$3" --arg name "$4" '
      first(inputs | select(.apiVersion == $version and .kind == $kind and .metadata.name == $name
        and (.metadata.namespace // "") == $namespace))
      // error("the manifests have no such object any more, or are not what kubectl reads")
      | del(.status, .metadata["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"])'
}
#: change_text
# Replaces values in the string at a JSON Pointer where the plan does, each as often as it does, and nothing else:
# POINTER, and for each value WITHIN (what it is encoded in, or '') KIND FROM TO TIMES. With 0 times it stays, as does what is in it.
change_text() {
  jq -e --arg pointer "$1" '
    def pointer: if . == "" then [] else .[1:] | split("/") | map(gsub("~1"; "/") | gsub("~0"; "~")) end;
    def put($parts; change): if $parts == [] then change
      else (if type == "array" then ($parts[0] | tonumber) else $parts[0] end) as $key | .[$key] |= put($parts[1:]; change) end;
    def splice($all): . as $text | ($all | sort_by(.at)) as $all
      | reduce $all[] as $one ({out: "", at: 0}; .out += $text[.at:$one.at] + $one.to | .at = $one.till) | .out + $text[.at:];
    # A value ends where its letters and digits do, and beside these characters it is a part of something longer.
    def edges($kind): if ["region", "zone", "zone_id", "account"] | index($kind) then ["", ""]
      elif ["arn", "certificate", "key"] | index($kind) then ["", "_-"]
      elif ["endpoint", "bucket_domain", "issuer", "registry"] | index($kind) then [".-", "-"]
      elif $kind == "domain" then ["._-", "_-"] else ["_-", "_-"] end;
    def is_whole($at; $till; $kind): ($till == length and $at == 0) or $kind == "literal" or
      (edges($kind) as $edges | (if $at == 0 then "" else .[$at - 1:$at] end) as $before | .[$till:$till + 2] as $after
        | ($before | test("[\\p{Alphabetic}\\p{N}\($edges[0])]") | not)
          and ($after[:1] | test("[\\p{Alphabetic}\\p{N}\($edges[1])]") | not)
          and ($kind != "domain" or ($after | test("^[.][\\p{Alphabetic}\\p{N}]") | not)));
    # A region as a part of a name, or of an ARN that nobody owns, says nothing of what the name would be elsewhere.
    def is_alone($at; $till; $kind): (["region", "zone", "zone_id"] | index($kind) | not) or
      (first(match("[^\\s\"\u0027,;=&|()<>`]+"; "g") | select(.offset <= $at and $at < .offset + .length)) as $word
        | $word.string[:$at - $word.offset] as $before | $word.string[$till - $word.offset:] as $after
        | ($word.string | contains("arn:") | not)
          and (($before | test("(^|[\\]\\[/:?{}@])$")) and ($after | test("^($|[\\]\\[/:?{}@])"))
            or ($before | test("(^|[/@:])(api[.])?[a-z0-9]+[.]$")) and ($after | test("^[.](amazonaws[.]com|api[.]aws)"))));
    # Whole values, the longest first, none over another.
    def found($values): . as $text
      | [$values[] as $value
        | ($value.from | length) as $length
        | (foreach (split($value.from)[:-1][] | length) as $before (-$length; . + $length + $before; .)) as $at
        | select($text | is_whole($at; $at + $length; $value.kind)) | {at: $at, till: ($at + $length), value: $value}]
      | sort_by(.at - .till, .at)
      | reduce .[] as $one ([]; if any(.[]; $one.at < .till and .at < $one.till) then . else . + [$one] end);
    # The strings of a JSON text, with the way to each.
    def strings: (fromjson | empty), (reduce match("\"(?:[^\"\\\\]|\\\\.)*\"|[\\[\\]{}:,]|[^\\[\\]{}:,\"\\s]+"; "g") as $one ({way: [], open: [], key: false, out: []};
        $one.string as $word
        | if $word == "{" then .open += [$word] | .way += [null] | .key = true
          elif $word == "[" then .open += [$word] | .way += [0] | .key = false
          elif $word == "}" or $word == "]" then .open |= .[:-1] | .way |= .[:-1] | .key = false
          elif $word == "," and .open[-1] == "{" then .key = true
          elif $word == "," then .way[-1] += 1
          elif $word == ":" then .key = false
          elif $word[:1] == "\"" then (if .key then .way[-1] = ($word | fromjson) else . end)
            | .out += [{way: (.way | map(tostring)), key, at: $one.offset, till: ($one.offset + $one.length), text: ($word | fromjson)}]
          else . end) | .out);
    def character: if test("^%..$") then .[1:] | ascii_downcase | explode | map(if . > 96 then . - 87 else . - 48 end)
        | [.[0] * 16 + .[1]] | implode else . end;
    # The word with what has changed in it encoded anew; what is the same at both ends stays as it is written.
    def encoded($written; $old; $new): . as $word | ([$old, $new | length] | min) as $most
      | ([range($most) | select($old[.] != $new[.])] | .[0] // $most) as $before
      | ([range($most - $before) | select($old[-1 - .] != $new[-1 - .])] | .[0] // ($most - $before)) as $after
      | ($written[:$before] + ($new[$before:($new | length) - $after] | map(. as $one
          | if test("[A-Za-z0-9._~-]") or (. != "%" and ($word | contains($one))) then . else @uri end))
        + $written[($old | length) - $after:]) | add;
    def changed($values):
      def behind($step): [$values[] | select(.within[0] == $step) | .within |= .[1:]];
      def words:
        . as $text | found([$values[] | select(.within == [])]) as $found
        | [$found[] | . as $one | select(.value.times > 0 and ($text | is_alone($one.at; $one.till; $one.value.kind)))
            | {at, till, to: .value.to, done: [.value.number]}] as $plain
        | behind("percent") as $inside
        | [if $inside == [] then empty else match("[^\\s\"\u0027&?=,;]*%[^\\s\"\u0027&?=,;]*"; "g") end
            | . as $word | select(any($found[]; .at >= $word.offset and .at < $word.offset + $word.length) | not)
            | [.string | match("%[0-9A-Fa-f]{2}|."; "g").string] as $written
            | select(any($written[]; test("^%[89A-Fa-f].$")) | not)
            | ($written | map(character)) as $old | ($old | add | try changed($inside) catch empty)
            | (.text | split("")) as $new
            | select($new != $old)
            | {at: $word.offset, till: ($word.offset + $word.length), to: ($word.string | encoded($written; $old; $new)), done}] as $encoded
        | {text: splice($plain + $encoded), done: ([($plain + $encoded)[].done] | add // [])};
      def json:
        . as $text | strings as $strings
        | [[$values[].within[0]] | unique[] as $step
            | ($step[5:] | rtrimstr(" (key)") | pointer) as $way
            | ([$strings[] | select(.way == $way and .key == ($step | endswith(" (key)")))] | last
              // error("no JSON with \($step[5:]) stands there: the manifest has changed since the plan")) as $string
            | ($string.text | changed(behind($step))) as $new
            | {at: $string.at, till: $string.till, done: $new.done,
                to: (if $new.text == $string.text then $text[$string.at:$string.till] else $new.text | tojson end)}] as $all
        | {text: splice($all), done: [$all[].done[]]};
      def base64:
        . as $text | (gsub("\\s+"; "") | @base64d) as $old | ($old | changed(behind("base64"))) as $new
        | ($new.text | @base64) as $code | ($text | split("\n")) as $lines
        | $new | .text = if $new.text == $old then $text
            elif ($lines | length) > 1 and $lines[1] != "" then ($lines[0] | length) as $width
              | ([range(0; $code | length; $width) as $at | $code[$at:$at + $width]] | join("\n"))
                + (if $text | endswith("\n") then "\n" else "" end)
            else ($text | capture("^(?<before>\\s*)[^\\s]*(?<after>\\s*)")) as $space | $space.before + $code + $space.after end;
      if any($values[]; .within[0] == "base64") then base64
      elif any($values[]; .within[0] // "" | startswith("json:")) then json
      else words end;
    def exactly($values): changed($values) | . as $new
      | ([$values[] | . as $value | ([$new.done[] | select(. == $value.number)] | length) as $found | select($found != .times)
          | "\(.from) stands there \($found) times where the plan changes it \(.times) times: the manifest has changed since the plan"]
        | .[0] // empty | error), $new.text;
    ($pointer | pointer) as $parts
    | ($ARGS.positional | [range(0; length; 5) as $at | .[$at:$at + 5]
        | {number: $at, within: [.[0] | splits(" > (?=base64|json:|percent)") | select(. != "")], kind: .[1], from: .[2], to: .[3], times: (.[4] | tonumber)}])
      as $values
    | if $values[0].within == ["key"] then put($parts[:-1]; with_entries(
        if .key == $parts[-1] then .key |= exactly([$values[] | .within = []]) else . end))
      else put($parts; exactly($values)) end' --args "${@:2}"
}
#: apply_object
# Applies the object that it reads, as drplan does: NAMESPACE.
apply_object() { kubectl_dr apply --server-side --field-manager=drplan --namespace "$1" -f -; }
#: job_ended
# Waits until a Job has ended, for so many seconds at most: SECONDS KIND/NAME --namespace NAMESPACE. Stops where it has failed; asks you
# where it is not there any more.
job_ended() {
  local end=$((SECONDS + $1)) state
  shift
  while true; do
    state=$(kubectl_dr get "$@" --ignore-not-found --output json | jq -rn '
      [inputs][0] | if . == null then "gone" else
        [.status.conditions[]? | select(.status == "True" and (.type == "Complete" or .type == "Failed"))][0]
        | if . == null then "runs" elif .type == "Complete" then "ended" else "\(.reason): \(.message)" end end')
    case $state in
      ended) return ;;
      gone)
        kubectl_dr get events "${@:2}" --field-selector "involvedObject.kind=Job,involvedObject.name=${1#*/}"
        ask_person "$1 is not there any more: one with ttlSecondsAfterFinished goes once it has ended. Has it ended well, by its events or its logs?"
        return
        ;;
      runs)
        [ "$SECONDS" -lt "$end" ] || stop "$1 has not ended in time"
        sleep 10
        ;;
      *) stop "$1 has failed, $state. Mend what it fails at, delete it, take the line that applies it out of $RUN/done, and run this again" ;;
    esac
  done
}
#: with_secret_json
# Gives JSON that holds a secret to a command of the AWS CLI by a file that only you may read, never by an argument.
with_secret_json() {
  local file status=0
  file=$(mktemp "$RUN/secret.XXXXXX")
  cat >"$file"
  "$@" --cli-input-json "file://$file" >/dev/null || status=$?
  rm -f "$file"
  return "$status"
}
#: stands_alone
# Whether a secret is no replica any more.
stands_alone() {
  local primary
  primary=$(aws secretsmanager describe-secret --secret-id "$1" --query PrimaryRegion --output text)
  [ "$primary" = None ] || [ "$primary" = "$AWS_REGION" ]
}
#: record_set
# The live record set: ZONE NAME TYPE SET-IDENTIFIER (or '').
record_set() {
  aws route53 list-resource-record-sets --hosted-zone-id "$1" --output json |
    jq -e --arg name "$2" --arg type "$3" --arg set "$4" '
      first(.ResourceRecordSets[] | select(.Type == $type and (.SetIdentifier // "") == $set
        and (.Name | rtrimstr(".") | gsub("\\\\052"; "*") | ascii_downcase) == $name))'
}
#: point_record
# The record set with another host in it; an alias of a load balancer gets that one's own zone. FROM TO, by stdin and stdout.
point_record() {
  local zone
  zone=$(aws elbv2 describe-load-balancers --output json |
    jq -r --arg to "$2" 'first(.LoadBalancers[] | select((.DNSName | ascii_downcase) == ($to | ascii_downcase)) | .CanonicalHostedZoneId) // ""')
  jq -e --arg from "$1" --arg to "$2" --arg zone "$zone" '
    def moved: . as $old | ascii_downcase | rtrimstr(".") as $host | ($from | ascii_downcase | rtrimstr(".")) as $wanted
      | if $host == $wanted then $to elif $host == "dualstack." + $wanted then "dualstack." + $to else $old end;
    . as $before
    | if .AliasTarget then .AliasTarget.DNSName |= moved else .ResourceRecords |= map(.Value |= moved) end
    | if . == $before then error("the record does not lead to \($from): look again before it is changed") else . end
    | if .AliasTarget and $zone != "" then .AliasTarget.HostedZoneId = $zone else . end'
}
#: endpoint_answers
# Whether a host answers over HTTPS with a status below 500. What is asked by another name than its own has no certificate for it.
endpoint_answers() {
  local status
  status=$(curl --silent --output /dev/null --max-time 10 "${@:2}" --write-out '%{http_code}' "https://$1/") || return 1
  printf '%s answers %s\n' "$1" "$status"
  [ "$status" -lt 500 ]
}
#: name_moved
# Whether independent resolvers give an address of the new target: NAME TARGET.
name_moved() {
  local resolver answer
  for resolver in 1.1.1.1 8.8.8.8 9.9.9.9; do
    answer=$(dig +short "@$resolver" "$1" | sort)
    dig +short "@$resolver" "$2" | sort >"$RUN/target"
    printf '%s\n' "$answer" | grep -qxFf "$RUN/target" || return 1
  done
}
#: name_answers
# Shows what independent resolvers answer for a name.
name_answers() {
  local resolver
  for resolver in 1.1.1.1 8.8.8.8 9.9.9.9; do
    printf '%s says:\n' "$resolver"
    dig +short "@$resolver" "$1"
  done
}
