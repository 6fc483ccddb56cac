// What a list says when it holds nothing: why, and what would fill it.
import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <span className="dim">
        <Icon name={icon} size={32} />
      </span>
      <Text fw={600}>{title}</Text>
      {children}
    </Stack>
  );
}
