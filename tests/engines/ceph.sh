#!/bin/bash
# A real S3 for the tests: Ceph's monitor, one OSD and radosgw, on loopback, on ports of their own.
#   tests/engines/ceph.sh up      starts it, unless it runs; prints the file with its environment
#   tests/engines/ceph.sh down    stops it; what it held in memory is gone
# Everything is in build/engines/ceph, or CEPH_HOME: several may run. With
# CEPH_STORE=bluestore it keeps the objects on the disk, and through a restart.
set -euo pipefail
cd "$(dirname "$0")/../.."

store=${CEPH_STORE:-memstore}
home=${CEPH_HOME:-$PWD/build/engines/ceph}
conf=$home/ceph.conf
environment=$home/s3.env
access_key=TAPEDECKTESTKEY00000
secret_key=tapedeckTestSecretKeyTapedeckTestSecret0
region=us-east-1
daemons=(radosgw osd mon)

stop_with() {
  echo "ceph.sh: $*" >&2
  exit 1
}

# pid_of DAEMON: of the one that we started, if it still runs. A number alone could be another's.
pid_of() {
  local pid
  pid=$(cat "$home/$1.pid" 2>/dev/null) || return 1
  grep -qs '^State:.[^ZX]' "/proc/$pid/status" || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "$conf" || return 1
  echo "$pid"
}

# start DAEMON COMMAND…: in the background, with its pid written down.
start() {
  local name=$1
  shift
  nohup "$@" >"$home/$name.out" 2>&1 </dev/null &
  echo $! >"$home/$name.pid"
}

# wait_for DAEMON COMMAND…: until the command succeeds; fails at once when the daemon has died.
wait_for() {
  local name=$1 tries=300
  shift
  until "$@" >/dev/null 2>&1; do
    pid_of "$name" >/dev/null || stop_with "$name ended: $(tail -n 5 "$home/$name.out")"
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || stop_with "$name does not get ready; see $home/$name.out"
    sleep 0.1
  done
}

ask() { ceph -c "$conf" --connect-timeout 10 "$@" 2>>"$home/ceph.out"; }
osd_is_up() { ask osd stat -f json | grep -q '"num_up_osds":1'; }
gateway_answers() { curl -s -o /dev/null --max-time 2 "$1"; }

