import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createServiceClient,
  createTokenIssuer,
  createTokenVerifier,
  describeError,
  type Running,
  receiveEvents,
  remainingMs,
  type ServiceClient,
  type Settings,
  SettingsError,
  type TokenIssuer,
} from '@atrium/service-kit';
import { createServiceMetrics, type ServiceMetrics } from '@atrium/service-kit/metrics';
import { createSubgraph, type SubgraphContext } from '@atrium/service-kit/subgraph';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import sharp from 'sharp';
import type { settings as definition } from './config.ts';
import { createBoundedWork } from './domain/bounded-work.ts';
import { compareStores } from './domain/compare-stores.ts';
import { createCreateImageUpload } from './domain/create-image-upload.ts';
import { createDeleteImage } from './domain/delete-image.ts';
import { deliverEvents } from './domain/deliver-events.ts';
import { createTakeEvents } from './domain/erase-user.ts';
import { eraseWithVariants } from './domain/erase-with-variants.ts';
import { createImageAddresses } from './domain/image-address.ts';
import { subscriptionsOf } from './domain/image-event.ts';
import { createMakeInTurn } from './domain/make-in-turn.ts';
import { createFindSignedImage } from './domain/open-image.ts';
import { createOpenVariant, type OpenVariant } from './domain/open-variant.ts';
import type { ImageStore, PictureStore, UploadStore, VariantStore } from './domain/ports.ts';
import { createSetAvatar } from './domain/set-avatar.ts';
import { sweep } from './domain/sweep.ts';
import { createTakeInPicture } from './domain/take-in-picture.ts';
import { createTakeInUpload, type TakeInUpload } from './domain/take-in-upload.ts';
import { createTrimVariants } from './domain/trim-variants.ts';
import { createUploadAddresses } from './domain/upload-address.ts';
import { createUploadImage } from './domain/upload-image.ts';
import { VariantCounts } from './domain/variant-counts.ts';
import { openPictureStore } from './open-picture-store.ts';
import { createEventDelivery } from './providers/event-delivery.ts';
import { createPictureFetcher } from './providers/picture-fetcher.ts';
import { createPeople } from './providers/profile-client.ts';
import { receiveSentFile } from './providers/sent-file.ts';
import { openVariantFolder } from './providers/variant-folder.ts';
import type { Actions, Context } from './resolvers/context.ts';
import { resolvers } from './resolvers/index.ts';
import { readLargeBodiesInTurn } from './routes/large-bodies.ts';
import { acceptMultipart } from './routes/multipart.ts';
import { serveImages } from './routes/serve-image.ts';
import { takeInUploads } from './routes/take-in-upload.ts';
import { openDatabase, pingDatabase } from './store/database.ts';
import { createEventOutbox } from './store/event-outbox.ts';
import { createImageReader } from './store/image-reader.ts';
import { createImageStore } from './store/image-store.ts';
import { createUploadStore } from './store/upload-store.ts';
import { exposeVariants } from './variant-metrics.ts';

/** A running Image service; `url` is where it listens. */
export type ImageService = Running & { readonly url: string; readonly drainTimeoutMs: number };

/** The largest JSON body but for its picture: a document, its variables and the other fields of the input. */
const maxDocumentBytes = 512 * 1024;
/** Documents and variables, the ids of an entity fetch included, stay below it; only a picture in base64 does not. */
const smallBodyBytes = 1024 * 1024;

