import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const program = resolve(import.meta.dirname, '../main.ts');
const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key", "@inaccessible"])

type Query {
  user: User
  contact: String @inaccessible
}

type User @key(fields: "id") {
  id: ID!
  name: String
  nickname: String
}
`;

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    spawnSync('mkdir', ['-p', join(path, '..')]);
    writeFileSync(path, text);
  }
}

function git(...args: string[]): void {
  const { status, stderr } = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder });
  if (status !== 0) throw new Error(String(stderr));
}

function run(...args: string[]) {
  return runWith({}, ...args);
}

function runWith(settings: Record<string, string>, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, ...args, '--config', 'supergraph.yaml'],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '', ...settings } },
  );
  return { status, stdout, stderr };
}

beforeAll(() => {
  write({
    'supergraph.yaml': 'subgraphs:\n  a:\n    routing_url: http://a\n    schema: { file: a.graphql }\n',
    'a.graphql': sdl,
    'operations/user.graphql': 'query User {\n  user {\n    id\n    name\n  }\n}\n',
    'sister/contact.graphql': 'query Contact {\n  contact\n}\n',
    '.supergraph/check.yaml':
      'operations: ["operations/*.graphql"]\nsisters: [{ subgraph: a, operations: ["sister/*.graphql"] }]\n',
  });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'base');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('check', () => {
  test('passes what changes nothing, and what breaks nobody who is known', () => {
    expect(run('check', '--base', 'HEAD')).toMatchObject({ status: 0 });
    write({ 'a.graphql': sdl.replace('  nickname: String\n', '') });
    const { status, stdout } = run('check', '--base', 'HEAD');
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('field-removed (unused) User.nickname'),
    });
    expect(run('check', '--base', 'HEAD', '--strict')).toMatchObject({ status: 1 });
  });

  test('fails what breaks an operation, says where, and writes it for CI', () => {
    write({ 'a.graphql': sdl.replace('  name: String\n', '') });
    const { status, stdout } = run('check', '--base', 'HEAD', '--junit', 'out/check.xml', '--sarif', 'out/check.sarif');
    expect(status).toBe(1);
    expect(stdout).toContain('operation User at operations/user.graphql:4:5');
    expect(stdout).toMatch(/a\.graphql:8:6\n.*\n\s+> 8 \| type User/);
    const junit = readFileSync(join(folder, 'out/check.xml'), 'utf8');
    expect(junit).toMatch(/<testsuite .*tests="1" failures="1"/);
    expect(junit).toContain('<failure message="Field &apos;name&apos; was removed');
    const sarif = JSON.parse(readFileSync(join(folder, 'out/check.sarif'), 'utf8'));
    expect(sarif.runs[0].results).toMatchObject([
      {
        ruleId: 'field-removed',
        level: 'error',
        locations: [{ physicalLocation: { artifactLocation: { uri: 'a.graphql' }, region: { startLine: 8 } } }],
        relatedLocations: [{ physicalLocation: { region: { startLine: 4 } } }],
      },
    ]);
  });

  test('lets pass what is approved', () => {
    const approval = { rule: 'field-removed', subject: 'User.name', reason: 'agreed', expires: '9999-12-31' };
    write({ '.supergraph/approvals.yaml': JSON.stringify({ approvals: [approval] }) });
    const { status, stdout } = run('check', '--base', 'HEAD', '--json');
    expect({ status, ok: JSON.parse(stdout).ok }).toEqual({ status: 0, ok: true });
    rmSync(join(folder, '.supergraph/approvals.yaml'));
  });

  test('counts the operations that were released, though the change takes them out of the files', () => {
    write({ 'operations/user.graphql': 'query User {\n  user {\n    id\n  }\n}\n' });
    const { status, stdout } = run('check', '--base', 'HEAD');
    expect({ status, stdout }).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('operation User of HEAD at operations/user.graphql:4:5'),
    });
    expect(run('check', '--base', 'HEAD', '--no-released-operations')).toMatchObject({ status: 0 });
    git('checkout', '--quiet', '.');
  });

  test('judges by how often operations are called, where an export says so', () => {
    write({
      'a.graphql': sdl.replace('  name: String\n', ''),
      'idle.json': '{ "User": 0, "Stranger": 3 }',
      'busy.json': '{ "User": 1 }',
    });
    const { status, stdout } = run('check', '--base', 'HEAD', '--counts', 'idle.json');
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('field-removed (unused)') });
    expect(stdout).toContain("Operation 'Stranger' was called 3 times and stands in no file");
    expect(run('check', '--base', 'HEAD', '--counts', 'busy.json')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('operation User at operations/user.graphql:4:5, called 1 times'),
    });
    git('checkout', '--quiet', '.');
  });

  test('knows the operations of a manifest, each by the line of its entry', () => {
    expect(run('operations', '--manifest', 'clients.json')).toMatchObject({ status: 0 });
    write({ 'a.graphql': sdl.replace('  name: String\n', '') });
    const { status, stdout } = run('check', '--base', 'HEAD', '--operations', 'clients.json');
    const line =
      1 +
      readFileSync(join(folder, 'clients.json'), 'utf8')
        .split('\n')
        .findIndex((each) => each.includes('"id"'));
    expect({ status, stdout }).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`operation User at clients.json:${line}\n`),
    });
    git('checkout', '--quiet', '.');
  });

  test('lists what is safe where it is asked to, and diff always does and never fails', () => {
    write({ 'a.graphql': sdl.replace('  nickname: String\n', '  age: Int\n').replace('  name: String\n', '') });
    const added = 'field-added (safe) User.age';
    expect(run('check', '--base', 'HEAD').stdout).not.toContain(added);
    expect(run('check', '--base', 'HEAD', '--all').stdout).toContain(added);
    const { status, stdout } = run('diff', '--base', 'HEAD');
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining(added) });
    expect(stdout).toContain('error field-removed User.name');
    git('checkout', '--quiet', '.');
  });

  test('knows what services ask of each other', () => {
    write({ 'a.graphql': sdl.replace('  contact: String @inaccessible\n', '') });
    const { status, stdout } = run('check', '--base', 'HEAD');
    expect({ status, stdout }).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('operation Contact at sister/contact.graphql:2:3'),
    });
    git('checkout', '--quiet', '.');
  });

  test('compares with another supergraph.yaml and with a composed graph', () => {
    expect(run('compose', '--out', 'base.graphql')).toMatchObject({ status: 0 });
    write({
      'old/supergraph.yaml': 'subgraphs:\n  a:\n    routing_url: http://a\n    schema: { file: a.graphql }\n',
      'old/a.graphql': sdl,
      'a.graphql': sdl.replace('  name: String\n', ''),
    });
    for (const base of ['base.graphql', 'old/supergraph.yaml']) {
      const { status, stdout } = run('check', '--base', base);
      expect({ base, status, stdout }).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('field-removed User.name'),
      });
    }
    git('checkout', '--quiet', '.');
  });
});

test('a graph that does not compose is told with its place and an excerpt', () => {
  write({ 'a.graphql': sdl.replace('user: User', 'user: Nobody') });
  for (const command of [
    ['compose', '--out', 'out.graphql'],
    ['check', '--base', 'HEAD'],
  ]) {
    const { status, stdout } = run(...command);
    expect(status).toBe(1);
    expect(stdout).toMatch(/Nobody.*a\.graphql:4:9\n.*> 4 \| {3}user: Nobody/s);
  }
  git('checkout', '--quiet', '.');
});

test('a schema that cannot be parsed is told with its place and an excerpt', () => {
  write({ 'a.graphql': `type {\n${sdl}` });
  for (const command of [['compose', '--out', 'out.graphql'], ['check', '--base', 'HEAD'], ['lint']]) {
    const { status, stdout } = run(...command);
    expect({ command, status }).toEqual({ command, status: 1 });
    expect(stdout).toMatch(/GRAPHQL_PARSE_FAILED.*a\.graphql:1:6\n.*> 1 \| type \{/s);
  }
  git('checkout', '--quiet', '.');
});

test.each([
  ['supergraph.yaml', 'subgraphs:\n  a: [\n', 'supergraph.yaml:3:1'],
  ['.supergraph/check.yaml', 'operations: [', 'check.yaml: '],
  ['operations/user.variables.json', '{', 'operations/user.variables.json: is no JSON'],
  ['operations/wrong.graphql', 'query {', 'operations/wrong.graphql:1:8: GRAPHQL_PARSE_FAILED'],
])('%s that cannot be read ends with 2 and is told with its place', (file, text, place) => {
  write({ [file]: text });
  const { status, stderr } = run('operations');
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringMatching(/^supergraph: .*/) });
  expect(stderr).toContain(place);
  git('clean', '--quiet', '--force', '-d', 'operations');
  git('checkout', '--quiet', '.');
});

test('a manifest whose operation cannot be parsed is told with the line of the operation', () => {
  const operations = [{ id: 'one', name: 'One', body: 'query One {' }];
  write({ 'broken.json': JSON.stringify({ format: 'apollo-persisted-query-manifest', operations }, null, 2) });
  const { status, stderr } = run('operations', '--operations', 'broken.json');
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('broken.json:5: GRAPHQL_') });
  rmSync(join(folder, 'broken.json'));
});

test('compose --watch composes again at every change, and goes on after a fault', async () => {
  const args = ['--disable-warning=ExperimentalWarning', program, 'compose', '--watch', '--config', 'supergraph.yaml'];
  const child = spawn(process.execPath, [...args, '--out', 'watched.graphql'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
  const until = async (text: RegExp): Promise<void> => {
    for (let told = ''; !text.test(told); ) {
      const { value, done } = await output.next();
      if (done) throw new Error(`It ended before it said ${text}: ${told}`);
      told += value;
    }
  };
  await until(/watching 2 files/);
  write({ 'a.graphql': sdl.replace('user: User', 'user: Nobody') });
  await until(/a\.graphql:4:9/);
  write({ 'a.graphql': sdl.replace('nickname', 'alias') });
  await until(/nothing to say/);
  expect(readFileSync(join(folder, 'watched.graphql'), 'utf8')).toContain('alias: String');
  child.kill('SIGTERM');
  const [status] = (await once(child, 'exit')) as [number];
  expect(status).toBe(0);
  git('checkout', '--quiet', '.');
});

test('operations refuses what the schema does, and the manifest is not written', () => {
  write({ 'operations/wrong.graphql': 'query Wrong {\n  user {\n    age\n  }\n}\n' });
  const { status, stdout } = run('operations', '--manifest', 'manifest.json');
  expect({ status, stdout }).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('operations/wrong.graphql:3:5'),
  });
  expect(() => readFileSync(join(folder, 'manifest.json'))).toThrow('ENOENT');
  rmSync(join(folder, 'operations/wrong.graphql'));
  expect(run('operations', '--manifest', 'manifest.json')).toMatchObject({ status: 0 });
  expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).operations).toMatchObject([{ name: 'User' }]);
});

test('operations refuses what the gateway would, for its cost', () => {
  expect(run('operations', '--max-cost', '1')).toMatchObject({ status: 0 });
  expect(run('operations', '--max-cost', '0')).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('operation-too-dear User'),
  });
});

describe('drift', () => {
  const dead = 'http://127.0.0.1:3/graphql';
  test('asks the subgraph that is named, at the address that is named, with a token from the environment', () => {
    expect(runWith({ SUBGRAPH_TOKEN: 'x' }, 'drift', '--subgraph', `a=${dead}`)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${dead} does not answer (ECONNREFUSED)`),
    });
  });
  test('asks the gateway alone where nothing else is named', () => {
    expect(runWith({ ATRIUM_API_KEY: 'x' }, 'drift', '--gateway', dead)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${dead} does not answer (ECONNREFUSED)`),
    });
  });
  test.each([
    ['without a token', ['--subgraph', 'a'], 'set SIGNING_KEY or SUBGRAPH_TOKEN'],
    ['without a key of the gateway', ['--gateway', dead], 'ATRIUM_API_KEY'],
    ['of a subgraph that is none', ['--subgraph', 'b'], "names no subgraph 'b'"],
  ])('%s cannot be said', (_how, args, message) => {
    expect(run('drift', ...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
  });
});

test.each([
  ['an unknown command', ['nonsense'], 'unknown command'],
  ['a missing option', ['check'], '--base'],
  ['a base that is nothing', ['check', '--base', 'nowhere'], 'neither a file nor a commit'],
  ['a base that is no graph', ['check', '--base', 'a.graphql'], 'no composed supergraph'],
  ['counts that are none', ['check', '--base', 'HEAD', '--counts', 'a.graphql'], 'atrium_gateway_requests_total'],
])('%s ends with 2 and says what to do', (_what, args, message) => {
  const { status, stderr } = run(...args);
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
});

describe('contracts', () => {
  const clean = () => {
    rmSync(join(folder, 'contracts'), { recursive: true });
    git('checkout', '--quiet', '.');
  };
  const read = (consumer: string) => JSON.parse(readFileSync(join(folder, `contracts/${consumer}.json`), 'utf8'));

  test('are what the plans and the documents of sisters ask of a subgraph, and what they read of its answers', () => {
    expect(run('contracts', '--check')).toMatchObject({ status: 1 });
    expect(run('contracts')).toMatchObject({ status: 0 });
    expect(run('contracts', '--check')).toMatchObject({ status: 0 });
    expect(read('gateway').requests).toEqual([
      {
        name: 'User__a__0',
        operation: 'User',
        kind: 'query',
        variables: {},
        document: 'query User__a__0{user{id name}}',
        answer: { user: { type: 'User', fields: { id: 'ID!', name: 'String' } } },
      },
    ]);
    expect(read('sisters').requests).toMatchObject([{ name: 'Contact', answer: { contact: 'String' } }]);
    clean();
  });

  test('that are not what the files give fail the check at their place', () => {
    run('contracts');
    write({ 'a.graphql': sdl.replace('  name: String\n', '  name: String!\n'), 'contracts/nobody.json': '{}' });
    const { status, stdout } = run('contracts', '--check');
    expect(status).toBe(1);
    expect(stdout).toContain('gateway relies on `"name": "String!"`, and the contract says `"name": "String"`');
    expect(stdout).toMatch(/contracts\/gateway\.json:\d+/);
    expect(stdout).toContain('contracts/nobody.json:1');
    clean();
  });

  test('that a subgraph no longer understands are told at the document of who sends it', () => {
    run('contracts');
    write({ 'a.graphql': sdl.replace('contact: String', 'reachedAt: String') });
    const { status, stdout } = run('contracts', '--check');
    expect({ status, stdout }).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('sister/contact.graphql:2:3'),
    });
    clean();
  });
});
