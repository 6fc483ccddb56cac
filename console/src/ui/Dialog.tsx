// A dialog: its title, a way out, and the place where a refusal of what is tried in it is said.
import { Modal, type ModalProps, Stack } from "@mantine/core";
import { t } from "@lingui/core/macro";
import type { ReactNode } from "react";
import { RefusalPlace } from "./refusal";

interface DialogProps {
  opened: boolean;
  close: () => void;
  title: string;
  size?: ModalProps["size"];
  children: ReactNode;
}

export function Dialog({ opened, close, title, size = 500, children }: DialogProps) {
  return (
    <Modal opened={opened} onClose={close} title={title} size={size} closeButtonProps={{ "aria-label": t`Close` }}>
      <Stack>
        <RefusalPlace />
        {children}
      </Stack>
    </Modal>
  );
}
