// The translator's settings. `reference.translatorSettingsSchema()` has the same with every description.

/** Names of actions or functions, without their namespace. */
export interface OperationNames {
  bound?: string[];
  unbound?: string[];
}

/** What is known of an entity set. */
export interface EntitySetNames {
  'logical-name': string;
  'primary-id'?: string;
  navigation?: Record<string, { set?: string; collection?: boolean }>;
}

/** The settings of a translator. Only the organization must be named; what is not known is not guessed. */
export interface TranslatorSettings {
  organization: { id: string; 'unique-name'?: string; 'instance-url'?: string };
  'base-paths'?: string[];
  'soap-paths'?: string[];
  /** How many proxies before the host are trusted to append to X-Forwarded-For. */
  'trusted-proxies'?: 0 | 1;
  /** Whether values are taken out of request bodies into Fields. */
  fields?: boolean;
  /** Of the organization's `$metadata`: `namesOf` makes this section. */
  names?: { 'entity-sets'?: Record<string, EntitySetNames>; actions?: OperationNames; functions?: OperationNames };
  /** Which system user each object of the directory is. */
  users?: { 'object-id': string; id: string }[];
  limits?: { 'body-bytes'?: number; events?: number; 'field-bytes'?: number; findings?: number; results?: number };
}
