// Who saw a record.

import { get, isAbort } from './api.js';
import { fill, h } from './dom.js';
import { count, shown, time } from './format.js';
import { loading, problem } from './notice.js';
import { link, route } from './router.js';
import { table } from './table.js';

const HOW = { single: 'opened', many: 'in a list' };

/** The fragment that shows who saw a record, beside what is shown now. */
export function seenLink(id) {
    const { params } = route();
    params.set('Seen', id);
    return link('search', params);
}

/** Fills a place with those who saw the record; `source` is the record that is open. */
export async function showSeen(place, id, source, signal) {
    let next = null;
    let total = 0;
    let list = null;
    const told = h('p', { class: 'hint', role: 'status' });
    const trouble = h('div');
    const more = h('button', { type: 'button', hidden: true, onclick: () => load(true) }, 'Load more');
    fill(place, loading());

    async function load(focus) {
        more.disabled = true;
        try {
            const answer = await get(`seen/${encodeURIComponent(id)}`, { After: next }, { signal });
            fill(trouble);
            next = answer.Next;
            const before = total;
            total += answer.Rows.length;
            if (list) list.add(answer.Rows);
            else {
                list = seenTable(answer.Rows, source);
                fill(place, told, list.element, trouble, more);
            }
            if (!total) list.element.remove();
            told.textContent = total ? `${count(total, 'time')}${next ? '; there are more' : ''}.` : 'Nobody, as far as the records go.';
            if (focus) list.element.querySelectorAll('tbody a')[before]?.focus();
        } catch (error) {
            if (isAbort(error)) return;
            if (list) fill(trouble, problem(error));
            else fill(place, problem(error, () => { fill(place, loading()); load(); }));
        } finally {
            more.disabled = false;
            more.hidden = !next;
        }
    }
    await load(false);
}

function seenTable(rows, source) {
    const open = (to) => {
        const { params } = route();
        params.delete('Seen');
        params.set('Open', to);
        return link('search', params);
    };
    return table({
        label: 'Who saw this record', className: 'seen', rows,
        columns: [
            { key: 'time', label: 'Time (UTC)', cell: (row) => row.Source === source
                ? time(row.CreationTime)
                : h('a', { href: open(row.Source) }, time(row.CreationTime) || 'no time') },
            { key: 'user', label: 'User', head: true, cell: (row) => shown(row.User ?? '–') },
            { key: 'message', label: 'Message', cell: (row) => shown(row.Message) },
            { key: 'how', label: 'How', cell: (row) => [HOW[row.How] ?? shown(row.How), row.Source === source ? h('strong', null, ' · this one') : null] },
        ],
    });
}
