import { run } from '@atrium/service-kit';
import { chooseProviders } from '../../choose-providers.ts';
import { readConfig } from '../../config.ts';
import { startWorkerProcess } from '../../worker-process/start.ts';
import { type Ability, withAbility } from '../provider-abilities.ts';

// A worker process as `npm run worker` starts it, whose SendGrid has the ability that the test gives it.
const settings = readConfig(process.env);
const ability = (process.env.TEST_PROVIDER_ABILITY ?? 'neither') as Ability;
await run(() =>
  startWorkerProcess(settings, async (...given) =>
    withAbility(await chooseProviders(...given), ability, settings.sendGridBaseUrl),
  ),
);
