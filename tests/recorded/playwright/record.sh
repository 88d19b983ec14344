#!/bin/sh
# Record what @playwright/test leaves behind: sh tests/recorded/playwright/record.sh FOLDER
# Needs Debian's chromium; GOLDDIGGER_CHROMIUM names another one.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../javascript/stage.sh"
export PLAYWRIGHT_JSON_OUTPUT_NAME=test-results/report.json
test="playwright test --reporter=json"

# record SCENARIO TAG [OPTION...]: draw the goldens of the tests with this tag, then the changed look.
record() {
    stage "$1"
    tag=$2
    shift 2
    passing env LOOK=golden $test --grep "$tag" --grep-invert @new --pass-with-no-tests --update-snapshots=all
    find . -path '*-snapshots/*' -type f -o -path './goldens/*' -type f | commit
    rm -rf test-results
    failing $test --grep "$tag" "$@"
    # error-context.md is a text for language models, of no use here
    find test-results -type f ! -name error-context.md | upload
}

record retries @retries --retries=1
record kinds @kinds --project=desktop
record unstable @unstable --project=desktop
record new @new --project=desktop
record new-none @new --project=desktop --update-snapshots=none

# What shards leave is merged in a job of its own; there every file is named by a hash.
stage merged
passing env LOOK=golden $test --grep @kinds --update-snapshots=all
find . -path '*-snapshots/*' -type f | commit
mkdir all
for shard in 1 2; do
    failing playwright test --reporter=blob --grep @kinds --project=desktop --shard=$shard/2
    mv blob-report/*.zip all
done
passing env PLAYWRIGHT_JSON_OUTPUT_NAME=all/report.json playwright merge-reports --reporter=json all
find all/resources all/report.json -type f ! -name '*.md' | upload

# Of the HTML report's page only what it holds of the tests is kept; the rest is half a megabyte of viewer.
stage html
passing env LOOK=golden $test --grep '@kinds|@retries' --update-snapshots=all
find . -path '*-snapshots/*' -type f | commit
failing playwright test --reporter=html --grep '@kinds|@retries' --project=desktop --retries=1
grep -ao '<template id="playwrightReportBase64">[^<]*</template>' playwright-report/index.html >page
mv page playwright-report/index.html
find playwright-report -type f ! -name '*.md' | upload

export TEMPLATE='goldens/{projectName}/{testFilePath}/{arg}{ext}'
record template @template --project=desktop
