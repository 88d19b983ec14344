#!/bin/sh
# Install the peers into a folder: sh tests/peers/install.sh FOLDER. Locked by hash; no package's script is run.
# Node comes as a package too (node-linux-*), because emulate wants Node >= 22 and distributions have older ones.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=${1:?"usage: install.sh FOLDER"}
mkdir -p "$folder"
cp "$here/package.json" "$here/package-lock.json" "$folder/"
cd "$folder"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
for node in node_modules/node-linux-*; do
    ln -s "${node#node_modules/}" node_modules/node
done
node_modules/node/bin/node --version
