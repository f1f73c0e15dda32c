// The component, transpiled by jco. Nothing else of the package knows the generated code.
import { readFileSync } from 'node:fs';
import { instantiate, type Root } from '../component/filter.js';
import { FilterFault, JoinError, MetadataError, SettingsError, type SettingsFault } from './errors.js';
import type { FilterRejectReason, Outcome, Rejection } from './outcome.js';

const modules = new Map<string, WebAssembly.Module>();

/** Compiled once for each process or worker. */
function compiled(name: string): WebAssembly.Module {
  let module = modules.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`../component/${name}`, import.meta.url)));
    modules.set(name, module);
  }
  return module;
}

/** An instance of the component, with a memory of its own. */
export function root(): Root {
  return instantiate(compiled, {});
}

/** What the filter itself says of a batch. */
export type Answer = Omit<Outcome, 'faulted' | 'rejected'> & { rejected: (Rejection & { reason: FilterRejectReason })[] };

/** One filter in an instance of its own. After anything threw but a `JoinError`, it is not to be used again. */
export class Instance {
  #root = root();
  #auditor;

  constructor(settings: string) {
    this.#auditor = guard(() => this.#root.filter.Auditor.open(settings), (payload) => new SettingsError(payload as SettingsFault[]));
  }

  /** NDJSON in; a copy of the records out. */
  audit(events: Uint8Array): Answer {
    return guard(() => this.#auditor.audit(events));
  }

  explain(event: Uint8Array): string {
    return guard(() => this.#auditor.explain(event));
  }

  join(records: Uint8Array): Uint8Array {
    return guard(() => this.#root.filter.join(records), (payload) => joinError(payload as Payload));
  }
}

type Exchange = import('../component/interfaces/actlog-activity-exchange.js').Exchange;

/** One translator in an instance of its own. After anything threw, it is not to be used again. */
export class ExchangeInstance {
  #translator;

  constructor(settings: string) {
    const { exchange } = root();
    this.#translator = guard(() => exchange.Translator.open(settings), (payload) => new SettingsError(payload as SettingsFault[]));
  }

  translate(exchange: Exchange) {
    return guard(() => this.#translator.translate(exchange));
  }
}

/** The section `names` of a translator's settings, as JSON, out of a `$metadata` document. */
export function translatorMetadata(csdl: Uint8Array): string {
  const { exchange } = root();
  return guard(() => exchange.metadata(csdl), (payload) => new MetadataError(payload as { offset: number; explanation: string }));
}

/** Calls the component. What it answers as an error has a payload; anything else that is thrown is a trap. */
function guard<T>(call: () => T, refused?: (payload: unknown) => Error): T {
  try {
    return call();
  } catch (error) {
    if (refused !== undefined && error instanceof Error && 'payload' in error) throw refused(error.payload);
    throw new FilterFault(`the filter failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

type Payload = import('../component/interfaces/actlog-activity-types.js').JoinError;

function joinError(error: Payload): JoinError {
  if (error.tag !== 'missing-parts') return new JoinError({ kind: error.tag, ...error.val });
  return new JoinError({ kind: error.tag, ...error.val, missing: Array.from(error.val.missing) });
}
