// The text that goes with a built data set so that it meets the terms of its sources' licences (CC BY 3.0, section 4(b)): title,
// author, licence and its address, origin, and that the work was modified.

import type { BuiltObject, StoredObject } from '../format.ts';

const licenses: Readonly<Record<string, { title: string; url: string } | undefined>> = {
  'CC0-1.0': {
    title: 'Creative Commons Zero 1.0 (public domain)',
    url: 'https://creativecommons.org/publicdomain/zero/1.0/',
  },
  'CC-BY-3.0': {
    title: 'Creative Commons Attribution 3.0 Unported',
    url: 'https://creativecommons.org/licenses/by/3.0/',
  },
  'CC-BY-3.0-US': {
    title: 'Creative Commons Attribution 3.0 United States',
    url: 'https://creativecommons.org/licenses/by/3.0/us/',
  },
  'GPL-2.0-or-later': {
    title: 'GNU General Public License 2 or later',
    url: 'https://www.gnu.org/licenses/old-licenses/gpl-2.0.html',
  },
};

/** Where models of furniture come from, and whom to name for them. */
export const furnitureCredits = `The models come from the furniture libraries of Sweet Home 3D 1.8 (http://www.sweethome3d.com/importModels.jsp), as packed in
Debian's sweethome3d-furniture, where they were cleaned and converted to OBJ by Emmanuel Puybaret / eTeks.

Copyright notices of the libraries: KatorLegaz © 2003–2008 Andrew Kator & Jennifer Legaz; Scopia © 2006–2020 Scopia Visual
Interfaces Systems, s.l. (http://www.scopia.es) and © 2014–2020 Emmanuel Puybaret / eTeks; Blend Swap: the authors named below.
`;

export interface AttributionOptions {
  /** Where the models come from, one or more paragraphs. Default: the furniture libraries. */
  credits?: string;
  /** Whether the folder holds the models' meshes. */
  withMeshes?: boolean;
  /** What the folder holds, in words. Default: what a data set of ours does, with meshes or without. */
  holds?: string;
}

/** Markdown that credits every work, grouped by licence. */
export function attribution(
  name: string,
  objects: readonly (StoredObject | BuiltObject)[],
  {
    credits = furnitureCredits,
    withMeshes = false,
    holds = `pictures${withMeshes ? ', depth maps, meshes' : ''} and surface points`,
  }: AttributionOptions = {},
): string {
  const named = [...new Set(objects.map(({ license }) => license))];
  const order = [...Object.keys(licenses), ...named.filter((license) => !(license in licenses))];
  const sections = order.map((license) => {
    const own = objects.filter((object) => object.license === license);
    if (own.length === 0) return '';
    const { title, url } = licenses[license] ?? { title: license, url: own[0].origin.url };
    const rows = own.map(({ id, origin, creator }) => {
      const cells = [id, origin.title, creator, origin.url, `${origin.library}: ${origin.model}`];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
    return `
## ${title} (${license})

${url}

| id | title | by | origin | file |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  });
  return `# Attribution of ${name}

The ${holds} in this folder are adaptations of the 3D models listed below. **Every model was modified**: it was
turned, centred and scaled into a common frame, rendered to small pictures, and sampled to points with normals; ${withMeshes ? 'meshes were cleaned, and their\ntextures reduced.' : 'the models\nthemselves are not included.'} Each adaptation may be used under the licence of its model. The authors endorse neither this data
set nor its use. CC0 asks for no credit; it is given all the same.

${credits}${sections.join('')}`;
}
