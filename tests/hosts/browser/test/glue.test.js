// The generated glue, and the core modules that the page takes out of the component.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';
import { glueOf } from '../glue.js';

const PLAYGROUND = new URL('../../../../host/runner/web/playground/', import.meta.url);
const component = readFileSync(process.env.COMPONENT);
const { text, cores } = await glueOf(component);

test('the committed glue is what jco makes of this component', () => {
    const file = new URL('filter.js', PLAYGROUND);
    if (process.env.ACTLOG_OVERWRITE) return writeFileSync(file, text);
    return assert.ok(readFileSync(file, 'utf8') === text, `${file.pathname} is not what jco makes of the component; ACTLOG_OVERWRITE=1 writes it anew`);
});

const { coreModules } = vm.runInNewContext(`${readFileSync(new URL('filter-load.js', PLAYGROUND), 'utf8')}; ({ coreModules })`, { Error });

test('the core modules taken from the component are those that jco takes', () => {
    const found = coreModules(component);
    assert.deepEqual(cores.map(([name]) => name), Array.from(found, (_, at) => `filter.core${at ? at + 1 : ''}.wasm`));
    cores.forEach(([name, bytes], at) => assert.ok(Buffer.from(found[at]).equals(Buffer.from(bytes)), name));
});

test('what is no component, or is cut off, is refused', () => {
    assert.throws(() => coreModules(Buffer.from('no component')), /not a WebAssembly component/);
    assert.throws(() => coreModules(Buffer.concat([Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])])), /not a WebAssembly component/);
    assert.throws(() => coreModules(component.subarray(0, component.length / 2)), /cut off/);
});
