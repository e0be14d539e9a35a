#!/usr/bin/env bash
# Runs a real S3 server on this machine: one node of OpenStack Swift with its S3 API. Tests use it as a store that is neither Amazon's nor
# Cloudflare's: it verifies signatures and responds 501 NotImplemented to conditional writes. For a Host below swift.test, it takes the
# bucket from the host name.
#
#   infra/local/s3-swift.sh [PORT] [DIR]
#     PORT  listens on 127.0.0.1:PORT to PORT+3 (default: 9090)
#     DIR   folder for the data (default: a temporary folder)
#   Prints one line when it is ready. Runs until Ctrl-C or SIGTERM.
#
# Debian: apt-get install swift-proxy swift-account swift-container swift-object    (neither memcached nor root is needed)
set -euo pipefail

port=${1:-9090}
dir=${2:-}

if ! command -v swift-proxy-server >/dev/null; then
  echo 's3-swift: swift-proxy-server is not installed. Install swift-proxy swift-account swift-container swift-object.' >&2
  exit 1
fi

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for taken in $(seq "$port" $((port + 3))); do
  if listens "$taken"; then
    echo "s3-swift: port $taken is in use. PORT to PORT+3 must be free; choose another PORT." >&2
    exit 1
  fi
done

temporary=
[ -n "$dir" ] || dir=$(mktemp -d) temporary=$dir
mkdir -p "$dir"/{etc,log,devices/d1}

cat >"$dir/etc/swift.conf" <<CONF
[swift-hash]
swift_hash_path_prefix = local
swift_hash_path_suffix = local

[storage-policy:0]
name = one-copy
default = yes
CONF

# workers = 0 makes each server one process, with the process id that this script knows. Without `user`, Swift started by root would
# change to the user swift.
common="bind_ip = 127.0.0.1
user = $(id -un)
swift_dir = $dir/etc
workers = 0
log_level = WARNING"

backend() { # NAME PORT
  cat >"$dir/etc/$1.conf" <<CONF
[DEFAULT]
bind_port = $2
$common
devices = $dir/devices
mount_check = false

[pipeline:main]
pipeline = $1-server

[app:$1-server]
use = egg:swift#$1
CONF
}

backend account $((port + 1))
backend container $((port + 2))
backend object $((port + 3))

# One partition and one copy on one device. One Python process saves the ten seconds of nine runs of swift-ring-builder.
/usr/bin/python3 - "$dir/etc" "$port" <<'PYTHON'
import sys
from swift.common.ring import RingBuilder

etc, port = sys.argv[1], int(sys.argv[2])
for offset, name in enumerate(('account', 'container', 'object'), start=1):
    ring = RingBuilder(part_power=0, replicas=1, min_part_hours=0)
    ring.add_dev({'region': 1, 'zone': 1, 'weight': 1, 'ip': '127.0.0.1', 'port': port + offset, 'device': 'd1'})
    ring.rebalance()
    ring.get_ring().save(f'{etc}/{name}.ring.gz')
PYTHON

# The pipeline that s3api requires. tempauth requires a cache, though S3 signatures do not use it. The address has no server, so that a
# memcached on this machine cannot keep entries from one run to the next.
# https://docs.openstack.org/swift/latest/middleware.html#module-swift.common.middleware.s3api.s3api
cat >"$dir/etc/proxy.conf" <<CONF
[DEFAULT]
bind_port = $port
$common

[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth slo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true

[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:slo]
use = egg:swift#slo

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
storage_domain = swift.test

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
CONF

pids=()
stop() {
  trap - EXIT
  kill "${pids[@]}" 2>/dev/null || true
  wait
  # Keeps the logs after a failure.
  [ "$1" != 0 ] || [ -z "$temporary" ] || rm -rf "$temporary"
  exit "$1"
}
trap 'stop 1' EXIT
trap 'stop 0' INT TERM

for name in account container object proxy; do
  "swift-$name-server" "$dir/etc/$name.conf" >"$dir/log/$name.log" 2>&1 &
  pids+=($!)
done

for _ in $(seq 150); do
  if listens "$port" && listens $((port + 1)) && listens $((port + 2)) && listens $((port + 3)); then
    echo "S3 at http://127.0.0.1:$port  access key test:tester  secret testing  region us-east-1  path style"
    wait -n || true
    echo "s3-swift: a server ended, so all are stopped; logs in $dir/log" >&2
    exit 1
  fi
  sleep 0.2
done
echo "s3-swift: not listening on ports $port to $((port + 3)) after 30 s; logs in $dir/log" >&2
exit 1
