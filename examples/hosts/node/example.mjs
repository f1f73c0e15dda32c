// node example.mjs < events.ndjson > records.ndjson
import { buffer } from 'node:stream/consumers';
import { Filter } from 'actlog';

const filter = Filter.open({ auditing: { read: true }, exclusions: { entities: ['asyncoperation'] } });
const { read, recorded, excluded, rejected, records } = filter.audit(await buffer(process.stdin));
process.stdout.write(records);
for (const { index, reason, place } of rejected) console.error(`event ${index}: ${reason} at ${place}`);
console.error(`${read} read, ${recorded} recorded, ${excluded.reduce((sum, { count }) => sum + count, 0)} excluded`);
filter.close();
