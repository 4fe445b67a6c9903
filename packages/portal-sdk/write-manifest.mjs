// The workspace imports this package as TypeScript; everybody else gets dist/, which is a package of its own: `npm publish dist`.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

const { name, version, description, type } = JSON.parse(readFileSync('package.json', 'utf8'));
const manifest = {
  ...{ name, version, description, type },
  engines: { node: '>=20.3' },
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  types: './index.d.ts',
  sideEffects: false,
};
writeFileSync('dist/package.json', `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync('README.md', 'dist/README.md');
