#!/bin/sh
# Record what reg-cli leaves behind: sh tests/recorded/reg-cli/record.sh FOLDER
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../javascript/stage.sh"

# record SCENARIO REPORT KEPT...: draw, compare with what git holds, and keep these folders.
record() {
    stage "$1"
    report=$2
    shift 2
    LOOK=golden node draw.js visual/expected
    find visual/expected -type f | commit
    node draw.js visual/actual
    failing reg-cli visual/actual visual/expected visual/out/diff -R visual/out/report.html -J "$report"
    # report.html is a megabyte of viewer
    find "$@" -type f ! -name report.html | upload
}

record whole visual/out/reg.json visual
record beside visual/reg.json visual/reg.json visual/actual
record folders visual/out/reg.json visual/actual visual/out/diff
record report visual/out/reg.json visual/out
