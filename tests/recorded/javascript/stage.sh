# What every record.sh of a JavaScript framework begins with: `. ../javascript/stage.sh`, with `here` set.
# usage of record.sh: sh tests/recorded/FRAMEWORK/record.sh FOLDER (where install.sh has installed)
packages=$(CDPATH='' cd -- "${1:?"usage: record.sh FOLDER, where tests/recorded/javascript/install.sh has installed"}" && pwd)
for node in "$packages"/node_modules/node-linux-*/bin; do
    PATH=$node:$packages/node_modules/.bin:$PATH
done
export PATH CI=1 FORCE_COLOR=0
work=$packages/work/$(basename "$here")

# stage SCENARIO: stand in a fresh copy of the little project, below the installed packages.
stage() {
    scenario=$1
    rm -rf "$work" "${here:?}/output/$scenario"
    mkdir -p "$work" "$here/output/$scenario/artifact"
    cp -R "$here/project/." "$work"
    cd "$work"
}

# LIST | commit: these files are what git holds when CI runs.
commit() {
    mkdir -p "$here/output/$scenario/repository"
    tr '\n' '\0' | xargs -0 -r cp --parents -t "$here/output/$scenario/repository"
}

# LIST | upload: these are what CI keeps. This machine's folders are named like those of GitHub's runners.
upload() {
    tr '\n' '\0' | xargs -0 -r cp --parents -t "$here/output/$scenario/artifact"
    grep -rlIF "$packages" "$here/output/$scenario/artifact" | while IFS= read -r file; do
        sed -i -e "s|$work|/home/runner/work/app/app|g" -e "s|$packages|/home/runner/work/app|g" "$file"
    done
}

# passing COMMAND..., failing COMMAND...: run what has to pass, and what has to fail.
passing() {
    "$@" >"$packages/work/log" 2>&1 || { cat "$packages/work/log" >&2; exit 1; }
}
failing() {
    if "$@" >"$packages/work/log" 2>&1; then
        cat "$packages/work/log" >&2
        exit 1
    fi
}
