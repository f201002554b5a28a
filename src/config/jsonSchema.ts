// The config schema as JSON Schema: what `rastergrad schema` prints, and what error messages and docs/config.md look
// fields up in.

import { z } from 'zod';
import { configSchema } from './schema/index.ts';

/** The part of JSON Schema that zod writes for our configs. */
export interface SchemaNode {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  items?: SchemaNode;
  prefixItems?: SchemaNode[];
  oneOf?: SchemaNode[];
  anyOf?: SchemaNode[];
}

type Mapping = Record<string, unknown>;

/** JSON Schema of a config file, for editors and other programs; `extends` included. */
export function configJsonSchema(): SchemaNode {
  const root = z.toJSONSchema(configSchema, { io: 'input', override: dropSafeIntegerBounds }) as SchemaNode;
  const extendsField: SchemaNode = {
    type: 'string',
    description:
      'Another config file, relative to this one, whose fields hold wherever this one says nothing.',
  };
  for (const branch of branchesOf(root)) branch.properties = { extends: extendsField, ...branch.properties };
  return root;
}

/** zod bounds every integer by ±2^53, which tells a reader nothing. */
function dropSafeIntegerBounds({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

/** The alternatives of a node; itself where it has none. */
export function branchesOf(node: SchemaNode): SchemaNode[] {
  return node.oneOf ?? node.anyOf ?? [node];
}

/** The node at `path`, where `config` (as yet unchecked) decides between alternatives; undefined where nothing is foreseen. */
export function schemaAt(root: SchemaNode, path: PropertyKey[], config: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  let value = config;
  for (const key of path) {
    const inside: SchemaNode = branchFor(node, value);
    node =
      typeof key === 'number'
        ? (inside.prefixItems?.[key] ?? inside.items)
        : inside.properties?.[key as string];
    if (!node) return undefined;
    value = (value as Mapping | undefined)?.[key as string];
  }
  return node;
}

/** The alternative whose constant field (`task`, `type`) equals the value's, or the value itself; the first where none does. */
export function branchFor(node: SchemaNode, value: unknown): SchemaNode {
  const branches = branchesOf(node);
  const matches = (branch: SchemaNode) =>
    Object.entries(branch.properties ?? {}).some(
      ([key, field]) =>
        field.const !== undefined && [value, (value as Mapping | undefined)?.[key]].includes(field.const),
    );
  return branches.find(matches) ?? branches[0];
}

/** Dotted paths of all fields that a config of this shape may have. */
export function fieldPaths(root: SchemaNode, config: unknown): string[] {
  const paths: string[] = [];
  const visit = (node: SchemaNode, value: unknown, prefix: string) => {
    if (node.items && Array.isArray(value)) {
      for (const [i, item] of value.entries()) visit(node.items, item, `${prefix}${i}.`);
    }
    for (const [key, field] of Object.entries(branchFor(node, value).properties ?? {})) {
      paths.push(prefix + key);
      visit(field, (value as Mapping | undefined)?.[key], `${prefix}${key}.`);
    }
  };
  visit(root, config, '');
  return paths;
}

/** A node's type and range in words: "a whole number ≥ 1", "one of wasm, cpu". */
export function describeType(node: SchemaNode): string {
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return `one of ${node.enum.join(', ')}`;
  const branches = node.oneOf ?? node.anyOf;
  if (branches) return describeBranches(branches);
  switch (node.type) {
    case 'integer':
      return `a whole number${describeRange(node)}`;
    case 'number':
      return `a number${describeRange(node)}`;
    case 'string':
      return node.pattern
        ? `text matching ${node.pattern}`
        : node.minLength
          ? 'a text that is not empty'
          : 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return describeList(node);
    default:
      return `a mapping with ${Object.keys(node.properties ?? {}).join(', ')}`;
  }
}

function describeBranches(branches: SchemaNode[]): string {
  const types = branches.map(
    (branch) => Object.values(branch.properties ?? {}).find((field) => field.const)?.const,
  );
  if (types.every((type) => type !== undefined)) return `one of ${types.join(', ')}`;
  return branches.map(describeType).join(', or ');
}

function describeRange({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  const bounds = [
    minimum !== undefined && `≥ ${minimum}`,
    exclusiveMinimum !== undefined && `> ${exclusiveMinimum}`,
    maximum !== undefined && `≤ ${maximum}`,
    exclusiveMaximum !== undefined && `< ${exclusiveMaximum}`,
  ].filter((bound) => bound !== false);
  return bounds.length > 0 ? ` ${bounds.join(' and ')}` : '';
}

function describeList({ prefixItems, items, minItems, maxItems }: SchemaNode): string {
  if (prefixItems) return `a list of ${prefixItems.length}, each ${describeType(prefixItems[0])}`;
  const length =
    maxItems !== undefined
      ? `${minItems ?? 0} to ${maxItems}`
      : minItems
        ? `at least ${minItems}`
        : undefined;
  return `a list${length ? ` of ${length}` : ''}${items ? `, each ${describeType(items)}` : ''}`;
}
