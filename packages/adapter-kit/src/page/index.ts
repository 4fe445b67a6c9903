export * from './look-around.ts';
export * from './memory.ts';
export * from './text-on.ts';
