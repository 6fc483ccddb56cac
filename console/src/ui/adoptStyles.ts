// The terminal writes its measures and colours into style elements, which the content security policy refuses. Their
// text is mirrored into constructed style sheets, which are made by our own script and need no exception.

export function adoptStyles(root: HTMLElement): () => void {
  const sheets = new Map<HTMLStyleElement, CSSStyleSheet>();

  function mirror(): void {
    for (const element of root.querySelectorAll("style")) {
      const sheet = sheets.get(element) ?? new CSSStyleSheet();
      sheets.set(element, sheet);
      sheet.replaceSync(element.textContent ?? "");
    }
    for (const element of sheets.keys()) {
      if (!root.contains(element)) sheets.delete(element);
    }
    const others = document.adoptedStyleSheets.filter((sheet) => !mine.has(sheet));
    mine.clear();
    for (const sheet of sheets.values()) mine.add(sheet);
    document.adoptedStyleSheets = [...others, ...mine];
  }

  const mine = new Set<CSSStyleSheet>();
  const observer = new MutationObserver((changes) => {
    const styled = changes.some(({ target, addedNodes }) => isStyle(target) || isStyle(target.parentNode) || [...addedNodes].some(isStyle));
    if (styled) mirror();
  });
  observer.observe(root, { childList: true, subtree: true, characterData: true });
  return () => {
    observer.disconnect();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !mine.has(sheet));
  };
}

function isStyle(node: Node | null): boolean {
  return node instanceof HTMLStyleElement;
}
