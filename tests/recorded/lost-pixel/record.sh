#!/bin/sh
# Record what Lost Pixel's open-source mode leaves behind: sh tests/recorded/lost-pixel/record.sh FOLDER
# Needs Debian's chromium; GOLDDIGGER_CHROMIUM names another one. Nothing is sent to Lost Pixel.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../javascript/stage.sh"
export LOST_PIXEL_DISABLE_TELEMETRY=1

stage pages
passing env LOOK=golden lost-pixel update
find .lostpixel/baseline -type f | commit
failing lost-pixel
find .lostpixel/current .lostpixel/difference -type f | upload
