import type { SiteNode } from '../data-types.ts';
import { h, svg } from './dom.ts';
import { chooseLineage } from './lineage-choice.ts';
import { drawNode, textMeasure } from './lineage-draw.ts';
import { makeScene } from './lineage-scene.ts';
import { nodeHref, type Site } from './site.ts';

/** Neighbours that the small picture shows; with more it would be a wall, and the lists below say the same. */
const mostNodes = 40;

/** A node between what it reads and what reads it, as a picture whose nodes are links. */
export function inlineLineage(site: Site, node: SiteNode): HTMLElement | null {
  const choice = chooseLineage(site, node, { up: 1, down: 1 });
  if (choice.nodes.length > mostNodes) return null;
  const scene = makeScene(site, choice, { opened: new Map(), measure: textMeasure() });
  const picture = svg('svg', {
    class: 'lineage-drawing inline',
    viewBox: `-2 -2 ${scene.width + 4} ${scene.height + 4}`,
    width: scene.width + 4,
    height: scene.height + 4,
    role: 'group',
    'aria-label': `What ${node.label} reads and what reads it`,
  });
  picture.append(svg('path', { class: 'edge lit', d: scene.edges.map(({ path }) => path).join('') }));
  for (const one of scene.nodes) {
    const drawn = drawNode(one, 'full');
    if (one.node === node) {
      drawn.classList.add('selected');
      picture.append(drawn);
    } else picture.append(svg('a', { href: nodeHref(one.node), 'aria-label': one.node.label }, drawn));
  }
  return h(
    'div',
    { class: 'scroll lineage-inline', tabindex: 0, role: 'region', 'aria-label': 'Neighbours' },
    picture,
  );
}
