// What every test needs: a browser, a site to look at, and a page that reports what it must not do.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startMock } from './mock.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const OUT = `${HERE}out`;
mkdirSync(OUT, { recursive: true });

/** The server to test instead of the mock, and a token of an operator for it. */
export const REAL = process.env.ACTLOG_URL ? `${process.env.ACTLOG_URL.replace(/\/+$/, '')}/` : null;
const TOKEN = process.env.ACTLOG_TOKEN ?? '';

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Containers run as root, where Chromium has no sandbox of its own.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const sites = [];
after(async () => {
    await browser.close();
    await Promise.all(sites.map((site) => site.close()));
});

/** The real server where one is named, filled with the demo; else a mock. With options it is always a mock. */
export async function site(options) {
    if (REAL && !options) {
        const real = { base: REAL, token: TOKEN, real: true };
        if ((await api(real, 'search', { Limit: 1 })).Empty) await api(real, 'demo', null, 'POST');
        await sendHostile(real);
        return real;
    }
    const mock = await startMock(options);
    sites.push(mock);
    return { ...mock, token: options?.token ?? '' };
}

async function sendHostile(real) {
    const { EventsUrl } = await api(real, 'me');
    const answer = await fetch(EventsUrl, {
        method: 'POST', body: readFileSync(`${HERE}fixtures/hostile.ndjson`),
        headers: { 'Content-Type': 'application/x-ndjson', ...(TOKEN ? { Authorization: `Bearer ${TOKEN}` } : {}) },
    });
    assert.ok(answer.ok, `${EventsUrl}: ${answer.status}`);
    for (let tries = 0; tries < 50; tries += 1) {
        if ((await api(real, 'search', { RecordId: HOSTILE_ID })).Rows.length) return;
        await new Promise((done) => setTimeout(done, 200));
    }
    assert.fail('the hostile event was sent and cannot be found');
}

export const HOSTILE_ID = 'bad00000-0000-4000-8000-0000000000ee';

/** Asks the server without the page. */
export async function api({ base, token }, path, params, method = 'GET') {
    const answer = await fetch(`${base}api/${path}?${new URLSearchParams(params ?? {})}`, { method, headers: token ? { Authorization: `Bearer ${token}` } : {} });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
}

/** Runs `act` with a page of the site, and fails if the page did what it must not do. */
export async function visit(where, { hash = '', signIn = true, allow = [], context = {}, ...size }, act) {
    const { width = 1280, height = 860, colorScheme = 'light' } = size;
    const made = await browser.newContext({ viewport: { width, height }, colorScheme, acceptDownloads: true, ...context });
    const page = await made.newPage();
    const wrong = [];
    const { origin } = new URL(where.base);
    page.on('request', (request) => {
        const url = new URL(request.url());
        if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== origin) wrong.push(`request to ${url}`);
    });
    page.on('pageerror', (error) => wrong.push(`error: ${error.stack}`));
    page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('console', (message) => {
        if (!['error', 'warning'].includes(message.type())) return;
        // Chromium tells every answer that is an error; the test says which of them it wants.
        const status = /status of (\d+)/.exec(message.text())?.[1];
        if (status ? allow.includes(Number(status)) : allow.includes('network') && /ERR_/.test(message.text())) return;
        wrong.push(`console: ${message.text()}`);
    });
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    if (where.token && signIn) await page.addInitScript((token) => sessionStorage.setItem('actlog-token', token), where.token);
    page.setDefaultTimeout(8000);
    try {
        await page.goto(where.base + hash);
        await act(page);
        assert.deepEqual(wrong, []);
        assert.doesNotMatch(await page.title(), /owned/);
    } catch (error) {
        await page.screenshot({ path: `${OUT}/failed.png` }).catch(() => {});
        throw error;
    } finally {
        await made.close();
    }
}

/** The correlation ids of the rows that are shown, once the page rests. */
export async function shownRows(page) {
    await rest(page);
    return page.locator('#rows a.open').evaluateAll((links) => links.map((link) => link.dataset.source));
}

/** Waits for the search that is going on. */
export async function rest(page) {
    await page.waitForTimeout(300);
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .loading:not([hidden] *)'));
}

export const screenshot = (page, name) => page.screenshot({ path: `${OUT}/${name}.png` });

/** How much wider than the window the page is. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Before this day are the fixtures; after it, a real server records what the tests do. */
export const PAST = '2025-01-01';

/** The objects of a JSON or NDJSON file. */
export const objects = (text) => text.trim().startsWith('[') ? JSON.parse(text) : text.trim().split('\n').map((line) => JSON.parse(line));
