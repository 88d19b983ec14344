#!/bin/sh
# Record what pytest-image-snapshot leaves behind: sh tests/recorded/pytest-image-snapshot/record.sh FOLDER
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
plugin=pytest-image-snapshot
. "$here/../python/stage.sh"

stage saved tests --image-snapshot-update
failing tests --image-snapshot-save-diff
upload tests

stage unsaved tests --image-snapshot-update
failing tests --image-snapshot-fail-if-missing
upload tests