/** Starts the service; rejects with one line that says what is wrong with the settings, the folder or the database. */
export async function startImageService(settings: Settings<typeof definition>, logger: Logger): Promise<ImageService> {
  if (settings.mode === 'production' && settings.urlAllowedHosts.length > 0) {
    throw new SettingsError(['IMAGE_URL_ALLOWED_HOSTS: is refused unless ATRIUM_MODE is development']);
  }
  sharp.concurrency(settings.decodeThreads);
  const originals = await openPictureStore(settings);
  const database = openDatabase(settings.databaseUrl, settings.databaseConnections);
  await pingDatabase(database).catch(() => {
    throw new Error('The database cannot be reached. Check DATABASE_URL and whether PostgreSQL runs.');
  });
  const metrics = createServiceMetrics(settings);
  const images = createImageStore(database, settings, subscriptionsOf(settings.eventSubscribers));
  const uploads = createUploadStore(database, settings);
  const reportFault = (error: unknown) => report(logger, error);
  const variants = await openVariantFolder(join(settings.folder, 'variants'), settings, () => {
    trimVariants().catch(reportFault);
  });
  const trimVariants = createTrimVariants(images, variants);
  const pictures = eraseWithVariants(originals, variants);
  const { takeInUpload, ...actions } = createActions(settings, { images, uploads, pictures, variants }, reportFault);
  const openVariant = createVariants(settings, { images, pictures, variants }, metrics);
  const issuer = createTokenIssuer(settings.signingKey);
  const profile = createServiceClient('profile', settings.profileUrls, issuer, settings);
  const verifyToken = createTokenVerifier(settings.trustedKeys, 'image');
  const app = await createSubgraph<Context>({
    typeDefs: readFileSync(join(import.meta.dirname, '..', 'schema.graphql'), 'utf8'),
    resolvers,
    verifyToken,
    logger,
    bodyLimitBytes: smallBodyBytes,
    metrics,
    admission: settings,
    requestBudgetMs: settings.requestBudgetMs,
    ready: () => pingDatabase(database),
    context: (base: SubgraphContext) => ({
      ...base,
      actions,
      asker: {
        caller: base.caller,
        people: createPeople(profile, base.request, settings.profileTimeoutMs),
        images: createImageReader(database),
        remainingMs: () => remainingMs(base.request),
      },
    }),
    routes(routed) {
      readLargeBodies(routed, settings);
      acceptMultipart(routed, { maxFileBytes: settings.maxBytes, maxFiles: settings.maxFiles });
      takeInUploads(routed, takeInUpload);
      serveImages(routed, createFindSignedImage(images, pictures, openVariant, actions.addresses));
      receiveEvents(routed, verifyToken, createTakeEvents(images, pictures));
    },
  });
  const clearUp = () => sweep(images, pictures).finally(trimVariants);
  const stopSweeping = regularly(clearUp, settings.sweepIntervalMs, reportFault);
  const stopComparing = regularly(
    async () => {
      const found = await compareStores(images, pictures);
      if (found.missingPictures > 0) logger.error(found, 'bytes of images are missing from the store');
      else if (found.unknownPictures > 0) logger.warn(found, 'bytes that nobody knew were erased');
    },
    settings.compareIntervalMs,
    reportFault,
  );
  const subscribers = openSubscribers(settings, issuer);
  const stopTelling = deliverEvents(
    createEventOutbox(database, settings),
    new Map(subscribers.map(([name, client]) => [name, createEventDelivery(client, settings.eventTimeoutMs)])),
    settings,
    (error) => logger.warn({ error: describeError(error) }, 'a subscriber did not take events, and is told again'),
  );
  const url = await app.listen({ host: settings.host, port: settings.port });
  logger.info({ url }, 'image is ready');
  return {
    url,
    drainTimeoutMs: settings.drainTimeoutMs,
    async close() {
      await app.close();
      await Promise.all([stopSweeping(), stopComparing(), stopTelling()]);
      await Promise.all(subscribers.map(([, client]) => client.close()));
      await profile.close();
      await database.$disconnect();
    },
  };
}

