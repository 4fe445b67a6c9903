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
/** A name that is an id stands for any other. */
const idName = /\d{3}|.{41}/;

/** Nobody sends more of each; what is beyond is as what was seen. */
const childrenMax = 200;
const elementsMax = 50;
const depthMax = 32;
const nodesMax = 50_000;

/** Knows nothing at first. */
export function createShapes(): Shapes {
  const root = newNode();
  let nodes = 1;

  const child = (node: Node, name: string): { readonly next: Node; readonly isNew: boolean } => {
    const known = node.children.get(name);
    if (known !== undefined) return { next: known, isNew: false };
    const next = newNode();
    if (nodes < nodesMax) {
      node.children.set(name, next);
      nodes += 1;
    }
    return { next, isNew: true };
  };
  const walk = (node: Node, value: unknown, place: Place) => {
    const type = typeOf(value);
    if (type === 'null' || place.depth > depthMax) return;
    const isNew = !node.types.has(type);
    node.types.add(type);
    // Only the top of what is new is told: what is below follows from it.
    if (isNew && !place.isTold) place.news.push({ what: 'field', path: `${place.path || 'body'}: ${type}` });
    const below = { ...place, depth: place.depth + 1, isTold: place.isTold || isNew };
    if (Array.isArray(value)) {
      for (const element of value.slice(0, elementsMax))
        walk(child(node, '[]').next, element, { ...below, path: `${place.path}[]` });
    } else if (typeof value === 'object' && value !== null) {
      walkFields(node, value, below);
    }
  };
  const walkFields = (node: Node, value: object, place: Place) => {
    for (const [name, inner] of Object.entries(value)) {
      const isId = idName.test(name) || (node.children.size >= childrenMax && !node.children.has(name));
      const shown = isId ? '*' : name;
      const path = place.path === '' ? shown : `${place.path}.${shown}`;
      const field = child(node, shown).next;
      const isTold = place.isTold;
      walk(field, inner, { ...place, path });
      if (typeof inner !== 'string' || !kindFields.has(name) || !kindWord.test(inner)) continue;
      const isFull = field.children.size >= childrenMax;
      if (!isFull && child(field, `=${inner}`).isNew && !isTold)
        place.news.push({ what: 'kind', path: `${path} = ${inner}` });
    }
  };
  return {
    learn: (payload) => {
      const news: News[] = [];
      walk(root, payload, { path: '', depth: 0, isTold: false, news });
      return news;
    },
  };
}

interface Place {
  readonly path: string;
  readonly depth: number;
  /** True below what was told as new. */
  readonly isTold: boolean;
  readonly news: News[];
}

function newNode(): Node {
  return { types: new Set(), children: new Map() };
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The same payload without any of its values: of each its type, and of what names a kind the word. Pure. */
export function masked(value: unknown, name = '', depth = 0): unknown {
  if (Array.isArray(value)) return value.slice(0, 3).map((each) => masked(each, '', depth + 1));
  if (typeof value === 'object' && value !== null) {
    if (depth > depthMax) return 'object';
    const fields = Object.entries(value).slice(0, childrenMax);
    return Object.fromEntries(
      fields.map(([field, inner]) => [idName.test(field) ? '*' : field, masked(inner, field, depth + 1)]),
    );
  }
  return typeof value === 'string' && kindFields.has(name) && kindWord.test(value) ? value : typeOf(value);
}
