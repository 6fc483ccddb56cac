// The drawn shares always make up the whole.
import { expect, test } from "vitest";
import { shares } from "./shares";

const part = (name: string, minor: number) => ({ name, minor });

test("largest first, rest together, a hundred in all", () => {
  const drawn = shares([part("a", 10), part("b", 50), part("c", 30), part("d", 10)], 3);
  expect(drawn.map((each) => each.name)).toEqual(["b", "c", "+2"]);
  expect(drawn.reduce((sum, each) => sum + each.percent, 0)).toBeCloseTo(100);
});

test("nothing used draws nothing", () => {
  expect(shares([], 3)).toEqual([]);
  expect(shares([part("a", 0)], 3)).toEqual([]);
});
