// What the view Live shows besides the counts: what moves records, why events were not recorded, the rules, how long things take. All
// of it is what the server reports; no name of a queue, receiver or collector stands here.

import { h } from './dom.js';
import { age, milliseconds, number, shown, time } from './format.js';
import { steady } from './steady.js';

const STATES = { ok: ['ok', 'good'], failing: ['failing', 'failed'], stopped: ['stopped', 'stopped'] };
const NONE = '–';

const flows = steady({
    label: 'Queues, receivers, collectors', className: 'flows', none: 'Nothing reports here yet.',
    key: (row) => [row.Kind, row.Name, row.Detail].join('\u0000'),
    columns: [
        { key: 'name', label: 'Name', head: true, cell: (row) => ({ text: shown(row.Name), below: shown(row.Detail ?? ''), whole: shown(row.Detail ?? '') }) },
        { key: 'kind', label: 'Kind', cell: (row) => shown(row.Kind) },
        { key: 'state', label: 'State', cell: state },
        { key: 'waiting', label: 'Waiting', kind: 'number', cell: (row) => row.Waiting === undefined ? NONE
            : { text: number(row.Waiting), below: row.Limit === undefined ? '' : `of ${number(row.Limit)}` } },
        { key: 'oldest', label: 'Oldest', kind: 'number', cell: (row) => row.OldestAge === undefined ? NONE : age(row.OldestAge) },
        { key: 'sent', label: 'Passed on', kind: 'number', cell: (row) => ({ text: number(row.Sent), below: shown(row.Unit ?? '') }) },
        { key: 'failed', label: 'Failed', kind: 'number', cell: (row) => ({ text: number(row.Failed), tone: row.Failed > 0 ? 'failed' : '' }) },
        { key: 'last', label: 'Last, UTC', kind: 'time', cell: (row) => row.LastSent ? time(row.LastSent) : NONE },
    ],
});

const reasons = steady({
    label: 'Why events were not recorded', className: 'reasons', none: 'Every event became a record.',
    key: (row) => [row.Outcome, row.Reason].join('\u0000'),
    columns: [
        { key: 'reason', label: 'Reason', head: true, cell: (row) => shown(row.Reason) },
        { key: 'outcome', label: 'Outcome', cell: (row) => ({ text: shown(row.Outcome), tone: row.Outcome === 'excluded' ? '' : 'failed' }) },
        { key: 'events', label: 'Events', kind: 'number', cell: (row) => number(row.Events) },
    ],
});

const latencies = steady({
    label: 'How long it takes', className: 'latencies', none: 'Nothing was timed yet.',
    key: (row) => [row.Kind, row.Name].join('\u0000'),
    columns: [
        { key: 'name', label: 'What', head: true, cell: (row) => ({ text: shown(row.Name), below: shown(row.Kind) }) },
        { key: 'count', label: 'Times', kind: 'number', cell: (row) => number(row.Count) },
        { key: 'median', label: 'Median', kind: 'number', cell: (row) => milliseconds(row.Median) },
        { key: 'p99', label: '99 of 100', kind: 'number', cell: (row) => milliseconds(row.P99) },
        { key: 'slowest', label: 'Slowest', kind: 'number', cell: (row) => milliseconds(row.Slowest) },
    ],
});

const RULES = ['Reviewed', 'Tagged', 'Redacted', 'Dropped', 'Unreviewed', 'Withheld'];
const rules = steady({
    label: 'Rules', className: 'rules', none: 'No rules are in force.',
    key: (row) => row.Rule,
    columns: [
        { key: 'name', label: 'Rule', head: true, cell: (row) => shown(row.Rule) },
        { key: 'version', label: 'Version', cell: (row) => shown(row.Version || NONE) },
        ...RULES.map((name) => ({ key: 'count', label: name, kind: 'number', cell: (row) => ({
            text: number(row[name] ?? 0), tone: row[name] > 0 && (name === 'Unreviewed' || name === 'Withheld') ? 'failed' : '',
        }) })),
    ],
});

function state(row) {
    const [text, tone] = STATES[row.State] ?? [shown(row.State), ''];
    return { text, tone, below: row.LastError ? shown(row.LastError) : '', whole: row.LastError ? shown(row.LastError) : '' };
}

const section = (title, hint, inside) => h('section', null, h('h2', null, title), hint ? h('p', { class: 'hint' }, hint) : null, inside.element);

/** The elements, to be put in once. */
export const sections = () => [
    section('Queues, receivers, collectors', null, flows),
    h('div', { class: 'pair' },
        section('Not recorded, and why', 'Since this server began.', reasons),
        section('How long it takes', 'The last 500 of each.', latencies)),
    section('Rules', null, rules),
];

/** Brings all of it up to date. */
export function show(now) {
    flows.update(now.Flows ?? []);
    reasons.update(now.Reasons ?? []);
    latencies.update(now.Latencies ?? []);
    rules.update(now.Rules ?? []);
}
