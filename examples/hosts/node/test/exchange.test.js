import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangeEvent } from 'actlog';

const ORGANIZATION = '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10';
const ID = 'a0d2c3f2-0e9a-4f7a-9e2f-3f3c1b7a1d11';
const OTHER = 'b0d2c3f2-0e9a-4f7a-9e2f-3f3c1b7a1d12';
const options = { organization: ORGANIZATION, prefix: '/api/data/v9.2/', entities: { accounts: 'account', people: { name: 'contact', id: 'key' } } };

function exchange(method, path, more = {}) {
  return {
    id: 'e1', time: new Date('2024-05-06T07:08:09.100Z'), method, url: `/api/data/v9.2/${path}`,
    requestHeaders: {}, responseHeaders: {}, body: undefined, answer: undefined, status: 200, ip: '10.0.0.7', ...more,
  };
}
const map = (method, path, more, with_ = options) => exchangeEvent(exchange(method, path, more), with_);

test('a read of many, with the ids that came back and the query', () => {
  const answer = { value: [{ accountid: ID, name: 'a' }, { name: 'without id' }, { accountid: 'no guid' }, null, { accountid: OTHER }] };
  assert.deepEqual(map('GET', `accounts?fetchXml=${encodeURIComponent('<fetch/>')}`, { answer, requestHeaders: { 'user-agent': 'curl' } }), {
    EventId: 'e1', Message: 'RetrieveMultiple', CreationTime: '2024-05-06T07:08:09.100Z', OrganizationId: ORGANIZATION, ClientIP: '10.0.0.7',
    ResultStatus: 'Success', EntityName: 'account', UserAgent: 'curl', Query: '<fetch/>', QueryResults: [ID, OTHER],
  });
  assert.deepEqual(map('GET', 'people', { answer: [{ key: ID }] }).QueryResults, [ID]);
  assert.equal(map('GET', 'accounts', { answer: 'text' }).QueryResults, undefined);
});

test('which message a request is', () => {
  for (const [method, path, headers, message] of [
    ['GET', `accounts(${ID})`, {}, 'Retrieve'],
    ['GET', `accounts/${ID}`, {}, 'Retrieve'],
    ['GET', `accounts%28${ID}%29`, {}, 'Retrieve'],
    ['GET', 'accounts/', {}, 'RetrieveMultiple'],
    ['POST', 'accounts', {}, 'Create'],
    ['PUT', `accounts(${ID})`, {}, 'Update'],
    ['DELETE', `accounts(${ID})?x=1`, {}, 'Delete'],
    ['PATCH', `accounts(${ID})`, { 'if-match': '*' }, 'Update'],
    ['PATCH', `accounts(${ID})`, { 'if-none-match': '*' }, 'Create'],
    ['PATCH', `accounts(${ID})`, {}, 'Upsert'],
  ]) {
    const event = map(method, path, { requestHeaders: headers });
    assert.deepEqual([event?.Message, event?.EntityName], [message, 'account'], `${method} ${path}`);
    if (path.includes(ID)) assert.equal(event.EntityId, ID);
  }
});

test('what could mean something else is no event', () => {
  for (const [method, path] of [
    ['GET', ''], ['GET', '$metadata'], ['GET', 'accounts/$count'], ['GET', `accounts(${ID})/name`], ['GET', `accounts(${ID})/contacts`],
    ['GET', `accounts/${ID}/x`], ['GET', 'accounts(((', ], ['GET', '%zz'], ['GET', 'a/../b'], ['POST', `accounts(${ID})/Microsoft.Dynamics.CRM.X`],
    ['POST', `accounts(${ID})`], ['POST', '$batch'], ['PUT', 'accounts'], ['PATCH', 'accounts'], ['DELETE', 'accounts'], ['OPTIONS', 'accounts'],
    ['HEAD', 'accounts'], ['PROPFIND', 'accounts'],
  ]) assert.equal(map(method, path), undefined, `${method} ${path}`);
  assert.equal(exchangeEvent({ ...exchange('GET', ''), url: '/other/accounts' }, options), undefined);
});

test('the id of what was created: from headers, else from the answer, and only a GUID', () => {
  const url = `https://x.example/api/data/v9.2/accounts(${ID})`;
  for (const [more, id] of [
    [{ responseHeaders: { 'odata-entityid': url } }, ID],
    [{ responseHeaders: { location: `/accounts/${ID}` } }, ID],
    [{ responseHeaders: { location: '/accounts/42' }, answer: { accountid: OTHER } }, OTHER],
    [{ answer: { accountid: '42' } }, undefined],
    [{ answer: Object.create({ accountid: OTHER }) }, undefined],
    [{}, undefined],
  ]) assert.equal(map('POST', 'accounts', more).EntityId, id);
  assert.equal(map('GET', "accounts(number='7')", { answer: { accountid: ID } }).EntityId, ID);
});

test('fields are the values of the body, without annotations', () => {
  const body = { name: 'Contoso', revenue: 1, none: null, 'primarycontactid@odata.bind': '/contacts(1)', '@odata.type': 'x', 'name@OData.Community': 'y', '': 1 };
  assert.deepEqual(map('POST', 'accounts', { body }).Fields, [
    { Name: 'name', Value: 'Contoso' }, { Name: 'revenue', Value: 1 }, { Name: 'none', Value: null }, { Name: 'primarycontactid', Value: '/contacts(1)' },
  ]);
  assert.deepEqual(map('POST', 'accounts', { body: 'text' }).Fields, []);
  assert.deepEqual(map('POST', 'accounts', { body: [1] }).Fields, []);
  assert.equal(map('POST', 'accounts', { body }, { ...options, fields: false }).Fields, undefined);
  assert.equal(map('GET', `accounts(${ID})`, { body }).Fields, undefined);
});

test('what cannot be told is left out', () => {
  assert.equal(map('GET', 'unknown').EntityName, undefined);
  assert.equal(map('GET', 'constructor').EntityName, undefined);
  assert.deepEqual([200, 302, 404, 500, undefined].map((status) => map('GET', 'accounts', { status }).ResultStatus), ['Success', 'Success', 'Failed', 'Failed', 'InDoubt']);
});

test('who did it is for the application to say', () => {
  const user = ({ requestHeaders }) => ({ UserUpn: requestHeaders['x-user'] });
  assert.equal(map('GET', 'accounts', { requestHeaders: { 'x-user': 'anna' } }, { ...options, user }).UserUpn, 'anna');
});

