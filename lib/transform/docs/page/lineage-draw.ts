import { svg } from './dom.ts';
import { headHeight, rowHeight, type SceneNode, shortened } from './lineage-scene.ts';
import { kindNames } from './site.ts';

/** How much of a node is drawn: all of it, or, seen from afar, its outline. */
export type Detail = 'full' | 'outline';

/** A node of the drawing. Rows of columns carry `data-column`, the row of further columns `data-more`. */
export function drawNode(scene: SceneNode, detail: Detail): SVGGElement {
  const { node, label, box } = scene;
  const group = svg('g', {
    class: `lineage-node kind-${node.kind}`,
    transform: `translate(${box.x} ${box.y})`,
    'data-id': node.id,
  });
  if (node.color !== null) group.style.setProperty('--kind', node.color);
  group.append(
    svg('rect', { class: 'node-box', width: box.width, height: box.height, rx: 7 }),
    svg('rect', { class: 'node-strip', width: 5, height: box.height, rx: 2.5 }),
  );
  group.append(svg('title', {}, `${kindNames[node.kind][0]} ${node.label}`));
  if (detail === 'outline') return group;
  group.append(svg('text', { class: 'node-label', x: 16, y: headHeight / 2, dy: '0.35em' }, label));
  const health = node.result?.health ?? node.freshness?.health;
  if (health !== undefined && health !== 'good') {
    group.append(
      svg('circle', {
        class: `node-health health-${health}`,
        cx: box.width - 12,
        cy: headHeight / 2,
        r: 4.5,
      }),
    );
  }
  if (scene.columns.length > 0)
    group.append(svg('path', { class: 'node-line', d: `M0 ${headHeight}H${box.width}` }));
  scene.columns.forEach((column, row) => {
    group.append(drawRow(column, shortened(column), row, box.width));
  });
  if (scene.hidden > 0)
    group.append(drawRow(undefined, `and ${scene.hidden} more`, scene.columns.length, box.width));
  return group;
}

function drawRow(column: string | undefined, text: string, row: number, width: number): SVGGElement {
  const y = headHeight + row * rowHeight;
  return svg(
    'g',
    {
      class: column === undefined ? 'node-more' : 'node-column',
      'data-column': column,
      'data-more': column === undefined,
    },
    svg('rect', { class: 'column-box', x: 6, y: y + 1, width: width - 12, height: rowHeight - 2, rx: 3 }),
    svg('text', { class: 'column-label', x: 16, y: y + rowHeight / 2, dy: '0.35em' }, text),
  );
}

/** Measures texts as the drawing will show them. */
export function textMeasure(): (text: string, small: boolean) => number {
  const context = document.createElement('canvas').getContext('2d');
  const style = getComputedStyle(document.documentElement);
  const normal = `500 13px ${style.getPropertyValue('--sans')}`;
  const small = `12px ${style.getPropertyValue('--mono')}`;
  return (text, isSmall) => {
    if (context === null) return text.length * 8;
    context.font = isSmall ? small : normal;
    return context.measureText(text).width;
  };
}
