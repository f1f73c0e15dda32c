import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ClosedError, Filter, MetadataError, namesOf, parseRecords, reference, SettingsError, Translator } from 'actlog';

const organization = { id: '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10' };
const names = { 'entity-sets': { accounts: { 'logical-name': 'account', 'primary-id': 'accountid' } } };
const RECORD = '10000000-0000-4000-8000-000000000001';
const created = {
  id: 'e-1',
  method: 'POST',
  target: '/api/data/v9.2/accounts',
  began: '2024-05-06T07:08:09Z',
  clientAddress: '192.0.2.10',
  requestHeaders: [['Content-Type', 'application/json']],
  requestBody: '{"name":"Käse"}',
  answer: { status: 204, headers: [['OData-EntityId', `https://x/api/data/v9.2/accounts(${RECORD})`]], body: '' },
};
const text = (bytes) => Buffer.from(bytes).toString();
const kinds = ({ unknown }) => unknown.map(({ kind }) => kind);

test('translate: an exchange becomes events that the filter takes', () => {
  using(Translator.open({ organization, names }), (translator) => {
    const told = translator.translate(created);
    assert.deepEqual([told.count, kinds(told)], [1, ['no-identity']]);
    const outcome = Filter.open().audit(told.events);
    const [record] = parseRecords(outcome.records);
    assert.deepEqual([outcome.recorded, record.EntityName, record.EventId, record.ClientIP], [1, 'account', 'e-1/0', '192.0.2.10']);
  });
});

test('translate: bytes or text, pairs, Headers, Map or rawHeaders, Date or text are the same', () => {
  using(Translator.open(JSON.stringify({ organization, names })), (translator) => {
    const expected = text(translator.translate(created).events);
    const { answer } = created;
    const forms = [
      { requestBody: Buffer.from(created.requestBody) },
      { requestBody: { content: created.requestBody, whole: true } },
      { began: new Date('2024-05-06T07:08:09.000Z') },
      { requestHeaders: new Headers({ 'Content-Type': 'application/json' }) },
      { requestHeaders: new Map([['content-type', 'application/json']]) },
      { requestHeaders: ['Content-Type', 'application/json'] },
      { answer: { ...answer, headers: answer.headers.flat(), body: new Uint8Array() } },
    ];
    for (const form of forms) {
      const events = text(translator.translate({ ...created, ...form }).events);
      assert.equal(events.replace('07:08:09.000Z', '07:08:09Z'), expected, JSON.stringify(form));
    }
  });
});

test('translate: raw headers are bytes, and what is not UTF-8 in them is U+FFFD', () => {
  using(Translator.open({ organization, names }), (translator) => {
    const agent = (raw) => JSON.parse(text(translator.translate({ ...created, requestHeaders: ['Content-Type', 'application/json', 'User-Agent', raw] }).events)).UserAgent;
    assert.equal(agent(Buffer.from('Käse').toString('latin1')), 'Käse');
    assert.equal(agent('\xff'), '\ufffd');
    assert.equal(agent('字'), '字');
  });
});

test('translate: without an answer it is in doubt, and what is not known of a body is a finding', () => {
  using(Translator.open({ organization, names }), (translator) => {
    const { answer, requestBody, ...asked } = created;
    const doubt = translator.translate({ ...asked, requestBody });
    assert.equal(JSON.parse(text(doubt.events)).ResultStatus, 'InDoubt');
    assert.ok(kinds(doubt).includes('no-answer'));
    assert.ok(kinds(translator.translate({ ...asked, answer })).includes('body-cut'));
    assert.deepEqual(translator.translate({ ...created, target: '/other' }).count, 0);
  });
});

test('translate: what is no exchange is a TypeError, and the translator goes on', () => {
  using(Translator.open({ organization, names }), (translator) => {
    const bad = [
      { id: 7 }, { method: undefined }, { target: null }, { began: 7 }, { clientAddress: {} },
      { requestHeaders: undefined }, { requestHeaders: 'a' }, { requestHeaders: ['a'] }, { requestHeaders: [['a']] }, { requestHeaders: [['a', 1]] },
      { requestBody: 7 }, { requestBody: null }, { requestBody: { content: [1], whole: true } }, { requestBody: { content: 'x' } },
      { answer: { status: '204', headers: [] } }, { answer: { status: 65536, headers: [] } }, { answer: { status: 200 } },
    ];
    for (const one of bad) assert.throws(() => translator.translate({ ...created, ...one }), TypeError, JSON.stringify(one));
    assert.equal(translator.translate(created).count, 1);
  });
});

test('translate: a giant body is told within its limit, and its memory is given back', () => {
  using(Translator.open({ organization, names }), (translator) => {
    const giant = translator.translate({ ...created, requestBody: `{"name":"${'x'.repeat(40 << 20)}"}` });
    assert.deepEqual([giant.count, kinds(giant).includes('body-cut')], [1, true]);
    assert.equal(translator.translate(created).count, 1);
  });
});

test('settings that are wrong are all named, and none is no translator', () => {
  assert.throws(() => Translator.open({ organization: { id: 'x' }, 'trusted-proxies': 2 }), (error) => {
    assert.ok(error instanceof SettingsError);
    assert.deepEqual(error.errors.map(({ path }) => path).sort(), ['organization.id', 'trusted-proxies']);
    return true;
  });
  for (const none of [undefined, null, 7]) assert.throws(() => Translator.open(none), TypeError);
});

test('namesOf: a $metadata document gives names, and anything else its byte', () => {
  const csdl = '<Edmx xmlns="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="x">'
    + '<EntityType Name="account"/><EntityContainer Name="c"><EntitySet Name="accounts" EntityType="x.account"/></EntityContainer></Schema></DataServices></Edmx>';
  for (const form of [csdl, Buffer.from(csdl)]) {
    assert.equal(namesOf(form)['entity-sets'].accounts['logical-name'], 'account');
    Translator.open({ organization, names: namesOf(form) }).close();
  }
  assert.throws(() => namesOf('<html/>'), (error) => error instanceof MetadataError && Number.isInteger(error.offset) && error.message.includes(error.explanation));
  assert.throws(() => namesOf(7), TypeError);
});

test('the schema of the settings is there', () => {
  assert.equal(reference.translatorSettingsSchema().title, 'actlog exchange settings');
});

test('a translator that is closed says so', () => {
  const translator = Translator.open({ organization });
  translator.close();
  translator.close();
  assert.throws(() => translator.translate(created), ClosedError);
});

test('the example of the README works', () => {
  const example = new URL('../translate.mjs', import.meta.url);
  const record = JSON.parse(execFileSync(process.execPath, [example.pathname], { encoding: 'utf8', stdio: 'pipe' }));
  assert.deepEqual([record.Message, record.QueryResults], ['RetrieveMultiple', '0a0d8709-711e-e811-a952-000d3a732d76']);
  const code = readFileSync(example, 'utf8').split('\n').slice(1).join('\n').trim();
  assert.ok(readFileSync(new URL('../README.md', import.meta.url), 'utf8').includes(code));
});

function using(translator, act) {
  try {
    act(translator);
  } finally {
    translator.close();
  }
}
