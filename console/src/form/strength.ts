// A hint while someone chooses a password. Length counts most; the server decides, leaked passwords included.

export type Strength = "short" | "weak" | "fair" | "strong";

export const SHORTEST_PASSWORD = 12;

export function passwordStrength(password: string): Strength {
  if (password.length < SHORTEST_PASSWORD) return "short";
  const different = new Set(password.toLowerCase()).size;
  if (different < 6 || /^(.{1,4})\1+$/.test(password) || isRun(password)) return "weak";
  return password.length >= 16 && different >= 9 ? "strong" : "fair";
}

/** "abcdefghijkl", "123456789012": each character follows the one before. */
function isRun(password: string): boolean {
  const steps = [...password].slice(1).map((character, index) => character.charCodeAt(0) - password.charCodeAt(index));
  return steps.filter((step) => step === 1).length >= steps.length * 0.8;
}
