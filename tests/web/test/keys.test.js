import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rest, site, visit } from '../browser.js';

const where = await site();
const focused = (page) => page.evaluate(() => {
    const it = document.activeElement;
    return it.dataset.source ?? (it.id || it.textContent.trim().slice(0, 40));
});

test('search, walk, open, follow and close without a mouse', async () => {
    await visit(where, {}, async (page) => {
        await rest(page);
        const sources = await page.locator('#rows a.open').evaluateAll((links) => links.map((link) => link.dataset.source));
        await page.keyboard.press('/');
        assert.equal(await focused(page), 'f-Text');
        assert.equal(await page.locator('#f-Text').inputValue(), '', 'the key itself is not typed');
        await page.keyboard.press('ArrowDown');
        assert.equal(await focused(page), sources[0]);
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowUp');
        assert.equal(await focused(page), sources[1]);
        await page.keyboard.press('End');
        assert.equal(await focused(page), sources.at(-1));
        await page.keyboard.press('Home');
        await page.keyboard.press('ArrowUp');
        assert.equal(await focused(page), 'f-Text');
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowDown');
        const chosen = await focused(page);
        await page.keyboard.press('Enter');
        await page.getByText('Raw JSON').waitFor();
        assert.equal(await page.evaluate(() => document.activeElement.closest('#detail') !== null), true, 'the focus is in the detail');
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Close the detail');
        await page.keyboard.press('Escape');
        await page.locator('#detail').waitFor({ state: 'hidden' });
        assert.equal(await focused(page), chosen, 'the focus is back on the row');
    });
});

test('Tab goes through the page in order, and every stop can be seen', async () => {
    await visit(where, {}, async (page) => {
        await rest(page);
        const stops = [];
        for (let count = 0; count < 34; count += 1) {
            await page.keyboard.press('Tab');
            const stop = await page.evaluate(() => {
                const it = document.activeElement;
                const style = getComputedStyle(it);
                return { name: it.id || it.textContent.trim(), outline: parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== 'none', row: it.matches('a.open') };
            });
            stops.push(stop);
            if (stop.row) break;
        }
        const names = stops.map((stop) => stop.name);
        assert.deepEqual(names.slice(0, 6), ['Skip to content', 'actlog', 'Search', 'Reports', 'Live', 'theme']);
        assert.ok(names.indexOf('f-Text') < names.indexOf('f-From') && names.indexOf('f-From') < names.indexOf('f-Tag'), names.join());
        assert.ok(stops.at(-1).row, 'the rows are one stop');
        assert.deepEqual(stops.filter((stop) => !stop.outline).map((stop) => stop.name), []);
    });
});

test('"/" leads to the search from every view, and is a letter in a field', async () => {
    await visit(where, { hash: '#/live' }, async (page) => {
        await rest(page);
        await page.keyboard.press('/');
        assert.equal(await focused(page), 'f-Text');
        await page.keyboard.type('a/b');
        assert.equal(await page.locator('#f-Text').inputValue(), 'a/b');
    });
});

test('every field has a name, every image a text, and every table names its rows and columns', async () => {
    for (const hash of ['', '#/reports', '#/live']) {
        await visit(where, { hash }, async (page) => {
            await rest(page);
            const bare = await page.evaluate(() => [...document.querySelectorAll('input, select, textarea, button, img, table')]
                .filter((it) => !it.closest('[hidden]'))
                .filter((it) => it.tagName === 'IMG' ? !it.hasAttribute('alt')
                    : it.tagName === 'TABLE' ? !it.getAttribute('aria-label') || [...it.querySelectorAll('thead th')].some((cell) => cell.scope !== 'col')
                        : !(it.labels?.length || it.textContent.trim() || it.getAttribute('aria-label')))
                .map((it) => it.outerHTML.slice(0, 120)));
            assert.deepEqual(bare, []);
        });
    }
});
