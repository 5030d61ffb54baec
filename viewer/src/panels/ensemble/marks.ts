/** Bars and sectors that are chosen and ticked: by pointer, and by keyboard with one stop of Tab for a chart. */

export interface Marks {
  /** Marks of the latest drawing, each with its bin in `data-bin`, take the place of those before. */
  refresh(): void;
}

/**
 * A click, Enter or Space chooses a mark, arrows go from one to the next. A drag ticks all that it passes, and so do
 * arrows with Shift; Shift with a click or Enter ticks one.
 */
export function connectMarks(
  host: HTMLElement,
  {
    binAt,
    between,
    onChoose,
    onTick,
  }: {
    /** The bin at a point of the window. */
    readonly binAt: (x: number, y: number) => number;
    /** All bins from one to another. */
    readonly between: (one: number, other: number) => readonly number[];
    readonly onChoose: (bin: number) => void;
    readonly onTick: (bins: readonly number[]) => void;
  },
): Marks {
  let current = 0;
  /** Where a span of bins began. */
  let anchor: number | undefined;
  let drag: { from: number; to: number } | undefined;

  const all = (): SVGElement[] => [...host.querySelectorAll<SVGElement>('[data-bin]')];
  const binOf = (mark: SVGElement): number => Number(mark.dataset['bin']);

  function refresh(): void {
    const marks = all();
    const stop = marks.find((mark) => binOf(mark) === current) ?? marks[0];
    for (const mark of marks) mark.setAttribute('tabindex', mark === stop ? '0' : '-1');
    showDrag();
  }

  function showDrag(): void {
    const passed = new Set(drag && drag.from !== drag.to ? between(drag.from, drag.to) : []);
    for (const mark of all()) mark.classList.toggle('passed', passed.has(binOf(mark)));
  }

  function use(bin: number, tick: boolean): void {
    current = bin;
    refresh();
    if (tick) onTick([bin]);
    else onChoose(bin);
  }

  host.addEventListener('keydown', (event) => {
    const mark = (event.target as Element).closest<SVGElement>('[data-bin]');
    if (!mark) return;
    const bin = binOf(mark);
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return use(bin, event.shiftKey);
    }
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const marks = all();
    const next = marks[(marks.indexOf(mark) + step + marks.length) % marks.length];
    anchor = event.shiftKey ? (anchor ?? bin) : undefined;
    current = binOf(next);
    refresh();
    next.focus();
    if (anchor !== undefined) onTick(between(anchor, current));
  });
  // Of a screen reader; pointers are followed below.
  host.addEventListener('click', (event) => {
    const mark = (event.target as Element).closest<SVGElement>('[data-bin]');
    if (mark && event.detail === 0) use(binOf(mark), false);
  });
  host.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || all().length === 0) return;
    const bin = binAt(event.clientX, event.clientY);
    drag = { from: bin, to: bin };
    host.setPointerCapture(event.pointerId);
  });
  host.addEventListener('pointermove', (event) => {
    if (!drag) return;
    drag = { ...drag, to: binAt(event.clientX, event.clientY) };
    showDrag();
  });
  host.addEventListener('pointerup', ({ shiftKey }) => {
    if (!drag) return;
    const { from, to } = drag;
    drag = undefined;
    showDrag();
    if (from === to) use(from, shiftKey);
    else onTick(between(from, to));
  });
  host.addEventListener('pointercancel', () => {
    drag = undefined;
    showDrag();
  });
  return { refresh };
}

/** Redraws a chart; what was in focus is in focus again. */
export function keepingFocus(host: HTMLElement, draw: () => void): void {
  const bin =
    document.activeElement instanceof SVGElement && host.contains(document.activeElement)
      ? document.activeElement.dataset['bin']
      : undefined;
  draw();
  if (bin !== undefined) host.querySelector<SVGElement>(`[data-bin="${bin}"]`)?.focus();
}
