import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify from 'fastify';
import actlog from 'actlog/fastify';
import { parseRecords, SettingsError, UndeliveredError } from 'actlog';

const ORGANIZATION = '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10';
const ID = 'a0d2c3f2-0e9a-4f7a-9e2f-3f3c1b7a1d11';

/** A server on loopback with a few routes; `audited` gives the records so far. */
async function served(t, options = {}, routes = () => undefined) {
  const records = [];
  const rejects = [];
  const app = Fastify();
  app.register(actlog, {
    organization: ORGANIZATION,
    prefix: '/api/',
    entities: { accounts: 'account' },
    delay: 1,
    retry: { first: 1, most: 2 },
    sink: (batch) => void records.push(...parseRecords(batch.records)),
    rejects: (events) => void rejects.push(...events),
    ...options,
  });
  app.register(async (inner) => {
    inner.get('/api/accounts', () => ({ value: [{ accountid: ID, name: 'Contoso' }] }));
    inner.get('/api/accounts/:id', async (request, reply) => reply.send(Readable.from(['{"name":', '"Contoso"}'])));
    inner.post('/api/accounts', async (request, reply) => reply.code(201).header('OData-EntityId', `https://x.example/api/accounts(${ID})`).send());
    inner.delete('/api/accounts/:id', async () => {
      throw new Error('no');
    });
    inner.get('/api/slow', async () => wait(10_000, {}, { ref: false }));
    inner.get('/health', () => 'well');
    routes(inner);
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  let open = true;
  const close = () => ((open = false), app.close());
  t.after(() => (open ? app.close().catch(() => undefined) : undefined));
  /** Waits until every request that has begun has ended, and delivers. */
  const audited = async () => {
    while (app.actlog.stats().pending > 0) await wait(1);
    await app.actlog.flush();
    return records;
  };
  return { app, url, records, rejects, audited, close };
}

function balanced(stats) {
  assert.equal(stats.covered, stats.pending + stats.added + stats.withoutEvent + stats.failed + stats.refused + stats.unaudited);
  assert.equal(stats.added, stats.queued + stats.read);
  assert.equal(stats.read, stats.recorded + stats.excluded + stats.rejected + stats.faulted);
}

test('what passes is recorded: reads, writes, failures, and what came back', async (t) => {
  const { app, url, audited } = await served(t, { user: ({ request }) => ({ UserUpn: request.headers['x-user'] }) });
  const headers = { 'x-user': 'anna@contoso.example', 'user-agent': 'test' };
  assert.deepEqual(await (await fetch(`${url}/api/accounts`, { headers })).json(), { value: [{ accountid: ID, name: 'Contoso' }] });
  assert.equal(await (await fetch(`${url}/api/accounts/${ID}`, { headers })).text(), '{"name":"Contoso"}');
  const body = JSON.stringify({ name: 'Fabrikam' });
  assert.equal((await fetch(`${url}/api/accounts`, { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } })).status, 201);
  assert.equal((await fetch(`${url}/api/accounts/${ID}`, { method: 'DELETE', headers })).status, 500);
  assert.equal((await fetch(`${url}/api/nothing`)).status, 404);
  assert.equal((await fetch(`${url}/api/a/b/c`)).status, 404);
  assert.equal(await (await fetch(`${url}/health`)).text(), 'well');

  const records = await audited();
  const by = Object.fromEntries(records.map((record) => [record.Message === 'RetrieveMultiple' && !record.EntityName ? 'unknown' : record.Message, record]));
  assert.deepEqual(Object.keys(by).sort(), ['Create', 'Delete', 'Retrieve', 'RetrieveMultiple', 'unknown']);
  assert.equal(by.RetrieveMultiple.QueryResults, ID);
  assert.deepEqual([by.Retrieve.EntityId, by.Retrieve.ResultStatus], [ID, 'Success']);
  assert.deepEqual([by.Create.EntityId, by.Create.Fields], [ID, '[{"Name":"name","Value":"Fabrikam"}]']);
  assert.deepEqual([by.Delete.EntityId, by.Delete.ResultStatus], [ID, 'Failed']);
  assert.equal(by.unknown.ResultStatus, 'Failed');
  for (const name of ['Create', 'Delete', 'Retrieve', 'RetrieveMultiple']) {
    assert.deepEqual([by[name].UserUpn, by[name].UserAgent, by[name].ClientIP, by[name].EntityName], ['anna@contoso.example', 'test', '127.0.0.1', 'account']);
  }
  assert.equal(new Set(records.map(({ EventId }) => EventId)).size, records.length);
  const stats = app.actlog.stats();
  balanced(stats);
  assert.deepEqual([stats.covered, stats.recorded, stats.withoutEvent, stats.delivered], [6, 5, 1, 5]);
});

test('settings act: what is excluded is counted', async (t) => {
  const { app, url, audited } = await served(t, { settings: { exclusions: { entities: ['account'] } } });
  await (await fetch(`${url}/api/accounts`)).text();
  assert.deepEqual(await audited(), []);
  assert.deepEqual(app.actlog.stats().excludedBy, { 'customer-entity': 1 });
});

test('settings that are wrong keep the application from starting', async (t) => {
  await assert.rejects(served(t, { settings: { auditing: { read: 1 } } }), SettingsError);
});

test('an event that the filter rejects is kept', async (t) => {
  const { app, url, rejects, audited } = await served(t, { event: () => ({ Message: 'Retrieve', OrganizationId: 'none' }) });
  await (await fetch(`${url}/api/accounts`)).text();
  await audited();
  assert.deepEqual(rejects.map(({ reason, place, event }) => [reason, place, JSON.parse(event).OrganizationId]), [['bad-value', 'OrganizationId', 'none']]);
  balanced(app.actlog.stats());
});

test('a mapping of the application: its own events, none, and one that throws', async (t) => {
  const event = ({ url, id, answer }) => {
    if (url.includes('throw')) throw new Error('mapping');
    return url.includes('none') ? undefined : { EventId: id, Message: 'Retrieve', OrganizationId: ORGANIZATION, EntityName: answer.value[0].name };
  };
  const { app, url, audited } = await served(t, { event });
  for (const query of ['', '?none', '?throw']) assert.equal((await fetch(`${url}/api/accounts${query}`)).status, 200);
  assert.deepEqual((await audited()).map(({ EntityName }) => EntityName), ['Contoso']);
  const stats = app.actlog.stats();
  balanced(stats);
  assert.deepEqual([stats.withoutEvent, stats.failed, stats.reserved], [1, 1, 0]);
});

test('a connection that breaks before the answer leaves an event in doubt', async (t) => {
  const { app, url, audited } = await served(t);
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('GET /api/slow HTTP/1.1\r\nHost: x\r\n\r\n'));
  while (app.actlog.stats().pending === 0) await wait(1);
  socket.destroy();
  const records = await audited();
  assert.deepEqual(records.map(({ Message, ResultStatus }) => [Message, ResultStatus]), [['RetrieveMultiple', 'InDoubt']]);
  balanced(app.actlog.stats());
});

