// The page's script: draws arrows and maps from the JSON block "gradients", and shows the numbers of the vertex or pixel that the
// pointer or the keys are at, in all panels of a figure at once. Plain JavaScript for a browser; without it the tables and plots
// of the page are still there.

export const script = `
'use strict';
const scenes = JSON.parse(document.getElementById('gradients').textContent);

function element(parent, name, attributes) {
  const child = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in attributes) child.setAttribute(key, attributes[key]);
  return parent.appendChild(child);
}

/** Four figures, with a true minus sign. */
function written(value) {
  const size = Math.abs(value);
  const text = size > 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return text.replaceAll('-', '\\u2212');
}

const pair = (x, y) => '(' + written(x) + ', ' + written(y) + ')';
const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Arrows at the vertices of a scene. A vertex is picked by its number. */
function arrows(scene) {
  const { vertices, edges, gradients } = scene;
  const longest = gradients.map(({ values }) =>
    values.reduce((most, value, i) => (i % 2 ? most : Math.max(most, Math.hypot(value, values[i + 1]))), 0));
  const size = (values, v) => Math.hypot(values[2 * v], values[2 * v + 1]);
  const exact = gradients[0].values;
  const moved = [...Array(vertices.length / 2).keys()].filter((v) => gradients.some(({ values }) => size(values, v) > 0));
  const inOrder = [...moved].sort((a, b) => size(exact, b) - size(exact, a));
  const wire = edges.map((v, i) => (i % 2 ? 'L' : 'M') + vertices[2 * v] + ' ' + -vertices[2 * v + 1]).join('');

  /** Shafts and heads of one gradient, drawn \`scale\` times as long as it is; \`dot\` is a pixel of the screen. */
  function paths(values, scale, dot) {
    let shafts = '';
    let heads = '';
    for (const v of moved) {
      const length = size(values, v) * scale;
      if (length < dot / 2) continue;
      const [x, y] = [vertices[2 * v], -vertices[2 * v + 1]];
      const [dx, dy] = [(-values[2 * v] * scale) / length, (values[2 * v + 1] * scale) / length];
      const goesOn = length > 0.8;
      const shown = goesOn ? 0.8 : length;
      const head = goesOn ? 0 : Math.min(8 * dot, 0.6 * length);
      const at = (along, across) => (x + along * dx - across * dy).toFixed(4) + ' ' + (y + along * dy + across * dx).toFixed(4);
      shafts += 'M' + at(0, 0) + 'L' + at(shown - head, 0);
      if (head) heads += 'M' + at(shown, 0) + 'L' + at(shown - head, 0.4 * head) + 'L' + at(shown - head, -0.4 * head) + 'Z';
    }
    return { shafts, heads };
  }

  return {
    box: [-1, -1, 2, 2],
    draw(svg, panel, own, dot) {
      svg.parentNode.classList.add('pictured');
      element(svg, 'image', { x: -1, y: -1, width: 2, height: 2 });
      element(svg, 'path', { class: 'wire', d: wire });
      const scaleOf = (i) => 0.35 / (longest[own ? i : 0] || Math.max(...longest) || 1);
      for (const i of panel === 0 ? [0] : [0, panel]) {
        const { shafts, heads } = paths(gradients[i].values, scaleOf(i), dot);
        const group = element(svg, 'g', { class: i === panel ? 'arrow' : 'arrow exact' });
        element(group, 'path', { class: 'shaft', d: shafts });
        element(group, 'path', { class: 'head', d: heads });
      }
    },
    mark: (svg, v, dot) => element(svg, 'circle', { class: 'mark', cx: vertices[2 * v], cy: -vertices[2 * v + 1], r: 6 * dot }),
    pick(x, y) {
      const distance = (v) => Math.hypot(vertices[2 * v] - x, -vertices[2 * v + 1] - y);
      return moved.reduce((best, v) => (best === undefined || distance(v) < distance(best) ? v : best), undefined);
    },
    step(v, key) {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return undefined;
      if (v === undefined) return inOrder[0];
      const next = inOrder.indexOf(v) + (key === 'ArrowRight' ? 1 : -1);
      return inOrder[(next + inOrder.length) % inOrder.length];
    },
    title: (v) => 'Vertex ' + v + ' at ' + pair(vertices[2 * v], vertices[2 * v + 1]) + ', exact gradient ' + pair(exact[2 * v], exact[2 * v + 1]),
    note(v, panel) {
      const { values } = gradients[panel];
      const [gx, gy, ex, ey] = [values[2 * v], values[2 * v + 1], exact[2 * v], exact[2 * v + 1]];
      const [norm, exactNorm] = [Math.hypot(gx, gy), Math.hypot(ex, ey)];
      const text = 'g = ' + pair(gx, gy);
      if (panel === 0 || norm === 0 || exactNorm === 0) return text;
      const angle = (Math.abs(Math.atan2(ex * gy - ey * gx, gx * ex + gy * ey)) * 180) / Math.PI;
      return text + ', ' + angle.toFixed(1) + '\\u00b0 off, length \\u00d7 ' + (norm / exactNorm).toPrecision(3);
    },
  };
}

/** Maps of a scene. A pixel is picked by its number, row by row from the top. */
function maps(scene) {
  const pictures = scene.maps.map(({ label, width, height, scale, values }) => {
    const bytes = Uint8Array.from(atob(values), (character) => character.charCodeAt(0));
    const codes = new DataView(bytes.buffer);
    return { label, width, height, values: Array.from({ length: width * height }, (_, p) => codes.getInt16(2 * p, true) * scale) };
  });
  const tops = pictures.map(({ values }) => largest(values));
  const { width, height } = pictures[0];

  return {
    box: [0, 0, width, height],
    draw(svg, panel, own) {
      const { values } = pictures[panel];
      const top = tops[own ? panel : 0] || Math.max(...tops) || 1;
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      const context = canvas.getContext('2d');
      const colors = context.createImageData(width, height);
      values.forEach((value, p) => colors.data.set([...(value < 0 ? NEGATIVE : POSITIVE), 255 * Math.min(1, Math.abs(value) / top)], 4 * p));
      context.putImageData(colors, 0, 0);
      element(svg, 'image', { href: canvas.toDataURL(), width, height });
      return top;
    },
    mark: (svg, p) => element(svg, 'rect', { class: 'mark', x: p % width, y: Math.floor(p / width), width: 1, height: 1 }),
    pick(x, y) {
      const [c, r] = [Math.floor(x), Math.floor(y)];
      return c >= 0 && r >= 0 && c < width && r < height ? r * width + c : undefined;
    },
    step(p, key) {
      const move = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width }[key];
      if (move === undefined) return undefined;
      if (p === undefined) return pictures[0].values.findIndex((value) => Math.abs(value) === tops[0]);
      return (p + move + width * height) % (width * height);
    },
    title: (p) => 'Pixel in row ' + Math.floor(p / width) + ', column ' + (p % width) + ', exact share ' + written(pictures[0].values[p]),
    note: (p, panel) => written(pictures[panel].values[p]),
  };
}

const NEGATIVE = [43, 120, 210];
const POSITIVE = [224, 112, 20];

/** Draws a figure's panels and returns how to draw them anew. */
function follow(figure, source) {
  const section = figure.closest('section');
  const readout = figure.nextElementSibling;
  const panels = [...figure.querySelectorAll('figure')].map((panel) => ({
    panel,
    frame: panel.querySelector('.frame'),
    note: panel.querySelector('.note'),
    usual: panel.querySelector('.note').textContent,
  }));
  const dotOf = (frame) => source.box[2] / frame.clientWidth;
  let picked;

  function draw() {
    const own = section.querySelector('input[name=scale]:checked').value === 'own';
    const behind = section.querySelectorAll('.thumbnails img')[section.querySelector('input[name=behind]:checked').value === 'image' ? 0 : 1];
    const tops = panels.map(({ frame }, i) => {
      frame.replaceChildren();
      const svg = element(frame, 'svg', { viewBox: source.box.join(' ') });
      const top = source.draw(svg, i, own, dotOf(frame));
      const image = frame.classList.contains('pictured') && svg.querySelector('image');
      if (image) image.setAttribute('href', behind.src);
      return top;
    });
    const scale = figure.classList.contains('maps') && section.querySelector('.scale');
    if (scale) {
      scale.querySelector('.low').textContent = own ? '\\u2212 largest of each' : written(-tops[0]);
      scale.querySelector('.high').textContent = own ? '+ largest of each' : '+' + written(tops[0]);
    }
    show(picked);
  }

  function show(item) {
    picked = item;
    readout.textContent = item === undefined ? '\\u00a0' : source.title(item);
    panels.forEach(({ frame, note, usual }, i) => {
      for (const mark of frame.querySelectorAll('.mark')) mark.remove();
      if (item !== undefined) source.mark(frame.firstChild, item, dotOf(frame));
      note.textContent = item === undefined ? usual : source.note(item, i);
    });
  }

  for (const { panel, frame } of panels) {
    const at = (event) => {
      const svg = frame.firstChild;
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      show(source.pick(x, y));
    };
    frame.addEventListener('pointermove', at);
    frame.addEventListener('pointerdown', at);
    frame.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && show(undefined));
    const button = panel.querySelector('button');
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', panel.classList.toggle('large'));
      draw();
    });
  }
  figure.addEventListener('keydown', (event) => {
    if (event.target !== figure) return;
    if (event.key === 'Escape') return show(undefined);
    const next = source.step(picked, event.key);
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  });
  section.addEventListener('change', draw);
  draw();
}

for (const figure of document.querySelectorAll('.arrows')) follow(figure, arrows(scenes[figure.dataset.scene]));
for (const figure of document.querySelectorAll('.panels.maps')) follow(figure, maps(scenes[figure.dataset.scene]));
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});
`;
