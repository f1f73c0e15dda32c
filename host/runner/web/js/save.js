// Fetches a file from the server and saves it.

import { file, isAbort } from './api.js';
import { announce, h } from './dom.js';
import { problem } from './notice.js';

/** Saves the file that `path` gives. `place` is where a failure is told. */
export async function save(button, place, path, params, name) {
    button.disabled = true;
    try {
        const got = await file(path, params);
        const url = URL.createObjectURL(got.blob);
        h('a', { href: url, download: got.name ?? name }).click();
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
        place.replaceChildren();
        announce('Saved.');
    } catch (error) {
        if (!isAbort(error)) place.replaceChildren(problem(error));
    } finally {
        button.disabled = false;
    }
}
