import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, overflow, PAST, rest, screenshot, site, visit } from '../browser.js';

const where = await site();
const { Rows: rows } = await api(where, 'search', { Limit: 200, To: PAST });
const reports = await api(where, 'reports');
const many = rows.find((row) => row.Parts > 1) ?? rows[0];
const VIEWS = {
    search: '', record: `#/search?Open=${many.Source}`, hostile: `#/search?Open=${(rows.find((row) => row.User?.includes('<img')) ?? rows[0]).Source}`,
    reports: '#/reports', report: `#/reports/${reports.find((report) => !report.Needs.length).Name}`, live: '#/live',
};

for (const [name, hash] of Object.entries(VIEWS)) {
    test(`${name} on a phone: nothing to scroll sideways`, async () => {
        await visit(where, { hash, width: 360, height: 740 }, async (page) => {
            await rest(page);
            assert.ok(await overflow(page) <= 0, `${await overflow(page)} px too wide`);
            await screenshot(page, `phone-${name}`);
        });
    });
    for (const colorScheme of ['light', 'dark']) {
        test(`${name} ${colorScheme}: it can be read`, async () => {
            await visit(where, { hash, colorScheme }, async (page) => {
                await rest(page);
                const faint = await page.evaluate(contrasts);
                assert.deepEqual(faint, []);
                await screenshot(page, `${colorScheme}-${name}`);
            });
        });
    }
}

/** Texts whose contrast with what is behind them is under 4.5. */
function contrasts() {
    const parse = (text) => /rgba?\(([^)]+)\)/.exec(text)?.[1].split(/[ ,/]+/).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
    const faint = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !element.checkVisibility() || element.closest(':disabled, .unseen, .chart')) continue;
        let behind = null;
        for (let it = element; it && !behind; it = it.parentElement) {
            const colour = parse(getComputedStyle(it).backgroundColor);
            if (colour && (colour[3] ?? 1) > 0.9) behind = colour;
        }
        const [one, two] = [light(parse(getComputedStyle(element).color)), light(behind)].sort((a, b) => b - a);
        if ((one + 0.05) / (two + 0.05) < 4.5) faint.push(`${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 30)}`);
    }
    return [...new Set(faint)];
}

test('the theme can be chosen and is remembered', async () => {
    await visit(where, { colorScheme: 'light' }, async (page) => {
        const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
        const light = await ground();
        await page.getByRole('button', { name: 'Theme: auto' }).click();
        assert.equal(await ground(), light);
        await page.getByRole('button', { name: 'Theme: light' }).click();
        const dark = await ground();
        assert.notEqual(dark, light);
        await page.reload();
        assert.equal(await ground(), dark);
        await page.getByRole('button', { name: 'Theme: dark' }).click();
        assert.equal(await ground(), light);
    });
});

test('on paper: what was found, without what is clicked', async () => {
    await visit(where, { hash: VIEWS.record, colorScheme: 'dark', width: 794 }, async (page) => {
        await rest(page);
        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
        if (many.Results) assert.equal(await page.locator('#detail .ids li').count(), many.Results, 'every id is on paper');
        assert.equal(await page.locator('.top').isVisible(), false);
        assert.equal(await page.locator('#filters').isVisible(), false);
        assert.ok(await page.locator('#detail').isVisible());
        assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), 'rgb(255, 255, 255)');
        await screenshot(page, 'paper-record');
    });
    await visit(where, { width: 794 }, async (page) => {
        await rest(page);
        await page.emulateMedia({ media: 'print' });
        await screenshot(page, 'paper-search');
    });
});

test('a large type size breaks nothing', async () => {
    await visit(where, { width: 640 }, async (page) => {
        await rest(page);
        await page.evaluate(() => { document.documentElement.style.fontSize = '28px'; });
        assert.ok(await overflow(page) <= 0);
    });
});
