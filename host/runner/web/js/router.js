// What is shown stands in the URL's fragment: #/view/name?Key=value.

let last = null;
let listener = () => {};

/** The fragment, taken apart. */
export function route() {
    const match = /^#\/([a-z]+)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(location.hash);
    if (!match) return { view: 'search', name: '', params: new URLSearchParams() };
    let name = '';
    try {
        name = decodeURIComponent(match[2] ?? '');
    } catch {
        // Not a name then.
    }
    return { view: match[1], name, params: new URLSearchParams(match[3] ?? '') };
}

/** The fragment that leads there; empty values are left out. */
export function link(path, params) {
    const query = new URLSearchParams();
    for (const [key, value] of params instanceof URLSearchParams ? params : Object.entries(params ?? {})) {
        if (value !== '' && value !== null && value !== undefined) query.set(key, value);
    }
    const text = query.toString();
    return `#/${path.split('/').map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

/** Goes there; with `replace`, back does not come here again. */
export function go(fragment, { replace = false } = {}) {
    if (fragment === location.hash) return;
    history[replace ? 'replaceState' : 'pushState'](null, '', fragment);
    changed();
}

/** Calls back with each new route, and with the present one. */
export function listen(callback) {
    listener = callback;
    addEventListener('popstate', changed);
    addEventListener('hashchange', changed);
    again();
}

/** Shows the present route once more. */
export function again() {
    last = null;
    changed();
}

function changed() {
    if (location.hash === last) return;
    last = location.hash;
    listener(route());
}
