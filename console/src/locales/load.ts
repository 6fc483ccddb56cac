// Loads the message catalogue. English is the source and always there; a further language is one more case here and
// one more entry in lingui.config.ts, fetched only by those who read it.
import { i18n } from "@lingui/core";
import { messages as english } from "./en/messages";

export function loadMessages(): void {
  i18n.loadAndActivate({ locale: "en", messages: english });
}
