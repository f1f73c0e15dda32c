// What is said when something is missing, off, or went wrong.

import { h } from './dom.js';

const TITLES = {
    'search-off': 'Search is turned off on this server',
    unreachable: 'The server does not answer',
};

/** A failure, with a way to try again where that can help. */
export function problem(error, retry) {
    const off = error.reason === 'search-off';
    const asked = error.status === 400 || error.status === 403;
    const title = TITLES[error.reason] ?? { 400: 'That cannot be asked', 403: 'Not allowed' }[error.status] ?? 'That did not work';
    return h('div', { class: `notice ${asked ? 'calm' : 'bad'}`, role: 'alert', 'data-reason': /^[a-z-]+$/.test(error.reason) ? error.reason : null },
        h('h2', null, title),
        error.reason === 'unreachable' ? null : h('p', null, error.message),
        off ? h('p', null, 'Reports and Live work as before.') : null,
        retry && !asked ? h('button', { type: 'button', onclick: retry }, 'Try again') : null);
}

export const loading = (text = 'Loading…') => h('p', { class: 'loading', role: 'status' }, text);
