import { expect, test } from "vitest";
import { newPassword } from "./newPassword";

test("a password is long, of letters, digits and signs, and new each time", () => {
  const made = Array.from({ length: 50 }, newPassword);
  expect(made.every((each) => /^[A-Za-z0-9_-]{20}$/.test(each))).toBe(true);
  expect(new Set(made).size).toBe(50);
});
