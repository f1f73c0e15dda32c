// Runs the tests of this folder and counts what passed.

import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

const FOLDER = fileURLToPath(new URL('test/', import.meta.url));
const passed = { vectors: 0, exchanges: 0, tests: 0 };
let failed = 0;

// Files are reported as tests of their own; what counts is in them.
const counts = ({ details, name }) => details.type !== 'suite' && !name.endsWith('.test.js');
run({ files: readdirSync(FOLDER).filter((name) => name.endsWith('.test.js')).sort().map((name) => FOLDER + name), concurrency: 1 })
    .on('test:pass', (test) => {
        if (!counts(test)) return;
        if (test.name.startsWith('vector ')) passed.vectors += 1;
        else if (test.name.startsWith('exchange ')) passed.exchanges += 1;
        else {
            passed.tests += 1;
            console.log(`passed  ${test.name} (${(test.details.duration_ms / 1000).toFixed(1)} s)`);
        }
    })
    .on('test:fail', (test) => {
        failed += 1;
        console.log(`FAILED  ${test.name}\n${inspect(test.details.error?.cause ?? test.details.error)}`);
    })
    .on('test:stdout', ({ message }) => process.stdout.write(message))
    .on('test:stderr', ({ message }) => process.stderr.write(message))
    .on('end', () => {
        console.log(`browser: ${passed.vectors} vectors passed, ${passed.exchanges} exchanges passed, ${passed.tests} tests passed${failed ? `, ${failed} FAILED` : ''}`);
        if (failed || !passed.vectors || !passed.exchanges || !passed.tests) process.exitCode = 1;
    })
    // Without a reader it never ends.
    .resume();
