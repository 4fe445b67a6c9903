/**
 * The same `Date`, whose present is wrong by so many milliseconds: `Date.now()`, `new Date()` and `Date()`. Times that others tell in
 * words are moved too, by `serversOffsetMs`: `Date.parse()`. Pure.
 */
export function skewDate(True: DateConstructor, offsetMs: number, serversOffsetMs = 0): DateConstructor {
  const now = () => True.now() + offsetMs;
  const own: ProxyHandler<DateConstructor> = {
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made) as object,
    apply: () => new True(now()).toString(),
    get: (target, name) => {
      if (name === 'now') return now;
      return name === 'parse' ? (text: string) => True.parse(text) + serversOffsetMs : Reflect.get(target, name);
    },
  };
  return new Proxy(True, own);
}
