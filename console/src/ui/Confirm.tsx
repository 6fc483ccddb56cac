// Asking before something that cannot simply be taken back: names the thing, says what is lost and what is kept.
import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, type ReactNode, useState } from "react";

interface ConfirmProps {
  opened: boolean;
  close: () => void;
  title: string;
  children: ReactNode;
  /** Words of the confirming button; says what happens. */
  action: string;
  busy: boolean;
  onConfirm: () => void;
  danger?: boolean;
  /** What has to be typed before the button works. */
  typed?: {
    expected: string;
    label: string;
    /** Whether what was typed is what is expected, where it may be written in several ways. */
    fits?: (text: string) => boolean;
  };
}

export function Confirm({ opened, close, title, children, action, busy, onConfirm, danger, typed }: ConfirmProps) {
  const [text, setText] = useState("");
  const ready = typed === undefined || (typed.fits === undefined ? text.trim() === typed.expected : typed.fits(text));
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (ready) onConfirm();
  }
  function leave(): void {
    setText("");
    close();
  }
  return (
    <Modal opened={opened} onClose={leave} title={title} closeButtonProps={{ "aria-label": t`Close` }}>
      <form onSubmit={submit}>
        <Stack>
          {children}
          {typed !== undefined && (
            <TextInput label={typed.label} value={text} onChange={(event) => setText(event.currentTarget.value)} autoComplete="off" data-autofocus />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              <Trans>Leave it as it is</Trans>
            </Button>
            <Button type="submit" color={danger ? "red.9" : undefined} loading={busy} disabled={!ready}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
