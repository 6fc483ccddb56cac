// The addresses are a promise to bookmarks and mails: a change here must be meant.
import { expect, test } from "vitest";
import { paths } from "./paths";

test("every address stays as it was", () => {
  const table = Object.fromEntries(
    Object.entries(paths).map(([name, build]) => [name, build.length === 0 ? Reflect.apply(build, null, []) : Reflect.apply(build, null, ["id_1"])]),
  );
  expect(table).toMatchSnapshot();
});

test("ids cannot leave their place in an address", () => {
  expect(paths.instance("../x?y#z")).toBe("/app/machines/..%2Fx%3Fy%23z");
});
