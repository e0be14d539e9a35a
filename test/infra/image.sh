#!/usr/bin/env bash
# Builds infra/train.Dockerfile from the last commit, without a registry or a daemon. Then trains in the image as a pod does: as an
# unprivileged user, without capabilities, with a read-only root. Takes some minutes, as root on Debian:
#   apt-get install buildah bubblewrap debootstrap
#   FASHION_MNIST_DIR=… test/infra/image.sh [cpu|gpu]
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${1:-cpu}
work=$(mktemp -d)
build() { BUILDAH_ISOLATION=chroot buildah --storage-driver vfs --root "$work/store" --runroot "$work/runs" "$@"; }
trap 'build rm --all >/dev/null; rm -rf "$work"' EXIT

# Makes a base image instead of pulling the official one: Debian by debootstrap, this project's Node, this machine's npm and certificates.
root=$work/node
node=$PWD/node_modules/node/bin/node
debootstrap --variant=minbase --include=ca-certificates trixie "$root" >/dev/null
cp -L "$node" "$root/usr/local/bin/"
mkdir -p "$root/usr/local/lib/node_modules"
npm=$(realpath "$(command -v npm)")
cp -r "${npm%/bin/*}" "$root/usr/local/lib/node_modules/"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo cafile=/etc/ssl/certs/ca-certificates.crt >"$root/usr/local/etc/npmrc"
container=$(build from scratch)
build copy -q "$container" "$root" / >/dev/null
build config --env PATH=/usr/local/bin:/usr/bin:/bin "$container"
build commit -q "$container" "docker.io/library/$(sed -n 's/^ARG NODE=//p' infra/train.Dockerfile)" >/dev/null

commit=$(git rev-parse HEAD)
mkdir "$work/context"
git archive HEAD | tar x -C "$work/context"
build bud -q --pull-never -f infra/train.Dockerfile --target "$target" --build-arg GIT_COMMIT="$commit" -t trainer "$work/context"

imageConfig() { build inspect --type image --format "{{range .OCIv1.Config.$1}}{{println .}}{{end}}" trainer; }
mapfile -t entry < <(imageConfig Entrypoint)
mapfile -t environment < <(imageConfig Env)
image=$(build mount "$(build from --pull-never trainer)")
mkdir -m 1777 "$work/tmp"
# Runs a command in the image as its user. Unlike in a pod, tini is not the first process here.
inside() {
  bwrap --ro-bind "$image" / --bind "$work/tmp" /tmp --ro-bind "$FASHION_MNIST_DIR" /mnt --proc /proc --dev /dev --unshare-pid --unshare-ipc --unshare-net \
    --chdir /app /usr/bin/env -i TINI_SUBREAPER=1 "${environment[@]}" \
    setpriv --reuid 65532 --regid 65532 --clear-groups --bounding-set=-all --no-new-privs "$@"
}
train=("${entry[@]}" train --data /mnt --models tinyvgg --no-calibration)

inside sh -c 'test "$(id -u)" = 65532 && ! touch /app/x 2>/dev/null && touch /tmp/x'
inside "${train[@]}" --limit 2000 --epochs 1 --out /tmp/run
grep -q "\"$commit\"" "$work/tmp/run/tinyvgg.json"
# The image and the commit have the same code digest, so neither trains again what the other has trained.
digest='import("./train/run/provenance.ts").then(async ({ codeDigest }) => console.log(await codeDigest()))'
test "$(inside node -e "$digest")" = "$(cd "$work/context" && "$node" -e "$digest")"

# Stops the training as Kubernetes stops a pod. The checkpoint is saved, and the run can be resumed.
code=0
inside timeout --preserve-status 5 "${train[@]}" --epochs 2 --out /tmp/ended || code=$?
test "$code" = 143
inside "${entry[@]}" train --data /mnt --resume /tmp/ended
echo "$target: built, trained, stopped by SIGTERM and resumed; $(du -sm "$image" | cut -f1) MB"
