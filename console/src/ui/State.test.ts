import { i18n } from "@lingui/core";
import { beforeAll, expect, test } from "vitest";
import { among, imageLook, instanceLook, snapshotLook } from "./State";

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

test("a state is a word, a tone and a sign", () => {
  expect(instanceLook("running")).toEqual({ text: "Running", tone: "good", icon: "play" });
  expect(instanceLook("rescue")).toEqual({ text: "In the rescue system", tone: "warn", icon: "warning" });
  expect(snapshotLook("ready")).toEqual(imageLook("ready"));
});

test("a state of a newer server is shown as that server calls it", () => {
  const looks = { running: instanceLook("running") };
  expect(among<string>("hibernating", looks)).toEqual({ text: "hibernating", tone: "idle", icon: "dash" });
  expect(among<string>("constructor", looks).text).toBe("constructor");
});
