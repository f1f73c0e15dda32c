// The pane with one record, or with those who saw a record.

import { get, isAbort } from './api.js';
import * as badge from './badge.js';
import { copyButton } from './copy.js';
import { byId, fill, h } from './dom.js';
import { fields, text } from './fields.js';
import { count, ID, number, shown, size, time } from './format.js';
import { loading, problem } from './notice.js';
import { indent } from './query.js';
import { go, link, route } from './router.js';
import { seenLink, showSeen } from './seen.js';
import { scrolling, table } from './table.js';

const LIMIT = 3072;
const FIRST_IDS = 20;
/** These have sections of their own. */
const APART = new Set(['Fields', 'Query', 'QueryResults']);

let running = null;
let now = '';

// On paper there is nothing to click: all ids are shown.
addEventListener('beforeprint', () => byId('detail').querySelector('.all')?.click());

export function showDetail(params) {
    const source = params.get('Open') ?? '';
    const seen = params.get('Seen') ?? '';
    const key = `${source} ${seen}`;
    const pane = byId('detail');
    if (key === now && !pane.hidden) return;
    now = key;
    running?.abort();
    running = new AbortController();
    pane.hidden = false;
    if (seen) seenPane(pane, seen, source, running.signal);
    else recordPane(pane, source, running.signal);
}

export function closeDetail() {
    running?.abort();
    now = '';
    const pane = byId('detail');
    pane.hidden = true;
    pane.replaceChildren();
}

function head(title, ...below) {
    const heading = h('h2', { tabindex: '-1' }, title);
    const shut = () => {
        const { params } = route();
        params.delete('Open');
        params.delete('Seen');
        go(link('search', params));
    };
    return [heading, h('div', { class: 'head' },
        h('div', null, heading, below),
        h('button', { type: 'button', class: 'quiet close', 'aria-label': 'Close the detail', 'aria-keyshortcuts': 'Escape', onclick: shut }, '✕'))];
}

function put(pane, [heading, top], ...rest) {
    fill(pane, top, rest);
    pane.scrollTop = 0;
    if (matchMedia('(max-width: 62rem)').matches) scrollTo(0, 0);
    heading.focus({ preventScroll: true });
}

function seenPane(pane, id, source, signal) {
    const back = route().params;
    back.delete('Seen');
    const list = h('div');
    put(pane, head('Who saw this record',
        h('p', { class: 'id' }, h('code', null, shown(id)), ' ', copyButton(() => id, 'Copy', 'the record id')),
        h('p', { class: 'links' },
            source ? h('a', { href: link('search', back) }, '← Back to the open record') : null,
            h('a', { href: link('search', { RecordId: id }) }, 'Search for all that was done to it'))),
    list);
    showSeen(list, id, source, signal);
}

async function recordPane(pane, source, signal) {
    put(pane, head('Record'), loading());
    try {
        const answer = await get(`records/${encodeURIComponent(source)}`, null, { signal });
        const { Record: record, Ocsf: ocsf, Parts: parts, Stages: stages, Seal: seal } = answer;
        // Each look is recorded, so it is taken only when somebody asks for it.
        const who = h('div', null, h('button', { type: 'button', onclick: () => showSeen(who, record.EntityId, source, signal) }, 'Show who'));
        put(pane, head([shown(record.Message ?? 'Record'), record.EntityName ? h('span', { class: 'of' }, ` ${shown(record.EntityName)}`) : null],
            h('p', { class: 'under' }, h('time', null, `${time(record.CreationTime) || 'no time'} UTC`), ' · ',
                shown(record.UserUpn ?? record.UserId ?? 'nobody named')),
            h('p', { class: 'under' }, badge.category(record.Category), ' ', record.ResultStatus ? badge.result(record.ResultStatus) : null, ' ', badge.tags(record.Tags?.split(', ')))),
        record.Fields !== undefined ? section('Fields', fields(record.Fields)) : null,
        record.Query !== undefined ? section('Query', h('pre', { class: 'query', tabindex: '0', 'aria-label': 'Query' }, shown(indent(record.Query)))) : null,
        record.QueryResults !== undefined ? results(record.QueryResults) : null,
        section('Record', columns(record)),
        ID.test(record.EntityId ?? '') ? section('Who else saw this record', who) : null,
        parts?.length ? section(parts.length > 1 ? `Stored in ${number(parts.length)} parts` : 'Stored in one part', stored(parts), sealed(seal)) : null,
        stages?.length ? section('Stages', h('p', { class: 'hint' }, 'What the filter decides about such an event today, and why.'), explained(stages)) : null,
        raw('Raw JSON', 'the JSON', record), ocsf ? raw('As an OCSF event', 'the event', ocsf) : null);
    } catch (error) {
        if (isAbort(error)) return;
        put(pane, head('Record'), error.status === 404
            ? h('div', { class: 'notice calm', role: 'alert' }, h('h3', null, 'There is no such record'), h('p', null, error.message))
            : problem(error, () => recordPane(pane, source, signal)));
    }
}

