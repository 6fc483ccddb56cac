// The terminal writes its measures and colours into style elements, which the content security policy refuses. While
// it opens, it is handed inert elements instead; their text becomes constructed style sheets, which are made by our
// own script and need no exception.

/** Runs `open` with every style element it makes adopted in that way; the answer takes the sheets back. */
export function adoptStylesOf(open: () => void): () => void {
  const sheets = new Set<CSSStyleSheet>();
  const observers: MutationObserver[] = [];

  function inertStyle(): HTMLElement {
    const element = Document.prototype.createElement.call(document, "inert-style");
    element.hidden = true;
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const observer = new MutationObserver(() => sheet.replaceSync(element.textContent ?? ""));
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    observers.push(observer);
    return element;
  }

  const createElement = (name: string): HTMLElement => (name === "style" ? inertStyle() : Document.prototype.createElement.call(document, name));
  Object.defineProperty(document, "createElement", { configurable: true, value: createElement });
  try {
    open();
  } finally {
    Reflect.deleteProperty(document, "createElement");
  }
  return () => {
    for (const observer of observers) observer.disconnect();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.has(sheet));
  };
}
