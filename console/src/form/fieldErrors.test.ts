// A refusal lands at its field, or above the form, and never gets lost.
import { expect, test } from "vitest";
import { problemFrom } from "../api/problem";
import { mapFieldErrors } from "./fieldErrors";

const refused = (...errors: { field: string; message: string }[]) =>
  problemFrom(422, { title: "Invalid", detail: "Please check the fields.", request_id: "req_1", errors }, null);

test("known fields get their message", () => {
  const mapped = mapFieldErrors(refused({ field: "hostname", message: "Taken." }), ["hostname", "size"]);
  expect(mapped).toEqual({ fields: { hostname: "Taken." }, general: [] });
});

test("unknown fields are shown above the form", () => {
  const mapped = mapFieldErrors(refused({ field: "quota", message: "Over quota." }), ["hostname"]);
  expect(mapped).toEqual({ fields: {}, general: ["Over quota."] });
});

test("two messages for one field are both shown", () => {
  const mapped = mapFieldErrors(refused({ field: "password", message: "Too short." }, { field: "password", message: "Known from a leak." }), ["password"]);
  expect(mapped.fields.password).toBe("Too short. Known from a leak.");
});

test("names are translated and nested names found", () => {
  const mapped = mapFieldErrors(refused({ field: "ssh_public_key", message: "Damaged." }, { field: "owner.email", message: "Wrong." }), ["sshKey", "email"], {
    ssh_public_key: "sshKey",
  });
  expect(mapped.fields).toEqual({ sshKey: "Damaged.", email: "Wrong." });
});

test("an answer that is no problem document is still a problem", () => {
  const problem = problemFrom(502, "<html>bad gateway</html>", "req_9");
  expect(problem).toMatchObject({ status: 502, title: "HTTP 502", detail: "", requestId: "req_9", errors: [] });
});
