// The view Search: filters, results, and the record that is open.

import { get, isAbort } from './api.js';
import { byId, fill, h } from './dom.js';
import { closeDetail, showDetail } from './detail.js';
import { loadChoices, NAMES, onFilter, readFilters, sent, suggest, unfinished, writeFilters } from './filters.js';
import { count, number } from './format.js';
import { loading, problem } from './notice.js';
import { addRows, focusRow, markOpen, showRows, startKeys } from './results.js';
import { go, link, route } from './router.js';
import { save } from './save.js';
import { hideWelcome, showWelcome } from './welcome.js';

const PAGE = 50;
const DELAY = 200;

let asked = null; // the filters of what is shown
let running = null;
let next = null;
let shownRows = 0;
let inAll = null; // how many there are, as far as they were counted
let edited = ''; // the field that was typed into last
let timer;
let wasOpen = false;
let scrolled = 0;

export function startSearch() {
    onFilter((name) => {
        clearTimeout(timer);
        // Enter and Refresh ask again, though nothing was changed.
        if (!name) asked = null;
        timer = setTimeout(() => {
            const params = new URLSearchParams(readFilters());
            keep(params, ['Open', 'Seen']);
            // Typing on in one field is one step back, not one for each letter.
            const to = link('search', params);
            if (to === location.hash && !name) showSearch(route());
            else go(to, { replace: name !== '' && name === edited });
            edited = name;
        }, name ? DELAY : 0);
    });
    const text = byId('f-Text');
    startKeys(() => text.focus());
    text.addEventListener('keydown', (event) => {
        if (event.key !== 'ArrowDown') return;
        event.preventDefault();
        focusRow();
    });
    byId('more').addEventListener('click', (event) => more(event.detail === 0));
    for (const format of ['csv', 'json', 'ocsf']) {
        byId(`export-${format}`).addEventListener('click', (event) => save(
            event.target, byId('search-notice'), 'export',
            { Format: format, ...sent(route().params) }, `actlog-search.${format}`));
    }
}

export function showSearch({ params }) {
    loadChoices();
    clearTimeout(timer);
    writeFilters(params);
    const filters = JSON.stringify(sent(params));
    if (filters !== asked) search(filters, params);
    else markOpen(params.get('Open'), hrefs());
    const open = Boolean(params.get('Open') || params.get('Seen'));
    if (open && !wasOpen) scrolled = scrollY;
    byId('search').toggleAttribute('data-open', open);
    if (open) {
        showDetail(params);
    } else {
        closeDetail();
        if (wasOpen) {
            scrollTo(0, scrolled);
            focusRow();
        }
    }
    wasOpen = open;
}

/** Leaves nothing running. */
export function hideSearch() {
    clearTimeout(timer);
    hideWelcome();
}

/** Asks again, whatever is shown. */
export function forgetResults() {
    running?.abort();
    asked = null;
}

export function close() {
    const { params } = route();
    params.delete('Open');
    params.delete('Seen');
    go(link('search', params));
}

/** The address of a record beside the present filters. */
function hrefs() {
    const filters = new URLSearchParams();
    for (const name of NAMES) if (route().params.get(name)) filters.set(name, route().params.get(name));
    return (source) => {
        const params = new URLSearchParams(filters);
        params.set('Open', source);
        return link('search', params);
    };
}

function keep(params, names) {
    for (const name of names) if (route().params.get(name)) params.set(name, route().params.get(name));
}

async function search(filters, params) {
    running?.abort();
    const mine = running = new AbortController();
    asked = filters;
    const results = byId('search-results');
    const lacking = unfinished(JSON.parse(filters));
    if (lacking) {
        asked = null;
        results.hidden = true;
        results.removeAttribute('aria-busy');
        fill(byId('search-notice'), h('p', { class: 'hint empty', role: 'status' }, lacking));
        return;
    }
    results.setAttribute('aria-busy', 'true');
    if (results.hidden) fill(byId('search-notice'), loading('Searching…'));
    try {
        const answer = await get('search', { ...JSON.parse(filters), Limit: PAGE }, { signal: mine.signal });
        if (running !== mine) return;
        fill(byId('search-notice'));
        results.hidden = Boolean(answer.Empty);
        byId('filters').hidden = Boolean(answer.Empty);
        if (answer.Empty) {
            showWelcome(() => { forgetResults(); showSearch(route()); });
            return;
        }
        hideWelcome();
        next = answer.Next;
        shownRows = answer.Rows.length;
        inAll = answer.Count;
        if (shownRows) {
            showRows(answer.Rows, hrefs());
            suggest(answer.Rows);
            markOpen(route().params.get('Open'), hrefs());
        } else fill(byId('rows'), nothing(params));
        told();
    } catch (error) {
        if (isAbort(error) || running !== mine) return;
        asked = null;
        results.hidden = true;
        if (error.status === 401) return;
        byId('filters').hidden = error.reason === 'search-off' || error.status === 403;
        fill(byId('search-notice'), problem(error, () => showSearch(route())));
    } finally {
        if (running === mine) results.removeAttribute('aria-busy');
    }
}

async function more(focus) {
    const mine = running;
    const button = byId('more');
    button.disabled = true;
    try {
        const answer = await get('search', { ...JSON.parse(asked), Limit: PAGE, After: next }, { signal: mine.signal });
        if (running !== mine) return;
        next = answer.Next;
        shownRows += answer.Rows.length;
        fill(byId('search-notice'));
        addRows(answer.Rows, focus);
        suggest(answer.Rows);
        markOpen(route().params.get('Open'), hrefs());
        told();
    } catch (error) {
        if (!isAbort(error)) fill(byId('search-notice'), problem(error));
    } finally {
        button.disabled = false;
    }
}

function told() {
    byId('more').hidden = !next;
    byId('search-status').textContent = next
        ? `The newest ${number(shownRows)} of ${inAll?.Exact ? '' : 'more than '}${count(Math.max(inAll?.Found ?? 0, shownRows), 'record')}`
        : shownRows ? count(shownRows, 'record') : 'No records';
    for (const format of ['csv', 'json', 'ocsf']) byId(`export-${format}`).disabled = shownRows === 0;
}

const nothing = (params) => h('div', { class: 'empty' },
    h('p', null, 'Nothing matches these filters.'),
    NAMES.some((name) => !['Text', 'From', 'To'].includes(name) && params.get(name)) ? h('p', null, 'Names and addresses are compared whole, upper and lower case alike; anna* finds all that begin like it.') : null,
    h('ul', null, NAMES.filter((name) => params.get(name)).map((name) => {
        const without = new URLSearchParams(params);
        without.delete(name);
        return h('li', null, h('a', { href: link('search', without) }, `Search without ${byId(`f-${name}`).labels[0].firstChild.textContent.trim().replace(/,.*/, '').toLowerCase()}`), ` ${params.get(name)}`);
    })));
