# Sets up what the rule projects are built with, from the public registries. Sourced by the scripts beside it.

# Fails unless program $1 is there and, run with the words after $2, ends well. $2 says what is needed.
need() {
    local program=$1 wanted=$2
    shift 2
    command -v "$program" >/dev/null || fail "$program is missing: install $wanted"
    "$program" "$@" >/dev/null 2>&1 || fail "$program does not run or is too old: needed is $wanted"
}

set_up_rust() {
    need cargo "Rust from https://rustup.rs" --version
    [ -d "$(rustc --print target-libdir --target $WASM)" ] && return
    say "adding the Rust target $WASM"
    command -v rustup >/dev/null || fail "the Rust target $WASM is missing, and rustup is not here to add it"
    rustup target add $WASM >&2 || fail "the Rust target $WASM cannot be added"
}

set_up_javascript() {
    need node "Node 20 or newer" -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)'
    need npm "Node 20 or newer" --version
    local from=examples/rules/tag-bulk-reads to=$TOOLS/npm
    cmp -s "$from/package-lock.json" "$to/installed" && return
    say "installing $(sed -n 's/.*\(componentize-js\)": "\([^"]*\)".*/\1 \2/p' "$from/package.json")"
    rm -rf "$to" && mkdir -p "$to" && cp "$from/package.json" "$from/package-lock.json" "$to/"
    (cd "$to" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) >&2 || fail "npm cannot install what is needed"
    cp "$from/package-lock.json" "$to/installed"
}

set_up_python() {
    need python3 "Python 3.10 or newer" -c 'import sys; sys.exit(sys.version_info < (3, 10))'
    local wanted=examples/rules/drop-service-noise/requirements.txt to=$TOOLS/venv
    cmp -s "$wanted" "$to/requirements.txt" && return
    say "installing $(tr '\n' ' ' <"$wanted")"
    rm -rf "$to"
    { python3 -m venv "$to" && "$to/bin/pip" install --quiet --requirement "$wanted"; } >&2 || fail "pip cannot install what is needed"
    # What build.py looks at to see that all is there.
    cp "$wanted" "$to/requirements.txt"
}
