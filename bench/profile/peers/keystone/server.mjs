// `keystone start`, which ends with the bench.
process.on('disconnect', () => process.exit());
process.argv.push('start', '--no-ui');
await import('./node_modules/@keystone-6/core/bin/cli.js');
