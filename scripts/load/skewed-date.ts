/** The same `Date`, whose present is wrong by so many milliseconds: `Date.now()`, `new Date()` and `Date()`. Pure. */
export function skewDate(True: DateConstructor, offsetMs: number): DateConstructor {
  const now = () => True.now() + offsetMs;
  const own: ProxyHandler<DateConstructor> = {
    construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made) as object,
    apply: () => new True(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  };
  return new Proxy(True, own);
}
