import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { api, objects, PAST, REAL, rest, site, visit } from '../browser.js';

const where = await site();
const { Rows: rows } = await api(where, 'search', { Limit: 200, To: PAST });
const Category = rows.find((row) => row.Category === 'Update')?.Category ?? rows[0].Category;
const wanted = rows.filter((row) => row.Category === Category);

async function download(page, button) {
    const [got] = await Promise.all([page.waitForEvent('download'), page.locator(button).click()]);
    return { name: got.suggestedFilename(), text: await readFile(await got.path(), 'utf8') };
}

test('what is shown as CSV', async () => {
    await visit(where, { hash: `#/search?Category=${Category}&To=${PAST}` }, async (page) => {
        await rest(page);
        const { name, text } = await download(page, '#export-csv');
        assert.match(name, /\.csv$/);
        assert.match(text.split('\n')[0], /CreationTime/);
        // A value may hold line ends, so that a record may be several lines.
        assert.ok(text.trim().split('\n').length > wanted.length);
        for (const row of wanted) assert.ok(!row.EntityId || text.includes(row.EntityId), row.EntityId);
    });
});

test('what is shown as JSON', async () => {
    await visit(where, { hash: `#/search?Category=${Category}&To=${PAST}` }, async (page) => {
        await rest(page);
        const { name, text } = await download(page, '#export-json');
        assert.match(name, /\.(nd)?json$/);
        const list = objects(text);
        assert.ok(list.length >= wanted.length);
        assert.ok(list.every((record) => record.Category === Category));
    });
});

test('what is shown as OCSF events', async () => {
    await visit(where, { hash: `#/search?Category=${Category}&To=${PAST}` }, async (page) => {
        await rest(page);
        const { text } = await download(page, '#export-ocsf');
        const list = objects(text);
        assert.ok(list.length >= wanted.length && list.every((event) => event.class_uid === 6003));
    });
});

test('an export that fails is told, and the results stay', { skip: Boolean(REAL) && 'the mock alone fails when it is told to' }, async () => {
    await visit(await site({ broken: (what) => what === 'export' }), { allow: [503] }, async (page) => {
        await rest(page);
        await page.locator('#export-csv').click();
        await page.getByText('The index is being written; try again.').waitFor();
        assert.ok(await page.locator('#rows tbody tr').count());
    });
});
