// What is a bulk read, and which tags it gets.

/** A read of more records than this is a bulk read. */
const MOST_RESULTS = 100;

/** Working hours in UTC: from the first hour to before the second, on these days (0 is Sunday). */
const WORKING_HOURS = { from: 7, to: 19, days: [1, 2, 3, 4, 5] };

/** Logical names of entities whose records are about people. */
const SENSITIVE_ENTITIES = new Set(['contact', 'lead', 'incident', 'systemuser', 'email', 'phonecall', 'annotation']);

/**
 * The tags of one activity, in alphabetical order; none for what is no bulk read.
 *
 * @param {{ creationTime?: string, entityName?: string, queryResultCount?: number }} activity
 * @returns {string[]}
 */
export function tagsFor({ creationTime, entityName, queryResultCount }) {
  if ((queryResultCount ?? 0) <= MOST_RESULTS) {
    return [];
  }
  const tags = [];
  if (isAfterHours(creationTime)) {
    tags.push('after-hours');
  }
  if (SENSITIVE_ENTITIES.has(entityName?.toLowerCase())) {
    tags.push('sensitive-bulk-read');
  }
  return tags;
}

/**
 * Whether a time is outside working hours. What is no time tells nothing, so it is not.
 *
 * @param {string | undefined} time ISO 8601 in UTC, such as `2018-03-02T23:25:56Z`
 */
function isAfterHours(time) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):/.exec(time ?? '');
  if (!found) {
    return false;
  }
  const [year, month, day, hour] = found.slice(1).map(Number);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const { from, to, days } = WORKING_HOURS;
  return !days.includes(weekday) || hour < from || hour >= to;
}
