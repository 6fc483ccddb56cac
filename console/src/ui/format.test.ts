// Money and time as shown: exact in every currency, stable in every zone.
import { describe, expect, test } from "vitest";
import { currencyDigits, decimalToMinor, formatAgo, formatBytes, formatElapsed, formatMemory, formatMoney, formatTime, formatUtc, minorToDecimal } from "./format";

const plain = (text: string) => text.replace(/\u00a0/g, " ");

describe("money", () => {
  test.each([
    ["EUR", 2],
    ["JPY", 0],
    ["KWD", 3],
  ])("%s has %i digits", (currency, digits) => expect(currencyDigits(currency)).toBe(digits));

  test.each([
    [1234, "EUR", "EUR 12.34"],
    [1234, "JPY", "JPY 1,234"],
    [1234, "KWD", "KWD 1.234"],
    [-5, "EUR", "-EUR 0.05"],
    [0, "EUR", "EUR 0.00"],
  ])("%i %s", (minor, currency, shown) => expect(plain(formatMoney({ minor, currency }, "en"))).toBe(shown));

  test.each([
    [1234, "EUR", "12.34"],
    [5, "EUR", "0.05"],
    [-5, "EUR", "-0.05"],
    [7, "JPY", "7"],
    [7, "KWD", "0.007"],
  ])("%i %s as a decimal", (minor, currency, decimal) => expect(minorToDecimal(minor, currency)).toBe(decimal));

  test.each([
    ["12.34", "EUR", 1234],
    ["12,3", "EUR", 1230],
    [" 12 ", "EUR", 1200],
    ["12.345", "EUR", null],
    ["1.5", "JPY", null],
    ["0.005", "KWD", 5],
    ["-1", "EUR", null],
    ["1e3", "EUR", null],
    ["", "EUR", null],
  ])("reads %j %s", (typed, currency, minor) => expect(decimalToMinor(typed, currency)).toBe(minor));

  test("0.29 does not lose a cent on the way", () => expect(decimalToMinor("0.29", "EUR")).toBe(29));
});

describe("time", () => {
  const now = Date.parse("2026-03-01T12:00:00Z");
  test.each([
    ["2026-03-01T11:57:00Z", "3 minutes ago"],
    ["2026-03-01T12:00:30Z", "now"],
    ["2026-02-28T12:00:00Z", "yesterday"],
    ["2026-03-03T12:00:00Z", "in 2 days"],
  ])("%s", (iso, shown) => expect(formatAgo(iso, now, "en")).toBe(shown));

  test("UTC is exact", () => expect(formatUtc("2026-03-01T09:30:05.999+02:00")).toBe("2026-03-01 07:30:05 UTC"));

  test.each([
    [-5, "0.0 s"],
    [420, "0.4 s"],
    [9_960, "10 s"],
    [12_400, "12 s"],
    [185_000, "3 min 05 s"],
    [3_720_000, "1 h 02 min"],
  ])("%i ms", (elapsed, shown) => expect(formatElapsed(elapsed)).toBe(shown));
});

test("an instant names the zone that it is shown in", () => {
  expect(plain(formatTime("2026-03-01T09:30:00Z", "en-GB", "Europe/Berlin"))).toBe("1 Mar 2026, 10:30 CET");
  expect(plain(formatTime("2026-03-01T09:30:00Z", "en-GB", "UTC"))).toBe("1 Mar 2026, 09:30 UTC");
});

test("sizes", () => {
  expect(formatMemory(512)).toBe("512 MiB");
  expect(formatMemory(2048)).toBe("2 GiB");
  expect(formatBytes(999)).toBe("999 B");
  expect(formatBytes(12_345)).toBe("12.3 kB");
  expect(formatBytes(1_912_602_624)).toBe("1.9 GB");
});
