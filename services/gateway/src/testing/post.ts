/** An answer as a test looks at it; JSON is its first line. */
export async function postTo(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const type = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body });
  const text = await response.text();
  const json = text ? JSON.parse(text.split('\n')[0] ?? '') : {};
  return { status: response.status, headers: response.headers, text, json };
}
