/** Makes elements. Text stays text, so that no name or file content can become markup. */

type Child = Node | string | null | undefined | false;

export interface Properties {
  readonly class?: string;
  readonly [name: string]: string | number | boolean | undefined | ((event: never) => void);
}

/** An element; `on…` properties are listeners, booleans set or omit an attribute, all others are attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), properties, children);
}

/** The same for a part of a drawing. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

function filled<E extends Element>(element: E, properties: Properties, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** The element of the page with this id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no element “${id}”.`);
  return element as T;
}

/** A group of radio buttons drawn as one segmented control; arrow keys move in it, as in any radio group. */
export function segmented<V extends string>(
  host: HTMLElement,
  {
    name,
    label,
    options,
    value,
    onChange,
  }: {
    readonly name: string;
    readonly label: string;
    readonly options: readonly { readonly value: V; readonly text: string; readonly title?: string }[];
    readonly value: V;
    readonly onChange: (value: V) => void;
  },
): { set(value: V): void; enable(enabled: boolean): void } {
  const inputs = options.map((option) =>
    h('input', {
      type: 'radio',
      name,
      value: option.value,
      id: `${name}-${option.value}`,
      onchange: () => onChange(option.value),
    }),
  );
  const field = h('fieldset', { class: 'segmented' }, h('legend', {}, label));
  const row = h('div', { class: 'segments' });
  options.forEach((option, index) => {
    row.append(
      inputs[index],
      h('label', { for: `${name}-${option.value}`, title: option.title ?? option.text }, option.text),
    );
  });
  field.append(row);
  host.append(field);
  const set = (next: V): void => inputs.forEach((input) => (input.checked = input.value === next));
  set(value);
  return { set, enable: (enabled) => (field.disabled = !enabled) };
}

/** Writes a text that is not there yet: a page that is left as it is need not be laid out again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes a function that may be called often: `draw` runs once, at the next frame of the screen. */
export function onNextFrame(draw: () => void): () => void {
  let queued = false;
  return () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => {
      queued = false;
      draw();
    });
  };
}

/** Calls back when the element has another width: what is drawn to it is drawn anew. */
export function onWidthChange(element: HTMLElement, changed: () => void): void {
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    changed();
  }).observe(element);
}
