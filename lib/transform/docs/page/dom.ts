/** What an element can hold: nodes, texts, lists of them, and nothing. */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Listeners = {
  readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void;
};

/** Attributes by name; `false`, null and undefined leave one out, `true` sets it empty. `on` adds listeners. */
export interface Attributes {
  readonly [name: string]: string | number | boolean | null | undefined | Listeners;
  readonly on?: Listeners;
}

/** Makes an element. Texts become text nodes, so nothing in them is ever read as HTML. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/** Makes an element of SVG. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

export function append(parent: Element | DocumentFragment, children: Child): void {
  if (children === null || children === undefined || children === false) return;
  if (children instanceof Node) parent.append(children);
  else if (typeof children === 'string' || typeof children === 'number') parent.append(String(children));
  else for (const child of children) append(parent, child);
}

/** Puts other children in the place of those that an element has. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'object' && value !== null) listen(element, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, String(value));
  }
}

function listen(element: Element, listeners: Listeners): void {
  for (const [name, listener] of Object.entries(listeners)) {
    if (typeof listener === 'function') element.addEventListener(name, listener as EventListener);
  }
}
