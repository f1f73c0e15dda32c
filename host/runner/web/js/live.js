// The view Live: counts and what moves records as they change, and the settings in force.

import { get, isAbort } from './api.js';
import { copyButton } from './copy.js';
import { byId, fill, h } from './dom.js';
import { number, time } from './format.js';
import { loading, problem } from './notice.js';
import * as operation from './operation.js';
import { commandBox } from './welcome.js';

const EVERY = 2000;
const COUNTS = [
    ['Read', 'events came in'], ['Recorded', 'became records'], ['Excluded', 'left out on purpose'],
    ['Rejected', 'not usable'], ['Faulted', 'the filter failed'], ['Stored', 'records kept'],
    ['Waiting', 'requests for the disk'],
];

let running = null;
let timer;
let before = null;

export function showLive() {
    if (running) return;
    running = new AbortController();
    before = null;
    counts(running.signal);
    settings(running.signal);
    fill(byId('live-operation'), operation.sections());
    fill(byId('live-send'), h('details', null, h('summary', null, 'How to send events'), commandBox()),
        h('p', { class: 'hint' }, h('a', { href: 'playground/' }, 'Playground'), ': what the filter decides about an event, and why.'));
}

export function hideLive() {
    running?.abort();
    running = null;
    clearTimeout(timer);
}

document.addEventListener('visibilitychange', () => {
    if (running && document.visibilityState === 'visible') counts(running.signal);
});

async function counts(signal) {
    clearTimeout(timer);
    if (signal.aborted || document.visibilityState !== 'visible') return;
    try {
        const now = await get('counts', null, { signal });
        if (signal.aborted) return;
        show(now);
        before = now;
        await moves(signal);
        if (signal.aborted) return;
    } catch (error) {
        if (isAbort(error)) return;
        fill(byId('live-counts'), problem(error));
        byId('live-sum').textContent = '';
        if (error.status === 401 || error.status === 403) return;
    }
    timer = setTimeout(() => counts(signal), EVERY);
}

/** What moves records. An auditor may not see it: the settings say so already. */
async function moves(signal) {
    const place = byId('live-operation');
    try {
        operation.show(await get('operation', null, { signal }));
        place.hidden = false;
    } catch (error) {
        if (error.status !== 403) throw error;
        place.hidden = true;
    }
}

function show(now) {
    byId('live-since').textContent = now.Since ? `since ${time(now.Since)} UTC` : '';
    fill(byId('live-counts'), h('dl', { class: 'counts' }, COUNTS.map(([name, meaning]) => {
        const more = before && name !== 'Waiting' ? now[name] - before[name] : 0;
        const trouble = (name === 'Rejected' || name === 'Faulted') && now[name] > 0;
        return h('div', { class: trouble ? 'trouble' : null, 'data-count': name },
            h('dt', null, name), h('dd', { class: 'value' }, number(now[name] ?? 0), more > 0 ? h('span', { class: 'plus' }, ` +${number(more)}`) : null),
            h('dd', { class: 'hint' }, name === 'Recorded' && now.Records !== now.Recorded ? `as ${number(now.Records)} records` : meaning));
    })));
    const sum = now.Recorded + now.Excluded + now.Rejected + now.Faulted;
    byId('live-sum').textContent = sum === now.Read
        ? `Every event is accounted for: ${[now.Recorded, now.Excluded, now.Rejected, now.Faulted].map(number).join(' + ')} = ${number(now.Read)}.`
        : `${number(Math.abs(now.Read - sum))} on their way.`;
    const not = now.NotReady ?? [];
    byId('live-ready').textContent = not.length ? `Not ready for events: ${not.join('; ')}.` : 'Ready for events.';
    byId('live-ready').classList.toggle('problem', not.length > 0);
}

async function settings(signal) {
    const place = byId('live-settings');
    fill(place, loading());
    try {
        const now = await get('settings', null, { signal });
        fill(place,
            h('section', null, h('h2', null, 'Settings in force'), now.Text?.trim()
                ? h('div', { class: 'command' }, h('pre', { tabindex: '0', 'aria-label': 'Settings in force' }, now.Text), copyButton(() => now.Text, 'Copy', 'the settings'))
                : h('p', { class: 'hint' }, 'The defaults: everything is audited but the 25 messages that are never logged.')));
    } catch (error) {
        if (!isAbort(error)) {
            fill(place, h('h2', null, 'Settings in force'), problem(error, () => settings(signal)));
        }
    }
}
