// Keystone over the table of users that the bench makes, behind a check of the key. No admin pages, no vendor.
import { config, list } from '@keystone-6/core';
import { allowAll } from '@keystone-6/core/access';
import { integer, text, timestamp } from '@keystone-6/core/fields';
import { PrismaPg } from '@prisma/adapter-pg';

const { DATABASE_URL, PORT, API_KEY } = process.env;

const required = (map?: string) => text({ validation: { isRequired: true }, db: { map } });
const optional = (map?: string) => text({ db: { isNullable: true, map } });
const moment = (map: string) => timestamp({ db: { map, nativeType: 'Timestamptz' } });
const now = { kind: 'now' } as const;

export default config({
  db: {
    provider: 'postgresql',
    idField: { kind: 'uuid' },
    prismaClientOptions: () => ({ adapter: new PrismaPg({ connectionString: DATABASE_URL, max: 20 }) }),
  },
  telemetry: false,
  ui: { isDisabled: true },
  graphql: { path: '/graphql', playground: false, debug: false },
  server: {
    options: { port: Number(PORT), host: '127.0.0.1' },
    extendExpressApp(app) {
      app.use((request, response, next) => {
        if (request.headers['x-api-key'] === API_KEY) next();
        else response.status(401).end();
      });
    },
  },
  lists: {
    User: list({
      access: allowAll,
      db: { map: 'users' },
      fields: {
        name: required(),
        phoneNumber: text({ validation: { isRequired: true }, isIndexed: 'unique', db: { map: 'phone_number' } }),
        email: optional(),
        country: required(),
        location: optional(),
        locale: optional(),
        phoneStatus: text({ defaultValue: 'PENDING', db: { map: 'phone_status' } }),
        codeSentAt: moment('code_sent_at'),
        codeExpiresAt: moment('code_expires_at'),
        verifiedAt: moment('verified_at'),
        phoneFailure: optional('phone_failure'),
        createdAt: timestamp({ defaultValue: now, validation: { isRequired: true }, db: { map: 'created_at' } }),
        updatedAt: timestamp({ defaultValue: now, validation: { isRequired: true }, db: { map: 'updated_at' } }),
        version: integer({ defaultValue: 1, validation: { isRequired: true } }),
      },
    }),
  },
});
