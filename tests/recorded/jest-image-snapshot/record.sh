#!/bin/sh
# Record what jest-image-snapshot leaves behind: sh tests/recorded/jest-image-snapshot/record.sh FOLDER
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../javascript/stage.sh"

# record SCENARIO OPTIONS UPLOADED...: draw the goldens, then the changed look with these options.
record() {
    stage "$1"
    export OPTIONS="$2"
    shift 2
    passing env LOOK=golden jest --ci=false -t '^(?!.*is new)'
    find . -name '*.png' | commit
    failing jest --ci
    find . -path "$1" | upload
}

record received '{"storeReceivedOnFailure": true}' '*_output__/*.png'
record composites '{}' '*_output__/*.png'
record custom '{"storeReceivedOnFailure": true, "customSnapshotsDir": "goldens", "customReceivedDir": "failed/drawn",
    "customDiffDir": "failed/compared"}' './failed/*.png'
