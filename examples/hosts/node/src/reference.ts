// What the filter knows: its tables, and the schemas of what goes in and out.
import { root } from './component.js';

let asked: ReturnType<typeof root> | undefined;

/** An instance for questions that need no settings. */
function answers() {
  return (asked ??= root());
}

/** Documents about the filter, as JSON. */
export const reference = {
  /** The complete catalog: every message, category, activity, event, social entity and column. */
  catalog: (): unknown => JSON.parse(answers().reference.catalog()),
  /** The JSON Schema of the settings. */
  settingsSchema: (): Record<string, unknown> => JSON.parse(answers().reference.settingsSchema()),
  /** The JSON Schema of a translator's settings. */
  translatorSettingsSchema: (): Record<string, unknown> => JSON.parse(answers().exchange.settingsSchema()),
  /** The JSON Schema of an event, both forms. */
  eventSchema: (): Record<string, unknown> => JSON.parse(answers().reference.eventSchema()),
  /** The JSON Schema of an audit record. */
  recordSchema: (): Record<string, unknown> => JSON.parse(answers().reference.recordSchema()),
};
