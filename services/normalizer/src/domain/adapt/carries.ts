import type { Capabilities, Content, ContentCapability } from '@trunkline/contracts';

/** Name of a content kind. */
export type ContentKind = NonNullable<Content['kind']>['$case'];

/** How a channel carries a content kind, by either spelling of its field; undefined: not at all. Pure. */
export function carries({ content }: Capabilities, kind: ContentKind): ContentCapability | undefined {
  return content[kind] ?? content[snakeCase(kind)];
}

/** Can a channel send a button's action, by either spelling of its field. Pure. */
export function canAct({ buttonActions }: Capabilities, action: string): boolean {
  return buttonActions.includes(action) || buttonActions.includes(snakeCase(action));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
