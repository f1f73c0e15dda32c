// {{name}}: a rule for actlog. What it may ask and answer is described in wit/rule.wit and wit/types.wit.

/** A field that nobody should read in the audit log. */
const SECRET_FIELD = 'governmentid';

export const rule = {
  describe() {
    return {
      name: '{{name}}',
      version: '0.1.0',
      // Empty lists mean all.
      interest: { messages: [], categories: ['create', 'update', 'delete'], entities: [] },
      // Only what is asked for comes; each column costs time.
      columns: { category: true, fields: true },
      tags: true,
      redacts: true,
      // { tag: 'drop', val: 'why' } counts only where the settings grant it.
      drops: false,
    };
  },

  review(activities) {
    return activities.map(verdict);
  },
};

/** What the rule says of one activity. Columns have names such as entityName; an absent one is undefined. */
function verdict({ category, fields = [] }) {
  if (category === 'delete') {
    return { tag: 'tag', val: ['deletion'] };
  }
  if (fields.some(({ name }) => name.toLowerCase() === SECRET_FIELD)) {
    return { tag: 'redact', val: [{ tag: 'field', val: SECRET_FIELD }] };
  }
  return { tag: 'keep' };
}
