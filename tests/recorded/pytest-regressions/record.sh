#!/bin/sh
# Record what pytest-regressions leaves behind: sh tests/recorded/pytest-regressions/record.sh FOLDER
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
plugin=pytest-regressions
. "$here/../python/stage.sh"

stage temporary tests --force-regen
failing tests --basetemp=out
upload out

stage regenerated tests --force-regen
failing tests --force-regen
upload tests
