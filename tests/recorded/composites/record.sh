#!/bin/sh
# Record the composites that jest-image-snapshot draws: sh tests/recorded/composites/record.sh FOLDER
# FOLDER is where tests/recorded/javascript/install.sh has installed. The pictures are drawn by draw.py.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
packages=$(CDPATH='' cd -- "${1:?"usage: record.sh FOLDER"}" && pwd)
for node in "$packages"/node_modules/node-linux-*/bin; do
    PATH=$node:$PATH
done
rm -rf "$here/output"
mkdir -p "$here/output"
(cd "$here/../../.." && "${PYTHON:-.venv/bin/python}" -m tests.recorded.composites.draw "$here/output")
for golden in "$here"/output/*.golden.png; do
    scenario=$(basename "$golden" .golden.png)
    NODE_PATH=$packages/node_modules node "$here/compose.cjs" "$here/output" "$scenario"
done
