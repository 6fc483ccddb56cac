// Public keys pass, private keys never leave, damage is seen. The keys were made for this test and used nowhere.
import { describe, expect, test } from "vitest";
import { looksPrivate, sshKeyFault } from "./sshKey";

const ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIFduFNkyoPrUAoaF5yQ2Wy5WSjvZ/M9J9lw6/5oymmlY";
const RSA =
  "AAAAB3NzaC1yc2EAAAADAQABAAABAQCzKIKDA+54p90301ODTTagJpl7mwhW2QRY5vmy7gYSLhiT6koIfXgk76liHBr5pqfigSU40jMOAQttWbeInhc6ReRNxzdOQuom+lZ3lE3Bl5KbbxujQjBCth7f5VxHxkaBUNTiEBp42u62ZnmnI2NzmXM8SF979qsDOAmlM0YzVo8Kaa+PUJ7lXMNaFhN7UObCKD/Ibn7u4pugTGZrDR+/mUJTmYNuHTZ1GL6EnNPDcTPvW+T045D7v+oo/XlqTKFJo7ze27DO3+yY8QOMYapfitqazBAUWRKTdeg/rOp3/slc65thN6Qi/chcgNsD7FXlQday7hj0fmfTXiyAB/jF";
const ECDSA = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMn0LkBO76DzDK77DkOEXyxo2wVEVfRQnYYr0Bpb2nofQeAzBJ84ESp4DqAokxiDaikwuLw2VgzHf6GIiD4O+PM=";

describe("good keys", () => {
  test.each([
    ["ed25519 with a comment", `ssh-ed25519 ${ED25519} ada@example`],
    ["ed25519 without a comment", `ssh-ed25519 ${ED25519}`],
    ["spaces and a line end around", `  ssh-ed25519 ${ED25519} ada\n`],
    ["rsa", `ssh-rsa ${RSA}`],
    ["ecdsa", `ecdsa-sha2-nistp256 ${ECDSA}`],
  ])("%s", (_name, key) => expect(sshKeyFault(key)).toBeNull());
});

describe("bad keys", () => {
  test.each([
    ["nothing", " ", "empty"],
    ["an OpenSSH private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----", "private"],
    ["a PKCS#1 private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "private"],
    ["an encrypted PKCS#8 key", "-----BEGIN ENCRYPTED PRIVATE KEY-----", "private"],
    ["a PuTTY key", "PuTTY-User-Key-File-3: ssh-ed25519", "private"],
    ["the body of a private key", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU", "private"],
    ["two keys", `ssh-ed25519 ${ED25519}\nssh-ed25519 ${ED25519}`, "several"],
    ["another type", "ssh-dss AAAAB3NzaC1kc3MAAACB", "unknown_type"],
    ["plain words", "my key", "unknown_type"],
    ["a cut body", `ssh-ed25519 ${ED25519.slice(0, -8)}`, "damaged"],
    ["a body of another type", `ssh-rsa ${ED25519}`, "damaged"],
    ["no body", "ssh-ed25519", "damaged"],
    ["a body that is not base64", "ssh-ed25519 ###", "damaged"],
  ])("%s", (_name, key, fault) => expect(sshKeyFault(key)).toBe(fault));
});

test("a public key is not taken for a private one", () => expect(looksPrivate(`ssh-ed25519 ${ED25519}`)).toBe(false));
