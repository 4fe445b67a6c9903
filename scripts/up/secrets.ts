import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../packages/testkit/src/servers/fetch/problem.mjs';

const schema = z.object({
  sealerKek: z.string(),
  connectorSecretsKey: z.string(),
  filesKey: z.string(),
  parkingKey: z.string(),
  auditKey: z.string(),
  administratorKey: z.string(),
  demoApiKey: z.string().optional(),
  demoLicenceKey: z.string().optional(),
});

/** Secrets of this folder's installation. They live as long as its data: what was sealed must open after the next start. */
export type Secrets = z.output<typeof schema>;

/** Secrets kept in a file that only its owner may read. */
export interface KeptSecrets {
  readonly values: Secrets;
  /** Adds to what is kept. */
  readonly keep: (more: Partial<Secrets>) => Promise<void>;
}

/** Reads the secrets, or makes them at the first start. */
export async function keepSecrets(file: string): Promise<KeptSecrets> {
  let values = (await read(file)) ?? (await write(file, made()));
  return {
    get values() {
      return values;
    },
    keep: async (more) => {
      values = await write(file, { ...values, ...more });
    },
  };
}

async function read(file: string): Promise<Secrets | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Problem(`${file} cannot be read: start with --reset to forget the data of earlier starts`, {
      cause: error,
    });
  }
}

async function write(file: string, values: Secrets): Promise<Secrets> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(values), { mode: 0o600 });
  return values;
}

function made(): Secrets {
  const secret = () => randomBytes(32).toString('base64url');
  return {
    sealerKek: secret(),
    connectorSecretsKey: secret(),
    filesKey: secret(),
    parkingKey: secret(),
    auditKey: secret(),
    administratorKey: `tk_${secret()}`,
  };
}
