'use strict';
// A text field that marks places in its text. A textarea cannot mark anything, so a copy of its text stands behind it.

/**
 * Makes an editor of a textarea. `onChange(text)` comes while somebody types or picks, and `onCaret(position)` when the caret moves.
 */
function makeEditor(area, onChange, onCaret) {
    const behind = h('div', { class: 'behind', 'aria-hidden': 'true' });
    const frame = h('div', { class: 'editor' });
    area.replaceWith(frame);
    frame.append(behind, area);
    const follow = () => { behind.scrollTop = area.scrollTop; };
    let caret = -1;
    const moved = () => {
        if (document.activeElement !== area || area.selectionStart === caret) return;
        caret = area.selectionStart;
        onCaret?.(caret);
    };
    area.addEventListener('scroll', follow);
    area.addEventListener('input', () => {
        // The marks are of the text before; new ones come with the answer.
        fill(behind);
        onChange(area.value);
    });
    document.addEventListener('selectionchange', moved);
    area.addEventListener('focus', moved);

    return {
        text: () => area.value,
        /** Puts a text in, as if it had been typed. */
        set(text) {
            area.value = text;
            area.scrollTop = 0;
            fill(behind);
            onChange(text);
        },
        /** Marks these places, `{ start, end, kind }`, in order. An empty place is widened, so that it shows. */
        mark(places) {
            const text = area.value;
            const parts = [];
            let done = 0;
            for (const { start, end, kind } of places.toSorted((one, two) => one.start - two.start)) {
                const from = Math.max(done, Math.min(start, text.length));
                const to = Math.max(from, Math.min(Math.max(end, start + 1), text.length));
                parts.push(text.slice(done, from), h('span', { class: `marked ${kind}` }, text.slice(from, to) || ' '));
                done = to;
            }
            fill(behind, places.length ? [...parts, text.slice(done), '\n'] : []);
            area.setAttribute('aria-invalid', String(places.some(({ kind }) => kind === 'wrong')));
            follow();
        },
        /** Goes to a place and selects it. */
        go({ start, end }) {
            area.focus();
            area.setSelectionRange(start, Math.max(end, start + 1));
            area.scrollTop = Math.max(0, heightBefore(area, behind, start) - area.clientHeight / 2);
            follow();
        },
    };
}

/** How far down a position is: what the text before it takes, laid out like the editor. */
function heightBefore(area, behind, position) {
    const before = behind.cloneNode(false);
    before.classList.add('measured');
    before.textContent = `${area.value.slice(0, position)}|`;
    behind.after(before);
    const { scrollHeight } = before;
    before.remove();
    return scrollHeight;
}
