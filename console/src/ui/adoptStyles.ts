// The terminal writes its measures and colours into style elements, which the content security policy refuses. It is
// given a document that hands out inert elements instead; their text becomes constructed style sheets, which are made
// by our own script and need no exception.

export interface StyleAdopter {
  document: Document;
  stop: () => void;
}

export function styleAdopter(): StyleAdopter {
  const sheets = new Set<CSSStyleSheet>();
  const observers: MutationObserver[] = [];

  function inertStyle(): HTMLElement {
    const element = document.createElement("inert-style");
    element.hidden = true;
    const sheet = new CSSStyleSheet();
    sheets.add(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    const observer = new MutationObserver(() => sheet.replaceSync(element.textContent ?? ""));
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    observers.push(observer);
    return element;
  }

  const handed = new Proxy(document, {
    get(target, key) {
      if (key === "createElement") return (name: string) => (name === "style" ? inertStyle() : target.createElement(name));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (...given: unknown[]): unknown => Reflect.apply(value, target, given) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });

  return {
    document: handed,
    stop() {
      for (const observer of observers) observer.disconnect();
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.has(sheet));
    },
  };
}
