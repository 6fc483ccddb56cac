// The hint agrees with what makes a password hard to guess.
import { expect, test } from "vitest";
import { passwordStrength } from "./strength";

test.each([
  ["", "short"],
  ["Tr0ub4dor&3", "short"],
  ["aaaaaaaaaaaaaaaa", "weak"],
  ["abcabcabcabcabc", "weak"],
  ["abcdefghijklmnop", "weak"],
  ["123456789012", "weak"],
  ["horse-battery", "fair"],
  ["correct horse battery", "strong"],
])("%j is %s", (password, strength) => expect(passwordStrength(password)).toBe(strength));
