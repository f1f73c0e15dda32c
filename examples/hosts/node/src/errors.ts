// Errors, and whose they are.

/** One thing that is wrong with the settings. */
export interface SettingsFault {
  /** Where, as a path such as `organizations[0].version`; empty for the document itself. */
  path: string;
  /** What is wrong and what would be right. Not to be parsed. */
  explanation: string;
}

/** The settings are not valid. It is the operator's fault. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** Every fault that could be found; at least one. */
  readonly errors: readonly SettingsFault[];

  constructor(errors: readonly SettingsFault[]) {
    const list = errors.map(({ path, explanation }) => (path === '' ? explanation : `${path}: ${explanation}`));
    super(`the settings are not valid: ${list.join('; ')}`);
    this.errors = errors;
  }
}

/** Why records could not be joined. */
export type JoinFailure =
  | {
      /** Parts are absent. */
      kind: 'missing-parts';
      /** CorrelationId of the source record. */
      correlationId: string;
      /** PartCount of the source record. */
      partCount: number;
      /** Numbers of the parts that are missing, ascending, from 1; the first thousand at most. */
      missing: number[];
    }
  | {
      /** A line is no audit record; or two records claim to be the same part and differ. */
      kind: 'not-a-record' | 'conflict';
      /** Line in the input, from 1. */
      line: number;
      /** What is wrong with it. Not to be parsed. */
      explanation: string;
    };

/** Records could not be joined. It is the fault of whoever gave them. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
  /** What is wrong, for programs. */
  readonly failure: JoinFailure;

  constructor(failure: JoinFailure) {
    super(
      failure.kind === 'missing-parts'
        ? `of the ${failure.partCount} parts of ${failure.correlationId}, ${failure.missing.join(', ')} did not come`
        : `line ${failure.line}: ${failure.explanation}`,
    );
    this.failure = failure;
  }
}

/** A document is no `$metadata`. It is the fault of whoever gave it. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError';
  /** Byte in the document at which the fault was noticed, from 0. */
  readonly offset: number;
  /** What is wrong. Not to be parsed. */
  readonly explanation: string;

  constructor({ offset, explanation }: { offset: number; explanation: string }) {
    super(`byte ${offset} of the $metadata: ${explanation}`);
    this.offset = offset;
    this.explanation = explanation;
  }
}

/** The filter failed on something that is no event: settings, a question, records to join, an exchange. Please report it. */
export class FilterFault extends Error {
  override readonly name = 'FilterFault';
}

/** What was asked of a filter, translator or recorder that is closed. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
}

/** There was no room for an event in time: the sink is slower than the events. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
}
