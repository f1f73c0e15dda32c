# What run and bench share: paths, and a program of this folder compiled against the library.
# To be sourced with the repository's root as working directory.

FOLDER=$(mkdir -p "${CARGO_TARGET_DIR:-target}/hosts/c" && realpath "${CARGO_TARGET_DIR:-target}")
OUT=$FOLDER/hosts/c
CACHE=$OUT/cache
SOURCES=$PWD/tests/hosts/c
FLAGS=(-std=c11 -Wall -Wextra -Wpedantic -Werror -O1 -g -I"$PWD/host/c/include")

# compile NAME PROFILE SOURCE...
compile() {
    local name=$1 library=$FOLDER/$2
    shift 2
    "${CC:-cc}" "${FLAGS[@]}" -o "$OUT/$name" "${@/#/$SOURCES/}" -L"$library" -Wl,-rpath,"$library" -lactlog -lpthread
}
