export * from './channel.ts';
export * from './connector.ts';
export * from './connector-error.ts';
export * from './tools.ts';
