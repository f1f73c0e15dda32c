'use strict';
// The state in the part of an address behind "#", which browsers send to nobody. A link is made when asked for, and the page's own
// address stays as it is: addresses are kept in the browser's history.

const MARK = '#v1.';
/** Characters of a link; longer ones get lost in mail and chat programs. */
const LONGEST_LINK = 16_000;

/** The address that shows this state, or null where it would be too long. */
async function linkTo(state) {
    const packed = await through(new Blob([JSON.stringify(state)]).stream(), new CompressionStream('deflate-raw'), Infinity);
    const link = MARK + btoa(String.fromCharCode(...packed.slice(0, LONGEST_LINK))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    return packed.length > LONGEST_LINK || link.length > LONGEST_LINK ? null : location.href.split('#')[0] + link;
}

/** The state that an address names, null where it names none. Throws where it is damaged or unpacks to more than `most` bytes. */
async function stateOf(hash, most) {
    if (!hash.startsWith(MARK)) return null;
    if (hash.length > LONGEST_LINK) throw new Error('the link is too long');
    const packed = fromBase64(hash.slice(MARK.length).replaceAll('-', '+').replaceAll('_', '/'));
    const state = JSON.parse(new TextDecoder().decode(await through(new Blob([packed]).stream(), new DecompressionStream('deflate-raw'), most)));
    const text = (key) => {
        if (typeof state?.[key] !== 'string') throw new Error(`the link has no ${key}`);
        return state[key];
    };
    return { events: text('events'), settings: text('settings') };
}

async function through(stream, transform, most) {
    const chunks = [];
    let size = 0;
    const reader = stream.pipeThrough(transform).getReader();
    for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        size += value.length;
        if (size > most) {
            reader.cancel().catch(() => {});
            throw new Error('the link holds more than the page takes');
        }
        chunks.push(value);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
