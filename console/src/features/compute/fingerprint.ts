// Fingerprints of certificates, however they were written down.

const plain = (text: string): string => text.replace(/^.*=/, "").replace(/[^0-9a-fA-F]/g, "").toUpperCase();

/** Whether two of them are the same certificate's; half of one never is. */
export const sameFingerprint = (one: string, other: string): boolean => plain(one).length === 64 && plain(one) === plain(other);
