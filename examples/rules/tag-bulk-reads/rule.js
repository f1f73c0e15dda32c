// The rule as actlog sees it: what it is, and what it says of each activity.

import { tagsFor } from './tags.js';

export const rule = {
  describe() {
    return {
      name: 'tag-bulk-reads',
      version: '1.0.0',
      interest: { messages: [], categories: ['read-multiple'], entities: [] },
      columns: { creationTime: true, entityName: true, queryResultCount: true },
      tags: true,
      redacts: false,
      drops: false,
    };
  },

  review(activities) {
    return activities.map((activity) => {
      const tags = tagsFor(activity);
      return tags.length > 0 ? { tag: 'tag', val: tags } : { tag: 'keep' };
    });
  },
};
