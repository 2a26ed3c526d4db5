# The Debian packages that ./run, ./test and bench/run need, and how they are installed. Sourced by
# all three; cmake/libraries.cmake says what the build does with them.
# shellcheck shell=bash

# Debian 12 has two Boosts; ours is the newer one, which carries its version in its name.
boost_packages() {
  if [ "$(debian_version)" = 12 ]; then
    echo libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  else
    echo libboost-dev libboost-json-dev libboost-url-dev
  fi
}

build_packages() {
  echo g++ cmake ninja-build ccache mold pkg-config
  boost_packages
  echo libssl-dev libsqlite3-dev libsodium-dev libcli11-dev libtomlplusplus-dev
  echo libfmt-dev libspdlog-dev prometheus-cpp-dev libgtest-dev libgmock-dev
  echo zlib1g-dev libc-ares-dev
}

# What the tests drive the program with: real clients, and real speech in real codecs.
test_packages() {
  build_packages
  echo python3 curl jq git strace clang-format-19
  echo ffmpeg sox libsox-fmt-base pocketsphinx-testdata
}

# Besides those, for the suite `cloud`: a real S3 (tests/engines/ceph.sh), and a client that is not
# ours.
cloud_test_packages() {
  echo ceph-mon ceph-osd ceph-mgr ceph-common radosgw s3cmd
}

# Besides those, for the suite `lambda`.
lambda_test_packages() {
  echo binutils python3-yaml
}

# Clang's second opinion: fuzzing and clang-tidy.
long_test_packages() {
  test_packages
  echo clang-19 clang-tidy-19 libclang-rt-19-dev
}

bench_packages() {
  build_packages
  echo python3 nginx-light iproute2 util-linux mount e2fsprogs openssl git
}

debian_version() {
  # shellcheck disable=SC1091
  (. /etc/os-release 2>/dev/null && echo "${VERSION_ID%%.*}")
}

say() { printf 'tapedeck: %s\n' "$*" >&2; }

stop_with() {
  say "$@"
  exit 1
}

# missing_packages NAME...: those of them that are not installed.
missing_packages() {
  local installed
  # dpkg-query fails when it has never heard of one of them, which must not end a caller's set -e.
  installed=$({ dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true; } |
    awk '$2 == "installed" { print $1 }')
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# need_packages NAME...: installs what is missing, and says so. Touches nothing when nothing is.
need_packages() {
  local missing list command
  if ! command -v dpkg-query >/dev/null; then
    stop_with "this is not Debian; install the counterparts of these, then build with" \
      "'cmake --preset release && cmake --build --preset release': $*"
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  list="${missing[*]}"
  command="apt-get install -y --no-install-recommends $list"
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    stop_with "${#missing[@]} Debian packages are missing and there is no sudo. As root, run:" \
      "apt-get update && $command"
  fi
  say "installing ${#missing[@]} Debian packages: $list"
  if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then update_package_lists; fi
  install_packages "${missing[@]}" || {
    update_package_lists
    install_packages "${missing[@]}" || stop_with "could not install them. See apt's message" \
      "above; then run: apt-get update && $command"
  }
}

update_package_lists() {
  say "updating apt's package lists"
  as_root apt-get update -q >&2 ||
    stop_with "apt-get update failed: check the network and /etc/apt/sources.list, then try again."
}

install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "$@" >&2
}

# build PRESET TARGET...: configures once and builds, one at a time; quiet unless something is
# built.
build() {
  local preset=$1 jobs lock
  shift
  jobs=${BUILD_JOBS:-$(nproc)}
  mkdir -p "build/$preset"
  exec {lock}>"build/$preset/lock"
  flock "$lock"
  if [ ! -f "build/$preset/build.ninja" ]; then
    say "configuring build/$preset"
    cmake --preset "$preset" >"build/$preset/configure.log" 2>&1 || {
      cat "build/$preset/configure.log" >&2
      stop_with "the build could not be configured; the lines above say why."
    }
  fi
  if ninja -C "build/$preset" -n "$@" 2>&1 |
    grep -qvE 'no work to do|Entering directory|Re-checking globbed|Re-running CMake'; then
    say "building build/$preset (the first time takes some minutes)"
  fi
  ninja -C "build/$preset" -j "$jobs" "$@" >"build/$preset/build.log" 2>&1 || {
    tail -n 60 "build/$preset/build.log" >&2
    stop_with "the build failed; all of its output is in build/$preset/build.log."
  }
  exec {lock}>&-
}
