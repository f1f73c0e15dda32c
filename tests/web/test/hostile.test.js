// Records hold text that others chose. It is shown as text, wherever it stands.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, HOSTILE_ID, rest, screenshot, site, visit } from '../browser.js';

const where = await site();
const { Rows: rows } = await api(where, 'search', { RecordId: HOSTILE_ID });
const bad = rows.find((row) => row.Message === 'Update');
const query = rows.find((row) => row.Message === 'RetrieveMultiple');

const clean = async (page) => {
    assert.equal(await page.locator('#main img[src="x"], #main script, #main svg, #main [onerror], #main [onload], a[href^="javascript:"]').count(), 0);
};

test('in the results', async () => {
    await visit(where, { hash: `#/search?RecordId=${HOSTILE_ID}` }, async (page) => {
        await rest(page);
        const line = await page.locator('#rows tr', { hasText: 'Update' }).innerText();
        assert.ok(line.includes('<img src=x onerror='), line);
        assert.ok(line.includes('<script>'), line);
        await clean(page);
    });
});

test('in the detail', async () => {
    await visit(where, { hash: `#/search?Open=${bad.Source}` }, async (page) => {
        await page.getByText('Raw JSON').click();
        const fields = await page.getByRole('table', { name: 'Fields' }).innerText();
        assert.ok(fields.includes('<img src=x onerror="document.title=\'owned\'">'));
        assert.ok(fields.includes('"__proto__"'));
        assert.ok(fields.includes('12345678901234567890'), 'every digit');
        assert.ok(fields.includes('134.1610000000'), 'every zero');
        assert.ok(fields.includes('one\\u0000two\\u200bthree'), 'nothing hidden');
        const agent = await page.locator('#detail [aria-label=Columns] tr', { hasText: 'UserAgent' }).innerText();
        assert.ok(agent.includes('\\u202egnp.exe\\u202c'), agent);
        await clean(page);
        await screenshot(page, 'hostile');
    });
});

test('in a query, and in who saw it', async () => {
    await visit(where, { hash: `#/search?Open=${query.Source}` }, async (page) => {
        await page.locator('#detail .query').getByText('&lt;img src=x').waitFor();
        await page.getByRole('link', { name: `Who saw ${HOSTILE_ID}` }).click();
        await page.locator('#detail .seen').getByText('<img src=x').waitFor();
        await clean(page);
    });
});

test('in the address', async () => {
    const text = encodeURIComponent('"><img src=x onerror="document.title=\'owned\'">');
    for (const hash of [`#/search?User=${text}&Category=${text}&From=${text}`, `#/reports/${text}`, `#/search?Open=${text}`, `#/search?Seen=${text}`, '#/%', '#/constructor', '#/search?%']) {
        await visit(where, { hash, allow: [400, 404] }, async (page) => {
            await rest(page);
            await clean(page);
        });
    }
});

test('in charts, reports and settings', async () => {
    const server = await site({});
    await visit(server, { hash: '#/live' }, async (page) => {
        await page.getByText('bulk-reads<img src=x>').waitFor();
        await clean(page);
    });
    await visit(server, {}, async (page) => {
        await rest(page);
        await page.route('**/api/reports/by-category?*', (route) => route.fulfill({ json: {
            Name: 'by-category', Title: '<img src=x>', Columns: [{ Name: '<img src=x>', Kind: '<b>' }], Rows: [['<img src=x onerror=alert(1)>']],
            Chart: '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="10" onload="document.title=\'owned\'"><script>document.title="owned"</script><image href="https://elsewhere.example/x.png"/><text y="9">"#%\'</text></svg>',
        } }));
        await page.route('**/api/reports/by-category', (route) => route.fallback());
        await page.goto(`${server.base}#/reports/by-category?From=2024-01-01`);
        await page.locator('#report .chart img').waitFor();
        await rest(page);
        await clean(page);
    });
});
