import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screenshot, shownRows, site, visit } from '../browser.js';
import { sourceOf } from '../mock.js';

test('an empty store shows how to send the first event, and the command can be copied', async () => {
    const empty = await site({ empty: true });
    await visit(empty, { context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
        const command = await page.locator('#welcome pre').innerText();
        assert.match(command, new RegExp(`^curl '${empty.base}events'`));
        const event = JSON.parse(/-d '(.*)'/s.exec(command)[1]);
        assert.equal(event.Message, 'Retrieve');
        assert.ok(event.OrganizationId);
        await page.getByRole('button', { name: 'Copy the command' }).click();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
        assert.equal(await page.locator('#filters').isVisible(), false);
        await screenshot(page, 'first-visit');
    });
});

test('with tokens the command names one', async () => {
    await visit(await site({ empty: true, token: 'secret-1' }), {}, async (page) => {
        const command = await page.locator('#welcome pre').innerText();
        assert.match(command, /Authorization: Bearer TOKEN/);
        assert.doesNotMatch(command, /secret-1/);
    });
});

test('the demo is loaded with a button', async () => {
    const empty = await site({ empty: true });
    await visit(empty, {}, async (page) => {
        await page.getByRole('button', { name: 'Load the demo events' }).click();
        await page.locator('#rows tbody tr').first().waitFor();
        assert.equal((await shownRows(page)).length, empty.store.joined.length);
        assert.equal(await page.locator('#welcome').innerText(), '');
        assert.ok(await page.locator('#filters').isVisible());
    });
});

test('the demo is refused to those who may not send', async () => {
    await visit(await site({ empty: true, role: 'auditor' }), { allow: [403] }, async (page) => {
        await page.getByRole('button', { name: 'Load the demo events' }).click();
        await page.getByText('Only an operator may do that.').waitFor();
    });
});

test('the first event that comes in shows by itself', async () => {
    const empty = await site({ empty: true });
    const full = await site({});
    await visit(empty, {}, async (page) => {
        await page.locator('#welcome pre').waitFor();
        empty.store.joined.push(full.store.joined[0]);
        await page.locator('#rows tbody tr').waitFor();
        assert.deepEqual(await shownRows(page), [sourceOf(full.store.joined[0])]);
    });
});
