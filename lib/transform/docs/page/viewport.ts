/** What of a drawing is seen: moved by `x`, `y` pixels and enlarged by `scale`. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const smallest = 0.04;
const largest = 2.5;
const margin = 28;

/** The whole drawing in the middle of the window, not enlarged. */
export function fitted(drawing: Size, window: Size): View {
  const scale = clamped(
    Math.min(
      1,
      (window.width - 2 * margin) / Math.max(1, drawing.width),
      (window.height - 2 * margin) / Math.max(1, drawing.height),
    ),
  );
  return {
    x: (window.width - drawing.width * scale) / 2,
    y: (window.height - drawing.height * scale) / 2,
    scale,
  };
}

/** Enlarged by a factor, so that the point of the window stays where it is. */
export function zoomed(view: View, factor: number, x: number, y: number): View {
  const scale = clamped(view.scale * factor);
  const by = scale / view.scale;
  return { x: x - (x - view.x) * by, y: y - (y - view.y) * by, scale };
}

/** Moved as little as possible for a box to be seen. */
export function revealing(
  view: View,
  box: Size & { readonly x: number; readonly y: number },
  window: Size,
): View {
  return {
    scale: view.scale,
    x: shifted(view.x, view.x + box.x * view.scale, box.width * view.scale, window.width),
    y: shifted(
      view.y,
      view.y + box.y * view.scale,
      Math.min(box.height * view.scale, window.height / 2),
      window.height,
    ),
  };
}

function shifted(at: number, start: number, length: number, room: number): number {
  if (start < margin) return at + margin - start;
  if (start + length > room - margin) return at - (start + length - room + margin);
  return at;
}

function clamped(scale: number): number {
  return Math.min(largest, Math.max(smallest, scale));
}
