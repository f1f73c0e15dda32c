// The values that were written, and the parameters of other messages.

import { h } from './dom.js';
import { Digits, ID, parseExactly, shown } from './format.js';
import { table } from './table.js';

/** What is at most this long stays on one line. */
const SHORT = 40;

/** The column Fields as a table; as text where it is something else. */
export function fields(text) {
    let list;
    try {
        list = parseExactly(text);
    } catch {
        list = null;
    }
    if (!Array.isArray(list) || !list.every((field) => typeof field?.Name === 'string')) return h('pre', null, shown(text));
    if (!list.length) return h('p', { class: 'hint' }, 'None.');
    return table({
        label: 'Fields', className: 'pairs', rows: list,
        columns: [
            { key: 'name', label: 'Name', head: true, cell: (field) => shown(field.Name) },
            { key: 'value', label: 'Value', cell: (field) => [value(field.Value), field.Continues ? h('em', { class: 'none' }, ' goes on in the next') : null] },
        ],
    }).element;
}

function value(given) {
    if (given === null || given === undefined) return h('em', { class: 'none' }, 'null');
    if (given instanceof Digits) return given.text;
    if (typeof given === 'string') return text(given);
    if (typeof given !== 'object') return String(given);
    const keys = Object.keys(given);
    if (keys.length === 3 && keys.every((key) => ['Id', 'LogicalName', 'Name'].includes(key)) && typeof given.Id === 'string') {
        return [given.Name ? [text(String(given.Name)), ' '] : null,
            h('span', { class: 'none' }, `${shown(given.LogicalName)} `), h('code', null, shown(given.Id))];
    }
    const lines = pretty(given, '');
    const line = lines.replace(/\n */g, ' ');
    return line.length <= SHORT ? h('code', null, shown(line)) : h('pre', null, lines.split('\n').map(shown).join('\n'));
}

/** A text in which what a rule took away is marked. */
export function text(given) {
    if (given === '') return h('em', { class: 'none' }, 'empty');
    if (ID.test(given)) return h('code', null, given);
    return given.split(/(\[redacted by [^\]]*\])/).map((piece, at) => at % 2 ? h('mark', null, shown(piece)) : shown(piece));
}

function pretty(given, before) {
    if (given instanceof Digits) return given.text;
    if (given === null || typeof given !== 'object') return JSON.stringify(given);
    const inner = `${before}  `;
    const [open, close] = Array.isArray(given) ? '[]' : '{}';
    const items = Array.isArray(given)
        ? given.map((item) => pretty(item, inner))
        : Object.entries(given).map(([key, item]) => `${JSON.stringify(key)}: ${pretty(item, inner)}`);
    return items.length ? `${open}\n${inner}${items.join(`,\n${inner}`)}\n${before}${close}` : open + close;
}
