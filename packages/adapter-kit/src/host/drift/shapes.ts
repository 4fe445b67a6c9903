/** Something that was not seen before. */
export interface News {
  /** A field, or a value of a field that tells what something is. */
  readonly what: 'field' | 'kind';
  /** Where it stands: "message.photo[].file_id: string", "entry[].changes[].field = groups". */
  readonly path: string;
}

/** The shapes of payloads that are known. Learns from what it is shown. */
export interface Shapes {
  /** What of a payload is new; from then on it is known. Its values are never looked at, but for words that name kinds. */
  learn(payload: unknown): News[];
}

interface Node {
  readonly types: Set<string>;
  readonly children: Map<string, Node>;
}

/** Fields whose value tells what something is; a value is a kind only if it looks like a word of a program. */
const kindFields = new Set(['type', 'event', 'object', 'field', 'item', 'verb', 'kind', 'item_type', 'update_type']);
const kindWord = /^[A-Za-z][A-Za-z_.-]{0,39}$/;
/** A name that no programmer chose (an id, an address) stands for any other. Pure. */
export const isId = (name: string) => /\d{3}/.test(name) || !/^[A-Za-z_$][\w.$:-]{0,39}$/.test(name);

/** Nobody sends more of each; what is beyond is as what was seen. */
const childrenMax = 200;
const elementsMax = 50;
const depthMax = 32;
const nodesMax = 50_000;

/** Knows nothing at first. */
export function createShapes(): Shapes {
  const root = newNode();
  let nodes = 1;
  /** Names on the way to where we are, and what was found: written only while a payload is being learned. */
  const way: string[] = [];
  let news: News[] = [];

  /** Undefined once the memory is full: what is not known by then stays so, and is told no more. */
  const child = (node: Node, name: string): Node | undefined => {
    const known = node.children.get(name);
    if (known !== undefined || nodes >= nodesMax) return known;
    const next = newNode();
    node.children.set(name, next);
    nodes += 1;
    return next;
  };
  const tell = (what: News['what'], rest: string) => news.push({ what, path: (way.join('') || 'body') + rest });
  const walk = (node: Node | undefined, value: unknown, isTold: boolean) => {
    if (node === undefined || value === null || value === undefined || way.length > depthMax) return;
    const type = Array.isArray(value) ? 'array' : typeof value;
    const isNew = !node.types.has(type);
    if (isNew) {
      node.types.add(type);
      // Only the top of what is new is told: what is below follows from it.
      if (!isTold) tell('field', `: ${type}`);
    }
    if (type === 'array') walkElements(node, value as readonly unknown[], isTold || isNew);
    else if (type === 'object') walkFields(node, value, isTold || isNew);
  };
  const walkElements = (node: Node, elements: readonly unknown[], isTold: boolean) => {
    way.push('[]');
    for (const element of elements.slice(0, elementsMax)) walk(child(node, '[]'), element, isTold);
    way.pop();
  };
  const walkFields = (node: Node, value: object, isTold: boolean) => {
    for (const [name, inner] of Object.entries(value)) {
      const isAny = !node.children.has(name) && (isId(name) || node.children.size >= childrenMax);
      const shown = isAny ? '*' : name;
      const field = child(node, shown);
      way.push(way.length === 0 ? shown : `.${shown}`);
      walk(field, inner, isTold);
      if (typeof inner === 'string' && kindFields.has(name) && kindWord.test(inner)) learnKind(field, inner, isTold);
      way.pop();
    }
  };
  const learnKind = (field: Node | undefined, word: string, isTold: boolean) => {
    if (field === undefined || field.children.size >= childrenMax || field.children.has(word)) return;
    if (child(field, word) !== undefined && !isTold) tell('kind', ` = ${word}`);
  };
  return {
    learn: (payload) => {
      news = [];
      walk(root, payload, false);
      return news;
    },
  };
}

function newNode(): Node {
  return { types: new Set(), children: new Map() };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/**
 * The same payload without any of its values: of each its type, and of what names a kind the word; of a list so many elements.
 * Pure.
 */
export function masked(value: unknown, name = '', depth = 0, elements = 3): unknown {
  if (depth > depthMax) return typeOf(value);
  if (Array.isArray(value)) return value.slice(0, elements).map((each) => masked(each, '', depth + 1, elements));
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).slice(0, childrenMax);
    return Object.fromEntries(
      fields.map(([field, inner]) => [isId(field) ? '*' : field, masked(inner, field, depth + 1, elements)]),
    );
  }
  return typeof value === 'string' && kindFields.has(name) && kindWord.test(value) ? value : typeOf(value);
}

/** A payload of the shape of a masked one, to learn from. Pure. */
export function unmasked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmasked);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unmasked(inner)]));
  const values: Readonly<Record<string, unknown>> = { number: 0, boolean: true, null: null, object: {}, array: [] };
  return typeof value === 'string' && Object.hasOwn(values, value) ? values[value] : value;
}
