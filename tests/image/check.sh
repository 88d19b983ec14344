#!/usr/bin/env bash
# Build the image for real and start it: on a base made here from Debian's packages, so that no registry of images is needed.
# Needs root, buildah, mmdebstrap, curl and ps. IMAGE_BASE=FILE keeps the base between runs.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
build() { buildah --root "$work/store" --runroot "$work/run" "$@"; }
server=""
clean() {
    [ -z "$server" ] || kill -- "-$server" 2>/dev/null || true
    wait 2>/dev/null || true
    [ -z "${container:-}" ] || { build umount "$container"; build rm "$container"; } >/dev/null 2>&1 || true
    umount -l "$work/store/overlay" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT

for command in buildah mmdebstrap curl ps; do
    command -v "$command" >/dev/null || { echo "$command is missing: apt-get install buildah mmdebstrap curl procps"; exit 1; }
done

base=${IMAGE_BASE:-$work/base.tar}
[ -f "$base" ] || mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,python3-dev,gcc,libc6-dev,ca-certificates \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$base"
container=$(build from scratch)
build add -q "$container" "$base" / >/dev/null
# What lets pip reach its packages here must be in the base, as in any company's own: certificates and settings.
for file in /etc/ssl/certs/ca-certificates.crt /etc/pip.conf; do
    [ ! -f "$file" ] || build copy -q "$container" "$file" "$file" >/dev/null
done
[ ! -f "${HOME:-/root}/.config/pip/pip.conf" ] || build copy -q "$container" "$HOME/.config/pip/pip.conf" /etc/pip.conf >/dev/null
build commit -q "$container" base >/dev/null
build rm "$container" >/dev/null

build bud -q --format docker --network host --build-arg BASE=localhost/base -t golddigger . >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
container=$(build from localhost/golddigger)
root=$(build mount "$container")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
setsid buildah --root "$work/store" --runroot "$work/run" run --network host "$container" -- \
    golddigger serve --host 127.0.0.1 --port "$port" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 100); do
    curl -fsS "http://127.0.0.1:$port/readyz" >"$work/ready" 2>/dev/null && break
    sleep 0.2
done
cat "$work/ready" 2>/dev/null || { cat "$work/log"; exit 1; }
echo
run_in_it() { build run "$container" -- "$@"; }
run_in_it python3 -c 'from diffing import built, streams; assert built.CORE and streams.NAME == "libdeflate", (built.name(), streams.NAME)' ||
    { echo "the image compares without the core"; exit 1; }
run_in_it python3 -c 'from diffing import pdfs, svgs; assert svgs.available() and pdfs.available()' ||
    { echo "the image draws no SVG or no PDF"; exit 1; }
user=$(ps -o uid= -C golddigger | sort -un | tr -d ' \n')
[ "$user" = 10001 ] || { echo "it runs as user '$user', not as 10001"; exit 1; }
echo "the image serves as user $user; it is $(du -sm "$root/opt/golddigger" | cut -f1) MiB over its base"
