// Message catalogues. A further language is one more entry in `locales` and one more folder in src/locales.
import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en"],
  catalogs: [{ path: "src/locales/{locale}/messages", include: ["src"] }],
  format: "po",
  orderBy: "origin",
});
