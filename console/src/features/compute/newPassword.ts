// A password that nobody has used before, made in the browser.

/** 64 signs, so that each random byte picks one of them without favour. */
const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** 20 signs: 120 random bits. */
export function newPassword(): string {
  return [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => SIGNS.charAt(byte % SIGNS.length)).join("");
}
