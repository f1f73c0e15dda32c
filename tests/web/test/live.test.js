import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, overflow, rest, screenshot, site, visit } from '../browser.js';
import { FLOWS } from '../mock.js';

const where = await site();

test('counts are shown and come anew every two seconds', async () => {
    await visit(where, { hash: '#/live' }, async (page) => {
        const read = page.locator('[data-count=Read] .value');
        await read.waitFor();
        for (const name of ['Read', 'Recorded', 'Excluded', 'Rejected', 'Faulted', 'Stored', 'Waiting']) {
            assert.match(await page.locator(`[data-count=${name}] .value`).innerText(), /^\d/, name);
        }
        await page.waitForRequest(/api\/counts/, { timeout: 4000 });
        await page.locator('#live-sum').getByText(/accounted for|on their way/).waitFor();
        await page.getByText('Ready for events.').waitFor();
        await screenshot(page, 'live');
        // Another view: nobody asks any more.
        await page.getByRole('link', { name: 'Reports' }).click();
        await rest(page);
        let asked = 0;
        page.on('request', (request) => { if (request.url().includes('/api/counts')) asked += 1; });
        await page.waitForTimeout(2500);
        assert.equal(asked, 0);
    });
});

test('settings and rules are shown as text', async () => {
    const { Text, Rules } = await api(where, 'settings');
    await visit(where, { hash: '#/live' }, async (page) => {
        await page.getByRole('heading', { name: 'Settings in force' }).waitFor();
        if (Text.trim()) assert.equal((await page.getByLabel('Settings in force', { exact: true }).textContent()), Text);
        if (Rules.length) assert.equal(await page.getByRole('table', { name: 'Rules' }).locator('tbody tr').count(), Rules.length);
        else await page.getByText('No rules are in force.').waitFor();
    });
});

test('an auditor sees the counts, and is told that settings are not for auditors', async () => {
    await visit(await site({ role: 'auditor' }), { hash: '#/live', allow: [403] }, async (page) => {
        await page.getByText('Only an operator may do that.').waitFor();
        await page.locator('[data-count=Read] .value').waitFor();
    });
});

test('counts come back after a failure', async () => {
    let broken = true;
    await visit(await site({ broken: (what) => broken && what === 'counts' }), { hash: '#/live', allow: [503] }, async (page) => {
        await page.getByText('The index is being written; try again.').waitFor();
        broken = false;
        await page.locator('[data-count=Read] .value').waitFor();
    });
});

test('why no events can be taken is told', async () => {
    await visit(await site({ notReady: ['the last commit failed: the disk is full'] }), { hash: '#/live' }, async (page) => {
        await page.getByText('Not ready for events: the last commit failed: the disk is full.').waitFor();
        await screenshot(page, 'live-not-ready');
    });
});

const names = (page, table) => page.getByRole('table', { name: table }).locator('tbody th').evaluateAll((heads) => heads.map((head) => head.firstChild.textContent));

test('whatever the server reports stands in the tables, by no name that the page knows', async () => {
    const { Flows, Reasons, Latencies } = await api(where, 'operation');
    await visit(where, { hash: '#/live' }, async (page) => {
        await page.getByRole('heading', { name: 'Queues, receivers, collectors' }).waitFor();
        const shown = await names(page, 'Queues, receivers, collectors');
        for (const { Name } of Flows) assert.ok(shown.includes(Name), Name);
        if (Reasons.length) for (const reason of await names(page, 'Why events were not recorded')) assert.ok(reason);
        if (Latencies.length) assert.ok((await names(page, 'How long it takes')).includes(Latencies[0].Name));
    });
});

test('queues, receivers and collectors show what waits, since when, and what is wrong', async () => {
    await visit(await site({}), { hash: '#/live' }, async (page) => {
        const row = (name) => page.locator('table.flows tbody tr').filter({ has: page.getByRole('rowheader', { name: new RegExp(`^${name}`) }) });
        const cells = async (name) => (await row(name).locator('td').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
        await row('siem').waitFor();
        assert.deepEqual(await cells('store'), ['queue', 'ok', '2 of 256', '0 s', '398 requests', '0', '–']);
        assert.deepEqual(await cells('siem'), ['push', 'failing 503 Service Unavailable: <b>index is read-only</b>', '1,840', '6 min 52 s', '12,462 records', '0', '2024-03-04 07:06:03']);
        assert.deepEqual((await cells('hooked')).slice(1, 4), ['stopped the webhook at https://hook.example failed 16 times in a row', '41', '1 d 1 h']);
        assert.deepEqual((await cells('sentinel')).slice(2, 4), ['–', '–']);
        const times = await page.locator('table.latencies tbody tr').last().locator('td').allInnerTexts();
        assert.deepEqual(times, ['51', '24.6 ms', '1.20 s', '10.0 s']);
        assert.deepEqual(await page.locator('table.reasons tbody tr').first().locator('th, td').allInnerTexts(), ['excluded-message', 'excluded', '30']);
        await page.screenshot({ path: new URL('../out/live-operation.png', import.meta.url).pathname, fullPage: true });
    });
    for (const [name, size] of [['dark', { colorScheme: 'dark' }], ['phone', { width: 390, height: 800 }]]) {
        await visit(await site({}), { hash: '#/live', ...size }, async (page) => {
            await page.locator('table.flows tbody tr').first().waitFor();
            assert.ok(await overflow(page) <= 0, name);
            await page.screenshot({ path: new URL(`../out/live-operation-${name}.png`, import.meta.url).pathname, fullPage: true });
        });
    }
});

test('nothing jumps when figures change, and what is selected stays', async () => {
    let turn = 0;
    const flows = () => {
        turn += 1;
        const more = (flow) => ({ ...flow, Sent: flow.Sent + turn * 1000, Waiting: flow.Waiting === undefined ? undefined : flow.Waiting + turn });
        // One that comes later stands in its place, and one that goes is gone.
        return [...FLOWS.map(more), ...(turn === 2 ? [{ Name: 'late', Kind: 'stream', Detail: 'nats', State: 'ok', Unit: 'records', Sent: 1, Failed: 0 }] : [])];
    };
    await visit(await site({ flows }), { hash: '#/live' }, async (page) => {
        const first = page.locator('table.flows tbody tr').first();
        await first.waitFor();
        const places = () => page.locator('table.flows thead th').evaluateAll((cells) => cells.map((cell) => { const { left, width } = cell.getBoundingClientRect(); return [left, width]; }));
        const before = await places();
        await first.evaluate((row) => { row.marked = true; getSelection().selectAllChildren(row.querySelector('th')); });
        const chosen = await page.evaluate(() => getSelection().toString());
        await page.getByRole('rowheader', { name: 'late' }).waitFor();
        await page.getByRole('rowheader', { name: 'late' }).waitFor({ state: 'detached' });
        assert.deepEqual(await places(), before);
        assert.ok(await first.evaluate((row) => row.marked), 'the row is the same element');
        assert.equal(await page.evaluate(() => getSelection().toString()), chosen);
        assert.equal(await page.locator('table.flows tbody tr').count(), FLOWS.length);
    });
});

test('an auditor sees no queues', async () => {
    await visit(await site({ role: 'auditor' }), { hash: '#/live', allow: [403] }, async (page) => {
        await page.locator('[data-count=Read] .value').waitFor();
        await page.getByText('Only an operator may do that.').waitFor();
        assert.equal(await page.locator('#live-operation').isVisible(), false);
    });
});
