import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExchange } from './exchanges.mjs';

const text = (body) => Buffer.from(body.content).toString();

test('an exchange: notes, fields, bodies, and what stands for them', () => {
  const file = 'Title\n\n== request\n@id\n@client 192.0.2.1\n@cut\nPOST /a b HTTP/1.1\nX: a: b\nauthorization: Bearer {"oid":"x"}\n\n{"a":1}\n\n== response\n'
    + '@lf\nHTTP/1.1 200 OK\nContent-Type: multipart/mixed\n\none\ntwo\n== events\n== unknown\n';
  const { settings, csdl, exchange, expected } = parseExchange('a', file, '{}');
  assert.deepEqual([settings, csdl, expected], ['{}', undefined, '== events\n== unknown\n']);
  const { id, method, target, began, clientAddress, requestHeaders, requestBody, answer } = exchange;
  assert.deepEqual([id, method, target, began, clientAddress], ['', 'POST', '/a b', '2024-05-06T07:08:09Z', '192.0.2.1']);
  assert.deepEqual(requestHeaders, [{ name: 'X', value: 'a: b' }, { name: 'authorization', value: 'Bearer e30.eyJvaWQiOiJ4In0.c2lnbmF0dXJl' }]);
  assert.deepEqual([text(requestBody), requestBody.whole, answer.status], ['{"a":1}', false, 200]);
  assert.deepEqual([text(answer.body), answer.body.whole], ['one\ntwo', true]);
});

test('a token is added where none stands, and a body may be hexadecimal or have CRLF', () => {
  const request = (head) => parseExchange('a', `T\n\n== request\n${head}\n== events\n`, '').exchange;
  assert.match(request('GET /').requestHeaders[0].value, /^Bearer e30\.[\w-]+\.c2lnbmF0dXJl$/);
  assert.deepEqual(request('@anonymous\nGET /').requestHeaders, []);
  assert.equal(request('@hex\nPOST /\n\n7B 7d').requestBody.content.toString(), '{}');
  assert.equal(text(request('POST /\ncontent-type: multipart/mixed; a\n\na\nb').requestBody), 'a\r\nb\r\n');
  assert.equal(request('@began\n@client\nGET /').began ?? request('@began\n@client\nGET /').clientAddress, undefined);
});

test('what is no exchange is an error', () => {
  for (const file of ['', 'T\n', 'T\n== request\nGET /\n', 'T\n== events\n', 'T\n== request\n== csdl\n== events\n', 'T\n== request\nGET /\nx\n== events\n', 'T\n== csdl\n== ledger\n']) {
    assert.throws(() => parseExchange('a', file, ''), JSON.stringify(file));
  }
});
