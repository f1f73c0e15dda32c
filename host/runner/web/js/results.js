// The table of what was found. One row can be reached with Tab, the others with the arrows.

import * as badge from './badge.js';
import { byId, fill, h } from './dom.js';
import { number, shortId, shown, time } from './format.js';
import { table } from './table.js';

const none = () => h('span', { class: 'none' }, '–');

const COLUMNS = (href) => [
    { key: 'time', label: 'Time (UTC)', head: true, cell: (row) => h('a', { href: href(row.Source), class: 'open', tabindex: '-1', 'data-source': row.Source }, time(row.CreationTime) || 'no time') },
    { key: 'user', label: 'User', cell: (row) => row.User ? h('span', { title: shown(row.User) }, shown(row.User)) : none() },
    { key: 'message', label: 'Message', cell: (row) => shown(row.Message) },
    { key: 'category', label: 'Category', cell: (row) => badge.category(row.Category) },
    { key: 'activity', label: 'Activity', cell: (row) => shown(row.Activity ?? '') },
    { key: 'entity', label: 'Entity', cell: (row) => row.EntityName || row.EntityId
        ? [shown(row.EntityName ?? ''), ' ', row.EntityId ? h('code', { title: shown(row.EntityId) }, shortId(row.EntityId)) : null]
        : none() },
    { key: 'records', label: 'Records', kind: 'number', cell: (row) => row.Results ? number(row.Results) : none() },
    { key: 'result', label: 'Result', cell: (row) => badge.result(row.ResultStatus) },
    { key: 'client', label: 'Client', cell: (row) => row.ClientIP ? shown(row.ClientIP) : none() },
    { key: 'tags', label: 'Tags', cell: (row) => row.Tags?.length ? badge.tags(row.Tags) : none() },
    { key: 'parts', label: 'Parts', kind: 'number', cell: (row) => number(row.Parts) },
];

let current = null;
let address = () => '';
let place = null;

/** Shows the first rows; `href` gives the address of a record. */
export function showRows(rows, href) {
    address = href;
    place = table({
        label: 'Audit records', columns: COLUMNS((source) => address(source)), rows, className: 'results',
        onrow: (line, row) => line.addEventListener('click', (event) => {
            if (event.target.closest('a') || String(getSelection())) return;
            line.querySelector('a').click();
        }),
    });
    fill(byId('rows'), place.element);
    reach(links()[0]);
}

/** Adds rows; the first of them gets the focus where `focus` says so. */
export function addRows(rows, focus) {
    const before = links().length;
    place.add(rows);
    if (focus) links()[before]?.focus();
}

/** Marks the row that is open, and keeps the addresses in step with the filters. */
export function markOpen(source, href) {
    address = href;
    for (const link of links()) {
        const open = link.dataset.source === source;
        link.setAttribute('href', address(link.dataset.source));
        link.closest('tr').classList.toggle('is-open', open);
        if (open) {
            link.setAttribute('aria-current', 'true');
            reach(link);
        } else link.removeAttribute('aria-current');
    }
}

export const focusRow = () => (current?.isConnected ? current : links()[0])?.focus();

function links() {
    return [...byId('rows').querySelectorAll('a.open')];
}

function reach(link) {
    if (current) current.tabIndex = -1;
    current = link ?? null;
    if (current) current.tabIndex = 0;
}

/** Moves through the rows with the keys. */
export function startKeys(toSearch) {
    const rows = byId('rows');
    rows.addEventListener('focusin', (event) => {
        if (event.target.matches('a.open')) reach(event.target);
    });
    rows.addEventListener('keydown', (event) => {
        if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches('a.open')) return;
        const all = links();
        const at = all.indexOf(event.target);
        const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1, PageDown: Math.min(at + 10, all.length - 1), PageUp: Math.max(at - 10, 0) }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        if (to < 0) toSearch();
        else if (to >= all.length && !byId('more').hidden) byId('more').focus();
        else all[to]?.focus();
    });
}
