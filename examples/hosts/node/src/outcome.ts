// What became of a batch.

/** Why an event was left out on purpose. */
export type ExclusionReason =
  | 'excluded-message'
  | 'auditing-off'
  | 'user-access-off'
  | 'read-auditing-off'
  | 'area-not-audited'
  | 'entity-not-audited'
  | 'single-record-off'
  | 'multiple-record-off'
  | 'unknown-organization'
  | 'not-production'
  | 'version-too-old'
  | 'no-subscription'
  | 'customer-message'
  | 'customer-entity'
  | 'customer-user'
  | 'service-account'
  | 'system-noise'
  | 'social-action-not-logged';

/** Events left out for one reason, counted by message and entity. */
export interface Exclusion {
  /** Why. */
  reason: ExclusionReason;
  /** The SDK message, as the event gave it. */
  message: string;
  /** The entity, as the event gave it; empty where the event names none. */
  entity: string;
  /** How many events; at least 1. */
  count: number;
}

/** What the filter finds wrong with an event. */
export type FilterRejectReason =
  | 'not-utf8'
  | 'not-json'
  | 'too-deep'
  | 'duplicate-key'
  | 'missing-key'
  | 'wrong-type'
  | 'bad-value'
  | 'bad-query';

/** What makes an event unusable; `too-large` is this package's own limit. It is always the sender's fault. */
export type RejectReason = FilterRejectReason | 'too-large';

/** One event that is unusable. */
export interface Rejection {
  /** Position of the event in the batch, from 0. Blank lines are not counted. */
  index: number;
  /** What kind of fault. */
  reason: RejectReason;
  /** Where in the event, as a path such as `InputParameters[0].value`; empty for the event itself. */
  place: string;
  /** Byte in the event at which the fault was noticed, from 0. */
  offset: number;
  /** One sentence for people. Not to be parsed. */
  explanation: string;
}

/** One event on which the filter failed. It is never the sender's fault: please report it. */
export interface Faulted {
  /** Position of the event in the batch, from 0. */
  index: number;
  /** One sentence for people. Not to be parsed. */
  explanation: string;
}

/** What became of a batch: `read` = `recorded` + all counts of `excluded` + the numbers of `rejected` and `faulted`. */
export interface Outcome {
  /** Events seen. */
  read: number;
  /** Events that became records. */
  recorded: number;
  /** Records in `records`; more than `recorded` when some were split. */
  parts: number;
  /** Audit records as NDJSON, in the order of their events, each ended by a line feed. */
  records: Uint8Array;
  /** What was left out on purpose, each reason, message and entity once, in order of first appearance. */
  excluded: Exclusion[];
  /** What was unusable, in order. */
  rejected: Rejection[];
  /** On which events the filter failed, in order. */
  faulted: Faulted[];
}

/** Adds the outcomes of consecutive pieces of a batch up. */
export class Total {
  #sum: Omit<Outcome, 'records'> = { read: 0, recorded: 0, parts: 0, excluded: [], rejected: [], faulted: [] };
  #records: Uint8Array[] = [];
  #known = new Map<string, Exclusion>();

  /** Adds what came of the events after those that were added before. */
  add(outcome: Omit<Outcome, 'faulted'> & { faulted?: Faulted[] }): void {
    const sum = this.#sum;
    for (const rejection of outcome.rejected) sum.rejected.push({ ...rejection, index: rejection.index + sum.read });
    for (const faulted of outcome.faulted ?? []) sum.faulted.push({ ...faulted, index: faulted.index + sum.read });
    for (const exclusion of outcome.excluded) {
      const key = JSON.stringify([exclusion.reason, exclusion.message, exclusion.entity]);
      const known = this.#known.get(key);
      if (known === undefined) {
        const first = { ...exclusion };
        this.#known.set(key, first);
        sum.excluded.push(first);
      } else {
        known.count += exclusion.count;
      }
    }
    sum.read += outcome.read;
    sum.recorded += outcome.recorded;
    sum.parts += outcome.parts;
    if (outcome.records.length > 0) this.#records.push(outcome.records);
  }

  /** Adds one event that is unusable. */
  reject(reason: RejectReason, offset: number, explanation: string): void {
    this.#sum.rejected.push({ index: this.#sum.read, reason, place: '', offset, explanation });
    this.#sum.read += 1;
  }

  /** Adds one event on which the filter failed. */
  fault(explanation: string): void {
    this.#sum.faulted.push({ index: this.#sum.read, explanation });
    this.#sum.read += 1;
  }

  /** All of it. */
  outcome(): Outcome {
    const only = this.#records.length === 1 ? this.#records[0] : undefined;
    return { ...this.#sum, records: only ?? Buffer.concat(this.#records) };
  }
}
