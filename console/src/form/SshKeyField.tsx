// The one line of an SSH public key. A private key pasted by mistake does not even reach the field.
import { Textarea, type TextareaProps } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { sshKeyFault } from "./sshKey";
import { sshKeyMessage } from "./sshKeyMessage";

type Props = TextareaProps & { onFault: (message: string | null) => void };

export function SshKeyField({ onFault, ...input }: Props) {
  return (
    <Textarea
      label={t`SSH public key`}
      description={t`The one line of a file such as ~/.ssh/id_ed25519.pub. Never paste a private key.`}
      placeholder="ssh-ed25519 AAAA… you@laptop"
      autosize
      minRows={3}
      maxRows={6}
      spellCheck={false}
      autoComplete="off"
      {...input}
      onPaste={(event) => {
        if (sshKeyFault(event.clipboardData.getData("text")) !== "private") return;
        event.preventDefault();
        onFault(sshKeyMessage("private"));
      }}
    />
  );
}
