// A table that is brought up to date in place: what stays the same is not touched, so that nothing jumps, and what is being read, or
// was selected, stays.

import { h } from './dom.js';
import { scrolling, table } from './table.js';

/**
 * Columns as those of `table`, but `cell(row)` gives a text, or `{ text, tone, below, whole }`: the tone is a class, what stands
 * below is small, and the whole text is told where it is pointed at. `key(row)` tells rows apart; `none` stands where there are none.
 */
export function steady({ label, columns, key, none, className = '' }) {
    const built = table({ label, columns, rows: [], className: `steady ${className}` }).element;
    const body = built.querySelector('tbody');
    const place = scrolling(built, label);
    const nothing = h('p', { class: 'hint' }, none);
    const element = h('div', null, place, nothing);
    const kept = new Map();
    const update = (rows) => {
        place.hidden = rows.length === 0;
        nothing.hidden = rows.length > 0;
        const seen = new Set();
        rows.forEach((row, at) => {
            const name = key(row);
            if (seen.has(name)) return;
            seen.add(name);
            let line = kept.get(name);
            if (!line) {
                line = make(columns);
                line.element.dataset.row = name;
                kept.set(name, line);
            }
            if (body.children[at] !== line.element) body.insertBefore(line.element, body.children[at] ?? null);
            columns.forEach((column, index) => put(line, index, column.cell(row)));
        });
        for (const [name, line] of kept) {
            if (seen.has(name)) continue;
            line.element.remove();
            kept.delete(name);
        }
    };
    update([]);
    return { element, update };
}

function make(columns) {
    const cells = columns.map((column) => h(column.head ? 'th' : 'td', {
        role: column.head ? 'rowheader' : 'cell', scope: column.head ? 'row' : null, class: [`c-${column.key}`, column.kind].filter(Boolean).join(' '),
    }));
    return { element: h('tr', { role: 'row' }, cells), cells, was: [] };
}

function put(line, at, given) {
    const cell = typeof given === 'object' && given !== null ? given : { text: given };
    const mark = JSON.stringify(cell);
    if (line.was[at] === mark) return;
    line.was[at] = mark;
    const inner = cell.tone ? h('span', { class: cell.tone }, cell.text) : cell.text;
    line.cells[at].replaceChildren(...[inner, cell.below ? h('small', { class: 'below' }, cell.below) : null].filter((one) => one !== null && one !== undefined));
    if (cell.whole) line.cells[at].title = cell.whole;
    else line.cells[at].removeAttribute('title');
}
