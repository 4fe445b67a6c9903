// The workspace imports this package as TypeScript; everybody else gets dist/, which is a package of its own.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('This folder is source, which no partner can run. What partners install is made by: npm run bundle');
  process.exit(1);
}
const { name, version, description, type } = JSON.parse(readFileSync('package.json', 'utf8'));
const manifest = {
  ...{ name, version, description, type },
  engines: { node: '>=20.3' },
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  types: './index.d.ts',
  files: ['*.js', '*.d.ts'],
  sideEffects: false,
};
writeFileSync(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync('README.md', `${folder}/README.md`);
