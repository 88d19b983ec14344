#!/bin/sh
# Record what syrupy leaves behind: sh tests/recorded/syrupy/record.sh FOLDER
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
plugin=syrupy
. "$here/../python/stage.sh"

stage updated tests --snapshot-update
tests --snapshot-update >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
upload tests/__snapshots__ tests/shop/__snapshots__

stage failed tests --snapshot-update
failing tests
upload tests/__snapshots__ tests/shop/__snapshots__
