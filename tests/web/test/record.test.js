import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, PAST, rest, screenshot, site, visit } from '../browser.js';

const where = await site();
const { Rows: rows } = await api(where, 'search', { Limit: 200, To: PAST });
const many = rows.find((row) => row.Parts > 1 && row.Results > 20) ?? rows.find((row) => row.Results > 1);
const open = (row) => `#/search?To=${PAST}&Open=${row.Source}`;

test('a click opens the record beside the list, back closes it', async () => {
    await visit(where, { hash: `#/search?To=${PAST}` }, async (page) => {
        await rest(page);
        await page.locator('#rows tbody tr').nth(1).locator('.c-message').click();
        const pane = page.getByRole('complementary', { name: 'Detail' });
        await pane.getByRole('heading', { name: 'Raw JSON' }).or(pane.getByText('Raw JSON')).waitFor();
        assert.match(page.url(), /Open=/);
        assert.equal(await page.locator('#rows tbody tr').nth(1).locator('a').getAttribute('aria-current'), 'true');
        await page.goBack();
        await pane.waitFor({ state: 'hidden' });
        await page.goForward();
        await pane.waitFor();
        await page.getByRole('button', { name: 'Close the detail' }).click();
        await pane.waitFor({ state: 'hidden' });
    });
});

test('every column of the record is there, and its raw JSON can be copied', async () => {
    const row = rows.find((one) => one.EntityId && !/[<"]/.test(one.User ?? ''));
    const { Record: record, Parts: parts, Seal: seal } = await api(where, `records/${row.Source}`);
    await visit(where, { hash: open(row), context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
        await page.getByText('Raw JSON').click();
        const names = await page.locator('#detail [aria-label=Columns] tbody .c-name').allInnerTexts();
        assert.deepEqual(names, Object.keys(record).filter((name) => !['Fields', 'Query', 'QueryResults'].includes(name)));
        await page.getByRole('button', { name: 'Copy the JSON' }).click();
        assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), record);
        const sizes = await page.locator('#detail .parts tbody .c-bytes').allInnerTexts();
        assert.deepEqual(sizes.map((size) => Number(size.replace(',', ''))), parts.map((part) => Buffer.byteLength(JSON.stringify(part))));
        assert.ok(await page.locator('#detail .stages tbody tr').count() > 3);
        await page.getByText(seal ? `Proven by seal ${seal.Number.toLocaleString('en')}` : 'Not sealed yet').waitFor();
        await screenshot(page, 'record');
    });
});

test('fields are a table', async () => {
    const row = await (async () => {
        for (const one of rows.filter((it) => ['Create', 'Update'].includes(it.Category) && !/[<"]/.test(it.User ?? ''))) {
            const { Record } = await api(where, `records/${one.Source}`);
            if (Record.Fields && JSON.parse(Record.Fields).length) return { ...one, Fields: JSON.parse(Record.Fields) };
        }
    })();
    await visit(where, { hash: open(row) }, async (page) => {
        const table = page.getByRole('table', { name: 'Fields' });
        await table.waitFor();
        assert.deepEqual(await table.locator('tbody .c-name').allInnerTexts(), row.Fields.map((field) => field.Name));
    });
});

test('query and results are laid out, and each id leads to who saw it', async () => {
    const { Record: record } = await api(where, `records/${many.Source}`);
    const ids = record.QueryResults.split(', ');
    await visit(where, { hash: open(many) }, async (page) => {
        await page.getByText('Raw JSON').waitFor();
        if (record.Query) {
            const shown = await page.locator('#detail .query').innerText();
            assert.equal(shown.replace(/\n */g, ''), record.Query.replace(/>\s+</g, '><').trim());
            assert.ok(shown.split('\n').length > 1);
        }
        await page.getByRole('heading', { name: `QueryResults: ${ids.length.toLocaleString('en')} record` }).waitFor();
        const all = page.getByRole('button', { name: /^Show all/ });
        if (await all.isVisible()) await all.click();
        assert.deepEqual(await page.locator('#detail .ids code').allInnerTexts(), ids);
        await page.getByRole('link', { name: `Who saw ${ids[0]}` }).click();
        await page.getByRole('heading', { name: 'Who saw this record' }).waitFor();
        const seen = await api(where, `seen/${ids[0]}`);
        await page.locator('#detail .seen tbody tr').first().waitFor();
        assert.equal(await page.locator('#detail .seen tbody tr').count(), seen.Rows.length);
        assert.match(await page.locator('#detail .seen').innerText(), /(in a list|grid) · this one/);
        await page.getByRole('link', { name: /Back to the open record/ }).click();
        await page.getByText('Raw JSON').waitFor();
    });
});

test('from who saw a record to what else they saw', async () => {
    let from;
    for (const row of rows.filter((one) => one.EntityId)) {
        const seen = await api(where, `seen/${row.EntityId}`);
        const other = seen.Rows.find((one) => one.Source !== row.Source);
        if (other) {
            from = { row, other };
            break;
        }
    }
    assert.ok(from, 'a record that was seen twice');
    await visit(where, { hash: open(from.row) }, async (page) => {
        await page.getByRole('button', { name: 'Show who' }).click();
        await page.locator(`#detail .seen a[href$="Open=${from.other.Source}"]`).click();
        await page.waitForURL(new RegExp(`Open=${from.other.Source}`));
        await page.getByText('Raw JSON').waitFor();
        assert.match(await page.locator('#detail [aria-label=Columns]').innerText(), new RegExp(from.other.Source.split('.').at(-1)));
        await page.goBack();
        await page.waitForURL(new RegExp(`Open=${from.row.Source}`));
    });
});

test('who saw a record goes on by pages', async () => {
    const paged = await site({ seenPage: 1 });
    const id = 'bad00000-0000-4000-8000-0000000000ee';
    await visit(paged, { hash: `#/search?Seen=${id}` }, async (page) => {
        await page.getByText('1 time; there are more.').waitFor();
        await page.locator('#detail').getByRole('button', { name: 'Load more' }).click();
        await page.getByText('2 times.').waitFor();
        assert.equal(await page.locator('#detail').getByRole('button', { name: 'Load more' }).isVisible(), false);
        await page.getByRole('link', { name: 'Search for all that was done to it' }).click();
        await rest(page);
        assert.equal(await page.locator('#f-RecordId').inputValue(), id);
        assert.equal(await page.locator('#rows tbody tr').count(), 2);
    });
});

test('a record that is not there', async () => {
    await visit(where, { hash: '#/search?Open=00000000-0000-4000-8000-000000000000.00000000-0000-4000-8000-000000000000', allow: [404, 400] }, async (page) => {
        await page.locator('#detail [role=alert]').waitFor();
        assert.ok(await page.locator('#rows tbody tr').count());
    });
});

test('a record can be seen as an OCSF event', async () => {
    await visit(where, {}, async (page) => {
        await rest(page);
        await page.locator('#rows a.open').first().click();
        await page.getByText('As an OCSF event').click();
        const event = JSON.parse(await page.getByLabel('As an OCSF event', { exact: true }).textContent());
        assert.equal(event.class_uid, 6003);
    });
});
