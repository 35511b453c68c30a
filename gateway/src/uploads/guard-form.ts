import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, type Writable } from 'node:stream';
import type { processRequest, WriteStream } from 'graphql-upload-ts';
import secureJson from 'secure-json-parse';
import { bytesPass } from './passing-bytes.ts';
import { ReadingTurns } from './reading-turns.ts';
import { malformed, tooLarge } from './upload-fault.ts';

/** A request as graphql-upload-ts reads it. */
type FormRequest = Parameters<typeof processRequest>[0];

const turns = new ReadingTurns();

type FieldListener = (name: string, value: string, info: object) => void;
type FileListener = (name: string, stream: Readable, info: object) => void;

/**
 * The same request for graphql-upload-ts, but whole or not at all: no file of it ends for its reader before the whole
 * form has arrived and is right, and where it is not, all of its files break with the fault. So an operation never acts
 * on part of a form. What graphql-upload-ts leaves open is refused here: a form of more than `maxBytes`, a file that the
 * map does not name, one that comes twice (whose first temporary file it would forget), and a map to anything but
 * variables. Once the response is closed, nothing of the form is kept any more.
 */
export function guardForm(request: IncomingMessage, response: ServerResponse, maxBytes: number): FormRequest {
  return {
    headers: request.headers,
    get readableEnded() {
      return request.readableEnded;
    },
    once: request.once.bind(request),
    resume: request.resume.bind(request),
    unpipe: request.unpipe.bind(request),
    pipe(parser) {
      guardParser(parser as unknown as Writable, request, response, maxBytes);
      return parser;
    },
  } as FormRequest;
}

function guardParser(parser: Writable, request: IncomingMessage, response: ServerResponse, maxBytes: number): void {
  const takeField = takeOver<FieldListener>(parser, 'field');
  const takeFile = takeOver<FileListener>(parser, 'file');
  const files = new Map<string, WriteStream>();
  let expected: string[] | undefined;
  let sizeBytes = 0;
  let broken = false;

  function fail(fault: unknown): void {
    breakFiles(fault);
    parser.destroy(fault as Error);
  }
  function breakFiles(fault: unknown): void {
    if (broken) return;
    broken = true;
    for (const file of files.values()) {
      // Who asks for the file from now on is told the fault too.
      file.createReadStream = () => {
        throw fault;
      };
      file.destroy(fault as Error);
    }
  }
  function count(chunk: Buffer): void {
    sizeBytes += chunk.length;
    bytesPass(chunk.length);
    if (sizeBytes > maxBytes) fail(tooLarge());
  }

  parser.on('field', ((name, value, info) => {
    // A parser that is destroyed still goes on to the end of the piece that it has.
    if (broken) return;
    if (name === 'map') {
      expected = namesOf(value);
      if (!expected) return fail(malformed());
    }
    takeField(name, value, info);
    if (name === 'operations' && !parser.destroyed && !isSafeJson(value)) fail(malformed());
  }) satisfies FieldListener);
  parser.on('file', ((name, stream, info) => {
    if (broken || files.has(name) || !expected?.includes(name)) {
      stream.on('error', () => {}).resume();
      return fail(malformed());
    }
    stream.once('limit', () => fail(tooLarge()));
    stream.pipe = (file) => {
      files.set(name, file as unknown as WriteStream);
      return Readable.prototype.pipe.call(stream, file, { end: false }) as typeof file;
    };
    takeFile(name, stream, info);
  }) satisfies FileListener);
  parser.on('error', breakFiles);
  parser.once('finish', () => {
    if (expected?.every((name) => files.has(name))) for (const file of files.values()) file.end();
    else breakFiles(malformed());
  });
  const giveUp = turns.take({
    begin() {
      request.on('data', count).pipe(parser);
    },
    bytes: () => sizeBytes,
  });
  parser.once('close', () => {
    request.off('data', count);
    giveUp();
  });
  response.once('close', () => parser.destroy());
}

/** Removes the one listener of an event and answers it. */
function takeOver<Listener>(parser: Writable, event: string): Listener {
  const [listener] = parser.listeners(event);
  parser.removeAllListeners(event);
  return listener as Listener;
}

/** Whether a text is JSON without keys that would reach a prototype, as every other body of a request must be. */
function isSafeJson(text: string): boolean {
  try {
    secureJson.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** How many places a map may lead to, whatever its files; each is looked for in the variables. */
const maxPlaces = 100;

/** The names of the files in a map that leads to variables alone, and not to too many; undefined where it is no such map. */
function namesOf(map: string): string[] | undefined {
  try {
    const entries = Object.entries(JSON.parse(map) as Record<string, string[]>);
    const places = entries.flatMap(([, paths]) => paths);
    const inVariables = places.length <= maxPlaces && places.every((path) => path.startsWith('variables.'));
    return inVariables ? entries.map(([name]) => name) : undefined;
  } catch {
    return undefined;
  }
}
