// What a config says otherwise than the defaults do, or than the config that it is a variant of.

import { differences } from '../config/differences.ts';
import { branchFor, configJsonSchema, type SchemaNode } from '../config/jsonSchema.ts';
import { isFields } from '../config/overrides.ts';
import type { ExperimentConfig } from '../config/schema/index.ts';
import { type Html, html } from './html.ts';

export interface ConfigChange {
  /** Dotted path. */
  field: string;
  value: unknown;
  /** The default, or the parent's value; undefined where there is none. */
  usual: unknown;
}

/** Fields that name a run and change nothing of it. */
const NAMES = ['name', 'description'];

/** Fields with a value other than the default, in the order of the config; defaults of a union are those of the variant in use. */
export function configChanges(config: ExperimentConfig): ConfigChange[] {
  return changesWithin(configJsonSchema(), config, '').filter(({ field }) => !NAMES.includes(field));
}

/** Fields with a value other than that of `parent`. */
export function changesFrom(parent: ExperimentConfig, config: ExperimentConfig): ConfigChange[] {
  return differences(parent, config)
    .filter(({ field }) => !NAMES.includes(field))
    .map(({ field, before, after }) => ({ field, value: after, usual: before }));
}

function changesWithin(node: SchemaNode, fields: object, prefix: string): ConfigChange[] {
  const { properties = {} } = branchFor(node, fields);
  return Object.entries(fields).flatMap(([key, value]) => {
    const field: SchemaNode | undefined = properties[key];
    const path = prefix + key;
    if (isFields(value)) return changesWithin(field ?? {}, value, `${path}.`);
    const usual = field?.default ?? field?.const;
    return JSON.stringify(value) === JSON.stringify(usual) ? [] : [{ field: path, value, usual }];
  });
}

/** @param usual what the usual values are those of: "default", or the name of a config */
export function changesTable(changes: readonly ConfigChange[], usual: string): Html {
  if (changes.length === 0) return html`<p>Everything is the same.</p>`;
  const rows = changes.map(
    ({ field, value, usual: other }) =>
      html`<tr><td>${field}</td><td>${valueText(value)}</td><td class="usual">${valueText(other)}</td></tr>`,
  );
  return html`<div class="scroll"><table class="changes"><thead><tr><th>field</th><th>this run</th><th>${usual}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A value as a config would say it; a dash where there is none. */
export function valueText(value: unknown): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value || '""' : JSON.stringify(value);
}
