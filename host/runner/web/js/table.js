// Tables. Roles are written out, because a table that is laid out anew for a phone would lose them.

import { h } from './dom.js';

/** Columns: `{ key, label, kind, head, cell(row) }`; `head` is the one that names the row. */
export function table({ label, columns, rows, className = '', onrow }) {
    const body = h('tbody', { role: 'rowgroup' });
    const element = h('table', { class: className, role: 'table', 'aria-label': label },
        h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' },
            columns.map((column) => h('th', { role: 'columnheader', scope: 'col', class: classes(column) }, column.label)))),
        body);
    const add = (more) => body.append(...more.map((row) => {
        const line = h('tr', { role: 'row' }, columns.map((column) => h(column.head ? 'th' : 'td', {
            role: column.head ? 'rowheader' : 'cell', scope: column.head ? 'row' : null, class: classes(column),
        }, column.cell(row))));
        onrow?.(line, row);
        return line;
    }));
    add(rows);
    return { element, add };
}

/** A table that may be wider than its place, and then scrolls in it. */
export const scrolling = (element, label) => h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label }, element);

const classes = (column) => [`c-${column.key}`, column.kind].filter(Boolean).join(' ');
