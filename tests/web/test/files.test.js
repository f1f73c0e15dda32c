// The files themselves: small, written out, and from here.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REAL, site } from '../browser.js';
import { POLICY } from '../mock.js';

const WEB = fileURLToPath(new URL('../../../host/runner/web/', import.meta.url));
// The playground has tests of its own.
const files = readdirSync(WEB, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !(entry.parentPath ?? entry.path).includes('playground'))
    .map((entry) => ({ name: join(entry.parentPath ?? entry.path, entry.name), text: readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8') }));

test('all together under 150 KB', () => {
    assert.ok(files.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0) < 150_000);
});

test('nothing that turns text into markup or code, and nothing from elsewhere', () => {
    for (const { name, text } of files) {
        assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc/, name);
        assert.doesNotMatch(text.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\//, name);
        if (name.endsWith('.html')) assert.doesNotMatch(text, /\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|<style/, name);
    }
});

test('every file is used', () => {
    const all = files.map((file) => file.text).join('\n');
    for (const { name } of files) {
        const own = name.slice(name.lastIndexOf('/') + 1);
        if (own !== 'index.html') assert.ok(all.includes(own), name);
    }
});

test('the server sends the policy under which the page is tested', { skip: !REAL && 'no server is named' }, async () => {
    const where = await site();
    const sent = (await fetch(where.base)).headers.get('Content-Security-Policy');
    const rules = (text) => text.split(';').map((rule) => rule.trim()).filter(Boolean).sort();
    assert.deepEqual(rules(sent ?? ''), rules(POLICY));
});
