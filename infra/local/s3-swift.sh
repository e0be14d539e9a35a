#!/usr/bin/env bash
# A real S3 server on this machine: OpenStack Swift, one node, with its S3 API. For tests of what is not Amazon and not Cloudflare:
# it checks signatures and answers 501 NotImplemented to conditional writes.
#
#   infra/s3-swift.sh [PORT] [DIR]    serves on 127.0.0.1:PORT (9090) to PORT+3, data in DIR (a temporary folder), until Ctrl-C or
#                                     SIGTERM; prints one line when it answers
#
# Debian: apt-get install swift-proxy swift-account swift-container swift-object    (memcached is not needed, nor is root)
set -euo pipefail

port=${1:-9090}
dir=${2:-}

if ! command -v swift-proxy-server >/dev/null; then
  echo 's3-swift: swift-proxy-server is not installed. Install swift-proxy swift-account swift-container swift-object.' >&2
  exit 1
fi

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for taken in $(seq "$port" $((port + 3))); do
  if answers "$taken"; then
    echo "s3-swift: port $taken is taken; PORT to PORT+3 must be free" >&2
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

# workers = 0: each server is one process, the one whose id we know. user: Swift would change to "swift" when root starts it.
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

# One partition, one copy: everything lies on one device. One Python process; nine runs of swift-ring-builder take ten seconds more.
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

# The pipeline that s3api asks for. tempauth demands a cache, though S3 signatures need none: this one has nobody behind it,
# so that a memcached that happens to run here does not carry answers over from another run.
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

[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
CONF

pids=()
stop() {
  trap - EXIT
  kill "${pids[@]}" 2>/dev/null || true
  wait
  # After a failure the logs stay.
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
  if answers "$port" && answers $((port + 1)) && answers $((port + 2)) && answers $((port + 3)); then
    echo "S3 at http://127.0.0.1:$port  access key test:tester  secret testing  region us-east-1  path style"
    wait -n || true
    echo "s3-swift: a server ended, so all do; logs in $dir/log" >&2
    exit 1
  fi
  sleep 0.2
done
echo "s3-swift: no answer on ports $port to $((port + 3)); logs in $dir/log" >&2
exit 1
