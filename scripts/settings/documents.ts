import { hostConfig } from '../../packages/adapter-kit/src/index.ts';
import { allSettings, docsTable, exampleText, type SettingDoc, settingsOf } from '../../packages/runtime/src/index.ts';
import { serviceFolders } from '../compose/folders.ts';
import { definitionOf } from './definitions.ts';

const BEGIN = '<!-- settings: written by `npm run settings` -->';
const END = '<!-- end of settings -->';

interface Chapter {
  readonly title: string;
  readonly settings: readonly SettingDoc[];
}

/** All tables, in Markdown. */
export async function settingsSection(): Promise<string> {
  return (await chapters()).map(({ title, settings }) => `### ${title}\n\n${docsTable(settings)}`).join('\n');
}

/** The document with its tables replaced. Pure. Throws when their place is not marked. */
export function withSettings(document: string, section: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The document has no place for settings: ${BEGIN} … ${END}`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${section}\n${document.slice(end)}`;
}

/** Text of .env.example: every setting once, by who reads it. */
export async function exampleFile(): Promise<string> {
  const parts = (await chapters()).map(({ title, settings }) => `## ${title}\n\n${exampleText(settings)}`);
  return `# Written by \`npm run settings\`. A service reads its own part; one that is missing a required value says so and does not start.\n\n${parts.join('\n')}`;
}

async function chapters(): Promise<readonly Chapter[]> {
  const services = [...serviceFolders().services, 'demo'];
  const own = await Promise.all(
    services.map(async (name) => ({ title: name, settings: settingsOf((await definitionOf(name)).config) })),
  );
  return [
    { title: 'Every service, as far as it uses it', settings: settingsOf(allSettings) },
    ...own,
    { title: 'Every connector', settings: settingsOf(hostConfig) },
  ];
}
