'use strict';
// Puts the page together: what is typed goes to the filter, and what it answers is shown.

(() => {
    /** Bytes of events and of settings that the page takes; a program takes more. */
    const MOST = { events: 1024 * 1024, settings: 256 * 1024 };
    /** Events that are judged at once. */
    const MOST_EVENTS = 64;
    /** How long nobody types before the filter is asked, in ms. */
    const REST = 120;

    let known = null;
    let selected = 0;
    let events = [];
    let faults = [];
    let timer;
    // Counts what was asked; the answer to anything but the last is not shown.
    let turn = 0;
    let spoken = '';

    const filter = startFilter(COMPONENT, (loaded) => {
        if (loaded.failure) return failed(`The filter does not start: ${loaded.failure}`);
        known = loaded;
        fill(byId('keys'), keysOf(known.schema));
        const hash = known.sha256 ? [', SHA-256 ', h('code', { id: 'hash' }, known.sha256)] : [];
        fill(byId('filter'), `The filter: ${number(known.bytes)} bytes`, hash, '. ', h('code', null, 'actlog component'), ' writes the same file.');
        hint(0);
        return now();
    });
    const eventEditor = makeEditor(byId('events'), () => soon(), follow);
    const settingsEditor = makeEditor(byId('settings'), () => soon(), hint);

    function soon() {
        turn += 1;
        busy(true);
        clearTimeout(timer);
        timer = setTimeout(now, REST);
    }

    const busy = (is) => byId('told').setAttribute('aria-busy', String(is));

    async function now() {
        clearTimeout(timer);
        if (!known) return;
        turn += 1;
        const mine = turn;
        busy(true);
        const text = eventEditor.text();
        const settings = settingsEditor.text();
        const large = bytesOf(text) > MOST.events ? ['The events', MOST.events] : bytesOf(settings) > MOST.settings ? ['The settings', MOST.settings] : null;
        if (large) {
            failed(`${large[0]} have more than ${number(large[1])} bytes, which is the most that this page takes. The program takes any number.`);
            return;
        }
        const all = eventsIn(text);
        events = all.slice(0, MOST_EVENTS);
        selected = Math.min(selected, Math.max(0, events.length - 1));
        const answer = await filter.ask({ settings, events: events.map(({ line }) => line), selected });
        if (!answer || mine !== turn) return;
        busy(false);
        if (answer.failure) failed(`The filter failed: ${answer.failure}. It was started again.`);
        else show(answer, text, settings, all.length);
    }

    function show(answer, text, settings, total) {
        showSettingsErrors(answer.settingsErrors, settings);
        if (answer.settingsErrors.length) {
            eventEditor.mark([]);
            fill(byId('list'));
            say('The settings are not valid');
            fill(byId('result'), h('section', { class: 'outcome waiting', 'data-outcome': 'settings' }, h('h2', null, 'The settings are not valid'),
                h('p', null, `${count(answer.settingsErrors.length, 'mistake')} to mend before the filter decides anything.`)));
            return;
        }
        faults = answer.judged.map(({ rejection }, at) => rejection && faultPlace(text, events[at], rejection));
        eventEditor.mark(faults.filter(Boolean).map((place) => ({ ...place, kind: 'wrong' })));
        showList(answer.judged, total);
        const judged = answer.judged[selected];
        if (!judged) {
            say('No event');
            fill(byId('result'), h('section', { class: 'outcome waiting', 'data-outcome': 'empty' }, h('h2', null, 'No event yet'), h('p', null, 'Paste one on the left, or pick an example.')));
            return;
        }
        say(summaryOf(judged));
        showResult(byId('result'), known.catalog, answer, judged, () => eventEditor.go(faults[selected]));
    }

    /** Where an event is at fault: the word, number or string at the byte that the filter names. */
    function faultPlace(text, { start, end, line }, { offset }) {
        let at = Math.min(start + positionOfByte(line, offset), end);
        while (at < end - 1 && /\s/.test(text[at])) at += 1;
        const found = /^(?:"(?:[^"\\\n]|\\.){0,200}"?|[^\s,:[\]{}"]{1,80})/.exec(text.slice(at, end));
        return { start: at, end: at + (found?.[0].length ?? 1) };
    }

    function showList(judged, total) {
        const sums = ['recorded', 'excluded', 'rejected'].map((name) => [name, judged.filter(({ outcome }) => outcome === name).length]);
        const buttons = judged.map((each, at) => h('li', null, h('button', {
            type: 'button', class: `small ${each.outcome}`, 'aria-pressed': String(at === selected), onclick: () => choose(at, true),
        }, [at + 1, each.message, '–', summaryOf(each)].filter(Boolean).join(' '))));
        fill(byId('list'), judged.length < 2 ? null : [
            h('p', { class: 'sum' }, `${count(judged.length, 'event')} read = ${sums.map(([name, sum]) => `${sum} ${name}`).join(' + ')}`),
            h('ol', null, buttons),
            total > judged.length ? h('p', { class: 'hint' }, `${number(total - judged.length)} more are not looked at: the page takes ${MOST_EVENTS}.`) : null,
        ]);
    }

    function showSettingsErrors(errors, text) {
        let root = null;
        let broken = null;
        try {
            root = text.trim() ? readJson(text) : null;
        } catch (error) {
            broken = { start: error.at ?? 0, end: (error.at ?? 0) + 1 };
        }
        const places = errors.map(({ path }) => broken ?? (root ? locate(root, path) : { start: 0, end: 0 }));
        settingsEditor.mark(places.map((place) => ({ ...place, kind: 'wrong' })));
        fill(byId('settings-errors'), errors.map(({ path, explanation }, at) => h('li', null,
            h('code', null, path || 'the document'), `: ${explanation} `,
            h('button', { type: 'button', class: 'small', 'aria-label': `Show ${path || 'it'} in the settings`, onclick: () => settingsEditor.go(places[at]) }, 'Show'))));
    }

    /** The event in which the caret is, is the one that is explained. */
    function follow(position) {
        const at = events.findIndex(({ start, end }) => position >= start && position <= end);
        if (at >= 0 && at !== selected) choose(at, false);
    }

    function choose(at, withFocus) {
        selected = at;
        if (withFocus) {
            // The button is made anew with the answer.
            now().then(() => byId('list').querySelector('[aria-pressed="true"]')?.focus());
        } else now();
    }

    function hint(position) {
        if (!known) return;
        let path = [];
        try {
            path = pathAt(readJson(settingsEditor.text()), position);
        } catch {
            // Half typed: there is no path yet.
        }
        fill(byId('hint'), hintFor(known.schema, path));
    }

    function failed(message) {
        busy(false);
        say(message);
        fill(byId('list'));
        fill(byId('result'), h('section', { class: 'outcome rejected', 'data-outcome': 'failed', role: 'alert' }, h('h2', null, 'That did not work'), h('p', null, message)));
    }

    /** Tells the outcome to screen readers and in the line that narrow screens keep in view, when it is another. */
    function say(text) {
        byId('glance').textContent = text;
        if (text === spoken) return;
        spoken = text;
        announce(text);
    }

    function picker(select, choices, editor) {
        select.append(...choices.map(({ name }, at) => h('option', { value: String(at) }, name)));
        select.addEventListener('change', () => {
            selected = 0;
            if (select.value !== '') editor.set(choices[Number(select.value)].text);
        });
    }

    function layOutAll() {
        const text = eventEditor.text();
        eventEditor.set(eventsIn(text).map(({ start, end }) => layOut(text.slice(start, end).trim())).join('\n'));
    }

    async function openLink() {
        try {
            const state = await stateOf(location.hash, MOST.events + MOST.settings);
            if (!state) return false;
            settingsEditor.set(state.settings);
            eventEditor.set(state.events);
            for (const id of ['pick-event', 'pick-settings']) byId(id).value = '';
            return true;
        } catch (error) {
            fill(byId('link-note'), `The link cannot be used: ${error.message}`);
            return false;
        }
    }

    async function share() {
        const link = await linkTo({ events: eventEditor.text(), settings: settingsEditor.text() });
        if (!link) {
            fill(byId('link-note'), 'This is too long for a link. Copy the event instead.');
            announce(byId('link-note').textContent);
            return;
        }
        const field = h('input', { readonly: true, 'aria-label': 'Link', id: 'link' });
        field.value = link;
        fill(byId('link-note'), field, copyButton(() => link, 'Copy', 'the link'),
            h('small', null, 'What you typed is in the link itself, behind the #, which browsers send to no server. Whoever has the link can read it.'));
        field.focus();
        field.select();
    }

    async function begin() {
        picker(byId('pick-event'), EVENTS, eventEditor);
        picker(byId('pick-settings'), SETTINGS, settingsEditor);
        byId('lay-out').addEventListener('click', layOutAll);
        byId('lay-out-settings').addEventListener('click', () => settingsEditor.set(layOut(settingsEditor.text())));
        byId('copy-events').append(copyButton(() => eventEditor.text(), 'Copy', 'the event'));
        byId('copy-settings').append(copyButton(() => settingsEditor.text(), 'Copy', 'the settings'));
        byId('share').addEventListener('click', share);
        addEventListener('hashchange', openLink);
        if (await openLink()) return;
        byId('pick-event').value = '0';
        byId('pick-settings').value = '0';
        eventEditor.set(EVENTS[0].text);
        settingsEditor.set(SETTINGS[0].text);
    }
    begin();
})();
