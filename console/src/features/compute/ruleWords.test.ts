import { i18n } from "@lingui/core";
import { beforeAll, expect, test } from "vitest";
import { draftOf, ruleInWords, rulesOf } from "./ruleWords";

beforeAll(() => i18n.loadAndActivate({ locale: "en", messages: {} }));

const ssh = { direction: "inbound", protocol: "tcp", ports: { from: 22, to: 22 }, peer: null } as const;

test("what is typed and what the API takes are two forms of one thing", () => {
  const range = { direction: "outbound", protocol: "udp", ports: { from: 5000, to: 5010 }, peer: "203.0.113.0/24" } as const;
  expect(rulesOf([ssh, range].map(draftOf))).toEqual([ssh, range]);
  expect(draftOf(range).ports).toBe("5000-5010");
});

test("ports that cannot be read are told by the rule's number", () => {
  expect(rulesOf([draftOf(ssh), { ...draftOf(ssh), ports: "ssh" }])).toBe(2);
  expect(rulesOf([{ ...draftOf(ssh), protocol: "icmp", ports: "ssh" }])).toEqual([{ direction: "inbound", protocol: "icmp", ports: null, peer: null }]);
});

test("a rule is a sentence", () => {
  expect(ruleInWords(ssh)).toContain("TCP 22");
});
