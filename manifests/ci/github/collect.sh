#!/bin/sh
# Copy what golden tests drew into the folder GOLDDIGGER_INTO, each file with the folders above it.
# GOLDDIGGER_PRESET names presets, GOLDDIGGER_PATHS further folders, files or globs: one a line, or with commas between.
set -euf

each() { # each of a list, one a line, without the blanks around it
    printf '%s\n' "$1" | tr ',' '\n' | sed -e 's/^[[:blank:]]*//' -e 's/[[:blank:]]*$//' -e '/^$/d'
}

left_by() { # what a preset's framework leaves, as patterns of find
    case $1 in
    playwright) printf '%s\n' '*/test-results/*' '*/playwright-report/*' ;;
    flutter) printf '%s\n' '*/failures/*.png' ;;
    jest-image-snapshot | storybook | cypress) printf '%s\n' '*/__received_output__/*' '*/__diff_output__/*' ;;
    vitest) printf '%s\n' '*/.vitest/attachments/*' ;;
    reg-cli) printf '%s\n' '*/reg.json' ;;
    lost-pixel) printf '%s\n' '*/.lostpixel/current/*' ;;
    roborazzi) printf '%s\n' '*/build/outputs/roborazzi/*' '*/build/test-results/roborazzi/*' ;;
    paparazzi) printf '%s\n' '*/build/paparazzi/failures/*' ;;
    swift-snapshot-testing) printf '%s\n' '*/__Snapshots__/*' ;;
    pytest-regressions) printf '%s\n' '*/obtained/*' ;;
    pytest-image-snapshot) # what it drew, and the difference by which it is known
        for ending in png jpg jpeg webp gif bmp; do printf '*.new.%s\n*.diff.%s\n' "$ending" "$ending"; done
        ;;
    syrupy) printf '%s\n' '*/__snapshots__/*' ;;
    insta) printf '%s\n' '*.snap.new' '*.snap.new.*' ;;
    verify) printf '%s\n' '*.received.*' '*.received/*' ;;
    cocoon-log | same-path | template) ;; # GOLDDIGGER_PATHS says where
    *)
        echo "golddigger: there is no preset named '$1'. Golddigger's docs/presets.md lists them." >&2
        exit 2
        ;;
    esac
}

lying_at() { # a folder, a file or a glob as patterns of find, whose * takes slashes too
    path=$(printf '%s\n' "$1" | sed -e 's|^\./||' -e 's|^/*||' -e 's|/*$||' -e 's|/\*\*/|/*|g')
    case $path in
    '**/'*) path="*/${path#'**/'}" ;;
    *) path="./$path" ;;
    esac
    printf '%s\n' "$path" "$path/*"
}

patterns() {
    each "${GOLDDIGGER_PRESET:-}" | while IFS= read -r name; do left_by "$name"; done
    each "${GOLDDIGGER_PATHS:-}" | while IFS= read -r path; do lying_at "$path"; done
}

into=${GOLDDIGGER_INTO:?}
sought=$(patterns)
if [ -z "$sought" ]; then
    echo "golddigger: nothing was said to be collected. Name a preset, or the paths of what the tests draw." >&2
    exit 2
fi
IFS='
'
set --
for pattern in $sought; do set -- "$@" -o -path "$pattern"; done
shift # the first -o
rm -rf "$into"
mkdir -p "$into"
find . \( -name .git -o -name node_modules -o -path "./$into" \) -prune -o -type f \( "$@" \) -exec sh -c '
    into=$1
    shift
    for file; do
        mkdir -p "$into/${file%/*}" && cp -p "$file" "$into/$file" || exit 1
    done' sh "$into" {} +
count=$(find "$into" -type f -exec sh -c 'for file; do echo; done' sh {} + | wc -l)
echo "golddigger: collected $((count)) files"
if [ "$((count))" -eq 0 ]; then
    echo "golddigger: no golden failed, or the tests keep nothing: docs/presets.md says what each preset needs."
fi
