// The reference of all config fields as Markdown: docs/config.md.

import { branchesOf, configJsonSchema, describeType, type SchemaNode } from './jsonSchema.ts';

const INTRODUCTION = `# Configs

<!-- Written by scripts/config-docs.ts from src/config/schema/. Change it there. -->

An experiment is a YAML file. \`task\` says which kind it is; every other field has a default. \`rastergrad run CONFIG key=value …\`
overrides fields by their dotted path, with values as YAML: \`training.steps=100 dataset.categories=[chair,sofa]\`. For a mapping told
by its \`type\`, the type alone will do: \`renderer.method=softras\`.

- \`extends: other.yaml\` takes everything from another config, relative to this one, except \`name\` and \`description\`. Mappings merge
  field by field; lists and single values replace. A mapping with another \`type\` replaces the inherited one whole.
- A field that is not listed here is an error that names the nearest one.
- Precedence, highest first: \`key=value\` and \`--backend\`, the file, what it extends, the environment's \`RASTERGRAD_BACKEND\`, \`RASTERGRAD_MATH\`
  and \`RASTERGRAD_THREADS\`, \`losses.preset\`, the default.
- Many values of some fields, a run each: [sweeps](guides/sweeps.md).
- \`rastergrad schema\` prints all of this as JSON Schema, for editors.
`;

/** The whole reference, one section a task, one table a part of the config. */
export function formatConfigReference(): string {
  const tasks = branchesOf(configJsonSchema()).map((branch) => {
    const heading = `## task: ${branch.properties?.task.const}\n\n${branch.description ?? ''}\n`;
    return [heading, ...formatMapping('', branch)].join('\n');
  });
  return [INTRODUCTION, ...tasks].join('\n');
}

/** A table of the fields of a mapping, then the same for each mapping inside it that has a description to open a section with. */
function formatMapping(path: string, node: SchemaNode): string[] {
  const fields = Object.entries(node.properties ?? {});
  const rows = fields.flatMap(([name, field]) => {
    if (!isMapping(field)) return [formatRow(name, field)];
    return field.description ? [] : flattened(name, field);
  });
  const table =
    rows.length > 0 ? [`| field | value | default | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`] : [];
  const inner = fields.filter(([, field]) => isMapping(field) && field.description);
  return [
    ...table,
    ...inner.flatMap(([name, field]) => formatSection(path ? `${path}.${name}` : name, field)),
  ];
}

const isMapping = (node: SchemaNode) => node.type === 'object' || node.oneOf !== undefined;

/** Rows for the fields of a mapping that has no section of its own, as those of a loss. */
const flattened = (name: string, node: SchemaNode) =>
  Object.entries(node.properties ?? {}).map(([inner, field]) => formatRow(`${name}.${inner}`, field));

function formatSection(path: string, node: SchemaNode): string[] {
  const heading = `### ${path}\n\n${node.description ?? ''}\n`;
  if (!node.oneOf) return [heading, ...formatMapping(path, node)];
  const variants = node.oneOf.flatMap((variant) => {
    const { type, ...options } = variant.properties ?? {};
    const { type: chosen } = (node.default ?? {}) as { type?: unknown };
    const title = `**\`type: ${type?.const}\`**${type?.const === chosen ? ' (default)' : ''}: ${type?.description ?? ''}\n`;
    return [title, ...formatMapping(path, { ...variant, properties: options })];
  });
  return [heading, ...variants];
}

function formatRow(name: string, node: SchemaNode): string {
  const initial = node.default === undefined ? '' : code(formatDefault(node.default));
  const cells = [code(name), describeType(node), initial, node.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const code = (text: string) => `\`${text}\``;

function formatDefault(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : value === '' ? "''" : String(value);
}
