import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, rest, screenshot, site, visit } from '../browser.js';

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
        assert.equal(await page.getByRole('table', { name: 'Rules' }).locator('tbody tr').count(), Rules.length);
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
