// The settings document. `reference.settingsSchema()` has the same with every description.

/** Which kinds of access of an entity are audited. */
export interface EntitySwitches {
  auditing?: boolean;
  'single-record'?: boolean;
  'multiple-record'?: boolean;
}

/** Kind of user: by name, or by the number that Office 365 has for it. */
export type UserType =
  | 'Regular'
  | 'Reserved'
  | 'Admin'
  | 'DCAdmin'
  | 'System'
  | 'Application'
  | 'ServicePrincipal'
  | 'CustomPolicy'
  | 'SystemPolicy'
  | 'PartnerTechnician'
  | 'Guest'
  | number;

/** What acts. */
export interface PublishedSettings {
  organizations?: {
    id: string;
    instance?: 'production' | 'sandbox';
    'instance-url'?: string;
    subscription?: 'E3' | 'E5' | 'none';
    'unique-name'?: string;
    version?: string;
    waive?: ('production' | 'version' | 'subscription')[];
  }[];
  auditing?: {
    start?: boolean;
    read?: boolean;
    'user-access'?: boolean;
    areas?: ('common' | 'sales' | 'marketing' | 'customer-service')[];
  };
  /** By logical name; `default` for all others. */
  entities?: { default?: EntitySwitches } & Record<string, EntitySwitches>;
  exclusions?: {
    messages?: string[];
    entities?: string[];
    users?: string[];
    'service-accounts'?: string[];
    'system-noise'?: boolean;
  };
  users?: { id: string; upn?: string; key?: string; type?: UserType }[];
  record?: { profile?: 'activity-logging' | 'management-api' };
}

/** The settings of a filter. An empty document audits everything but the messages that are never logged. */
export interface Settings extends PublishedSettings {
  /** Saved and checked, but without effect. */
  draft?: PublishedSettings;
}
