// Writes the filter of a query over several lines.

/** Indents FetchXML; what does not look like it stays as it is. */
export function indent(text) {
    const pieces = text.match(/<[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>|[^<]+/g);
    if (!pieces || pieces.join('') !== text) return text;
    const lines = [];
    let depth = 0;
    for (let at = 0; at < pieces.length; at += 1) {
        const piece = pieces[at].trim();
        if (!piece) continue;
        if (piece.startsWith('</')) depth = Math.max(0, depth - 1);
        // An element that holds only text stays on its line.
        if (isOpen(piece) && pieces[at + 1] && !pieces[at + 1].startsWith('<') && pieces[at + 2]?.startsWith('</')) {
            lines.push('  '.repeat(depth) + piece + pieces[at + 1] + pieces[at + 2]);
            at += 2;
            continue;
        }
        lines.push('  '.repeat(Math.min(depth, 40)) + piece);
        if (isOpen(piece)) depth += 1;
    }
    return lines.join('\n');
}

const isOpen = (piece) => /^<[^/!?]/.test(piece) && !piece.endsWith('/>');
