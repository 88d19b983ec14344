# What record.sh of a pytest plugin begins with: `. ../python/stage.sh`, with `here` and `plugin` set.
# usage of record.sh: sh tests/recorded/PLUGIN/record.sh FOLDER (a virtual environment is made there)
folder=${1:?"usage: record.sh FOLDER, in which a virtual environment is made"}
mkdir -p "$folder"
folder=$(CDPATH='' cd -- "$folder" && pwd)
[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --requirement "$here/../python/requirements.txt"
work=$folder/work/$plugin
export PYTHONDONTWRITEBYTECODE=1 BROWSER=true
tests() { "$folder/bin/pytest" -q -p no:cacheprovider "$@"; }

# stage SCENARIO: stand in a fresh copy of the little project, whose goldens are drawn and in git.
stage() {
    scenario=$1
    shift
    rm -rf "$work" "${here:?}/output/$scenario"
    mkdir -p "$work" "$here/output/$scenario/artifact" "$here/output/$scenario/repository"
    cp -R "$here/project/." "$work"
    cd "$work"
    LOOK=golden "$@" >"$folder/log" 2>&1 || LOOK=golden "$@" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
    find . -type f ! -name '*.py' -exec cp --parents -t "$here/output/$scenario/repository" {} +
    export LOOK=new
}

# failing COMMAND...: run what has to fail.
failing() {
    if "$@" >"$folder/log" 2>&1; then
        cat "$folder/log" >&2
        exit 1
    fi
}

# upload FOLDER...: this is what CI keeps. Links are followed, as actions/upload-artifact does; nothing names this machine.
upload() {
    cp -RL --parents "$@" "$here/output/$scenario/artifact"
    find "$here/output/$scenario/artifact" -name '*.py' -delete
    grep -rlIF "$work" "$here/output/$scenario" | while IFS= read -r file; do
        sed -i -e "s|$work|/home/runner/work/app/app|g" "$file"
    done
}
