// Keys that work everywhere: "/" goes to the search, Esc closes the detail.

import { byId } from './dom.js';
import { go } from './router.js';
import { close } from './search.js';

export function startShortcuts() {
    document.addEventListener('keydown', (event) => {
        if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || !byId('sign-in').hidden) return;
        const typing = event.target.matches?.('input, textarea, select');
        if (event.key === '/' && !typing) {
            event.preventDefault();
            if (byId('search').hidden) go('#/search');
            byId('f-Text').focus();
            byId('f-Text').select();
        } else if (event.key === 'Escape' && !byId('search').hidden && !byId('detail').hidden) {
            event.preventDefault();
            close();
        }
    });
}
