// Message catalogues. A further language is one more entry in `locales` and one more folder in src/locales.
import { defineConfig } from "@lingui/cli";
import { formatter } from "@lingui/format-po";

export default defineConfig({
  sourceLocale: "en",
  locales: ["en"],
  catalogs: [{ path: "src/locales/{locale}/messages", include: ["src"] }],
  // Line numbers and the order of files would change with every edit, and conflict at every merge.
  format: formatter({ lineNumbers: false }),
  orderBy: "messageId",
});
