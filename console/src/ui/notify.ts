// Short notices in the corner for what succeeded. What was refused is said where it was tried: see refusal.tsx.
import { notifications } from "@mantine/notifications";
import { t } from "@lingui/core/macro";

export function notifyDone(message: string): void {
  notifications.show({ message, color: "keep", closeButtonProps: { "aria-label": t`Close the notice` } });
}

/** A notice ends with its page. */
export function endNotices(): void {
  notifications.clean();
}
