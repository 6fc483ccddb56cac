// The words that a machine is found by, and the dialog that changes them.
import { Badge, Button, Group, Stack, TagsInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Instance } from "../../api/types";
import { paths } from "../../paths";
import { Dialog } from "../../ui/Dialog";
import { useAction } from "../../ui/useAction";
import { instanceTag } from "./api";

/** Each leads to the machines that have it too. */
export function Tags({ tags }: { tags: readonly string[] }) {
  const navigate = useNavigate();
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge
          key={tag}
          component="button"
          type="button"
          variant="default"
          tt="none"
          style={{ cursor: "pointer" }}
          aria-label={t`Machines with the tag ${tag}`}
          onClick={() => void navigate({ to: paths.instances(), search: { tag } })}
        >
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

interface TagsFieldProps {
  value: string[];
  onChange: (tags: string[]) => void;
  error?: ReactNode;
}

export function TagsField({ value, onChange, error }: TagsFieldProps) {
  return (
    <TagsInput
      label={t`Tags`}
      description={t`Words to find it by, as key or key:value. Press Enter after each.`}
      value={value}
      onChange={onChange}
      error={error}
      maxTags={20}
      acceptValueOnBlur
    />
  );
}

export function TagsDialog({ instance, close }: { instance: Instance; close: () => void }) {
  const [tags, setTags] = useState(instance.tags);
  const change = useAction({ run: () => instanceTag(instance.id, tags), refresh: ["instances"], then: close });
  return (
    <Dialog opened close={close} title={t`Tags of ${instance.name}`}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack>
          <TagsField value={tags} onChange={setTags} />
          <Group justify="flex-end">
            <Button type="submit" loading={change.isPending}>
              <Trans>Save the tags</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