down() {
  local name pid signal=TERM
  [ -f "$conf" ] || return 0
  ! grep -q 'osd objectstore = memstore' "$conf" || signal=KILL # nothing to write out
  for name in "${daemons[@]}"; do
    pid=$(pid_of "$name") || continue
    kill -s "$signal" "$pid"
    for _ in $(seq 100); do
      pid_of "$name" >/dev/null || break
      sleep 0.1
    done
    pid=$(pid_of "$name") || continue
    kill -s KILL "$pid"
  done
  rm -f "$home"/*.pid "$environment"
}

# Ports that are free now: the monitor's, the gateway's, and a run of ten for the OSD.
choose_ports() {
  python3 - <<'PYTHON'
import socket
def free(first):
    held = []
    try:
        for port in range(first, first + 12):
            held.append(socket.socket())
            held[-1].bind(("127.0.0.1", port))
        return True
    except OSError:
        return False
    finally:
        for one in held:
            one.close()
print(next(first for first in range(21000, 32000, 12) if free(first)))
PYTHON
}

# The intervals make a start take 3 seconds instead of 13; tcp_nodelay spares each call 40 ms.
write_conf() {
  local first=$1
  cat >"$conf" <<CONF
[global]
fsid = $(cat "$home/fsid")
mon host = [v2:127.0.0.1:$first]
mon initial members = a
public network = 127.0.0.0/8
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
ms bind port min = $((first + 2))
ms bind port max = $((first + 11))
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = $home/keyring
run dir = $home/run
admin socket = $home/run/\$name.asok
crash dir = $home/crash
log file = $home/\$name.log
log to stderr = false
err to stderr = true
paxos propose interval = 0.1
paxos min wait = 0.02
mon data avail warn = 2
mon data avail crit = 1
mon allow pool size one = true
mon max pg per osd = 2000
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
[mon]
mon data = $home/mon
mon cluster log file = $home/cluster.log
[osd]
osd data = $home/osd
osd objectstore = $store
memstore device bytes = $((4 << 30))
bluestore block size = $((4 << 30))
bluestore block create = true
bluestore cache autotune = false
bluestore cache size = $((128 << 20))
osd op num shards = 2
osd class load list = *
osd class default list = *
[client]
admin socket =
[client.rgw]
rgw data = $home/rgw
rgw frontends = beast endpoint=127.0.0.1:$((first + 1)) tcp_nodelay=1
rgw thread pool size = 64
rgw dynamic resharding = false
rgw override bucket index max shards = 1
rgw enable usage log = false
rgw crypt require ssl = false
CONF
}

make_monitor() {
  local first=$1 entity profile='allow profile osd'
  ceph-authtool --create-keyring "$home/keyring" --gen-key -n mon. --cap mon 'allow *'
  for entity in client.admin client.rgw; do
    ceph-authtool "$home/keyring" --gen-key -n "$entity" \
      --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
  done
  ceph-authtool "$home/keyring" --gen-key -n osd.0 \
    --cap mon "$profile" --cap mgr "$profile" --cap osd 'allow *'
  monmaptool --create --clobber --fsid "$(cat "$home/fsid")" \
    --addv a "[v2:127.0.0.1:$first]" "$home/monmap"
  ceph-mon -c "$conf" --mkfs -i a --monmap "$home/monmap" --keyring "$home/keyring"
}

make_osd() {
  local id
  id=$(cat /proc/sys/kernel/random/uuid)
  ask osd new "$id" >/dev/null
  ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$id"
}

make_user() {
  radosgw-admin -c "$conf" -n client.rgw user create --uid tapedeck --display-name Tapedeck \
    --access-key "$access_key" --secret-key "$secret_key"
}

# once NAME COMMAND…: unless it was done in this folder before.
once() {
  local name=$1
  shift
  [ ! -f "$home/$name.done" ] || return 0
  "$@" >"$home/make-$name.out" 2>&1 || stop_with "$name cannot be made; see $home/make-$name.out"
  touch "$home/$name.done"
}

up() {
  local first endpoint daemon
  for daemon in ceph-mon ceph-osd radosgw radosgw-admin ceph; do
    command -v "$daemon" >/dev/null || stop_with "$daemon is missing; ./test cloud installs it"
  done
  if [ -f "$environment" ] && pid_of mon >/dev/null && pid_of osd >/dev/null &&
    pid_of radosgw >/dev/null; then
    echo "$environment"
    return
  fi
  down
  [ "$store" = bluestore ] && [ -f "$home/kept-$store" ] || rm -rf "$home"
  mkdir -p "$home"/{mon,osd,rgw,run,crash}
  touch "$home/kept-$store"
  [ -s "$home/fsid" ] || cat /proc/sys/kernel/random/uuid >"$home/fsid"
  [ -s "$home/port" ] || choose_ports >"$home/port" # the monitor's map has it
  first=$(cat "$home/port")
  endpoint=http://127.0.0.1:$((first + 1))
  write_conf "$first"

  once monitor make_monitor "$first"
  start mon ceph-mon -c "$conf" -i a -f
  wait_for mon ask mon stat
  once osd make_osd
  start osd ceph-osd -c "$conf" -i 0 -f
  wait_for osd osd_is_up
  once user make_user
  start radosgw radosgw -c "$conf" -n client.rgw -f
  wait_for radosgw gateway_answers "$endpoint"
  cat >"$environment" <<ENVIRONMENT
export TEST_S3_ENDPOINT=$endpoint
export AWS_ACCESS_KEY_ID=$access_key
export AWS_SECRET_ACCESS_KEY=$secret_key
export AWS_DEFAULT_REGION=$region
ENVIRONMENT
  echo "$environment"
}

case ${1:-} in
  up) up ;;
  down) down ;;
  *) stop_with "say up or down" ;;
esac
