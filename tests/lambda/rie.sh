#!/bin/bash
# The zip under AWS's own Runtime Interface Emulator: rie.sh FOLDER_OF_PROGRAMS. Needs Go, a newer
# one than Debian 12's, and the Go module proxy.
# Its last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
programs=$1
module=github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie
emulator=build/engines/rie/aws-lambda-rie
port=$((20000 + RANDOM % 20000))
failed=0
passed=0

fail() {
  echo "FAILED: $*"
  failed=$((failed + 1))
}

# expect WHAT JSON-EVENT FILTER: the answer to the event satisfies the jq filter.
expect() {
  local answer
  answer=$(curl -sS -m 20 -d "$2" \
    "http://127.0.0.1:$port/2015-03-31/functions/function/invocations")
  if jq -e "$3" <<<"$answer" >/dev/null 2>&1; then
    passed=$((passed + 1))
  else
    fail "$1: $answer"
  fi
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
  exit
}

if [ ! -x "$emulator" ]; then
  if ! command -v go >/dev/null; then
    fail "go is not installed; AWS's emulator is built from source: apt-get install golang"
    finish
  fi
  mkdir -p build/engines/rie
  if ! GOBIN=$PWD/build/engines/rie go install "$module@latest"; then
    fail "go install $module@latest did not work; see above"
    finish
  fi
fi

place=$(mktemp -d)
trap 'kill "$emulating" 2>/dev/null; rm -rf "$place"' EXIT
"$programs/tapedeck" lambda package --out "$place" >/dev/null || fail "it is not packaged"
(cd "$place" && python3 -m zipfile -e tapedeck-lambda.zip . && chmod +x bootstrap)
TAPEDECK_CATALOG=memory TAPEDECK_BLOBS=memory TAPEDECK_SIGNUP=open \
  "$emulator" --runtime-interface-emulator-address "127.0.0.1:$port" "$place/bootstrap" \
  >"$place/log" 2>&1 &
emulating=$!
for _ in $(seq 100); do
  if curl -s -o /dev/null "http://127.0.0.1:$port/"; then break; fi
  sleep 0.1
done

context='"requestContext":{"stage":"$default","http":{"method":"METHOD","sourceIp":"127.0.0.1"}}'
event() { # METHOD PATH BODY
  printf '{"version":"2.0","rawPath":"%s","rawQueryString":"","headers":{%s},"body":%s,%s}' \
    "$2" '"content-type":"application/json"' "$3" "${context/METHOD/$1}"
}
expect "health" "$(event GET /healthz null)" '.statusCode == 200 and .body == "ok"'
expect "sign-up" "$(event POST /api/v1/users \
  '"{\"username\":\"ann\",\"password\":\"correct horse\"}"')" '.statusCode == 201'
expect "nothing there" "$(event GET /nowhere null)" '.statusCode == 404'
expect "an event that is none" '{"Records":[]}' '.errorType == "Tapedeck.InvalidEvent"'
expect "the clock" '{"source":"aws.events","detail-type":"Scheduled Event"}' '.complete'
expect "after an error" "$(event GET /healthz null)" '.statusCode == 200'
[ "$failed" = 0 ] || cat "$place/log"
finish
