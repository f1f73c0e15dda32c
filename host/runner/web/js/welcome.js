// The first visit: how the first event comes in.

import { get, post } from './api.js';
import { copyButton } from './copy.js';
import { byId, fill, h } from './dom.js';
import { problem } from './notice.js';
import { session } from './session.js';

const LOOK = 2000;
let timer;

/** The command that sends one event. */
export function command() {
    const event = {
        Message: 'Retrieve', CreationTime: `${new Date().toISOString().slice(0, 19)}Z`,
        OrganizationId: '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10', UserUpn: 'ann@contoso.com', ClientIP: '203.0.113.7',
        EntityName: 'account', EntityId: '0a0d8709-711e-e811-a952-000d3a732d76',
    };
    return [
        `curl '${session.EventsUrl.replaceAll("'", '%27')}' \\`,
        session.Anonymous ? null : "  -H 'Authorization: Bearer TOKEN' \\",
        "  -H 'Content-Type: application/json' \\",
        `  -d '${JSON.stringify(event)}'`,
    ].filter(Boolean).join('\n');
}

export const commandBox = () => {
    const text = command();
    return h('div', { class: 'command' }, h('pre', { tabindex: '0', 'aria-label': 'Command' }, text), copyButton(() => text, 'Copy', 'the command'));
};

/** `again` is called when something has come in. */
export function showWelcome(again) {
    const place = byId('welcome');
    const trouble = h('div');
    const demo = h('button', { type: 'button', class: 'main', id: 'load-demo' }, 'Load the demo events');
    demo.addEventListener('click', async () => {
        demo.disabled = true;
        try {
            await post('demo');
            again();
        } catch (error) {
            fill(trouble, problem(error));
            demo.disabled = false;
        }
    });
    fill(place, h('div', { class: 'card narrow welcome' },
        h('h2', null, 'No records yet'),
        h('p', null, 'Send the first event:'),
        commandBox(),
        session.Anonymous ? null : h('p', { class: 'hint' }, 'TOKEN is one that may send events.'),
        h('p', { class: 'hint' }, 'This page looks for it every two seconds.'),
        h('p', null, 'Or look around first, with a morning of a made-up organization:'),
        h('p', null, demo), trouble));
    look(again);
}

export function hideWelcome() {
    clearTimeout(timer);
    byId('welcome').replaceChildren();
}

function look(again) {
    clearTimeout(timer);
    timer = setTimeout(async () => {
        if (document.visibilityState === 'visible') {
            const answer = await get('search', { Limit: 1 }).catch(() => null);
            if (!byId('welcome').firstChild) return;
            if (answer && !answer.Empty) return again();
        }
        look(again);
    }, LOOK);
}