test('a sink that stands still: requests wait, then are refused, and nothing is lost', async (t) => {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  const taken = [];
  const { app, url, audited } = await served(t, {
    capacity: 3, batch: 1, patience: 30,
    sink: async ({ records }) => {
      await opened;
      taken.push(...parseRecords(records));
    },
  });
  const codes = [];
  for (let number = 0; number < 5; number += 1) {
    const answer = await fetch(`${url}/api/accounts`);
    codes.push(answer.status);
    if (answer.status === 503) assert.equal(answer.headers.get('retry-after'), '1');
    await answer.text();
    while (app.actlog.stats().pending > 0) await wait(1);
  }
  assert.deepEqual(codes, [200, 200, 200, 503, 503]);
  assert.equal((await fetch(`${url}/health`)).status, 200, 'what is not covered goes on');
  balanced(app.actlog.stats());
  const patient = fetch(`${url}/api/accounts`);
  await wait(5);
  open();
  assert.equal((await patient).status, 200, 'who waits gets a place when there is one');
  await audited();
  assert.equal(taken.length, 4);
  const stats = app.actlog.stats();
  balanced(stats);
  assert.deepEqual([stats.refused, stats.delivered, stats.unaudited], [2, 4, 0]);
});

test('whenFull pass: the application goes on, and what was not audited is counted', async (t) => {
  const { app, url, close } = await served(t, { capacity: 1, patience: 1, whenFull: 'pass', closeWithin: 20, sink: () => new Promise(() => undefined) });
  for (let number = 0; number < 3; number += 1) {
    assert.equal((await fetch(`${url}/api/accounts`)).status, 200);
    while (app.actlog.stats().pending > 0) await wait(1);
  }
  const stats = app.actlog.stats();
  balanced(stats);
  assert.deepEqual([stats.added, stats.unaudited, stats.refused], [1, 2, 0]);
  await assert.rejects(close(), UndeliveredError);
});

test('a sink that fails for a while loses nothing and harms no request', async (t) => {
  let turn = 0;
  const taken = [];
  const { app, url, audited } = await served(t, {
    batch: 2,
    sink: ({ records }) => {
      if (turn++ % 2 === 0) throw new Error('no disk');
      taken.push(...parseRecords(records));
    },
  });
  const codes = await Promise.all(Array.from({ length: 40 }, async () => {
    const answer = await fetch(`${url}/api/accounts`);
    await answer.text();
    return answer.status;
  }));
  assert.ok(codes.every((code) => code === 200));
  await audited();
  assert.equal(new Set(taken.map(({ EventId }) => EventId)).size, 40);
  assert.equal(taken.length, 40);
  assert.ok(app.actlog.stats().failures > 0);
});

test('closing the application delivers what is under way', async (t) => {
  const { app, url, records, close } = await served(t, { delay: 60_000 }, (inner) => {
    inner.get('/api/later', async () => wait(50, { value: [] }));
  });
  const under = fetch(`${url}/api/later`).then((answer) => answer.status);
  await (await fetch(`${url}/api/accounts`)).text();
  while (app.actlog.stats().covered < 2) await wait(1);
  await close();
  assert.equal(await under, 200);
  assert.equal(records.length, 2);
  balanced(app.actlog.stats());
});

test('closing tells what could not be delivered', async (t) => {
  const { url, close } = await served(t, { closeWithin: 20, sink: () => Promise.reject(new Error('no disk')) });
  await (await fetch(`${url}/api/accounts`)).text();
  await assert.rejects(close(), (error) => error instanceof UndeliveredError && parseRecords(error.records).length === 1);
});

test('covers: the application says which requests are audited', async (t) => {
  const { app, url } = await served(t, { covers: (request) => request.method !== 'GET' });
  await (await fetch(`${url}/api/accounts`)).text();
  assert.equal(app.actlog.stats().covered, 0);
});
