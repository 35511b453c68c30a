import { commonSettings, type SettingsDefinition } from '@atrium/service-kit';

/** What the command line for API keys needs to know. */
export const databaseSettings = { databaseUrl: commonSettings.databaseUrl } satisfies SettingsDefinition;
