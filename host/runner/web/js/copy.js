// A button that copies a text.

import { announce, h } from './dom.js';

export function copyButton(text, label = 'Copy', what = '') {
    const button = h('button', { type: 'button', class: 'small copy', 'aria-label': what ? `${label} ${what}` : null }, label);
    let timer;
    button.addEventListener('click', async () => {
        const done = await copy(text());
        button.textContent = done ? 'Copied' : 'Not copied';
        announce(button.textContent);
        clearTimeout(timer);
        timer = setTimeout(() => { button.textContent = label; }, 1500);
    });
    return button;
}

async function copy(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        // Without TLS there is no clipboard but the old way.
        const area = h('textarea', { class: 'unseen', readonly: true });
        area.value = text;
        const before = document.activeElement;
        document.body.append(area);
        area.select();
        const done = document.execCommand('copy');
        area.remove();
        before?.focus();
        return done;
    }
}
