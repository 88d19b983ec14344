#!/usr/bin/env bash
# Hold the core's answers equal on x86-64 and arm64, with and without vectors: bash tests/fuzz/arm64.sh [SCENES]
# Needs Debian's gcc, gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user.
set -euo pipefail
cd "$(dirname "$0")/../.."

scenes=${1:-1500}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
core=(png rows yiq sums moves regions tally mask squeeze)

# build COMPILER NAME FLAG...: the driver beside the core, and beside the core without vectors under other names
build() {
    local compiler=$1 name=$2 objects=()
    shift 2
    local flags=(-std=c11 -O3 -fno-math-errno -ffp-contract=off -Idiffing/core "$@") # as hatch_build.py has them
    for part in png rows yiq; do
        "$compiler" "${flags[@]}" -include tests/fuzz/plain.h -c "diffing/core/$part.c" -o "$scratch/$name-$part.o"
        objects+=("$scratch/$name-$part.o")
    done
    "$compiler" "${flags[@]}" -static tests/fuzz/core_driver.c tests/fuzz/core_fuzzer.c \
        "${core[@]/#/diffing/core/}" "${objects[@]}" -lm -o "$scratch/$name"
}

core=("${core[@]/%/.c}")
build gcc x86-64
build gcc x86-64-plain -DGD_PLAIN
build aarch64-linux-gnu-gcc arm64
build aarch64-linux-gnu-gcc arm64-plain -DGD_PLAIN
expected=$("$scratch/x86-64" "$scenes")
for name in x86-64-plain arm64 arm64-plain; do
    run=("$scratch/$name")
    [[ $name = arm64* ]] && run=(qemu-aarch64 "${run[@]}")
    found=$("${run[@]}" "$scenes")
    [ "$found" = "$expected" ] || { echo "$name answers otherwise: $found, x86-64: $expected"; exit 1; }
done
echo "x86-64 and arm64, with and without vectors, give the same answers: $expected"