const section = (title, ...inside) => h('section', null, h('h3', null, title), inside);

const columns = (record) => table({
    label: 'Columns', className: 'pairs', rows: Object.entries(record).filter(([name]) => !APART.has(name)),
    columns: [
        { key: 'name', label: 'Column', head: true, cell: ([name]) => shown(name) },
        { key: 'value', label: 'Value', cell: ([name, value]) => [
            text(typeof value === 'string' ? value : JSON.stringify(value)),
            name === 'EntityId' && ID.test(value) ? [' ', h('a', { class: 'who', href: seenLink(value) }, 'who saw it')] : null,
        ] },
    ],
}).element;

function results(given) {
    const ids = given.split(', ').filter(Boolean);
    const item = (id) => h('li', null, h('code', null, shown(id)),
        ID.test(id) ? h('a', { class: 'who', href: seenLink(id), 'aria-label': `Who saw ${id}` }, 'who saw it') : null);
    const list = h('ol', { class: 'ids' }, ids.slice(0, FIRST_IDS).map(item));
    const rest = ids.slice(FIRST_IDS);
    const all = rest.length ? h('button', { type: 'button', class: 'all', onclick: () => {
        list.append(...rest.map(item));
        list.children[FIRST_IDS].querySelector('a')?.focus();
        all.remove();
    } }, `Show all ${number(ids.length)}`) : null;
    return section(`QueryResults: ${count(ids.length, 'record')}`, ids.length ? list : h('p', { class: 'hint' }, 'Nothing came back.'), all,
        ids.length ? h('p', { class: 'after' }, copyButton(() => ids.join('\n'), 'Copy the ids')) : null);
}

const stored = (parts) => table({
    label: 'Parts', className: 'parts', rows: parts,
    columns: [
        { key: 'part', label: 'Part', kind: 'number', head: true, cell: (part) => number(part.Part ?? 1) },
        { key: 'bytes', label: 'Bytes', kind: 'number', cell: (part) => number(size(part)) },
        { key: 'full', label: `Of ${number(LIMIT)}`, cell: (part) => {
            const meter = h('meter', { min: 0, max: LIMIT, 'aria-label': `Part ${part.Part ?? 1}: ${size(part)} of ${LIMIT} bytes` });
            meter.value = size(part);
            return meter;
        } },
        { key: 'id', label: 'Id', cell: (part) => h('code', null, shown(part.Id ?? '')) },
    ],
}).element;

const sealed = (seal) => h('p', { class: 'hint' }, seal
    ? `Proven by seal ${number(seal.Number)} of ${time(seal.Time)} UTC: a later change would show.`
    : 'Not sealed yet: the next seal proves it.');

const explained = (stages) => scrolling(table({
    label: 'Stages', className: 'stages', rows: stages,
    columns: [
        { key: 'stage', label: 'Stage', head: true, cell: (row) => shown(row.Stage) },
        { key: 'decision', label: 'Decision', cell: (row) => shown(row.Decision) },
        { key: 'why', label: 'Why', cell: (row) => shown(row.Why ?? '') },
    ],
}).element, 'Stages');

function raw(title, what, value) {
    const json = shownJson(value);
    return h('section', null, h('details', { class: 'raw' }, h('summary', null, title),
        h('div', { class: 'command' }, h('pre', { tabindex: '0', 'aria-label': title }, json), copyButton(() => json, 'Copy', what))));
}

/** JSON in which nothing is hidden: what cannot be seen is escaped, which means the same. */
const shownJson = (record) => JSON.stringify(record, null, 2).split('\n').map(shown).join('\n');
