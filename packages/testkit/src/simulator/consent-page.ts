import type { DoubleRequest, Reaction } from './http-double.ts';

/** What a platform asks the owner of an account before it lets an app in. */
export interface Consent {
  readonly platform: string;
  readonly app: string;
  readonly scopes: readonly string[];
  /** Accounts to choose from. */
  readonly choices: readonly { readonly id: string; readonly label: string }[];
  /** What is added to the address that the owner is sent back to. */
  readonly allow: (chosen: readonly string[]) => Readonly<Record<string, string>>;
  readonly deny: Readonly<Record<string, string>>;
}

/**
 * The page where an owner allows an app: a form that comes back to its own address with `decision` and `choice`, and then
 * leads to `redirect_uri`. A test goes the same way by adding `&decision=allow&choice=<id>` to the address.
 */
export function consentPage({ url }: DoubleRequest, consent: Consent): Reaction {
  const decision = url.searchParams.get('decision');
  if (decision === null) {
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: htmlOf(url, consent) };
  }
  const back = new URL(url.searchParams.get('redirect_uri') ?? '');
  const chosen = url.searchParams.getAll('choice');
  const added = decision === 'allow' ? consent.allow(chosen) : consent.deny;
  const state = url.searchParams.get('state');
  for (const [name, value] of Object.entries({ ...added, ...(state === null ? {} : { state }) })) {
    back.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: back.href }, body: '' };
}

function htmlOf(url: URL, { platform, app, scopes, choices }: Consent): string {
  const hidden = [...url.searchParams].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const boxes = choices.map(
    ({ id, label }) =>
      `<label><input type="checkbox" name="choice" value="${escaped(id)}" checked> ${escaped(label)}</label>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(platform)}: allow ${escaped(app)}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:420px;margin:10vh auto;padding:0 16px}
form{display:grid;gap:12px}label{display:block;padding:8px 0}button{font:inherit;padding:12px;border-radius:8px;border:1px solid}
code{overflow-wrap:anywhere}</style>
<h1>${escaped(platform)} (simulated)</h1><p>The app <b>${escaped(app)}</b> asks for:</p><p><code>${scopes.map(escaped).join('<br>')}</code></p>
<form>${hidden.join('')}<div>${boxes.join('')}</div>
<button name="decision" value="allow">Allow</button><button name="decision" value="deny">Not now</button></form></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
