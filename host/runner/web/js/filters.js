// The form with the filters, and what it stands for.

import { byId, fill, h } from './dom.js';
import { get } from './api.js';

export const NAMES = ['Text', 'From', 'To', 'User', 'Message', 'Category', 'Activity', 'Entity', 'RecordId', 'ClientIP', 'ResultStatus', 'Tag'];

const form = () => byId('filters');

/** What stands in the form. */
export function readFilters() {
    const values = {};
    for (const name of NAMES) {
        const value = form().elements[name].value.trim();
        if (value) values[name] = value;
    }
    return values;
}

/** Puts the values of a route into the form, and leaves alone what is right already. */
export function writeFilters(params) {
    for (const name of NAMES) {
        const field = form().elements[name];
        const value = params.get(name) ?? '';
        if (field.value.trim() === value) continue;
        if (field.tagName === 'SELECT' && value && ![...field.options].some((option) => option.value === value)) {
            field.append(h('option', { value }, value));
        }
        if (field.type === 'date') setDate(field, value);
        else field.value = value;
    }
    const set = NAMES.filter((name) => name !== 'Text' && params.get(name)).length;
    const toggle = byId('filters-toggle');
    toggle.textContent = set ? `Filters (${set})` : 'Filters';
    byId('filters-clear').disabled = set === 0 && !params.get('Text');
}

/** Puts a day into a field; a time of day is left out, and anything else, too. */
export function setDate(field, text) {
    field.value = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0] ?? '';
}

/** The filters of a route, as they are sent. */
export function sent(params) {
    const values = {};
    for (const name of NAMES) {
        const value = params.get(name);
        if (value) values[name] = value;
    }
    return values;
}

/** What keeps the filters from being sent; none where they can be. */
export function unfinished({ RecordId }) {
    return RecordId && !/^\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?$/i.test(RecordId)
        ? 'A record id is a GUID, such as 0a0d8709-711e-e811-a952-000d3a732d76. This one is not whole.' : '';
}

/** Calls back with the name of what was changed. */
export function onFilter(callback) {
    form().addEventListener('input', (event) => callback(event.target.name));
    form().addEventListener('submit', (event) => {
        event.preventDefault();
        callback('');
    });
    byId('filters-clear').addEventListener('click', () => {
        for (const name of NAMES) form().elements[name].value = '';
        callback('');
        form().elements.Text.focus();
    });
    const toggle = byId('filters-toggle');
    const open = (is) => {
        toggle.setAttribute('aria-expanded', String(is));
        byId('filters-more').hidden = !is;
    };
    open(!matchMedia('(max-width: 45rem)').matches);
    toggle.addEventListener('click', () => open(byId('filters-more').hidden));
}

const SUGGESTED = { User: 'User', Entity: 'EntityName', ClientIP: 'ClientIP', Tag: 'Tags' };
const MOST = 300;
const known = {};

/** Offers the values of what was found where one types. */
export function suggest(rows) {
    for (const [name, column] of Object.entries(SUGGESTED)) {
        const values = known[name] ??= new Set();
        const before = values.size;
        for (const value of rows.flatMap((row) => row[column] ?? [])) if (values.size < MOST) values.add(value);
        if (values.size > before) fill(byId(`known-${name}`), [...values].map((value) => h('option', { value })));
    }
}

export function forgetSuggestions() {
    for (const name of Object.keys(SUGGESTED)) {
        delete known[name];
        fill(byId(`known-${name}`));
    }
}

let filled = false;

/** Fills the lists of what there is to choose from. */
export async function loadChoices() {
    if (filled) return;
    filled = true;
    try {
        const catalog = await get('catalog');
        fill(byId('messages'), catalog.Messages.map((name) => h('option', { value: name })));
        for (const [field, names] of [['Category', catalog.Categories], ['Activity', catalog.Activities]]) {
            const select = form().elements[field];
            const { value } = select;
            fill(select, h('option', { value: '' }, 'any'), names.map((name) => h('option', { value: name }, name)));
            if (value && !names.includes(value)) select.append(h('option', { value }, value));
            select.value = value;
        }
    } catch {
        // Without the lists one can still type.
        filled = false;
    }
}
