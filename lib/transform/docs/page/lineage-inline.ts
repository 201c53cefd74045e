import type { SiteNode } from '../data-types.ts';
import { h, svg } from './dom.ts';
import { chooseLineage, type LineageChoice } from './lineage-choice.ts';
import { drawNode, textMeasure } from './lineage-draw.ts';
import { makeScene } from './lineage-scene.ts';
import { nodeHref, type Site } from './site.ts';

/** Nodes that a picture in a page shows; with more it would be a wall. */
const mostNodes = 40;

/** A node between what it reads and what reads it; null where the lists of both say it better. */
export function neighbourPicture(site: Site, node: SiteNode): HTMLElement | null {
  return picture(site, chooseLineage(site, node, { up: 1, down: 1 }), `Neighbours of ${node.label}`, node);
}

/** The whole project; null when it is too large for a picture. */
export function projectPicture(site: Site): HTMLElement | null {
  return picture(site, chooseLineage(site, undefined, { up: null, down: null }), 'Lineage of the project');
}

/** A drawing that stands still, whose nodes are links. */
function picture(site: Site, choice: LineageChoice, label: string, current?: SiteNode): HTMLElement | null {
  if (choice.nodes.length < 2 || choice.nodes.length > mostNodes) return null;
  const scene = makeScene(site, choice, { opened: new Map(), measure: textMeasure() });
  const drawing = svg('svg', {
    class: 'lineage-drawing inline',
    viewBox: `-2 -2 ${scene.width + 4} ${scene.height + 4}`,
    width: scene.width + 4,
    height: scene.height + 4,
    role: 'group',
    'aria-label': label,
  });
  drawing.append(svg('path', { class: 'edge', d: scene.edges.map(({ path }) => path).join('') }));
  for (const one of scene.nodes) {
    const drawn = drawNode(one, 'full');
    if (one.node === current) {
      drawn.classList.add('selected');
      drawing.append(drawn);
    } else drawing.append(svg('a', { href: nodeHref(one.node), 'aria-label': one.node.label }, drawn));
  }
  return h(
    'div',
    { class: 'scroll lineage-inline', tabindex: 0, role: 'group', 'aria-label': label },
    drawing,
  );
}
