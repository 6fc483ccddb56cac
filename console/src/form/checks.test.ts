// The shared checks refuse what the server would refuse, and nothing else.
import { i18n } from "@lingui/core";
import { beforeAll, describe, expect, test } from "vitest";
import { countryFault, emailFault, hostnameFault } from "./checks";

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

describe("hostnames", () => {
  test.each(["web-1", "a", "0a", "a".repeat(63)])("%s is fine", (name) => expect(hostnameFault(name)).toBeNull());
  test.each(["", "-a", "a-", "Web", "a b", "a.b", "ä", "a_b", "a".repeat(64)])("%j is refused", (name) => expect(hostnameFault(name)).not.toBeNull());
});

describe("addresses", () => {
  test.each(["ada@example.org", " ada@example.org ", "root@localhost", "a+b@sub.example.org"])("%s is fine", (mail) => expect(emailFault(mail)).toBeNull());
  test.each(["", "ada", "ada@", "ada@example", "a b@example.org", "@example.org"])("%j is refused", (mail) => expect(emailFault(mail)).not.toBeNull());
});

test("countries are two letters", () => {
  expect(countryFault("jp")).toBeNull();
  expect(countryFault("Japan")).not.toBeNull();
});
