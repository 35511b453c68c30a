import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { closeAfterWrites } from '@atrium/service-kit/close-after-writes';
import { expect, test } from '@jest/globals';
import { WriteStream } from 'graphql-upload-ts';

closeAfterWrites(WriteStream);

/** A stream that tells in which order its file was written and closed, and what became of the file. */
function watchedStream() {
  const stream = new WriteStream();
  const order: string[] = [];
  let path = '';
  stream.on('error', () => {});
  stream.on('write', () => order.push('written'));
  const cleanup = stream._cleanup;
  stream._cleanup = (done) => {
    order.push('closed');
    path = Reflect.get(stream, '_path') as string;
    cleanup(done);
  };
  return { stream, order, isLeft: () => existsSync(path), closed: () => path !== '' && stream._fd === null };
}

test('a file whose stream is destroyed is closed after the write that is under way', async () => {
  const { stream, order, isLeft } = watchedStream();
  await once(stream, 'ready');
  stream.write(Buffer.alloc(100_000));
  stream.destroy(new Error('the client went away'));
  await new Promise((resolve) => stream.once('close', resolve));
  expect(order).toEqual(['written', 'closed']);
  expect(isLeft()).toBe(false);
});

test('a stream that is destroyed before its file is open writes nothing, and leaves no file', async () => {
  const { stream, order, isLeft, closed } = watchedStream();
  stream.write(Buffer.alloc(100_000));
  stream.destroy(new Error('the client went away'));
  while (!closed()) await new Promise(setImmediate);
  expect(order).toEqual(['closed']);
  expect(isLeft()).toBe(false);
});

test('a stream that is not destroyed is written and read as before', async () => {
  const { stream, order } = watchedStream();
  const bytes = Buffer.from('some bytes');
  stream.end(bytes);
  const read: Buffer[] = [];
  for await (const chunk of stream.createReadStream()) read.push(chunk as Buffer);
  expect(Buffer.concat(read)).toEqual(bytes);
  stream.release();
  await new Promise((resolve) => stream.once('close', resolve));
  expect(order).toEqual(['written', 'closed']);
});
