// Asks for a token.

import { get, hasToken, setToken } from './api.js';
import { byId } from './dom.js';

/** `done` is called with what the server says of whoever signed in. */
export function startSignIn(done) {
    byId('sign-in-form').addEventListener('submit', async (event) => {
        event.preventDefault();
        const field = byId('token');
        const problem = byId('token-problem');
        problem.textContent = '';
        field.removeAttribute('aria-invalid');
        const token = field.value.trim();
        // A header takes these characters and no others.
        if (!/^[\x21-\x7e]+$/.test(token)) return wrong('That is not a token.');
        setToken(token);
        try {
            const me = await get('me', null, { quiet: true });
            field.value = '';
            byId('sign-in').hidden = true;
            done(me);
        } catch (error) {
            setToken('');
            wrong(error.status === 401 ? 'That token is wrong. Look whether all of it was copied.' : error.message);
        }
        function wrong(text) {
            problem.textContent = text;
            field.setAttribute('aria-invalid', 'true');
            field.select();
        }
    });
}

export function showSignIn() {
    const expired = hasToken();
    setToken('');
    byId('sign-in').hidden = false;
    byId('token-problem').textContent = expired ? 'The token is not accepted any more.' : '';
    byId('token').focus();
}
