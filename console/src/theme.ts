// All look decisions in one place: one accent colour, system type, sizes. Dark and light are equals.
import {
  convertCssVariables,
  createTheme,
  type CSSVariablesResolver,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from "@mantine/core";

export const theme = createTheme({
  primaryColor: "keep",
  primaryShade: { light: 7, dark: 7 },
  colors: {
    // The kit's greys with the tint of the grounds below, so that fields, menus and lists in the dark belong to them.
    dark: ["#dde4e5", "#c3cdd0", "#a3afb3", "#6b787d", "#3a474c", "#2a3438", "#1f282b", "#1a2124", "#161c1f", "#14191b"],
    keep: ["#edf7f5", "#d9ebe8", "#b1d6d1", "#86c0b9", "#63aea5", "#4a9f95", "#33877e", "#1f756e", "#165f59", "#0d4743"],
  },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  headings: {
    fontWeight: "620",
    sizes: {
      h1: { fontSize: "1.6rem", lineHeight: "1.25" },
      h2: { fontSize: "1.15rem", lineHeight: "1.35" },
      h3: { fontSize: "1rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: "sm" } },
    Paper: { defaultProps: { withBorder: true, p: "md", radius: "md" } },
    Modal: { defaultProps: { centered: true, lockScroll: false, padding: "lg", transitionProps: { duration: 0 } } },
    Drawer: { defaultProps: { lockScroll: false } },
    // Most boxes explain; only a refusal interrupts a screen reader, and says so itself.
    Alert: { defaultProps: { role: "note" } },
    Anchor: { defaultProps: { underline: "always" } },
  },
});

/** Text colours with at least 4.5:1 on their ground, where the kit's own fall short. */
export const readableColours: CSSVariablesResolver = (merged) => {
  const kit = defaultCssVariablesResolver(merged);
  return {
    variables: kit.variables,
    light: {
      ...kit.light,
      "--mantine-color-body": "#fbfcfc",
      "--mantine-color-dimmed": "#4f5b62",
      "--mantine-color-placeholder": "#67737b",
      "--mantine-color-error": "#b42318",
      "--mantine-color-anchor": "#165f59",
      "--keep-surface": "#ffffff",
      "--keep-line": "#dfe5e6",
      "--keep-good": "#1a7f4b",
      "--keep-warn": "#96600a",
      "--keep-bad": "#b42318",
      "--keep-busy": "#1f5fa8",
    },
    dark: {
      ...kit.dark,
      "--mantine-color-body": "#14191b",
      "--mantine-color-text": "#dde4e5",
      "--mantine-color-dimmed": "#a3afb3",
      "--mantine-color-placeholder": "#8d999d",
      "--mantine-color-error": "#ff9a8f",
      "--mantine-color-anchor": "#86c0b9",
      "--mantine-color-default": "#1c2326",
      "--mantine-color-default-hover": "#242d31",
      "--mantine-color-default-border": "#3a474c",
      "--keep-surface": "#1a2124",
      "--keep-line": "#2e393d",
      "--keep-good": "#63c48f",
      "--keep-warn": "#e3ab53",
      "--keep-bad": "#ff9a8f",
      "--keep-busy": "#7db4f0",
    },
  };
};

/**
 * Puts the tokens into a constructed style sheet. The kit would write a style element, which the content security
 * policy refuses; a constructed sheet is made by our own script and needs no exception.
 */
export function adoptTheme(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(readableColours(mergeMantineTheme(DEFAULT_THEME, theme))));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
