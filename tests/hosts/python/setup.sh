# Sets up the package, as it would be installed, with what its tests need. Sourced by run, bench and measure.
# Quick where nothing changed. Sets ROOT (of the project), HOST (what was set up), PYTHON and, for tests, COPY (of the package's folder).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

fail() { echo "python: $*" >&2; exit 1; }

# absolute FILE: its path from anywhere, before the folder changes.
absolute() { [ -f "$1" ] || fail "there is no file $1"; printf '%s/%s\n' "$(cd "$(dirname "$1")" && pwd)" "$(basename "$1")"; }

set_up() {
    local target=${CARGO_TARGET_DIR:-$ROOT/target} package=$ROOT/examples/hosts/python key
    [[ $target = /* ]] || target=$ROOT/$target
    HOST=$target/hosts/python PYTHON=$target/hosts/python/venv/bin/python COPY=$target/hosts/python/package
    export XDG_CACHE_HOME=$HOST/cache PYTHONDONTWRITEBYTECODE=1
    mkdir -p "$HOST" && chmod go-w "$HOST"

    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "Python 3.10 or newer is needed, and this is $(python3 --version 2>&1)"
    key=$({ python3 --version; cat "$package/pyproject.toml" "${BASH_SOURCE[0]}"; } | sha256sum)
    if [ "$(cat "$HOST/venv.key" 2>/dev/null)" != "$key" ]; then
        rm -rf "$HOST/venv" "$HOST/venv.key" "$HOST/package.key"
        python3 -m venv "$HOST/venv" || fail "python3 -m venv failed (Debian: apt install python3-venv)"
        fresh_copy "$package"
        "$PYTHON" -m pip install --quiet --disable-pip-version-check "$COPY[test]" >&2 || fail "pip could not install what the tests need"
        echo "$key" >"$HOST/venv.key"
    fi
    key=$(cd "$package" && find . -name '*.py' -o -name 'py.typed' -o -name '*.toml' -o -name '*.md' | LC_ALL=C sort | xargs sha256sum | sha256sum)
    if [ "$(cat "$HOST/package.key" 2>/dev/null)" != "$key" ]; then
        fresh_copy "$package"
        "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "$COPY" >&2 || fail "pip could not install the package"
        # Tests are to see the installed package only.
        rm -rf "$COPY/build" "$COPY/src/"*.egg-info
        echo "$key" >"$HOST/package.key"
    fi
}

# Building leaves files behind, which have no place in the project.
fresh_copy() {
    rm -rf "$COPY"
    mkdir -p "$COPY"
    (cd "$1" && tar -c --exclude=__pycache__ --exclude='*.egg-info' --exclude=build --exclude='.[a-z]*' .) | tar -x -C "$COPY"
}
