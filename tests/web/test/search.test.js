import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, PAST, REAL, rest, screenshot, shownRows, site, visit } from '../browser.js';
import { sourceOf } from '../mock.js';

const where = await site();
const sources = async (params) => (await api(where, 'search', { Limit: 50, To: PAST, ...params })).Rows.map((row) => row.Source);
const START = { hash: `#/search?To=${PAST}` };
const newest = (await api(where, 'search', { Limit: 200, To: PAST })).Rows;

test('everything is shown first, newest on top', async () => {
    await visit(where, START, async (page) => {
        assert.deepEqual(await shownRows(page), await sources());
        const times = await page.locator('#rows .c-time a').allInnerTexts();
        assert.deepEqual(times, [...times].sort().reverse());
        await screenshot(page, 'search');
    });
});

test('results come as they are typed, one question for a pause', async () => {
    const Message = REAL ? 'eq' : 'Retrieve';
    await visit(where, START, async (page) => {
        await rest(page);
        const asked = [];
        page.on('request', (request) => { if (request.url().includes('/api/search')) asked.push(request.url()); });
        await page.locator('#f-Text').pressSequentially(Message, { delay: 15 });
        assert.deepEqual(await shownRows(page), await sources({ Text: Message }));
        assert.equal(asked.length, 1, asked.join('\n'));
        assert.equal(new URLSearchParams(page.url().split('?')[1]).get('Text'), Message);
        assert.match(await page.locator('#search-status').innerText(), /records?/);
    });
});

