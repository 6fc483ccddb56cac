// What is wrong with a pasted key, and what to do instead.
import { t } from "@lingui/core/macro";
import type { SshKeyFault } from "./sshKey";

export function sshKeyMessage(fault: SshKeyFault | null): string | null {
  switch (fault) {
    case null:
      return null;
    case "empty":
      return t`Paste your public key; it is how you will sign in to the machine.`;
    case "private":
      return t`This is a PRIVATE key. Keep it to yourself; paste the .pub file beside it. It was not sent anywhere.`;
    case "several":
      return t`Paste one key on one line.`;
    case "unknown_type":
      return t`A public key begins with its type, such as ssh-ed25519 or ssh-rsa.`;
    case "damaged":
      return t`This key is not complete. Copy the whole line again.`;
  }
}
