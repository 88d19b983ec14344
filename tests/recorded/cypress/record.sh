#!/bin/sh
# Record what @simonsmith/cypress-image-snapshot leaves behind: sh tests/recorded/cypress/record.sh FOLDER
# Cypress itself cannot be installed without downloading its binary. Its part is small, and run.js plays it: it says
# which options hold, lays a screenshot where Cypress lays it, and calls the package's own plugin.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../javascript/stage.sh"

# record SCENARIO OPTIONS: draw the goldens, then the changed look with these options.
record() {
    stage "$1"
    export OPTIONS="$2"
    passing env LOOK=golden node run.js
    find cypress/snapshots -name '*.png' | commit
    failing node run.js
    find . -path '*_output__/*.png' -o -path './compared/*.png' | upload
}

record horizontal '{}'
record vertical '{"diffDirection": "vertical"}'
record received '{"storeReceivedOnFailure": true}'
record folder '{"customDiffDir": "compared"}'
