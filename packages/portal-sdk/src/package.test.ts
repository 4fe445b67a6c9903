import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createSender, licenceKeyOf, requestOf } from './testing/sender.ts';

/** What a partner does: installs the package from its file, alone in a folder, and uses it from JavaScript and TypeScript. */
const sdk = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
let folder: string;

function run(cwd: string, command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 120_000 });
  return { status, said: `${stdout}${stderr}` };
}

function done(cwd: string, command: string, ...args: string[]): string {
  const { status, said } = run(cwd, command, ...args);
  assert.equal(status, 0, `${command} ${args.join(' ')}: ${said}`);
  return said;
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'portal-sdk-'));
  const built = join(folder, 'built');
  done(sdk, process.execPath, tsc, '-p', 'tsconfig.build.json', '--outDir', built);
  done(sdk, process.execPath, 'write-manifest.mjs', built);
  done(folder, 'npm', 'pack', './built', '--silent');
  const file = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? assert.fail('nothing was packed');
  writeFileSync(join(folder, 'package.json'), '{"name":"partner","private":true}');
  done(folder, 'npm', 'install', '--offline', '--no-audit', '--no-fund', '--silent', `./${file}`);
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'));
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file of the partner's. */
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

test('plain JavaScript takes a signed batch with what was installed', () => {
  const { headers, rawBody } = requestOf(createSender().events(2), licenceKeyOf(1));
  const request = JSON.stringify({ headers, rawBody: String(rawBody) });
  const script = file(
    'use.mjs',
    `import { createPortal } from '@trunkline/portal-sdk';
     const portal = createPortal({
       licenceKeys: [${JSON.stringify(licenceKeyOf(1))}],
       onEvent: ({ data }) => console.log(data.text),
     });
     console.log((await portal.handle(${request})).body);`,
  );
  assert.equal(done(folder, process.execPath, script), 'message 1\nmessage 2\n{"accepted":2}\n');
  const required = file('use.cjs', "console.log(typeof require('@trunkline/portal-sdk').createPortal)");
  assert.equal(done(folder, process.execPath, required), 'function\n');
});

const strict = '--strict --exactOptionalPropertyTypes --noEmit --target es2022 --skipLibCheck false --types node'.split(
  ' ',
);

for (const resolution of ['nodenext', 'bundler']) {
  test(`strict TypeScript accepts right use and refuses wrong use, with modules as ${resolution}`, () => {
    const how = ['--module', resolution === 'bundler' ? 'esnext' : 'nodenext', '--moduleResolution', resolution];
    const check = (name: string) => run(folder, process.execPath, tsc, ...strict, ...how, name);
    const right = file(
      'right.mts',
      `import { createPortal, type Cursor, EventRefused, listener, reply } from '@trunkline/portal-sdk';
       import { createServer } from 'node:http';
       let stored: Cursor | undefined;
       const back = reply({ baseUrl: 'https://trunkline.example', portalId: 'p', licenceKey: 'k' });
       const portal = createPortal<{ text?: string }>({
         licenceKeys: ['k'],
         cursor: { load: async () => stored, save: async (cursor) => { stored = cursor; } },
         onEvent: async ({ id, data, subject, traceparent }) => {
           if (data.text === undefined) throw new EventRefused('no text');
           const message = { conversationId: subject, message: { content: { text: { plain: data.text } } } };
           const result = await back.send(message, { idempotencyKey: id, traceparent });
           if (result.outcome === 'retry') console.log(result.afterMs);
         },
         onNotice: ({ notice }) => console.warn(notice.kind, notice.from, notice.to, notice.reason),
         onProblem: ({ code, event }) => console.error(code, event?.sequence),
       });
       createServer(listener(portal));`,
    );
    assert.deepEqual(check(right), { status: 0, said: '' });
    const wrong = file(
      'wrong.mts',
      `import { createPortal } from '@trunkline/portal-sdk';
       createPortal({ licenceKeys: 'k', onEvent: () => undefined });
       createPortal({ licenceKeys: [], onEvent: (event) => event.nothing });`,
    );
    const { said } = check(wrong);
    assert.match(said, /wrong\.mts\(2,.*TS2322[\s\S]*wrong\.mts\(3,.*TS2339/);
  });
}

test('the source itself cannot be packed by mistake, and says what to do instead', () => {
  const { status, said } = run(sdk, 'npm', 'pack', '--dry-run');
  assert.notEqual(status, 0);
  assert.match(said, /npm run bundle/);
});
