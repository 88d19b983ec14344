#!/bin/sh
# Record what Vitest's browser mode leaves behind: sh tests/recorded/vitest/record.sh FOLDER
# Needs Debian's chromium; GOLDDIGGER_CHROMIUM names another one.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../javascript/stage.sh"

# record SCENARIO OPTIONS FOLDER: draw the goldens, then the changed look with these options.
record() {
    stage "$1"
    export OPTIONS="$2"
    passing env LOOK=golden vitest run --update -t '^(?!.*is new)'
    find . -path '*/__screenshots__/*.png' | commit
    failing vitest run
    find "$3" -type f | upload
}

record attachments '{}' .vitest/attachments
record folder '{"attachmentsDir": "drawn"}' drawn
