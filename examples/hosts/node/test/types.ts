// Not run: it has to compile as a user's program does, and what is marked must not.
import Fastify from 'fastify';
import { Filter, JoinError, parseRecords, Recorder, SettingsError, Translator, UndeliveredError, type ExclusionReason, type HttpExchange, type Outcome, type SdkEvent, type Translation, type UnknownKind } from 'actlog';
import actlog from 'actlog/fastify';

const event: SdkEvent = { Message: 'Retrieve', OrganizationId: '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10' };

export function reasons(): Map<ExclusionReason, number> {
  using filter = Filter.open({ auditing: { read: false }, entities: { default: { 'single-record': true } } });
  const outcome: Outcome = filter.audit([event, { MessageName: 'Create', OrganizationId: '', InputParameters: [] }, '{}', new Uint8Array()]);
  const id: string | undefined = parseRecords(outcome.records)[0]?.Id;
  const why: string | undefined = filter.explain(event).reason;
  // @ts-expect-error there is no such reason
  const wrong: boolean = outcome.excluded[0]?.reason === 'because';
  // @ts-expect-error a misspelt key
  Filter.open({ audting: {} });
  // @ts-expect-error an event needs a Message
  filter.audit([{ OrganizationId: '' }]);
  // @ts-expect-error a filter is opened, not made
  new Filter('');
  void [id, why, wrong];
  return new Map(outcome.excluded.map(({ reason, count }) => [reason, count]));
}

export function translated(request: import('node:http').IncomingMessage, body: Buffer): UnknownKind[] {
  using translator = Translator.open({ organization: { id: '' }, names: { 'entity-sets': { accounts: { 'logical-name': 'account' } } } });
  const exchange: HttpExchange = { id: '1', method: request.method ?? '', target: request.url ?? '', began: new Date(), requestHeaders: request.rawHeaders, requestBody: body };
  const told: Translation = translator.translate({ ...exchange, answer: { status: 200, headers: new Headers(), body: { content: body, whole: false } } });
  // @ts-expect-error there is no such kind
  const wrong: boolean = told.unknown[0]?.kind === 'because';
  // @ts-expect-error the organization is missing
  Translator.open({});
  // @ts-expect-error an exchange needs its headers
  translator.translate({ id: '1', method: 'GET', target: '/' });
  void wrong;
  return told.unknown.map(({ kind }) => kind);
}

export function failures(filter: Filter): string | number | undefined {
  try {
    filter.join('');
  } catch (error) {
    if (error instanceof SettingsError) return error.errors[0]?.path;
    if (error instanceof JoinError) {
      const { failure } = error;
      return failure.kind === 'missing-parts' ? failure.missing[0] : failure.line;
    }
  }
  return undefined;
}

export async function served(): Promise<number> {
  const app = Fastify();
  await app.register(actlog, {
    organization: event.OrganizationId,
    entities: { accounts: 'account', people: { name: 'contact', id: 'contactid' } },
    user: ({ request }) => ({ UserUpn: request.headers.authorization ?? null }),
    sink: async ({ records }) => void records.length,
    rejects: async (events) => void events[0]?.event.length,
  });
  // @ts-expect-error the default needs the organization
  await app.register(actlog, { sink: () => undefined, rejects: () => undefined });
  await app.register(actlog, { event: ({ reply }) => (reply.statusCode === 200 ? event : undefined), sink: () => undefined, rejects: () => undefined });
  await app.actlog.flush();
  return app.actlog.stats().unaudited;
}

export async function recorded(filter: Filter): Promise<Uint8Array | undefined> {
  const recorder = new Recorder({ filter, sink: ({ records, parts }) => void [records, parts], rejects: () => undefined });
  await recorder.add(event);
  const place = await recorder.reserve();
  place.release();
  try {
    await recorder.close(100);
  } catch (error) {
    if (error instanceof UndeliveredError) return error.records;
  }
  return undefined;
}
