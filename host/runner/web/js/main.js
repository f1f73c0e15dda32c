// Starts the page and shows the view that the URL names.

import { get, hasToken, onRefused, setToken } from './api.js';
import { byId, fill } from './dom.js';
import { forgetSuggestions } from './filters.js';
import { startShortcuts } from './keys.js';
import { hideLive, showLive } from './live.js';
import { loading, problem } from './notice.js';
import { hideReports, showReports } from './reports.js';
import { again, listen } from './router.js';
import { forgetResults, hideSearch, showSearch, startSearch } from './search.js';
import { session } from './session.js';
import { showSignIn, startSignIn } from './sign-in.js';

const VIEWS = {
    search: { title: 'Search', show: showSearch, hide: hideSearch },
    reports: { title: 'Reports', show: showReports, hide: hideReports },
    live: { title: 'Live', show: showLive, hide: hideLive },
};

let listening = false;

function show(route) {
    if (!byId('sign-in').hidden) return;
    const name = Object.hasOwn(VIEWS, route.view) ? route.view : 'search';
    for (const [key, view] of Object.entries(VIEWS)) {
        if (key !== name) {
            byId(key).hidden = true;
            view.hide();
        }
    }
    for (const anchor of document.querySelectorAll('nav [data-view]')) {
        if (anchor.dataset.view === name) anchor.setAttribute('aria-current', 'page');
        else anchor.removeAttribute('aria-current');
    }
    document.title = `${VIEWS[name].title} – actlog`;
    byId(name).hidden = false;
    VIEWS[name].show(route);
}

function entered(me) {
    Object.assign(session, me);
    byId('who').textContent = session.Anonymous ? '' : session.Role;
    byId('who').title = `actlog ${session.Version}`;
    byId('sign-out').hidden = !hasToken();
    byId('starting').hidden = true;
    forgetResults();
    if (listening) again();
    else listen(show);
    listening = true;
}

function ask() {
    for (const [key, view] of Object.entries(VIEWS)) {
        byId(key).hidden = true;
        view.hide();
    }
    // What was read with the token goes with it.
    for (const id of ['rows', 'detail', 'report', 'report-list', 'live-counts', 'live-settings']) fill(byId(id));
    forgetResults();
    forgetSuggestions();
    byId('sign-out').hidden = true;
    byId('who').textContent = '';
    byId('starting').hidden = true;
    const had = hasToken();
    showSignIn();
    if (!had) return;
    // Perhaps no token is needed any more.
    get('me', null, { quiet: true }).then((me) => {
        byId('sign-in').hidden = true;
        entered(me);
    }, () => {});
}

async function start() {
    const starting = byId('starting');
    fill(starting, loading('Starting…'));
    starting.hidden = false;
    try {
        entered(await get('me'));
    } catch (error) {
        if (error.status !== 401) fill(starting, problem(error, start));
    }
}

onRefused(ask);
startSignIn(entered);
startSearch();
startShortcuts();
byId('sign-out').addEventListener('click', () => {
    setToken('');
    start();
});
document.querySelector('.skip').addEventListener('click', (event) => {
    event.preventDefault();
    byId('main').focus();
});
start();
