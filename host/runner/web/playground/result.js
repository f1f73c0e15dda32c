'use strict';
// What the filter decided about one event: outcome, stages, records, and how they join.

/** The most that one record has, in bytes. */
const LIMIT = 3072;
const number = (value) => value.toLocaleString('en');
const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** Some of these sizes, as many as a line takes. */
const listed = (sizes) => (sizes.length > 8 ? `${listed(sizes.slice(0, 8))} and more` : sizes.map(number).join(', '));

/** One line about what was decided. */
function summaryOf({ outcome, records, exclusion, rejection }) {
    const parts = typeof records === 'number' ? records : records.length;
    switch (outcome) {
        case 'recorded': return parts === 1 ? 'Recorded' : `Recorded as ${parts} records`;
        case 'excluded': return `Excluded: ${exclusion.reason}`;
        case 'rejected': return `Rejected: ${rejection.reason}`;
        default: return 'No event';
    }
}

function stageOf(explanation, name) {
    return explanation.stages.find(({ stage }) => stage === name);
}

/** The whole answer about one event. `goTo` goes to where the event is at fault. */
function showResult(place, catalog, answer, judged, goTo) {
    const { explanation, joined } = answer;
    fill(place,
        banner(judged, explanation, goTo),
        explanation.draft ? draft(explanation) : null,
        section('Stage by stage', stages(explanation)),
        explanation.stages.some(({ stage }) => stage === 'classify') ? section('Kind of access and activity', kinds(catalog, explanation)) : null,
        judged.records.length ? section(judged.records.length === 1 ? 'The record' : `The ${judged.records.length} records`, recordsOf(judged.records)) : null,
        joined ? section('Joined again', joining(judged.records, joined)) : null);
}

const section = (title, ...content) => h('section', { class: 'card' }, h('h2', null, title), ...content);

function banner(judged, explanation, goTo) {
    const { outcome, exclusion, rejection } = judged;
    const sizes = judged.records.map(bytesOf);
    const why = {
        recorded: () => `${listed(sizes)} of at most ${number(LIMIT)} bytes${sizes.length > 1 ? ' each' : ''}.`,
        excluded: () => `${exclusion.message} of ${exclusion.entity || 'no entity'}: ${stageOf(explanation, 'gate')?.why ?? ''}.`,
        rejected: () => [`${rejection.explanation}, at `, h('code', null, rejection.place || 'the event'), `, byte ${number(rejection.offset)}. `,
            h('button', { type: 'button', class: 'small', id: 'go-to-fault', onclick: goTo }, 'Show it in the event')],
        empty: () => 'There is nothing but blanks.',
    }[outcome]();
    return h('section', { class: `outcome ${outcome}`, 'data-outcome': outcome }, h('h2', null, summaryOf(judged)), h('p', null, why));
}

function draft({ outcome, reason, draft: other }) {
    const same = other.outcome === outcome && other.reason === reason;
    const told = [other.outcome, other.reason].filter(Boolean).join(': ');
    return h('section', { class: 'notice calm', id: 'draft' },
        h('p', null, h('strong', null, 'The draft does not act yet. '), same ? `Once published, it would decide the same about this event: ${told}.` : `Once published, this event would be ${told}.`),
        h('details', null, h('summary', null, 'Stage by stage with the draft'), stages(other)));
}

