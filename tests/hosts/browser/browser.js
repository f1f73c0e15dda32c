// Chromium, and a page that reports what it must not do.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { load } from './packages.js';

const { chromium } = (await load('playwright-core')).default;
const SHOTS = `${process.env.WORK}/screenshots`;
mkdirSync(SHOTS, { recursive: true });

export const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    // Containers run as root, where Chromium has no sandbox of its own.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/**
 * Runs `act(page, requests)` with a page at `address`; `requests` lists every address that was asked for, but for
 * what the page's policy stopped. What is told on the console fails, but for what `allow` matches.
 */
export async function visit(address, { width = 1280, height = 900, colorScheme = 'light', allow, ...context }, act) {
    const made = await browser.newContext({ viewport: { width, height }, colorScheme, ...context });
    const page = await made.newPage();
    const wrong = [];
    const requests = [];
    made.on('request', (request) => requests.push(request.url()));
    // What the policy stopped was never sent.
    made.on('requestfailed', (request) => { if (request.failure()?.errorText === 'csp') requests.splice(requests.lastIndexOf(request.url()), 1); });
    page.on('pageerror', (error) => wrong.push(`error: ${error.stack}`));
    page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !allow?.test(message.text())) wrong.push(`console: ${message.text()}`);
    });
    page.setDefaultTimeout(10_000);
    try {
        await page.goto(address);
        await act(page, requests);
        assert.deepEqual(wrong, []);
    } catch (error) {
        await screenshot(page, 'failed').catch(() => {});
        error.message += `\n${wrong.join('\n')}`;
        throw error;
    } finally {
        await made.close();
    }
}

export const screenshot = (page, name, options = {}) => page.screenshot({ path: `${SHOTS}/${name}.png`, ...options });
