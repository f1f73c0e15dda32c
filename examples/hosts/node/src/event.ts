// Events as they go in.

/** An event in the plain form. Keys beyond these are passed over. */
export interface SdkEvent {
  /** The sender's id of the event. The same event sent again must have the same. */
  EventId?: string | null;
  /** The name of the SDK message. */
  Message: string;
  /** When the event was generated: ISO 8601, UTC. */
  CreationTime?: string | null;
  /** The organization: a GUID, as are all ids below. */
  OrganizationId: string;
  CrmOrganizationUniqueName?: string | null;
  InstanceUrl?: string | null;
  /** Logical name of the entity. */
  EntityName?: string | null;
  /** The id of the record. */
  EntityId?: string | null;
  /** The user on whose behalf it was done. */
  UserId?: string | null;
  /** The user who called; another than UserId where one acts for another. */
  SystemUserId?: string | null;
  UserUpn?: string | null;
  /** The user's id in Azure AD, the PUID. */
  UserKey?: string | null;
  UserType?: string | number | null;
  ClientIP?: string | null;
  UserAgent?: string | null;
  /** The events of one request share it. */
  CorrelationId?: string | null;
  ServiceContextId?: string | null;
  ServiceContextIdType?: string | null;
  ServiceName?: string | null;
  ResultStatus?: string | null;
  Workload?: string | null;
  /** What was created or updated, or the parameters of another message. */
  Fields?: { Name: string; Value?: unknown }[] | null;
  /** The filter of the query, as FetchXML. */
  Query?: string | null;
  /** Ids of the records that came back. */
  QueryResults?: string[] | null;
}

/** An event as Dataverse posts it to a webhook. */
export interface RemoteExecutionContext {
  MessageName: string;
  OrganizationId: string;
  [key: string]: unknown;
}

/** One event: an object, or its JSON as text or as UTF-8. */
export type Event = SdkEvent | RemoteExecutionContext | string | Uint8Array;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * One event as one line, without a line feed. Between values a line feed becomes a carriage return, which means the same to JSON;
 * inside a string both are equally wrong.
 */
export function line(event: Event): Uint8Array {
  if (typeof event === 'string') return Buffer.from(event.replaceAll('\n', '\r'));
  if (event instanceof Uint8Array) return event.includes(LINE_FEED) ? event.map((byte) => (byte === LINE_FEED ? CARRIAGE_RETURN : byte)) : event;
  const text: string | undefined = typeof event === 'object' && event !== null ? JSON.stringify(event) : undefined;
  if (text === undefined) throw new TypeError(`an event is an object, text or bytes, not ${event === null ? 'null' : typeof event}`);
  return Buffer.from(text);
}

/** Lines as NDJSON. */
export function ndjson(lines: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length;
    bytes[at++] = LINE_FEED;
  }
  return bytes;
}
