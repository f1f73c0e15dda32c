import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rest, screenshot, shownRows, site, visit } from '../browser.js';

const locked = await site({ token: 'actlog-right' });

test('a wrong token is denied and said to be wrong', async () => {
    await visit(locked, { signIn: false, allow: [401] }, async (page) => {
        await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        assert.equal(await page.evaluate(() => document.activeElement.id), 'token');
        for (const wrong of ['actlog-wrong', 'schlüssel']) {
            await page.getByLabel('Token').fill(wrong);
            await page.keyboard.press('Enter');
            await page.getByText(/That token is wrong|That is not a token/).waitFor();
        }
        assert.equal(await page.locator('#search').isVisible(), false);
        assert.equal(await page.evaluate(() => sessionStorage.getItem('actlog-token')), null);
        await screenshot(page, 'sign-in');
    });
});

test('the right token lets in, to where one wanted to go; it lasts as long as the tab', async () => {
    await visit(locked, { signIn: false, allow: [401], hash: '#/search?Category=Update' }, async (page) => {
        await page.getByLabel('Token').fill(' actlog-right ');
        await page.getByRole('button', { name: 'Sign in' }).click();
        assert.ok((await shownRows(page)).length);
        assert.equal(await page.locator('#f-Category').inputValue(), 'Update');
        assert.equal(await page.locator('#who').innerText(), 'operator');
        assert.equal(await page.evaluate(() => Object.values(localStorage).join().includes('actlog-right')), false);
        assert.doesNotMatch(page.url(), /actlog-right/);
        await page.reload();
        assert.ok((await shownRows(page)).length);
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByLabel('Token').waitFor();
        assert.equal(await page.locator('#rows a.open').count(), 0);
        assert.equal(await page.evaluate(() => sessionStorage.getItem('actlog-token')), null);
    });
});

test('a token that is taken away while one looks', async () => {
    const server = await site({ token: 'actlog-first' });
    await visit(server, { allow: [401] }, async (page) => {
        await rest(page);
        server.options.token = 'actlog-second';
        await page.locator('#f-Text').fill('Update');
        await page.getByText('The token is not accepted any more.').waitFor();
        assert.equal(await page.locator('#rows a.open').count(), 0);
        await page.getByLabel('Token').fill('actlog-second');
        await page.keyboard.press('Enter');
        assert.ok((await shownRows(page)).length);
        assert.equal(await page.locator('#f-Text').inputValue(), 'Update');
    });
});

test('a token that is not needed any more', async () => {
    const server = await site({ token: 'actlog-first' });
    await visit(server, { allow: [401] }, async (page) => {
        await rest(page);
        server.options.token = 'actlog-other';
        server.options.anonymous = true;
        await page.locator('#f-Text').fill('Update');
        assert.ok((await shownRows(page)).length);
        assert.equal(await page.locator('#sign-in').isVisible(), false);
    });
});
