// How the console is built and served in development. dist/index.html answers every page under /app, /operator and
// /setup; dist/assets/* are the hashed files, served under /app/assets/*.
import { transformAsync } from "@babel/core";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Replaces the message macros by lookups in the compiled catalogue; files without messages are left alone. */
function messages(): Plugin {
  return {
    name: "messages",
    enforce: "pre",
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
      return result?.code ? { code: result.code, map: result.map ?? null } : null;
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
