# Builds the package of examples/hosts/node in a copy, from a component. Sourced by the scripts beside it.
#
# The copy is as somebody has it who follows the package's README, and the checkout stays clean. Does nothing where nothing changed.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
HERE=$ROOT/tests/hosts/node
SOURCE=$ROOT/examples/hosts/node

fail() {
    printf 'node: %s\n' "$*" >&2
    exit 1
}

[ -f "${1:-}" ] || fail "usage: $0 COMPONENT …; '${1:-}' is no file (actlog component -o FILE writes it)"
COMPONENT=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$ROOT"
mkdir -p "${CARGO_TARGET_DIR:-target}/hosts/node"
OUT=$(cd "${CARGO_TARGET_DIR:-target}/hosts/node" && pwd)

for tool in node npm; do command -v "$tool" >/dev/null || fail "$tool is missing: Node 20 or newer is needed"; done
[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] || fail "Node 20 or newer is needed, this is $(node --version)"

# A name for what files hold.
key_of() { cat "$@" | node -e '
    const hash = require("crypto").createHash("sha256");
    process.stdin.on("data", (bytes) => hash.update(bytes)).on("end", () => console.log(hash.digest("hex")));'; }

# Lays the sources out in a folder of the output and builds them there: set_up FOLDER COMPONENT.
set_up() {
    local folder=$OUT/$1 component=$2 key
    mkdir -p "$folder"
    rm -rf "$folder"/{src,test,scripts}
    cp -R "$SOURCE"/{src,test,scripts,package.json,package-lock.json,tsconfig.json,example.mjs,translate.mjs,README.md} "$folder"
    if [ "$1" != package ]; then
        ln -sfn ../package/node_modules "$folder/node_modules"
    else
        key=$(key_of "$SOURCE/package.json" "$SOURCE/package-lock.json")-$(node --version)
        if [ "$(cat "$folder/node_modules/.key" 2>/dev/null)" != "$key" ]; then
            (cd "$folder" && npm ci --no-audit --no-fund --silent) || fail "npm cannot install what package-lock.json names"
            echo "$key" >"$folder/node_modules/.key"
        fi
    fi
    key=$(key_of "$component" "$folder"/src/* "$folder"/scripts/* "$folder"/*.json)
    if [ "$(cat "$folder/built" 2>/dev/null)" != "$key" ]; then
        rm -f "$folder/built"
        (cd "$folder" && npm run --silent build -- "$component") || fail "the package does not build from $component"
        echo "$key" >"$folder/built"
    fi
}

set_up package "$COMPONENT"
