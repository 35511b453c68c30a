import type { InboxRules } from '../domain/inbox-rule.ts';
import type { Database } from './database.ts';

/** What the developer inbox does to messages on purpose. */
export function createInboxRules(database: Database): InboxRules {
  return {
    list() {
      return database.inboxRule.findMany({
        select: { to: true, action: true, times: true, delayMs: true },
        orderBy: { createdAt: 'asc' },
      });
    },

    async put({ to, ...rule }) {
      await database.inboxRule.upsert({ where: { to }, create: { to, ...rule }, update: rule });
    },

    async remove(to) {
      await database.inboxRule.deleteMany({ where: to === undefined ? {} : { to } });
    },

    async use({ to, action, times }) {
      if (times === null) return true;
      const used = await database.$executeRaw`
        UPDATE inbox_rules SET times = times - 1 WHERE "to" = ${to} AND action = ${action}::inbox_rule_action AND times > 0`;
      return used === 1;
    },
  };
}
