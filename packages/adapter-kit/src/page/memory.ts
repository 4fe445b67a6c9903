/** What a script on a company's page remembers between pages. */
export interface Memory {
  /** What was kept; undefined when nothing was, or it cannot be read. Never throws. */
  readonly get: <Value>(key: string) => Value | undefined;
  /** Keeps a value. Never throws. */
  readonly set: (key: string, value: unknown) => void;
}

/** The part of localStorage that is used. */
export interface PageStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Keeps values in localStorage under a prefix; only until the page goes where a browser has none or it is full. */
export function createMemory(prefix: string, store: () => PageStore): Memory {
  const fallback = new Map<string, string>();
  return {
    get: <Value>(key: string) => {
      let text: string | null | undefined = fallback.get(key);
      try {
        text ??= store().getItem(prefix + key);
        return text ? (JSON.parse(text) as Value) : undefined;
      } catch {
        return undefined;
      }
    },
    set: (key, value) => {
      const text = JSON.stringify(value) ?? '';
      try {
        store().setItem(prefix + key, text);
        fallback.delete(key);
      } catch {
        fallback.set(key, text);
      }
    },
  };
}
