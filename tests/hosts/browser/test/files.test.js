// The playground's own files: small, written out, each in use, and without a way to turn text into markup.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const FOLDER = new URL('../../../../host/runner/web/playground/', import.meta.url);
const files = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));
const written = files.filter(({ name }) => name !== 'filter.js');
const page = files.find(({ name }) => name === 'index.html').text;

test('what is written by hand is under 100 KB', () => {
    assert.ok(written.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) < 100_000);
});

test('no file has a way to turn text into markup or code, and only examples have addresses', () => {
    // The policy's word for compiling WebAssembly is none of them.
    for (const { name, text } of files) assert.doesNotMatch(text.replace("'wasm-unsafe-eval'", ''), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc/, name);
    for (const { name, text } of written.filter((file) => file.name !== 'examples.js')) assert.doesNotMatch(text, /https?:\/\//, name);
    assert.doesNotMatch(page, /\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|<style/);
});

test('the page names every file', () => {
    for (const { name } of files) assert.ok(name === 'index.html' || page.includes(`"${name}"`), name);
});
