// Chooses the language. English texts come with the files that show them (see vite.config.ts); a further language is one
// more case here and one more entry in lingui.config.ts, its catalogue fetched whole by those who read it.
import { i18n } from "@lingui/core";

export function loadMessages(): void {
  i18n.activate("en");
}
