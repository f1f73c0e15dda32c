export { Filter, type Explanation, type FilterOptions } from './filter.js';
export { BusyError, ClosedError, FilterFault, JoinError, SettingsError, type JoinFailure, type SettingsFault } from './errors.js';
export type { Event, RemoteExecutionContext, SdkEvent } from './event.js';
export type { Exclusion, ExclusionReason, Faulted, FilterRejectReason, Outcome, Rejection, RejectReason } from './outcome.js';
export { parseRecords, type AuditRecord } from './record.js';
export { Recorder, UndeliveredError, type KeptEvent, type Place, type RecorderOptions, type RecorderStats, type RecordBatch } from './recorder.js';
export { reference } from './reference.js';
export { exchangeEvent, type Exchange, type ExchangeOptions } from './exchange.js';
export type { EntitySwitches, PublishedSettings, Settings, UserType } from './settings.js';
