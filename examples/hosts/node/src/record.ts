// Records as they come out.

/** An audit record. Absent values are left out; which columns there are depends on the record's profile. */
export interface AuditRecord {
  /** Differs from part to part; the same event gives the same ids again. */
  Id: string;
  EventId?: string;
  /** One value for all parts of one source record. */
  CorrelationId: string;
  SourceCorrelationId?: string;
  CreationTime?: string;
  OrganizationId: string;
  CrmOrganizationUniqueName?: string;
  InstanceUrl?: string;
  Workload?: string;
  ServiceName?: string;
  ServiceContextId?: string;
  ServiceContextIdType?: string;
  Operation: string;
  Message: string;
  /** What kind of access it was, such as `ReadMultiple`. */
  Category: string;
  /** Which of the nine preconfigured activities, in the specification's words. */
  Activity: string;
  ResultStatus?: string;
  EntityName?: string;
  EntityId?: string;
  ItemType?: string;
  ItemUrl?: string;
  UserId?: string;
  SystemUserId?: string;
  UserUpn?: string;
  UserKey?: string;
  /** A name; a number in the profile `management-api`. */
  UserType?: string | number;
  ClientIP?: string;
  UserAgent?: string;
  ParametersWithheld?: true;
  Tags?: string;
  Redacted?: string;
  Unreviewed?: string;
  /** In a part: texts of the head that go on in the next. */
  Spread?: string;
  Query?: string;
  /** Ids, separated by a comma and a space. */
  QueryResults?: string;
  /** JSON text of names and values; a list in the profile `management-api`. */
  Fields?: string | { Name: string; Value?: unknown; Continues?: 'text' | 'json' }[];
  /** Which part of the source record, from 1. */
  Part: number;
  /** How many parts the source record has. */
  PartCount: number;
  /** Columns of the profile `management-api`. */
  [column: string]: unknown;
}

/** Reads NDJSON of records, as `Outcome.records` has it. */
export function parseRecords(records: Uint8Array): AuditRecord[] {
  const lines = Buffer.from(records.buffer, records.byteOffset, records.length).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditRecord);
}
