// The playground in a browser: what people see, mark, copy and share, and that nothing leaves.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { browser, screenshot, visit } from '../browser.js';
import { allCases } from '../cases.js';
import { playgroundFiles, startSite } from '../site.js';

const component = readFileSync(process.env.COMPONENT);
const files = playgroundFiles(component);
const site = await startSite(component);
/** A server that the page has no business with. */
const elsewhere = await startSite(component);
const BASE = process.env.PLAYGROUND || site.base;
after(() => Promise.all([browser.close(), site.close(), elsewhere.close()]));

const outcome = (page) => page.locator('#result [data-outcome]');
/** Waits until what was asked last is answered. */
const rest = (page) => page.waitForSelector('#told[aria-busy="false"]');
/** Does something that asks the filter at once, and waits for the answer to it. */
async function answered(page, act) {
    await act();
    await rest(page);
}
const pick = (page, event, settings) => answered(page, async () => {
    if (settings) await page.selectOption('#pick-settings', { label: settings });
    if (event) await page.selectOption('#pick-event', { label: event });
});
const type = (page, id, text) => answered(page, () => page.fill(`#${id}`, text));
/** Opens the page and waits for its first answer. */
const open = (options, act, address = BASE) => visit(address, options, async (page, requests) => {
    await rest(page);
    await act(page, requests);
});
/** The text that is marked in an editor. */
const marked = (page, id) => page.locator(`.editor:has(#${id}) .marked`).allTextContents();
const EVENT = { EventId: '1', Message: 'Retrieve', OrganizationId: '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10', EntityName: 'account' };

test('the server gives the files that stand in the source, and its policy is the page\'s', async () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(files['index.html'])[1];
    assert.match(policy, /^default-src 'none'; /);
    assert.doesNotMatch(policy, /connect-src|https?:|\*|unsafe-inline|unsafe-eval'[^;]*'unsafe-eval'/);
    for (const [name, content] of Object.entries(files)) {
        const answer = await fetch(new URL(name, BASE));
        assert.equal(answer.status, 200, name);
        assert.ok(await answer.text() === content, `${name} is not the file of the source`);
        if (process.env.PLAYGROUND) assert.equal(answer.headers.get('content-security-policy'), `${policy}; frame-ancestors 'none'`, name);
    }
    if (process.env.PLAYGROUND) assert.equal((await fetch(new URL('../Cargo.toml', BASE))).status, 404);
});

test('the first event is decided about at once, stage by stage', () => open({}, async (page) => {
    assert.equal(await outcome(page).getAttribute('data-outcome'), 'recorded');
    assert.deepEqual(await page.locator('.stages .c-stage').allTextContents(), ['decode', 'directory', 'categorize', 'classify', 'recognize', 'gate', 'capture', 'record', 'split']);
    assert.deepEqual(await page.locator('.kinds [aria-current]').allTextContents(), ['ReadMultiple', 'Accessed out-of-box entity']);
    assert.equal(await page.locator('[aria-label="Activities"] li').count(), 9);
    assert.equal(await page.locator('#hash').textContent(), Buffer.from(await crypto.subtle.digest('SHA-256', component)).toString('hex'));
    await screenshot(page, 'light', { fullPage: true });
}));

test('every example shows what its name says', () => open({}, async (page) => {
    const names = (await page.locator('#pick-event option').allTextContents()).slice(1);
    assert.ok(names.length >= 8);
    const outcomes = {};
    for (const name of names) {
        await pick(page, name);
        const seen = await outcome(page).getAttribute('data-outcome');
        outcomes[seen] = (outcomes[seen] ?? 0) + 1;
        const expected = name.startsWith('Rejected') ? 'rejected' : name.startsWith('Never logged') ? 'excluded' : 'recorded';
        assert.equal(seen, expected, name);
        assert.equal(await page.locator('.parts > li').count() > 1, name.includes('split'), name);
        if (seen === 'recorded') assert.match(await page.locator('#joined-verdict').textContent(), /^✓ Equal/, name);
    }
    assert.deepEqual(Object.keys(outcomes).sort(), ['excluded', 'recorded', 'rejected']);
    for (const name of (await page.locator('#pick-settings option').allTextContents()).slice(1)) {
        await pick(page, null, name);
        assert.equal(await outcome(page).getAttribute('data-outcome') === 'settings', name.includes('mistakes'), name);
    }
}));

