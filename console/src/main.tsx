// The start of the console: colours before the first paint, texts, cache, router.
import { MantineProvider } from "@mantine/core";
import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import { Notifications } from "@mantine/notifications";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "./api/queries";
import { logUnexpected, router } from "./app/routes";
import "./app.css";
import { choicesQuery } from "./features/privacy/api";
import { loadMessages } from "./locales/load";
import { colourScheme, keepPreferences } from "./storage";
import { adoptTheme, readableColours, theme } from "./theme";

/** Does what the kit's inline script would do; here it is part of the module, so no inline script is needed. */
function applyColourScheme(): void {
  const chosen = colourScheme.get("auto");
  const dark = chosen === "dark" || (chosen === "auto" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
}

applyColourScheme();
adoptTheme();
loadMessages();
// A failure leaves everything as it is: nothing is written, nothing removed.
queries.fetchQuery(choicesQuery).then((choices) => keepPreferences(choices.functionality), () => undefined);

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root, { onCaughtError: logUnexpected }).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <MantineProvider
          theme={theme}
          colorSchemeManager={colourScheme}
          defaultColorScheme="auto"
          cssVariablesResolver={readableColours}
          withCssVariables={false}
          withGlobalClasses={false}
        >
          <QueryClientProvider client={queries}>
            {/* Above dialogs and below menus: what was just said must not cover what is chosen next. */}
            <Notifications zIndex={250} position="bottom-right" containerWidth={380} />
            <RouterProvider router={router} />
          </QueryClientProvider>
        </MantineProvider>
      </I18nProvider>
    </StrictMode>,
  );
}
