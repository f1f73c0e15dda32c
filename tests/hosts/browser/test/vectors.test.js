// Every vector, byte for byte, in the browser.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { browser, visit } from '../browser.js';
import { allCases } from '../cases.js';
import { startSite } from '../site.js';

const site = await startSite(readFileSync(process.env.COMPONENT));
after(() => Promise.all([browser.close(), site.close()]));

const cases = allCases();
let found;
await visit(`${site.base}vectors.html`, {}, async (page) => {
    found = await page.evaluate((vectors) => inWorker({ vectors }), cases.map(({ given }) => given));
});

cases.forEach(({ name, expected }, at) => test(`vector ${name}`, () => assert.equal(found[at], expected)));
