# DynamoDB's wire protocol by dynalite from npm, in memory. Sourced after node.sh.
# shellcheck shell=bash

need_dynalite() {
  npm_install build/engines/dynalite dynalite@4.0.0
}

# start_dynalite: sets and exports TEST_DYNAMODB to its origin, once it listens. It ends
# with this shell, or with stop_dynalite.
start_dynalite() {
  local port
  need_dynalite
  coproc DYNALITE {
    exec "$NODE" tests/engines/dynalite.js "$PWD/build/engines/dynalite/node_modules"
  }
  dynalite_in=${DYNALITE[1]}
  if ! read -r -t 30 port <&"${DYNALITE[0]}"; then
    stop_with "dynalite did not start; look at what it says:" \
      "$NODE tests/engines/dynalite.js build/engines/dynalite/node_modules"
  fi
  export TEST_DYNAMODB=http://127.0.0.1:$port
}

stop_dynalite() {
  unset TEST_DYNAMODB
  [ -z "${dynalite_in:-}" ] || exec {dynalite_in}>&-
  dynalite_in=
}
