import {
  address,
  addresses,
  admissionSettings,
  callSettings,
  choice,
  commonSettings,
  eventSubscribers,
  integer,
  list,
  optional,
  type SettingsDefinition,
  secretKey,
  secretKeys,
  secretText,
  text,
} from '@atrium/service-kit';
import { z } from 'zod';
import { eventTypes, isServiceName } from './domain/image-event.ts';

const portNumber = z
  .string()
  .regex(/^\d{1,5}$/, 'must be port numbers between commas')
  .transform(Number)
  .pipe(z.number().int().min(1).max(65_535));

const hostAndPort = z.string().regex(/^[^\s/@]+:\d{1,5}$/, 'must be host:port pairs between commas');

/** What Image is told. */
export const settings = {
  ...commonSettings,
  ...callSettings,
  ...admissionSettings,
  port: integer('PORT', 'the port to listen on', { fallback: 4002, max: 65_535 }),
  requestBudgetMs: integer('REQUEST_BUDGET_MS', 'how long a request may take at most; its caller may say less', {
    // As long as the gateway gives a request with files, which come as slowly as their sender sends them.
    fallback: 60_000,
    min: 100,
  }),
  profileUrls: addresses('PROFILE_URL', 'where Profile answers'),
  profileTimeoutMs: integer('PROFILE_TIMEOUT_MS', 'how long Profile may take to say whether a user exists', {
    fallback: 500,
    min: 10,
    productionMinimum: 100,
  }),
  store: choice(
    'IMAGE_STORE',
    'what holds the pictures: a folder, or a bucket of any S3-compatible store',
    ['folder', 's3'],
    'folder',
  ),
  folder: text(
    'IMAGE_DIR',
    'the folder that holds the variants, and the pictures where IMAGE_STORE is folder; nobody else’s to write to',
  ),
  s3Bucket: optional(text('IMAGE_S3_BUCKET', 'the bucket that holds the pictures; needed where IMAGE_STORE is s3')),
  s3Prefix: optional(text('IMAGE_S3_PREFIX', 'what stands in front of every key in the bucket: `pictures/`')),
  s3Region: text('IMAGE_S3_REGION', 'the region of the bucket', 'us-east-1'),
  s3Endpoint: optional(address('IMAGE_S3_ENDPOINT', 'where the S3-compatible store answers, if it is not Amazon’s')),
  s3AccessKeyId: optional(
    secretText(
      'IMAGE_S3_ACCESS_KEY_ID',
      'the id of the key for the bucket; left out, the AWS SDK looks for one by itself',
    ),
  ),
  s3SecretAccessKey: optional(secretText('IMAGE_S3_SECRET_ACCESS_KEY', 'the secret of that key')),
  publicUrl: address('IMAGE_PUBLIC_URL', 'where clients find the pictures: a CDN, or the gateway with /images'),
  urlSecrets: secretKeys(
    'IMAGE_URL_SECRET',
    'signs the addresses of pictures; a key that is dropped ends every address that it signed',
  ),
  idempotencySecret: secretKey('IDEMPOTENCY_HMAC_KEY', 'keys the hashes by which a retry is known'),
  idempotencyMs: integer('IDEMPOTENCY_TTL_MS', 'how long an idempotency key is remembered', {
    fallback: 24 * 60 * 60 * 1_000,
    min: 1_000,
    productionMinimum: 60 * 60 * 1_000,
  }),
  reservationMs: integer('IMAGE_RESERVATION_MS', 'how long storing bytes may take before they count as abandoned', {
    fallback: 10 * 60 * 1_000,
    min: 100,
    productionMinimum: 60_000,
  }),
  maxBytes: integer('IMAGE_MAX_BYTES', 'the largest picture taken in, in bytes', {
    fallback: 10 * 1024 * 1024,
    min: 1_024,
    max: 100 * 1024 * 1024,
  }),
  maxPixels: integer('IMAGE_MAX_PIXELS', 'the most pixels a picture may have; each costs 4 bytes while decoding', {
    fallback: 50_000_000,
    min: 1_000,
    max: 268_000_000,
  }),
  maxFrames: integer('IMAGE_MAX_FRAMES', 'the most frames a picture may have, of which the first is kept', {
    fallback: 200,
    min: 1,
  }),
  maxFiles: integer('IMAGE_MAX_FILES', 'the most files of one multipart request', { fallback: 4, min: 1, max: 100 }),
  parallelDecodes: integer('IMAGE_PARALLEL_DECODES', 'how many pictures are decoded at once', {
    fallback: 2,
    min: 1,
    max: 64,
  }),
  waitingDecodes: integer('IMAGE_WAITING_DECODES', 'how many pictures may wait for that; more are OVERLOADED', {
    fallback: 32,
    max: 1_000,
  }),
  parallelBodies: integer('IMAGE_PARALLEL_BODIES', 'how many requests with a picture in base64 are read at once', {
    fallback: 4,
    min: 1,
    max: 1_000,
  }),
  decodeThreads: integer('IMAGE_DECODE_THREADS', 'how many threads decode one picture', {
    fallback: 1,
    min: 1,
    max: 64,
  }),
  decodeTimeoutMs: integer('IMAGE_DECODE_TIMEOUT_MS', 'how long decoding one picture may take', {
    fallback: 20_000,
    min: 1_000,
    productionMinimum: 5_000,
  }),
  urlTimeoutMs: integer(
    'IMAGE_URL_TIMEOUT_MS',
    'how long fetching from an address may take, redirects included; two thirds of the caller’s time at most',
    {
      // Within the 5 s that the gateway gives a call, so that its caller learns that the address is slow.
      fallback: 3_000,
      min: 10,
      productionMinimum: 1_000,
    },
  ),
  parallelFetches: integer('IMAGE_PARALLEL_FETCHES', 'how many addresses are fetched from at once', {
    fallback: 16,
    min: 1,
    max: 1_000,
  }),
  urlPorts: list('IMAGE_URL_PORTS', 'the ports that pictures are fetched from', portNumber, '80,443'),
  urlOnlyHosts: list(
    'IMAGE_URL_ONLY_HOSTS',
    'where given, pictures are fetched from these hosts only; .example.com stands for all names below it',
    z.string().regex(/^[a-z0-9.-]+$/, 'must be host names in small letters between commas'),
  ),
  urlDnsServers: list(
    'IMAGE_URL_DNS_SERVERS',
    'the DNS servers that know the public names only, which pictures are fetched from; else the machine’s own are asked',
    z.string().regex(/^[0-9a-fA-F.:[\]]+$/, 'must be addresses of DNS servers between commas'),
  ),
  urlBytesPerSecond: integer('IMAGE_URL_BYTES_PER_SECOND', 'how slow a picture may come that is fetched', {
    fallback: 4_096,
  }),
  urlSpeedWindowMs: integer('IMAGE_URL_SPEED_WINDOW_MS', 'over what time that is measured', {
    fallback: 1_000,
    min: 10,
    productionMinimum: 500,
  }),
  urlAllowedHosts: list(
    'IMAGE_URL_ALLOWED_HOSTS',
    'host:port pairs that are fetched from even in private networks; development only',
    hostAndPort,
  ),
  parallelVariants: integer('IMAGE_PARALLEL_VARIANTS', 'how many variants are made at once', {
    fallback: 2,
    min: 1,
    max: 64,
  }),
  waitingVariants: integer('IMAGE_WAITING_VARIANTS', 'how many variants may wait for that; more are OVERLOADED', {
    fallback: 128,
    max: 10_000,
  }),
  variantBytes: integer('IMAGE_VARIANT_BYTES', 'what the variants that are kept may take; the least used make room', {
    fallback: 1024 * 1024 * 1024,
    min: 1024 * 1024,
    productionMinimum: 64 * 1024 * 1024,
  }),
  variantMemoryBytes: integer('IMAGE_VARIANT_MEMORY_BYTES', 'what the most used variants may take in memory', {
    fallback: 64 * 1024 * 1024,
    max: 16 * 1024 * 1024 * 1024,
  }),
  uploadMs: integer('IMAGE_UPLOAD_TTL_MS', 'how long the address that createImageUpload gives out takes a picture', {
    fallback: 15 * 60 * 1_000,
    min: 100,
    productionMinimum: 60_000,
  }),
  uploadUrl: optional(
    address('IMAGE_UPLOAD_URL', 'where clients send pictures, where that is not IMAGE_PUBLIC_URL: a CDN takes none'),
  ),
  parallelUploads: integer(
    'IMAGE_PARALLEL_UPLOADS',
    'how many such pictures are received at once; more are OVERLOADED',
    {
      fallback: 64,
      min: 1,
      max: 1_000,
    },
  ),
  eventSubscribers: eventSubscribers(
    'IMAGE_EVENT_SUBSCRIBERS',
    'who hears of images, such as whoever purges a CDN: `name=address` with commas between, to which batches of CloudEvents are POSTed; `name:image.deleted=address` for some events only',
    eventTypes,
    isServiceName,
  ),
  eventTimeoutMs: integer('EVENT_TIMEOUT_MS', 'how long a subscriber may take to take a batch of events', {
    fallback: 5_000,
    min: 10,
    productionMinimum: 100,
  }),
  eventPollMs: integer('EVENT_POLL_MS', 'how often it is looked for events to be told', { fallback: 1_000, min: 10 }),
  eventLeaseMs: integer('EVENT_LEASE_MS', 'how long other processes leave an event alone that one is telling', {
    fallback: 60_000,
    min: 100,
    productionMinimum: 10_000,
  }),
  eventMaxBackoffMs: integer(
    'EVENT_MAX_BACKOFF_MS',
    'the longest pause before an event that was not taken is told again',
    {
      fallback: 60_000,
      min: 10,
    },
  ),
  compareIntervalMs: integer(
    'IMAGE_COMPARE_INTERVAL_MS',
    'how often all that is kept is compared with all that is known, both ways',
    { fallback: 24 * 60 * 60 * 1_000, min: 100, max: 2_000_000_000, productionMinimum: 60_000 },
  ),
  sweepIntervalMs: integer('IMAGE_SWEEP_INTERVAL_MS', 'how often leftovers of interrupted uploads are cleared', {
    fallback: 10 * 60 * 1_000,
    min: 100,
    productionMinimum: 10_000,
  }),
} satisfies SettingsDefinition;
