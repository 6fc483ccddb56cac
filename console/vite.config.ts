// How the console is built and served in development. dist/index.html answers every page under /app, /operator and
// /setup; dist/assets/* are the hashed files, served under /app/assets/*.
import { readFileSync } from "node:fs";
import { transformAsync } from "@babel/core";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The compiled English texts by their ids. */
function englishTexts(): Record<string, unknown> {
  const compiled = /JSON\.parse\((".*")\)/.exec(readFileSync("src/locales/en/messages.ts", "utf8"))?.[1] ?? '"{}"';
  const texts: unknown = JSON.parse(String(JSON.parse(compiled)));
  return { ...(typeof texts === "object" ? texts : null) };
}

/**
 * Replaces the message macros by lookups and hands each file the English texts that it looks up: they load with the page
 * that shows them and not with the first one. Files without messages are left alone.
 */
function messages(): Plugin {
  let english: Record<string, unknown> = {};
  return {
    name: "messages",
    enforce: "pre",
    buildStart() {
      english = englishTexts();
    },
    async transform(code, id) {
      const file = id.split("?")[0] ?? id;
      if (file.includes("node_modules") || !/\.tsx?$/.test(file) || !code.includes("@lingui/")) return null;
      const result = await transformAsync(code, {
        filename: file,
        configFile: false,
        babelrc: false,
        sourceMaps: true,
        parserOpts: { plugins: ["typescript", "jsx"] },
        plugins: ["@lingui/babel-plugin-lingui-macro"],
      });
      if (!result?.code) return null;
      const ids = [...result.code.matchAll(/\bid: "([^"]+)"/g)].map((match) => match[1] ?? "").filter((each) => each in english);
      const own = JSON.stringify(Object.fromEntries(ids.map((each) => [each, english[each]])));
      const texts = ids.length === 0 ? "" : `\nimport { i18n as ownTexts } from "@lingui/core";\nownTexts.load("en", JSON.parse(${JSON.stringify(own)}));\n`;
      return { code: result.code + texts, map: result.map ?? null };
    },
  };
}

const api = process.env.FAIRHOLD_URL ?? "http://127.0.0.1:4010";
const proxied = { target: api, changeOrigin: false, ws: true };

export default defineConfig(({ command }) => ({
  // The development server answers all three doors, so it must not sit under one of them.
  base: command === "build" ? "/app/" : "/",
  plugins: [messages(), react()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { port: 4000, proxy: { "/v1": proxied, "/demo": proxied } },
}));
