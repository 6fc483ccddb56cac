// Checks a pasted SSH public key by its shape before it is sent: the server decides, this saves a round trip and,
// above all, keeps a private key pasted by mistake from ever leaving the browser.

export type SshKeyFault = "empty" | "private" | "several" | "unknown_type" | "damaged";

const TYPES = new Set([
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
]);

/** The fault of the key as typed, or null when it looks right. */
export function sshKeyFault(typed: string): SshKeyFault | null {
  const key = typed.trim();
  if (key === "") return "empty";
  if (looksPrivate(key)) return "private";
  if (/[\r\n]/.test(key)) return "several";
  const [type = "", body = ""] = key.split(/\s+/);
  if (!TYPES.has(type)) return "unknown_type";
  return bodyNames(body, type) ? null : "damaged";
}

/** True for every common private key format: OpenSSH, PKCS#1, PKCS#8, SEC1, PuTTY, and the bare OpenSSH body. */
export function looksPrivate(typed: string): boolean {
  return /PRIVATE KEY|PuTTY-User-Key-File|^\s*b3BlbnNzaC1rZXktdjE/i.test(typed);
}

/** RFC 4253 §6.6: the body is base64 of length-prefixed fields, the first of which repeats the type. */
function bodyNames(body: string, type: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body) || body.length % 4 !== 0) return false;
  const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  let fields = 0;
  while (offset + 4 <= bytes.length) {
    const length = view.getUint32(offset);
    const field = bytes.subarray(offset + 4, offset + 4 + length);
    if (field.length !== length) return false;
    if (fields === 0 && new TextDecoder().decode(field) !== type) return false;
    offset += 4 + length;
    fields += 1;
  }
  return offset === bytes.length && fields >= 2;
}
