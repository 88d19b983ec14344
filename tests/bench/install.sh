#!/bin/sh
# Install what comparing is measured beside: sh tests/bench/install.sh FOLDER. odiff comes as a program of each system, of which
# no lock file can name all where a registry has only some; its version is fixed here.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
folder=${1:?"usage: install.sh FOLDER"}
[ -d "$folder/node_modules/odiff-bin" ] && exit 0
[ -d "$folder/node_modules" ] || sh "$here/../peers/install.sh" "$folder"
cd "$folder"
npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error odiff-bin@4.5.0
for node in node_modules/node-linux-*; do # which npm took away again
    ln -sfn "${node#node_modules/}" node_modules/node
done
