'use strict';
// JSON as text: where things stand in it. Nothing is ever parsed and written anew, so that no digit and no escape changes.

/** How deep documents may nest here; the filter's own limit is 128. */
const DEEPEST = 200;

/**
 * Reads a document into places: `{ kind, start, end, members | items }`, a member being `{ key, start, end, value }` with the
 * place of its key. Throws a SyntaxError with `at`, the place of the fault.
 */
function readJson(text) {
    let at = 0;
    const wrong = (message) => { throw Object.assign(new SyntaxError(message), { at }); };
    const blank = () => { while (at < text.length && ' \t\r\n'.includes(text[at])) at += 1; };
    const token = (pattern) => {
        pattern.lastIndex = at;
        const found = pattern.exec(text);
        if (!found) wrong(at < text.length ? 'unexpected character' : 'the end comes too early');
        at = pattern.lastIndex;
        return found[0];
    };

    function value(depth) {
        if (depth > DEEPEST) wrong('nested too deep');
        blank();
        const start = at;
        if (text[at] === '{') {
            const members = list('}', () => {
                blank();
                const from = at;
                const key = JSON.parse(token(STRING));
                const end = at;
                blank();
                token(/:/y);
                return { key, start: from, end, value: value(depth + 1) };
            });
            return { kind: 'object', start, end: at, members };
        }
        if (text[at] === '[') {
            const items = list(']', () => value(depth + 1));
            return { kind: 'array', start, end: at, items };
        }
        token(text[at] === '"' ? STRING : SCALAR);
        return { kind: 'scalar', start, end: at };
    }

    function list(close, one) {
        const found = [];
        at += 1;
        blank();
        if (text[at] === close) {
            at += 1;
            return found;
        }
        for (;;) {
            found.push(one());
            blank();
            if (text[at] === close) break;
            token(/,/y);
        }
        at += 1;
        return found;
    }

    const root = value(0);
    blank();
    if (at < text.length) wrong('more than one value');
    return root;
}
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/** The document over several lines; a text that is none stays as it is. */
function layOut(text) {
    let root;
    try {
        root = readJson(text);
    } catch {
        return text;
    }
    const parts = [];
    const line = (depth) => parts.push('\n', '  '.repeat(depth));
    const write = (node, depth) => {
        const all = node.members ?? node.items;
        if (!all?.length) {
            parts.push(node.kind === 'scalar' ? text.slice(node.start, node.end) : node.members ? '{}' : '[]');
            return;
        }
        parts.push(node.members ? '{' : '[');
        all.forEach((each, index) => {
            if (index) parts.push(',');
            line(depth + 1);
            if (node.members) parts.push(text.slice(each.start, each.end), ': ');
            write(node.members ? each.value : each, depth + 1);
        });
        line(depth);
        parts.push(node.members ? '}' : ']');
    };
    write(root, 0);
    return parts.join('');
}

/**
 * Where a path such as `organizations[0].version` or `entities."Business Unit"` stands: the key and its value, or what is nearest
 * above it. Of a key that stands twice, the last.
 */
function locate(root, path) {
    let node = root;
    let place = { start: root.start, end: root.start + 1 };
    for (const [, quoted, position, bare] of path.matchAll(/("(?:[^"\\]|\\.)*"…?)|\[(\d+)\]|([^.[\]"]+)/g)) {
        if (position !== undefined) {
            const item = node.items?.[Number(position)];
            if (!item) break;
            node = item;
            place = { start: item.start, end: item.end };
        } else {
            const key = quoted === undefined ? bare : unquoted(quoted);
            const member = node.members?.findLast((each) => each.key === key || (quoted?.endsWith('…') && each.key.startsWith(key)));
            if (!member) break;
            node = member.value;
            place = { start: member.start, end: node.end };
        }
        // Of what goes on over many lines, its beginning is enough.
        if ((node.members ?? node.items)?.length) place.end = node.start + 1;
    }
    return place;
}

function unquoted(quoted) {
    try {
        return JSON.parse(quoted.replace(/…$/, '').replace(/\\u\{([0-9a-f]+)\}/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16))));
    } catch {
        return quoted;
    }
}

/** The keys that lead to position `at`, as `['organizations', 0, 'version']`. */
function pathAt(root, at) {
    const path = [];
    for (let node = root; node;) {
        if (node.members) {
            const member = node.members.find((each) => at >= each.start && at <= each.value.end);
            if (!member) return path;
            path.push(member.key);
            node = member.value;
        } else if (node.items) {
            const index = node.items.findIndex((each) => at >= each.start && at <= each.end);
            if (index < 0) return path;
            path.push(index);
            node = node.items[index];
        } else return path;
    }
    return path;
}

/**
 * Cuts a text into events: each from its first bracket to the one that closes it. What fits nowhere is an event too, for the
 * filter to reject. Gives `{ start, end, line }`: `line` is the event on one line, as long as the text, so that places are the same.
 */
function eventsIn(text) {
    const events = [];
    for (let at = 0; at < text.length;) {
        if (' \t\r\n\ufeff'.includes(text[at])) {
            at += 1;
            continue;
        }
        const start = at;
        let depth = 0;
        let quoted = false;
        const line = [];
        for (; at < text.length; at += 1) {
            const char = text[at];
            // A line feed in a string is no JSON, and must not become any by being taken away.
            line.push(char !== '\n' && char !== '\r' ? char : quoted ? '\u0001' : ' ');
            if (quoted) {
                if (char === '\\' && at + 1 < text.length && text[at + 1] !== '\n' && text[at + 1] !== '\r') line.push(text[at += 1]);
                else if (char === '"') quoted = false;
            } else if (char === '"') quoted = true;
            else if (char === '{' || char === '[') depth += 1;
            else if (char === '}' || char === ']') depth -= 1;
            if (depth <= 0 && !quoted && (char === '}' || char === ']' || (char === '\n' && depth === 0))) break;
        }
        // One that never ends takes no other with it that begins on a line of its own.
        const next = at >= text.length ? text.indexOf('\n{', start) : -1;
        at = next < 0 ? Math.min(at + 1, text.length) : next;
        events.push({ start, end: at, line: line.slice(0, at - start).join('') });
    }
    return events;
}

/** The position in `text` of a byte of its UTF-8. */
function positionOfByte(text, byte) {
    let bytes = 0;
    for (let at = 0; at < text.length;) {
        if (bytes >= byte) return at;
        const code = text.codePointAt(at);
        bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        at += code < 0x10000 ? 1 : 2;
    }
    return text.length;
}

/** Bytes of a text in UTF-8. */
const bytesOf = (text) => new TextEncoder().encode(text).length;
