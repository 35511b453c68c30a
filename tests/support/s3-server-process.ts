import S3rver from '@20minutes/s3rver';

// A process of its own, as the real thing is.
const [directory = ''] = process.argv.slice(2);
const server = new S3rver({
  ...{ port: 0, address: '127.0.0.1', silent: true, directory },
  configureBuckets: [{ name: 'pictures', configs: [] }],
  // It knows keys and signatures, but takes a bucket's path to be without the slash that the AWS SDK signs at its end.
  allowMismatchedSignatures: true,
});
const { port } = await server.run();
process.send?.(port);
process.once('disconnect', () => process.exit());
