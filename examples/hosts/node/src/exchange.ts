// From what went over HTTP to an event: the default of the middleware.
import type { SdkEvent } from './event.js';

/** One request and its answer. */
export interface Exchange {
  /** Unique for every exchange, so that the same event is told from another one. */
  id: string;
  /** When the request came. */
  time: Date;
  method: string;
  /** Path and query as they came. */
  url: string;
  /** By lower-case name. */
  requestHeaders: Readonly<Record<string, string | string[] | undefined>>;
  responseHeaders: Readonly<Record<string, number | string | string[] | undefined>>;
  /** The body of the request, as it was parsed. */
  body: unknown;
  /** What the application answered before it was made text; absent where that was text, bytes or a stream. */
  answer: unknown;
  /** Status of the answer; absent when the connection broke before the answer was sent. */
  status: number | undefined;
  /** Address of the client. */
  ip: string;
}

/** What the default mapping has to know. */
export interface ExchangeOptions<E extends Exchange = Exchange> {
  /** OrganizationId: a GUID. */
  organization: string;
  /** Before the entity set, with slashes at both ends. `/` if not given. */
  prefix?: string;
  /** Logical name and, where it is not the name with `id` behind it, primary id of the entity of each set. */
  entities?: Readonly<Record<string, string | { name: string; id: string }>>;
  /** Who did it: UserId, UserUpn, UserKey, SystemUserId. */
  user?: (exchange: E) => Partial<SdkEvent> | undefined;
  /** Whether values of request bodies become Fields. True if not given. */
  fields?: boolean;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `set`, `set(key)` or `set/GUID`; nothing that could mean something else. */
const RESOURCE = /^([A-Za-z_][\w-]*)(?:\(([^()]*)\)|\/([0-9a-f-]{36}))?\/?$/i;

/** The most ids that are taken from an answer. */
const IDS = 10_000;

/**
 * The event of an exchange with an OData-like REST API; undefined where it is none of those below.
 *
 * | request | message |
 * |---|---|
 * | GET `set` | RetrieveMultiple; ids from the answer's `value`, Query from `fetchXml` |
 * | GET `set(id)`, `set/id` | Retrieve |
 * | POST `set` | Create; the id from `OData-EntityId`, `Location` or the answer |
 * | PATCH `set(id)` | Update with If-Match, Create with If-None-Match: *, else Upsert |
 * | PUT `set(id)` | Update |
 * | DELETE `set(id)` | Delete |
 *
 * A set that is not among `entities` gives an event without EntityName: a name is never guessed from a plural.
 */
export function exchangeEvent<E extends Exchange>(exchange: E, options: ExchangeOptions<E>): SdkEvent | undefined {
  const { organization, prefix = '/', entities = {}, fields = true } = options;
  const query = exchange.url.indexOf('?');
  const path = query < 0 ? exchange.url : exchange.url.slice(0, query);
  const found = path.startsWith(prefix) ? RESOURCE.exec(decoded(path.slice(prefix.length))) : null;
  if (found === null) return undefined;
  const [, set = '', inParentheses, afterSlash] = found;
  const key = inParentheses ?? afterSlash;
  const message = messageOf(exchange, key !== undefined);
  if (message === undefined) return undefined;

  const known = Object.hasOwn(entities, set) ? entities[set] : undefined;
  const name = typeof known === 'object' ? known.name : known;
  const primary = typeof known === 'object' ? known.id : name === undefined ? undefined : `${name}id`;
  const event: SdkEvent = {
    EventId: exchange.id,
    Message: message,
    CreationTime: exchange.time.toISOString(),
    OrganizationId: organization,
    ClientIP: exchange.ip,
    ResultStatus: exchange.status === undefined ? 'InDoubt' : exchange.status < 400 ? 'Success' : 'Failed',
    ...options.user?.(exchange),
  };
  if (name !== undefined) event.EntityName = name;
  const agent = exchange.requestHeaders['user-agent'];
  if (typeof agent === 'string') event.UserAgent = agent;
  if (message === 'RetrieveMultiple') {
    const fetchXml = query < 0 ? null : new URLSearchParams(exchange.url.slice(query)).get('fetchXml');
    if (fetchXml) event.Query = fetchXml;
    const ids = rows(exchange.answer).flatMap((row) => guid(own(row, primary)) ?? []);
    if (ids.length > 0) event.QueryResults = ids;
  } else {
    const id = guid(key) ?? idOfHeaders(exchange) ?? guid(own(exchange.answer, primary));
    if (id !== undefined) event.EntityId = id;
    if (fields && message !== 'Retrieve' && message !== 'Delete') event.Fields = fieldsOf(exchange.body);
  }
  return event;
}

function messageOf({ method, requestHeaders }: Exchange, one: boolean): string | undefined {
  switch (method) {
    case 'GET':
      return one ? 'Retrieve' : 'RetrieveMultiple';
    case 'POST':
      return one ? undefined : 'Create';
    case 'PUT':
      return one ? 'Update' : undefined;
    case 'DELETE':
      return one ? 'Delete' : undefined;
    case 'PATCH':
      if (!one) return undefined;
      if (requestHeaders['if-match'] !== undefined) return 'Update';
      return requestHeaders['if-none-match'] === '*' ? 'Create' : 'Upsert';
    default:
      return undefined;
  }
}

/** A path that cannot be decoded is nobody's. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

function guid(value: unknown): string | undefined {
  return typeof value === 'string' && GUID.test(value) ? value : undefined;
}

function own(value: unknown, key: string | undefined): unknown {
  return key !== undefined && typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** The rows of a list, or of an OData answer's `value`. */
function rows(answer: unknown): unknown[] {
  const list = Array.isArray(answer) ? answer : own(answer, 'value');
  return Array.isArray(list) ? list.slice(0, IDS) : [];
}

/** The id at the end of a header that says where the record is. */
function idOfHeaders({ responseHeaders }: Exchange): string | undefined {
  for (const name of ['odata-entityid', 'location']) {
    const header = responseHeaders[name];
    const id = typeof header === 'string' ? /([0-9a-f-]{36})\)?\/?$/i.exec(header)?.[1] : undefined;
    if (guid(id) !== undefined) return id;
  }
  return undefined;
}

/** Every value of the body but annotations; `x@odata.bind` is the value of x. */
function fieldsOf(body: unknown): { Name: string; Value: unknown }[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  return Object.entries(body).flatMap(([key, Value]) => {
    const Name = key.endsWith('@odata.bind') ? key.slice(0, -'@odata.bind'.length) : key;
    return Name === '' || Name.includes('@') ? [] : [{ Name, Value }];
  });
}