function stages({ stages: rows }) {
    const row = ({ stage, decision, why, checks }) => [
        h('tr', { class: decision.startsWith('rejected') ? 'stopped' : null },
            h('th', { scope: 'row', class: 'c-stage' }, stage), h('td', { class: 'c-decision' }, decision), h('td', { class: 'c-why' }, why)),
        checks?.length ? h('tr', null, h('td', { colspan: '3', class: 'checks' }, h('details', { open: checks.some(({ passed }) => !passed) },
            h('summary', null, count(checks.length, 'check')),
            h('ul', null, checks.map((check) => h('li', { class: check.passed ? 'passed' : 'stopped' },
                h('span', { class: 'sign' }, check.passed ? 'passed' : 'stopped here'), h('strong', null, check.check), ' ', h('span', { class: 'hint' }, check.why))))))) : null,
    ];
    return h('table', { class: 'stages' },
        h('thead', null, h('tr', null, ['Stage', 'Decision', 'Why'].map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', null, rows.map(row)));
}

/** The kinds of access, and the nine activities with the one that fits. */
function kinds(catalog, explanation) {
    const category = stageOf(explanation, 'categorize').decision;
    const activity = stageOf(explanation, 'classify').decision;
    const list = (names, chosen, label) => h('ul', { class: 'kinds', 'aria-label': label },
        names.map((name) => h('li', { 'aria-current': name === chosen ? 'true' : null }, name)));
    return [
        h('h3', null, 'Category'), list(catalog.categories.map(({ name }) => name), category, 'Categories'),
        h('h3', null, 'Activity, one of nine'), list(catalog.activities.map(({ name }) => name), activity, 'Activities'),
    ];
}

/**
 * Where the bytes of a record are: in the columns that go on from part to part, and in those that every part has. Each share is
 * its name, its bytes, and how many ids are in it where it has some.
 */
function portions(record) {
    const bytes = bytesOf(record);
    const shares = readJson(record).members.filter(({ key }) => ['Fields', 'Query', 'QueryResults'].includes(key)).map(({ key, start, value }) => ({
        name: key,
        // The comma behind it is its own.
        size: bytesOf(record.slice(start, value.end)) + 1,
        ids: key === 'QueryResults' ? record.slice(value.start + 1, value.end - 1).split(', ').filter(Boolean).length : 0,
    }));
    return { bytes, shares: [{ name: 'Columns', size: bytes - shares.reduce((sum, { size }) => sum + size, 0), ids: 0 }, ...shares] };
}

function recordsOf(records) {
    const measured = records.map((record) => ({ record, ...portions(record) }));
    return [
        h('p', { class: 'hint' }, records.length === 1 ? `It fits: no record is over ${number(LIMIT)} bytes.`
            : `One record would be over ${number(LIMIT)} bytes. Each part is a whole record; ids and characters are never cut.`),
        h('ol', { class: 'parts' }, measured.map((part, at) => onePart(part, at, records.length))),
        records.length === 1 ? null : h('p', { class: 'buttons' }, copyButton(() => records.map((record) => `${record}\n`).join(''), 'Copy all as NDJSON')),
    ];
}

function onePart({ record, bytes, shares }, at, all) {
    const bar = h('div', { class: 'size', 'aria-hidden': 'true' });
    for (const { name, size } of shares) {
        const share = h('span', { class: `share ${name}` });
        share.style.width = `${size / LIMIT * 100}%`;
        bar.append(share);
    }
    return h('li', null,
        h('div', { class: 'part-head' }, h('strong', null, all === 1 ? 'Record' : `Part ${at + 1} of ${all}`),
            h('span', { class: 'bytes' }, `${number(bytes)} of ${number(LIMIT)} bytes`)),
        bar,
        h('ul', { class: 'legend' }, shares.map(({ name, size, ids }) => h('li', null,
            h('span', { class: `swatch ${name}`, 'aria-hidden': 'true' }), `${name} ${number(size)}`, ids ? `: ${count(ids, 'id')}` : null))),
        h('details', { open: all === 1 }, h('summary', null, 'Its text'), h('div', { class: 'command' }, copyButton(() => record, 'Copy', all === 1 ? 'the record' : `part ${at + 1}`), h('pre', null, layOut(record)))));
}

function joining(records, { record, differing, ids, fields }) {
    const held = [fields ? count(fields, 'field') : null, ids ? count(ids, 'id') : null].filter(Boolean).join(' and ');
    const verdict = differing.length
        ? h('p', { class: 'failed', id: 'joined-verdict' }, `It differs from the record before it was split, in ${differing.join(', ')}. Please report this.`)
        : h('p', { class: 'good', id: 'joined-verdict' }, `✓ Equal to the record before it was split${held ? `, with its ${held}` : ''}.`);
    const compared = h('p', { class: 'hint' }, 'Compared with what the filter shows to rules, which see the activity before anything is split.');
    if (records.length === 1) {
        return [verdict, h('p', { class: 'hint' }, record === records[0] ? 'It was not split, and joining gives the same bytes.' : 'Joining gives other bytes than the record.'), compared];
    }
    return [
        verdict, compared,
        h('p', null, `${count(records.length, 'part')} with ${number(records.reduce((sum, each) => sum + bytesOf(each), 0))} bytes → 1 record with ${number(bytesOf(record))} bytes.`),
        h('details', { id: 'joined' }, h('summary', null, 'Its text'), h('div', { class: 'command' }, copyButton(() => record, 'Copy', 'the joined record'), h('pre', null, layOut(record)))),
    ];
}
