#!/bin/sh
# Install the JavaScript frameworks whose output is recorded: sh tests/recorded/javascript/install.sh FOLDER
# Locked by hash; no package's script is run. Cypress itself is left out: its plugin alone draws what is recorded.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=${1:?"usage: install.sh FOLDER"}
mkdir -p "$folder"
cp "$here/package.json" "$here/package-lock.json" "$folder/"
cd "$folder"
npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error