const values = (name, key = name) => newest.map((row) => row[key]).find((value) => value && !/[<"]/.test(value) && (name !== 'Result' || value));
const FILTERS = {
    From: newest[0].CreationTime?.slice(0, 10), To: newest.at(-1).CreationTime?.slice(0, 10),
    User: values('User'), Message: values('Message'), Category: values('Category'), Activity: values('Activity'),
    Entity: values('Entity', 'EntityName'), RecordId: values('RecordId', 'EntityId'), ClientIP: values('ClientIP'),
    ResultStatus: values('ResultStatus'), Tag: newest.find((row) => row.Tags.length)?.Tags[0], Text: REAL ? 'eq' : values('User'),
};
for (const [name, value] of Object.entries(FILTERS)) {
    test(`filter ${name}`, { skip: !value && 'no record has it' }, async () => {
        await visit(where, START, async (page) => {
            await rest(page);
            const field = page.locator(`[name=${name}]`);
            if (await field.evaluate((element) => element.tagName) === 'SELECT') await field.selectOption(value);
            else await field.fill(value);
            const wanted = await sources({ [name]: value });
            assert.ok(wanted.length, 'the filter finds something');
            assert.deepEqual(await shownRows(page), wanted);
            assert.equal(new URLSearchParams(new URL(page.url()).hash.split('?')[1]).get(name), value);
            // The address is all that is needed to see the same again.
            await page.reload();
            assert.deepEqual(await shownRows(page), wanted);
            assert.equal(await field.inputValue(), value);
        });
    });
}

test('filters add up, back takes one away, clear takes all', async () => {
    await visit(where, START, async (page) => {
        const all = await shownRows(page);
        await page.locator('#f-Category').selectOption(FILTERS.Category);
        const first = await shownRows(page);
        await page.locator('#f-User').pressSequentially(FILTERS.User, { delay: 5 });
        assert.deepEqual(await shownRows(page), await sources({ Category: FILTERS.Category, User: FILTERS.User }));
        assert.equal(await page.locator('#filters-toggle').innerText(), 'Filters (3)');
        await page.goBack();
        assert.deepEqual(await shownRows(page), first);
        assert.equal(await page.locator('#f-User').inputValue(), '');
        await page.goForward();
        await page.waitForFunction(() => document.querySelector('#f-User').value !== '');
        await rest(page);
        await page.getByRole('button', { name: 'Clear' }).click();
        await page.waitForURL(/#\/search$/);
        if (!REAL) assert.deepEqual(await shownRows(page), all);
    });
});

test('half a record id is not sent, and what the server does not understand is said', async () => {
    const server = await site({});
    await visit(server, { allow: [400] }, async (page) => {
        await rest(page);
        await page.locator('#f-RecordId').fill('0a0d87');
        await page.getByText('This one is not whole.').waitFor();
        assert.equal(server.requests.some((request) => request.includes('RecordId')), false);
        await page.locator('#f-RecordId').fill('');
        assert.ok((await shownRows(page)).length);
        await page.goto(`${server.base}#/search?From=yesterday`);
        await page.getByText("from: 'yesterday' is no time").waitFor();
        assert.ok(await page.locator('#filters').isVisible());
    });
});

test('nothing matches: said, with the way out', async () => {
    await visit(where, { hash: '#/search?User=nobody-has-this-name' }, async (page) => {
        await page.getByText('Nothing matches these filters.').waitFor();
        assert.equal(await page.locator('#export-csv').isDisabled(), true);
        await page.getByRole('link', { name: 'Search without user' }).click();
        assert.ok((await shownRows(page)).length);
    });
});

test('load more until all are there', { skip: Boolean(REAL) && 'the demo has one page' }, async () => {
    await visit(where, START, async (page) => {
        await rest(page);
        while (await page.locator('#more').isVisible()) {
            const before = (await shownRows(page)).length;
            await page.locator('#more').click();
            await page.waitForFunction((count) => document.querySelectorAll('#rows a.open').length > count, before);
        }
        const rows = await shownRows(page);
        assert.equal(rows.length, where.store.joined.length);
        assert.equal(new Set(rows).size, rows.length);
    });
});

test('Enter and Refresh ask again', async () => {
    const server = await site({});
    await visit(server, {}, async (page) => {
        const before = await shownRows(page);
        for (const act of [() => page.locator('#f-Text').press('Enter'), () => page.getByRole('button', { name: 'Refresh' }).click()]) {
            server.store.joined.shift();
            await act();
            await page.waitForFunction((source) => document.querySelector('#rows a.open').dataset.source === source, sourceOf(server.store.joined[0]));
        }
        assert.notDeepEqual(await shownRows(page), before);
    });
});

test('the latest answer wins, however late an earlier one comes', async () => {
    const slow = await site({ delay: (url) => url.searchParams.get('Text') === 'Upd' ? 900 : 0 });
    await visit(slow, {}, async (page) => {
        await rest(page);
        await page.locator('#f-Text').fill('Upd');
        await page.waitForRequest(/Text=Upd$|Text=Upd&/);
        await page.locator('#f-Text').fill('ExportToExcel');
        const rows = await shownRows(page);
        await page.waitForTimeout(1000);
        assert.deepEqual(await shownRows(page), rows);
        assert.ok(rows.length > 0);
        for (const message of await page.locator('#rows .c-message').allInnerTexts()) assert.ok(['Message', 'ExportToExcel'].includes(message));
    });
});

test('a failure is told, and tried again', async () => {
    let broken = true;
    await visit(await site({ broken: (what) => broken && what === 'search' }), { allow: [503] }, async (page) => {
        await page.getByText('The index is being written; try again.').waitFor();
        broken = false;
        await page.getByRole('button', { name: 'Try again' }).click();
        assert.ok((await shownRows(page)).length);
    });
});

test('a server that is gone is told', async () => {
    const gone = await site({});
    await visit(gone, { allow: ['network'] }, async (page) => {
        await rest(page);
        await page.route('**/api/search?*', (route) => route.abort());
        await page.locator('#f-Text').fill('x');
        await page.getByRole('heading', { name: 'The server does not answer' }).waitFor();
        await page.unroute('**/api/search?*');
        await page.getByRole('button', { name: 'Try again' }).click();
        await rest(page);
        assert.equal(await page.locator('#f-Text').inputValue(), 'x');
    });
});
