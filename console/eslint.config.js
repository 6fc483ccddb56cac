// Lint rules: types are never escaped (no any, no casts), promises never forgotten, hooks rules kept.
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const stores = ["localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore"];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts", "src/locales/*/messages.ts"] },
  {
    files: ["src/**/*.{ts,tsx}", "*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { "react-hooks": hooks },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-assertions": ["error", { assertionStyle: "as", objectLiteralTypeAssertions: "never" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/only-throw-error": "off",
      "no-restricted-syntax": [
        "error",
        { selector: "TSAsExpression:not([typeAnnotation.typeName.name='const'])", message: "No casts: narrow the value instead." },
        { selector: "ExportAllDeclaration", message: "No barrel files." },
      ],
      "max-lines": ["error", { max: 400 }],
      // Whatever stays in the browser is in storage.json, and through it in the data map.
      "no-restricted-globals": ["error", ...stores],
      "no-restricted-properties": ["error", ...stores.map((property) => ({ object: "window", property })), { object: "document", property: "cookie" }, { object: "navigator", property: "serviceWorker" }, { object: "navigator", property: "sendBeacon" }],
      "no-restricted-imports": ["error", { paths: [{ name: "@mantine/hooks", importNames: ["useLocalStorage", "useSessionStorage"] }, { name: "@mantine/core", importNames: ["localStorageColorSchemeManager"] }] }],
    },
  },
  { files: ["src/storage.ts", "src/storage.test.ts"], rules: { "no-restricted-properties": "off" } },
);
