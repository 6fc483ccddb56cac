import { expect, test } from "vitest";
import { sameFingerprint } from "./fingerprint";

const PRINT = Array.from({ length: 32 }, () => "A7").join(":");

test("a fingerprint is the same with and without colons, in either case, and as openssl prints it", () => {
  for (const written of [PRINT, PRINT.toLowerCase(), PRINT.replaceAll(":", ""), ` ${PRINT} `, `sha256 Fingerprint=${PRINT}`]) expect(sameFingerprint(written, PRINT)).toBe(true);
});

test("a part of one, or another one, is not", () => {
  for (const written of ["", PRINT.slice(0, 20), PRINT.replace("A7", "A8"), `${PRINT}:A7`]) expect(sameFingerprint(written, PRINT)).toBe(false);
  expect(sameFingerprint("", "")).toBe(false);
});
