import { readFileSync } from 'node:fs';
import { browser, visit } from './browser.js';
import { startSite } from './site.js';

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter((line) => line.trim());
const site = await startSite(readFileSync(process.env.COMPONENT));
try {
    await visit(`${site.base}vectors.html`, {}, async (page) => {
        const { events, records, seconds } = await page.evaluate((given) => inWorker({ lines: given, rounds: 3 }), lines);
        if (events !== lines.length) throw new Error(`${lines.length} events were given and ${events} read`);
        console.log(JSON.stringify({ host: 'browser', events, records, seconds: Number(seconds.toFixed(4)) }));
    });
} finally {
    await browser.close();
    await site.close();
}