test('typing changes the decision', () => open({}, async (page) => {
    await type(page, 'events', JSON.stringify(EVENT));
    assert.match(await outcome(page).textContent(), /^Recorded\d/);
    await type(page, 'settings', '{"auditing": {"read": false}}');
    assert.match(await outcome(page).textContent(), /^Excluded: read-auditing-off/);
    assert.equal(await page.locator('#announce').textContent(), 'Excluded: read-auditing-off');
    assert.match(await page.locator('.checks .stopped').textContent(), /^stopped here/);
    await type(page, 'settings', '{"draft": {"auditing": {"read": false}}}');
    assert.match(await outcome(page).textContent(), /^Recorded/);
    assert.match(await page.locator('#draft').textContent(), /Once published, this event would be excluded: read-auditing-off/);
    await type(page, 'events', '  \n ');
    assert.equal(await outcome(page).getAttribute('data-outcome'), 'empty');
}));

test('a fault of an event is marked where it is', () => open({}, async (page) => {
    // Characters of one to four bytes stand before the fault: the filter counts bytes, the page characters.
    const event = { ...EVENT, UserAgent: 'é 山 🎉', EntityId: 'account-17' };
    await type(page, 'events', JSON.stringify(event, null, 2));
    assert.deepEqual(await marked(page, 'events'), ['"account-17"']);
    const text = await page.locator('#events').inputValue();
    const offset = Number(/byte ([\d,]+)\./.exec(await outcome(page).textContent())[1].replaceAll(',', ''));
    assert.equal(Buffer.from(text).subarray(offset).toString().trimStart().indexOf('"account-17"'), 0);
    assert.equal(await page.locator('#events').getAttribute('aria-invalid'), 'true');
    await page.click('#go-to-fault');
    assert.equal(await page.evaluate(() => document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)), '"account-17"');
    await type(page, 'events', JSON.stringify(EVENT));
    assert.deepEqual(await marked(page, 'events'), []);
    assert.equal(await page.locator('#events').getAttribute('aria-invalid'), 'false');
    await type(page, 'events', '{"Message": "Update",\n "Text": "a line\nfeed"}');
    assert.match(await outcome(page).textContent(), /^Rejected: not-json/);
    await screenshot(page, 'fault');
}));

test('the mark lies behind the very text, also far down in a long event', () => open({}, async (page) => {
    const event = { ...EVENT, QueryResults: [...Array.from({ length: 150 }, (_, at) => `c2f1e0d9-5b3a-ee11-a81c-${String(at).padStart(12, '0')}`), 'wrong'] };
    await type(page, 'events', JSON.stringify(event, null, 2));
    await page.click('#go-to-fault');
    const { mark, frame, scroll } = await page.evaluate(() => {
        const area = document.getElementById('events');
        return {
            mark: document.querySelector('.marked').getBoundingClientRect().toJSON(), frame: area.getBoundingClientRect().toJSON(),
            scroll: [area.scrollTop, area.previousSibling.scrollTop, area.scrollHeight - area.previousSibling.scrollHeight],
        };
    });
    assert.ok(mark.top >= frame.top && mark.bottom <= frame.bottom, 'it is in view');
    assert.ok(scroll[0] > 0 && scroll[0] === scroll[1], `both are scrolled alike: ${scroll}`);
    assert.ok(Math.abs(scroll[2]) < 25, `both are as high: ${scroll}`);
    await screenshot(page, 'fault-far-down');
}));

test('mistakes in the settings are marked where they are', () => open({}, async (page) => {
    await pick(page, null, 'With mistakes');
    assert.equal(await outcome(page).getAttribute('data-outcome'), 'settings');
    assert.deepEqual(await marked(page, 'settings'), ['"Areas": []', '"retention": 90']);
    await screenshot(page, 'mistakes');
    await type(page, 'settings', '{\n "entities": {"Business Unit": {"auditing": 1}}}');
    assert.deepEqual(await marked(page, 'settings'), ['"auditing": 1']);
    await type(page, 'settings', '{"users": [{"id": "20000000-0000-4000-8000-000000000001"}, {"id": "nobody"}]}');
    assert.deepEqual(await marked(page, 'settings'), ['"id": "nobody"']);
    await page.locator('#settings-errors button').click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'settings');
    await type(page, 'settings', '{"auditing": {"start": true}');
    assert.match(await page.locator('#settings-errors').textContent(), /^the document: not JSON/);
    assert.equal((await marked(page, 'settings')).length, 1);
    await type(page, 'settings', '{}');
    assert.equal(await page.locator('#settings-errors li').count(), 0);
}));

