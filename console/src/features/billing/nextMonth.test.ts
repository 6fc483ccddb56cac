// Months end where the calendar says.
import { expect, test } from "vitest";
import { nextMonth } from "./nextMonth";

test.each([
  ["2026-01-31T23:59:59Z", "2026-02-01T00:01:00.000Z"],
  ["2026-12-05T10:00:00Z", "2027-01-01T00:01:00.000Z"],
  ["2026-03-01T00:30:00+02:00", "2026-03-01T00:01:00.000Z"],
])("%s", (now, next) => expect(nextMonth(now)).toBe(next));
