import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rest, screenshot, site, visit } from '../browser.js';

test('search turned off is said, and the rest works', async () => {
    await visit(await site({ searchOff: true }), { allow: [403] }, async (page) => {
        await page.getByRole('heading', { name: 'Search is turned off on this server' }).waitFor();
        assert.equal(await page.locator('[data-reason=search-off]').isVisible(), true);
        assert.equal(await page.locator('#filters').isVisible(), false);
        await screenshot(page, 'search-off');
        await page.getByRole('link', { name: 'Reports', exact: true }).click();
        await page.getByRole('link', { name: 'Access by category' }).click();
        await page.locator('#report table tbody tr').first().waitFor();
        await page.getByRole('link', { name: 'Live', exact: true }).click();
        await page.locator('[data-count=Read] .value').waitFor();
        await rest(page);
    });
});

test('search turned on again is there after Search is chosen', async () => {
    const server = await site({ searchOff: true });
    await visit(server, { allow: [403] }, async (page) => {
        await page.locator('[data-reason=search-off]').waitFor();
        server.options.searchOff = false;
        await page.getByRole('link', { name: 'Live', exact: true }).click();
        await page.getByRole('link', { name: 'Search', exact: true }).click();
        await page.locator('#rows tbody tr').first().waitFor();
        assert.equal(await page.locator('[data-reason=search-off]').count(), 0);
        assert.ok(await page.locator('#filters').isVisible());
    });
});