function createActions(
  settings: Settings<typeof definition>,
  { uploads, ...kept }: { images: ImageStore; uploads: UploadStore; pictures: PictureStore; variants: VariantStore },
  reportFault: (error: unknown) => void,
): Actions & { takeInUpload: TakeInUpload } {
  const inDecodeTurn = createBoundedWork({ running: settings.parallelDecodes, waiting: settings.waitingDecodes });
  const inFetchTurn = createBoundedWork({ running: settings.parallelFetches, waiting: settings.parallelFetches });
  const fetchPicture = createPictureFetcher({
    timeoutMs: settings.urlTimeoutMs,
    ports: new Set(settings.urlPorts),
    allowedHosts: new Set(settings.urlAllowedHosts),
    onlyHosts: settings.urlOnlyHosts,
    dnsServers: settings.urlDnsServers,
    speed: { bytesPerSecond: settings.urlBytesPerSecond, windowMs: settings.urlSpeedWindowMs },
  });
  const stores = { ...kept, reportFault };
  const takeInPicture = createTakeInPicture(settings, inDecodeTurn);
  const uploadAddresses = createUploadAddresses(settings.uploadUrl ?? settings.publicUrl, settings.urlSecrets);
  return {
    uploadImage: createUploadImage({
      ...stores,
      takeInPicture,
      fetchPicture: (address, options) => inFetchTurn(() => fetchPicture(address, options)),
      maxBytes: settings.maxBytes,
      idempotencySecret: settings.idempotencySecret,
    }),
    createImageUpload: createCreateImageUpload({ uploads, addresses: uploadAddresses, maxBytes: settings.maxBytes }),
    takeInUpload: createTakeInUpload({
      ...stores,
      uploads,
      takeInPicture,
      addresses: uploadAddresses,
      inTurn: createBoundedWork({ running: settings.parallelUploads, waiting: 0 }),
    }),
    setAvatar: createSetAvatar(kept.images),
    deleteImage: createDeleteImage(stores),
    addresses: createImageAddresses(settings.publicUrl, settings.urlSecrets),
    fileOf: receiveSentFile,
  };
}

function createVariants(
  settings: Settings<typeof definition>,
  stores: { images: ImageStore; pictures: PictureStore; variants: VariantStore },
  metrics: ServiceMetrics,
): OpenVariant {
  const { parallelVariants: running, waitingVariants: waiting, decodeTimeoutMs } = settings;
  const { lane, makeInTurn } = createMakeInTurn({ running, waiting, runningOfCaller: running });
  const counts = new VariantCounts();
  exposeVariants(metrics, counts, lane);
  return createOpenVariant({ ...stores, makeInTurn, decodeTimeoutMs, counts });
}

/** Clients of the subscribers that the settings name, each with a token of Image's for an audience of its name. */
function openSubscribers(
  settings: Settings<typeof definition>,
  issuer: TokenIssuer,
): [name: string, client: ServiceClient][] {
  return settings.eventSubscribers.map(({ name, url }) => [
    name,
    createServiceClient(name, url, issuer, { ...settings, eventsPath: '' }),
  ]);
}

/** Lets pictures in base64 through. */
function readLargeBodies(app: FastifyInstance, settings: Settings<typeof definition>): void {
  const maxBytes = Math.ceil((settings.maxBytes * 4) / 3) + maxDocumentBytes;
  const inTurn = createBoundedWork({ running: settings.parallelBodies, waiting: settings.waitingDecodes });
  readLargeBodiesInTurn(app, { smallBytes: smallBodyBytes, maxBytes }, inTurn);
}

/** Does it now and then at intervals; the answer stops it and waits for what is under way. */
function regularly(
  work: () => Promise<void>,
  intervalMs: number,
  reportFault: (error: unknown) => void,
): () => Promise<void> {
  let running = Promise.resolve();
  const start = (): void => {
    // One at a time: what takes longer than the interval is followed by the next, never overtaken.
    running = running.then(work).catch(reportFault);
  };
  start();
  const timer = setInterval(start, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

function report(logger: Logger, error: unknown): void {
  logger.error({ error: describeError(error) }, 'clearing up failed and is tried again');
}
