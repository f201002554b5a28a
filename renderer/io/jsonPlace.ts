// Where a value stands in a JSON text, so that errors about it can say so.

export type JsonPath = readonly (string | number)[];

/** Position in `text`, which must be valid JSON, of the value at `path`, or of the innermost around it that there is. */
export function jsonPlace(text: string, path: JsonPath): number {
  let at = skipBlanks(text, 0);
  for (const step of path) {
    const inner = text[at] === '{' || text[at] === '[' ? memberOf(text, at, step) : undefined;
    if (inner === undefined) break;
    at = inner;
  }
  return at;
}

/** Where the member `step` of the object or list at `at` begins. */
function memberOf(text: string, at: number, step: string | number): number | undefined {
  const isObject = text[at] === '{';
  let position = skipBlanks(text, at + 1);
  for (let index = 0; text[position] !== '}' && text[position] !== ']'; index++) {
    let key: unknown = index;
    if (isObject) {
      const end = endOfValue(text, position);
      key = JSON.parse(text.slice(position, end));
      position = skipBlanks(text, skipBlanks(text, end) + 1);
    }
    if (key === step) return position;
    position = skipBlanks(text, endOfValue(text, position));
    if (text[position] === ',') position = skipBlanks(text, position + 1);
  }
  return undefined;
}

function endOfValue(text: string, at: number): number {
  let position = at;
  for (let depth = 0; position < text.length; ) {
    const character = text[position];
    if (character === '"') {
      position = endOfString(text, position);
    } else if (character === '{' || character === '[') {
      depth++;
      position++;
    } else if (depth > 0 && (character === '}' || character === ']')) {
      depth--;
      position++;
    } else if (depth > 0) {
      position++;
      continue;
    } else {
      while (position < text.length && !/[,\]}\s]/.test(text[position])) position++;
    }
    if (depth === 0) return position;
  }
  return position;
}

function endOfString(text: string, at: number): number {
  let position = at + 1;
  while (position < text.length && text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}

function skipBlanks(text: string, at: number): number {
  let position = at;
  while (/\s/.test(text[position] ?? '')) position++;
  return position;
}
