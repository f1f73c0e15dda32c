// The view Reports: the list, and one report with its table and chart.

import { get, isAbort } from './api.js';
import { byId, fill, h } from './dom.js';
import { setDate } from './filters.js';
import { count, Digits, number, shown, time } from './format.js';
import { loading, problem } from './notice.js';
import { go, link, route } from './router.js';
import { save } from './save.js';
import { scrolling, table } from './table.js';

const KEYS = ['From', 'To', 'User', 'RecordIds'];

let list = null;
let running = null;

export async function showReports({ name, params }) {
    running?.abort();
    const mine = running = new AbortController();
    const { signal } = mine;
    byId('reports').toggleAttribute('data-open', name !== '');
    const place = byId('report');
    try {
        if (!list) {
            fill(byId('report-list'), loading());
            list = await get('reports', null, { signal });
        }
    } catch (error) {
        if (isAbort(error)) return;
        fill(byId('report-list'), problem(error, () => showReports(route())));
        place.hidden = true;
        return;
    }
    if (running !== mine) return;
    place.hidden = false;
    names(name);
    const report = list.find((one) => one.Name === name);
    if (!name) {
        fill(place, h('p', { class: 'empty' }, list.length ? 'Choose a report.' : 'This server has no reports.'));
        return;
    }
    if (!report) {
        fill(place, h('div', { class: 'notice calm', role: 'alert' }, h('h2', null, 'There is no such report'), h('p', null, shown(name))));
        return;
    }
    form(place, report, params, signal);
}

export function hideReports() {
    running?.abort();
    list = null;
}

function names(chosen) {
    const dates = new URLSearchParams();
    for (const key of ['From', 'To']) if (route().params.get(key)) dates.set(key, route().params.get(key));
    fill(byId('report-list'), h('ul', null, list.map((one) => h('li', null,
        h('a', { href: link(`reports/${one.Name}`, dates), 'aria-current': one.Name === chosen ? 'true' : null },
            h('strong', null, shown(one.Title)), h('span', null, shown(one.Description)))))));
}

/** What the report was asked for, and the form that asks. */
function form(place, report, params, signal) {
    const needs = report.Needs ?? [];
    const field = (key, label, input) => h('div', null, h('label', { for: `r-${key}` }, label), input);
    const input = (key, more) => {
        const element = h(key === 'RecordIds' ? 'textarea' : 'input', { id: `r-${key}`, name: key, spellcheck: 'false', ...more });
        if (more.type === 'date') setDate(element, params.get(key) ?? '');
        else element.value = params.get(key) ?? '';
        return element;
    };
    const asks = h('form', { class: 'asks', autocomplete: 'off' },
        field('From', ['From ', h('small', null, 'UTC')], input('From', { type: 'date' })),
        field('To', ['To, included ', h('small', null, 'UTC')], input('To', { type: 'date' })),
        needs.includes('User') ? field('User', 'User', input('User', { required: true, autocapitalize: 'off' })) : null,
        needs.includes('RecordIds') ? h('div', { class: 'wide' }, h('label', { for: 'r-RecordIds' }, 'Record ids, one a line or with commas'),
            input('RecordIds', { required: true, rows: 3 })) : null,
        h('div', { class: 'run' }, h('button', { type: 'submit', class: 'main' }, 'Run')));
    const answer = h('div', { class: 'answer' });
    asks.addEventListener('submit', (event) => {
        event.preventDefault();
        const values = {};
        for (const key of KEYS) values[key] = asks.elements[key]?.value.trim().split(/[\s,;]+/).filter(Boolean).join(',') ?? '';
        if (asks.elements.User) values.User = asks.elements.User.value.trim();
        const to = link(`reports/${report.Name}`, values);
        if (to === location.hash) run(answer, report, values, signal);
        else go(to);
    });
    fill(place,
        h('p', { class: 'back' }, h('a', { href: link('reports') }, '← All reports')),
        h('h2', null, shown(report.Title)), h('p', { class: 'hint' }, shown(report.Description)), asks, answer);
    const values = Object.fromEntries(KEYS.map((key) => [key, params.get(key) ?? '']));
    const missing = needs.filter((key) => !values[key]);
    if (missing.length) asks.elements[missing[0]]?.focus();
    else run(answer, report, values, signal);
}

async function run(place, report, values, signal) {
    const path = `reports/${encodeURIComponent(report.Name)}`;
    fill(place, loading('Running…'));
    try {
        const answer = await get(path, values, { signal });
        const trouble = h('div');
        fill(place,
            h('div', { class: 'bar' },
                h('p', { role: 'status' }, count(answer.Rows.length, 'row')),
                h('div', { class: 'actions', role: 'group', 'aria-label': 'Export this report' }, h('span', null, 'Export'),
                    ['CSV', 'JSON', 'HTML'].map((format) => h('button', {
                        type: 'button',
                        onclick: (event) => save(event.target, trouble, `${path}/export`,
                            { Format: format.toLowerCase(), ...values }, `actlog-${report.Name}.${format.toLowerCase()}`),
                    }, format)))),
            trouble,
            answer.Rows.length
                ? [chart(answer), scrolling(rows(answer), answer.Title)]
                : h('p', { class: 'empty' }, 'Nothing in this time.'));
    } catch (error) {
        if (!isAbort(error)) fill(place, problem(error, () => run(place, report, values, signal)));
    }
}

/** The chart is a picture to the browser: nothing in it can run or load anything. */
const chart = (answer) => answer.Chart
    ? h('div', { class: 'chart', tabindex: '0', role: 'region', 'aria-label': 'Chart' }, h('img', { src: `data:image/svg+xml,${encodeURIComponent(answer.Chart)}`, alt: `Chart of the table below: ${answer.Title}` }))
    : null;

const rows = (answer) => table({
    label: answer.Title, className: 'report', rows: answer.Rows,
    columns: answer.Columns.map((column, at) => ({
        key: 'any', label: shown(column.Name), kind: ['number', 'time'].includes(column.Kind) ? column.Kind : '', head: at === 0,
        cell: (row) => cell(row[at], column.Kind),
    })),
}).element;

function cell(value, kind) {
    if (value === null || value === undefined || value === '') return h('span', { class: 'none' }, '–');
    if (value instanceof Digits) return value.text;
    if (kind === 'number' && typeof value === 'number') return number(value);
    if (kind === 'time') return time(String(value));
    return shown(typeof value === 'object' ? JSON.stringify(value) : value);
}
