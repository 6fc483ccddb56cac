// Asking before something that cannot simply be taken back: names the thing, says what is lost and what is kept.
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "./Dialog";

interface ConfirmProps extends QuestionProps {
  opened: boolean;
  title: string;
}

export function Confirm({ opened, title, ...question }: ConfirmProps) {
  return (
    <Dialog opened={opened} close={question.close} title={title}>
      <Question {...question} />
    </Dialog>
  );
}

interface QuestionProps {
  close: () => void;
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

/** Lives as long as the dialog is open, so that nothing typed is there the next time. */
function Question({ close, children, action, busy, onConfirm, danger, typed }: QuestionProps) {
  const [text, setText] = useState("");
  const ready = typed === undefined || (typed.fits === undefined ? text.trim() === typed.expected : typed.fits(text));
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (ready) onConfirm();
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        {typed !== undefined && (
          <TextInput label={typed.label} value={text} onChange={(event) => setText(event.currentTarget.value)} autoComplete="off" data-autofocus />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus={typed === undefined || undefined}>
            <Trans>Leave it as it is</Trans>
          </Button>
          <Button type="submit" color={danger ? "red.9" : undefined} loading={busy} disabled={!ready}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