test('the key at the caret is explained from the schema', () => open({}, async (page) => {
    await type(page, 'settings', '{"auditing": {"user-access": true}, "entities": {"account": {"multiple-record": false}}}');
    const at = async (word) => {
        await page.evaluate((text) => {
            const area = document.getElementById('settings');
            area.focus();
            area.setSelectionRange(area.value.indexOf(text) + 1, area.value.indexOf(text) + 1);
        }, word);
        await page.waitForFunction((text) => document.getElementById('hint').textContent.includes(text), word.replaceAll('"', ''));
        return page.locator('#hint').textContent();
    };
    assert.match(await at('"user-access"'), /^auditing\.user-access boolean\. Audit user access\..* Default: true\.$/);
    assert.match(await at('"multiple-record"'), /^entities\.account\.multiple-record boolean\./);
    assert.ok(await page.locator('#keys tbody tr').count() > 25);
}));

test('a record over the limit is split, and its parts join to the same again', () => open({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await pick(page, 'Many ids: 200 records in one grid, split');
    const parts = await page.locator('.parts .bytes').allTextContents();
    assert.ok(parts.length > 2);
    await page.click('text=Copy all as NDJSON');
    const records = (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split('\n');
    assert.deepEqual(parts, records.map((record) => `${Buffer.byteLength(record).toLocaleString('en')} of 3,072 bytes`));
    assert.ok(records.every((record) => Buffer.byteLength(record) <= 3072));
    const ids = records.flatMap((record) => JSON.parse(record).QueryResults.split(', '));
    assert.equal(new Set(ids).size, 200);
    const shown = (await page.locator('.parts .legend').allTextContents()).map((text) => Number(/(\d+) ids?$/.exec(text)[1]));
    assert.deepEqual(shown, records.map((record) => JSON.parse(record).QueryResults.split(', ').length));
    assert.equal(await page.locator('#joined-verdict').textContent(), '✓ Equal to the record before it was split, with its 200 ids.');
    await page.click('#joined summary');
    await page.click('[aria-label="Copy the joined record"]');
    const joined = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    assert.deepEqual(joined.QueryResults.split(', '), ids);
    // The bars are as long as the parts are large.
    const widths = await page.locator('.parts .size').evaluateAll((bars) => bars.map((bar) => [...bar.children].reduce((sum, each) => sum + each.getBoundingClientRect().width, 0) / bar.clientWidth));
    records.forEach((record, at) => assert.ok(Math.abs(widths[at] - Buffer.byteLength(record) / 3072) < 0.01, `part ${at + 1}: ${widths[at]}`));
    await screenshot(page, 'split', { fullPage: true });
}));

test('what is joined equals what was before, for every event of the vectors', () => open({}, async (page) => {
    let checked = 0;
    for (const { name, given } of allCases()) {
        if (given.parts !== undefined) continue;
        const problem = await page.evaluate(async ({ settings, events }) => {
            // The page's own worker and its own way of asking.
            globalThis.tried ??= new Promise((done) => { const filter = startFilter(COMPONENT, () => done(filter)); });
            const filter = await globalThis.tried;
            const lines = events.split('\n').filter((line) => line.trim());
            const answers = [];
            for (let selected = 0; selected < lines.length; selected += 1) answers.push(await filter.ask({ settings, events: lines, selected }));
            return answers.map(({ failure, joined }) => failure ?? (joined === null || joined === undefined ? null : joined.differing.join(', ')));
        }, given);
        checked += problem.filter((each) => each !== null).length;
        assert.deepEqual(problem.filter(Boolean), [], name);
    }
    assert.ok(checked > 200, `only ${checked} events were recorded`);
}));

test('several events are counted, and each can be looked at', () => open({}, async (page) => {
    await pick(page, 'A morning: several events');
    assert.equal(await page.locator('#list .sum').textContent(), '7 events read = 5 recorded + 1 excluded + 1 rejected');
    await answered(page, () => page.locator('#list button').nth(1).click());
    assert.match(await outcome(page).textContent(), /^Excluded: excluded-message/);
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-pressed') === 'true');
    // The caret chooses too.
    await page.evaluate(() => {
        const area = document.getElementById('events');
        area.focus();
        area.setSelectionRange(area.value.length - 3, area.value.length - 3);
    });
    await page.waitForFunction(() => document.querySelector('#result h2')?.textContent === 'Rejected: bad-value');
    await screenshot(page, 'several', { fullPage: true });
    await answered(page, () => page.click('#lay-out'));
    assert.equal(await page.locator('#list .sum').textContent(), '7 events read = 5 recorded + 1 excluded + 1 rejected');
    // A broken one takes no other with it.
    await type(page, 'events', `{"Message": "Update\n${JSON.stringify(EVENT)}\n[1]\nword`);
    assert.equal(await page.locator('#list .sum').textContent(), '4 events read = 1 recorded + 0 excluded + 3 rejected');
    await type(page, 'events', `${JSON.stringify(EVENT)}\n`.repeat(70));
    assert.match(await page.locator('#list').textContent(), /64 events read .*6 more are not looked at/);
}));

test('laying out changes white space alone', () => open({}, async (page) => {
    const event = `{"Message":"Update","OrganizationId":"${EVENT.OrganizationId}","Fields":[{"Name":"a","Value":250000.00},{"Name":"b","Value":"\\u00e9 \\/ {,}"},{"Name":"c","Value":1e400}],"Empty":{},"Message2":[ ]}`;
    await type(page, 'events', event);
    const before = await page.locator('.parts pre').textContent();
    await answered(page, () => page.click('#lay-out'));
    const after = await page.locator('#events').inputValue();
    assert.ok(after.includes('\n    {\n      "Name": "a",\n      "Value": 250000.00\n    }'));
    assert.equal(after.replace(/\n\s*|(?<=":) /g, ''), event.replace('[ ]', '[]'));
    assert.equal(await page.locator('.parts pre').textContent(), before);
}));

test('a link brings the same back, and damaged links do no harm', () => open({}, async (page) => {
    await pick(page, 'A service account works on a system job', 'Exclusions: a service account, system noise, messages');
    await page.click('#share');
    const link = await page.locator('#link').inputValue();
    assert.ok(link.startsWith(`${BASE.split('#')[0]}#v1.`) && link.length < 16_000, link);
    await screenshot(page, 'link');
    await open({}, async (other, requests) => {
        assert.match(await outcome(other).textContent(), /^Excluded: service-account/);
        assert.ok(requests.every((request) => !request.replace(/#.*/, '').includes('v1.')), 'no server sees it');
    }, link);
    const damaged = [`${link.slice(0, 60)}`, '#v1.%%%', '#v1.', `#v1.${'A'.repeat(20_000)}`, `#v1.${await packed(page, '{"events":1,"settings":""}')}`, `#v1.${await packed(page, `{"settings":"","events":"${'x'.repeat(5_000_000)}"}`)}`];
    for (const bad of damaged) {
        await open({}, async (other) => {
            assert.match(await other.locator('#link-note').textContent(), /^The link cannot be used: /, bad.slice(0, 80));
            assert.match(await outcome(other).textContent(), /^Recorded/);
        }, new URL(bad, BASE).href);
    }
    // What does not pack well is too long for a link.
    await type(page, 'events', JSON.stringify({ ...EVENT, UserAgent: Array.from({ length: 20_000 }, (_, at) => Math.sin(at).toString(36).slice(4, 7)).join('') }));
    await page.click('#share');
    await page.waitForFunction(() => document.getElementById('link-note').textContent.startsWith('This is too long'));
}));

const packed = (page, text) => page.evaluate(async (given) => {
    const stream = new Blob([given]).stream().pipeThrough(new CompressionStream('deflate-raw'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}, text);

test('nothing in an event becomes markup', () => open({}, async (page) => {
    const nasty = '<img src=x onerror="document.title=1"></textarea><script>document.title=1</script>';
    const event = { ...EVENT, EntityName: nasty.slice(0, 200), UserAgent: nasty, Fields: [{ Name: nasty, Value: nasty }], QueryResults: [nasty] };
    await type(page, 'events', JSON.stringify(event));
    await type(page, 'events', JSON.stringify({ ...event, QueryResults: undefined }));
    await type(page, 'settings', JSON.stringify({ [nasty]: 1 }));
    await type(page, 'settings', JSON.stringify({ entities: { [nasty.slice(0, 100)]: { auditing: false } } }));
    assert.equal(await page.locator('img[src="x"]').count(), 0);
    assert.equal(await page.title(), 'Playground – actlog');
}));

test('texts that are too large are refused, and the page goes on', () => open({}, async (page) => {
    await page.evaluate(() => {
        const area = document.getElementById('events');
        area.value = `{"Message":"Retrieve","Text":"${'x'.repeat(1024 * 1024)}"}`;
        area.dispatchEvent(new Event('input'));
    });
    await page.waitForSelector('[data-outcome="failed"]');
    assert.match(await outcome(page).textContent(), /more than 1,048,576 bytes/);
    await type(page, 'events', JSON.stringify(EVENT));
    assert.match(await outcome(page).textContent(), /^Recorded/);
    await type(page, 'events', `${'['.repeat(100_000)}`);
    assert.match(await outcome(page).textContent(), /^Rejected/);
    await type(page, 'settings', `${'['.repeat(100_000)}`);
    assert.equal(await outcome(page).getAttribute('data-outcome'), 'settings');
}));

test('a worker that does not answer is started again', () => visit(BASE, {}, async (page) => {
    await page.clock.install();
    await page.addInitScript(() => {
        const send = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function postMessage(message) {
            if (!JSON.stringify(message.events ?? '').includes('black hole')) send.call(this, message);
        };
    });
    await page.reload();
    const settled = async (act) => {
        await act();
        await page.clock.runFor(1000);
    };
    await settled(async () => {});
    await rest(page);
    await settled(() => page.fill('#events', '{"Message": "black hole"}'));
    await page.clock.runFor(11_000);
    await page.waitForSelector('[data-outcome="failed"]');
    assert.match(await outcome(page).textContent(), /no answer within 10 seconds/);
    await settled(() => page.fill('#events', JSON.stringify(EVENT)));
    await page.waitForSelector('[data-outcome="recorded"]');
}));

test('nothing leaves the browser', () => open({ allow: /Content Security Policy|Refused to connect/ }, async (page, requests) => {
    const loaded = requests.length;
    for (const address of requests) assert.ok(address.startsWith(BASE) || address.startsWith(`blob:${new URL(BASE).origin}/`), address);
    await pick(page, 'A morning: several events', 'An organization and its users');
    await type(page, 'events', JSON.stringify(EVENT));
    await page.click('#share');
    await page.click('#theme');
    assert.deepEqual(requests.slice(loaded), []);
    // Not even when it is tried, in the page or in a worker like its own, to the page's own server or to another.
    const tries = await page.evaluate(async ([own, other]) => {
        const told = (promise) => promise.then(() => 'went through', () => 'refused');
        const element = (name, address) => new Promise((done, refused) => {
            document.head.append(Object.assign(document.createElement(name), { onload: done, onerror: refused, src: `${address}icon.svg` }));
        });
        const program = `fetch(${JSON.stringify(other)}, { mode: 'no-cors' }).then(() => postMessage('went through'), () => postMessage('refused'))`;
        const worker = new Worker(URL.createObjectURL(new Blob([program])));
        navigator.sendBeacon(other, 'event');
        return [
            await told(fetch(own)), await told(fetch(other, { mode: 'no-cors' })), await told(element('img', other)), await told(element('script', other)),
            await new Promise((done) => { worker.onmessage = ({ data }) => done(data); }),
        ];
    }, [BASE, elsewhere.base]);
    assert.deepEqual(tries, Array(5).fill('refused'));
    assert.deepEqual(requests.slice(loaded).filter((address) => !address.startsWith('blob:')), []);
    assert.deepEqual(elsewhere.requests, []);
    // The other server would have answered.
    assert.equal((await fetch(elsewhere.base)).status, 200);
}));

test('it works from the disk, without any server', async () => {
    const folder = `${process.env.WORK}/files`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content);
    await open({}, async (page) => {
        assert.match(await outcome(page).textContent(), /^Recorded/);
        await pick(page, 'A long note, split in the middle of a text');
        assert.equal(await page.locator('.parts > li').count(), 3);
        await type(page, 'settings', '{"auditing": {"start": false}}');
        assert.match(await outcome(page).textContent(), /^Excluded: auditing-off/);
    }, pathToFileURL(`${folder}/index.html`).href);
});

test('everything can be reached and done with the keyboard', () => open({}, async (page) => {
    const names = [];
    for (let at = 0; at < 40; at += 1) {
        await page.keyboard.press('Tab');
        const name = await page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute('aria-label') || document.activeElement.textContent);
        if (names.includes(name) && name !== 'Copy') break;
        names.push(name);
    }
    for (const id of ['theme', 'Copy the event', 'lay-out', 'share', 'pick-event', 'events', 'Copy the settings', 'pick-settings', 'settings', '17 checks', 'Copy the record']) {
        assert.ok(names.includes(id), `${id} is not among ${names.join(' | ')}`);
    }
    await page.focus('#pick-event');
    await answered(page, () => page.keyboard.type('Never'));
    assert.match(await outcome(page).textContent(), /^Excluded/);
    await page.focus('#settings');
    await answered(page, () => page.keyboard.type('{"auditing": {"start": false}}'));
    assert.match(await outcome(page).textContent(), /^Excluded: (excluded-message|auditing-off)/);
    await page.keyboard.press('Tab');
    assert.notEqual(await page.evaluate(() => document.activeElement.id), 'settings');
    // The focus is seen.
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
}));

test('every field and button has a name, headings follow each other, and no id stands twice', () => open({}, async (page) => {
    await pick(page, 'Many ids: 200 records in one grid, split');
    const problems = await page.evaluate(() => {
        const named = (element) => element.getAttribute('aria-label') || element.labels?.length || element.textContent.trim();
        const nameless = [...document.querySelectorAll('button, input, select, textarea, summary, a')].filter((element) => !named(element)).map((element) => element.outerHTML);
        const levels = [...document.querySelectorAll('h1, h2, h3')].map((heading) => Number(heading.tagName[1]));
        const jumps = levels.filter((level, at) => at > 0 && level > levels[at - 1] + 1);
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
        return { nameless, jumps, first: levels[0], twice: ids.filter((id, at) => ids.indexOf(id) !== at) };
    });
    assert.deepEqual(problems, { nameless: [], jumps: [], first: 1, twice: [] });
}));

for (const colorScheme of ['light', 'dark']) {
    test(`${colorScheme}: texts stand out from their ground`, () => open({ colorScheme }, async (page) => {
        for (const [event, settings] of [['Many ids: 200 records in one grid, split', 'A draft that waits: reads off'], ['Rejected: an id that is none', 'Reads are not audited'], ['Never logged: WhoAmI', 'Defaults: everything is audited'], ['One account is opened', 'With mistakes']]) {
            await pick(page, event, settings);
            const weak = await page.evaluate(contrasts);
            assert.deepEqual(weak, [], `${event}, ${settings}`);
        }
        await pick(page, 'Many ids: 200 records in one grid, split', 'A draft that waits: reads off');
        await screenshot(page, `${colorScheme}-split`, { fullPage: true });
        await pick(page, 'A service account works on a system job', 'Exclusions: a service account, system noise, messages');
        await screenshot(page, `${colorScheme}-excluded`, { fullPage: true });
    }));
}

/** Texts with less contrast than 4.5 to 1. */
function contrasts() {
    const rgb = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const light = ([red, green, blue]) => [red, green, blue].map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = rgb(getComputedStyle(at).backgroundColor);
            if (color.length && (color[3] ?? 1) === 1) return color;
        }
        return [255, 255, 255];
    };
    const weak = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.textContent.trim() || !element.checkVisibility() || element.closest('.behind, .unseen, .skip, noscript, option')) continue;
        const [one, two] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
        if ((one + 0.05) / (two + 0.05) < 4.5) weak.push(`${node.textContent.trim().slice(0, 40)}: ${((one + 0.05) / (two + 0.05)).toFixed(2)}`);
    }
    return [...new Set(weak)];
}

test('the theme can be chosen', () => open({ colorScheme: 'dark' }, async (page) => {
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    await page.click('#theme');
    assert.equal(await page.locator('#theme').textContent(), 'Theme: light');
    assert.notEqual(await ground(), dark);
}));

for (const width of [320, 390, 768, 1920]) {
    test(`${width} pixels wide: nothing sticks out`, () => open({ width, height: 800 }, async (page) => {
        for (const [event, settings] of [['Many ids: 200 records in one grid, split', 'A draft that waits: reads off'], ['A morning: several events', 'With mistakes'], ['Rejected: an id that is none', 'Defaults: everything is audited']]) {
            await pick(page, event, settings);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${event}, ${settings}`);
        }
        await screenshot(page, `wide-${width}`, { fullPage: true });
        if (width < 900) {
            // What is decided is in view all the time, and a tap away.
            await page.evaluate(() => scrollTo(0, 0));
            assert.equal(await page.locator('#glance').textContent(), 'Rejected: bad-value');
            await page.click('#glance');
            await page.waitForFunction(() => document.getElementById('result').getBoundingClientRect().top < innerHeight - 100);
        }
    }));
}
