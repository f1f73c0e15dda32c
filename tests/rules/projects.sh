# Where the rule projects are and how they are laid out for building. Sourced by the scripts beside it, from the root.
#
# A project is built in a copy, as somebody would who follows its README: the checkout stays clean, and a project that reaches
# outside itself and the contract fails.

NAMES=(mask-contacts tag-bulk-reads drop-service-noise new-rust new-javascript new-python keep-four keep-every)
WASM=wasm32-unknown-unknown
TEMPLATES=host/runner/rule-templates

mkdir -p "${CARGO_TARGET_DIR:-target}/rules"
OUT=$(cd "${CARGO_TARGET_DIR:-target}/rules" && pwd)
WORK=$OUT/work
TOOLS=$OUT/tools

# A build around this one must not change what is built here.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET CARGO_BUILD_BUILD_DIR RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CLIPPY_ARGS
export CARGO_TARGET_DIR=$TOOLS/cargo

say() { printf 'rules: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# One run at a time: the copies and the tools are shared.
lock() {
    if command -v flock >/dev/null; then
        exec 9>"$OUT/lock"
        flock 9
    fi
}

# The names given, or all of them.
select_projects() {
    local name
    for name in "$@"; do
        [[ " ${NAMES[*]} " == *" $name "* ]] || fail "there is no '$name'; there are: ${NAMES[*]}"
    done
    SELECTED=("$@")
    [ $# -gt 0 ] || SELECTED=("${NAMES[@]}")
}

# Folder of a project in the checkout.
source_of() {
    case $1 in
        new-*) echo "$TEMPLATES/${1#new-}" ;;
        keep-*) echo tests/rules/keep ;;
        *) echo "examples/rules/$1" ;;
    esac
}

# Folder of its copy.
copy_of() { echo "$WORK/$(source_of "$1")"; }

language_of() {
    local source
    source=$(source_of "$1")
    if [ -f "$source/Cargo.toml" ]; then
        echo rust
    elif [ -f "$source/package.json" ]; then
        echo javascript
    else
        echo python
    fi
}

# Copies folder $1 to $2 without what builds leave behind.
copy_sources() {
    mkdir -p "$2"
    tar -C "$1" --exclude=./node_modules --exclude=./.venv --exclude=./target --exclude=./rule.wasm --exclude=__pycache__ -cf - . |
        tar -C "$2" -xf -
}

# Lays out a project for building; a template as `actlog rule new` does.
lay_out() {
    local name=$1 copy file
    copy=$(copy_of "$name")
    rm -rf "$copy"
    copy_sources "$(source_of "$name")" "$copy"
    copy_sources wit "$WORK/wit"
    if [[ $name == new-* ]]; then
        copy_sources "$TEMPLATES/shared" "$copy"
        copy_sources wit "$copy/wit"
        find "$copy" -type f ! -path '*/wit/*' | while read -r file; do
            sed "s/{{name}}/$name/g" "$file" >"$WORK/filled" && cat "$WORK/filled" >"$file"
        done
    fi
    case $(language_of "$name") in
        # With the versions that are compiled already.
        rust) cp examples/rules/mask-contacts/Cargo.lock "$copy/" ;;
        javascript) ln -s "$TOOLS/npm/node_modules" "$copy/node_modules" ;;
        python) ln -s "$TOOLS/venv" "$copy/.venv" ;;
    esac
}

digest() {
    if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
}

# One line that changes when anything changes that $1 is made of. What else matters is given as further words.
key_of() {
    local name=$1 folders=(wit tests/rules "$(source_of "$1")")
    shift
    [[ $name == new-* ]] && folders+=("$TEMPLATES/shared")
    {
        printf '%s\n' "$name" "$@"
        # A program that is missing is reported when it is needed.
        case $(language_of "$name") in
            rust) rustc --version || true && cat examples/rules/mask-contacts/Cargo.lock ;;
            javascript) node --version || true && cat examples/rules/tag-bulk-reads/package-lock.json ;;
            python) python3 --version || true && cat examples/rules/drop-service-noise/requirements.txt ;;
        esac
        find "${folders[@]}" -type f ! -path '*/node_modules/*' ! -path '*/.venv/*' ! -path '*/target/*' ! -path '*/__pycache__/*' \
            ! -name rule.wasm | LC_ALL=C sort | while read -r file; do
            echo "$file" && cat "$file"
        done
    } | digest
}
