#!/bin/sh
# Record what jest-image-snapshot leaves behind when it is set up as Storybook's recipe for its test-runner does:
# sh tests/recorded/storybook/record.sh FOLDER
# The hook is Storybook's (postVisit, story ids as names, goldens in ./__snapshots__); who calls it is jest itself,
# because the test-runner needs a Storybook and a browser that Playwright downloads.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../javascript/stage.sh"

# record SCENARIO OPTIONS: draw the goldens, then the changed look with these options.
record() {
    stage "$1"
    export OPTIONS="$2"
    passing env LOOK=golden jest --ci=false
    find . -name '*.png' | commit
    failing jest --ci
    find . -path '*_output__/*.png' | upload
}

record received '{"storeReceivedOnFailure": true}'
record composites '{}'
