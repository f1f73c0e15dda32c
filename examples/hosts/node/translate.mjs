// node translate.mjs: one HTTP exchange, told in SDK events and audited.
import { Filter, Translator } from 'actlog';

const translator = Translator.open({
  organization: { id: '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10' },
  names: { 'entity-sets': { accounts: { 'logical-name': 'account', 'primary-id': 'accountid' } } },
});
const { events, unknown } = translator.translate({
  id: 'exchange-1',
  method: 'GET',
  target: '/api/data/v9.2/accounts?$filter=name%20eq%20%27Contoso%27',
  began: new Date('2024-05-06T07:08:09Z'),
  requestHeaders: [],
  answer: {
    status: 200,
    headers: [['Content-Type', 'application/json']],
    body: '{"value":[{"accountid":"0a0d8709-711e-e811-a952-000d3a732d76","name":"Contoso"}]}',
  },
});
process.stdout.write(Filter.open().audit(events).records);
for (const { kind, place, explanation } of unknown) console.error(`${kind} at ${place || 'all'}: ${explanation}`);
