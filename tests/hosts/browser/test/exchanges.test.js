// Every exchange, byte for byte, in the browser.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { browser, visit } from '../browser.js';
import { startSite } from '../site.js';
import { readExchanges } from '../../node/exchanges.mjs';

const site = await startSite(readFileSync(process.env.COMPONENT));
after(() => Promise.all([browser.close(), site.close()]));

const cases = readExchanges(fileURLToPath(new URL('../../../exchanges/', import.meta.url)));
/** What a page can be given: bodies as text. */
const packed = (side) => side && { ...side, content: Buffer.from(side.content).toString('base64') };
const given = cases.map(({ settings, csdl, exchange }) => ({
    settings,
    csdl,
    given: exchange && { ...exchange, requestBody: packed(exchange.requestBody), answer: exchange.answer && { ...exchange.answer, body: packed(exchange.answer.body) } },
}));
let found;
await visit(`${site.base}vectors.html`, {}, async (page) => {
    found = await page.evaluate((exchanges) => inWorker({ exchanges }), given);
});

cases.forEach(({ name, expected }, at) => test(`exchange ${name}`, () => assert.equal(found[at], expected)));
