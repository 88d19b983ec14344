#!/bin/sh
# Install the peers into a folder: sh tests/peers/install.sh FOLDER. Locked by hash; no package's script is run.
# Node itself comes as a package too (node-linux-*), because emulate wants Node >= 22 and distributions have older ones.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=${1:?"usage: install.sh FOLDER"}
mkdir -p "$folder"
cp "$here/package.json" "$here/package-lock.json" "$folder/"
cd "$folder"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node_modules/node-linux-*/bin/node --version
