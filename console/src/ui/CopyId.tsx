// An id, or any exact text, that one click copies.
import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Icon } from "./Icon";

export function CopyControl({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t`Copied` : label}>
          <ActionIcon variant="subtle" color="gray" c="dimmed" size="sm" onClick={copy} aria-label={copied ? t`Copied` : label}>
            <Icon name={copied ? "check" : "copy"} size={15} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

export function CopyId({ id }: { id: string }) {
  return (
    <span>
      <span className="mono break">{id}</span>{"\u00a0"}<CopyControl value={id} label={t`Copy ${id}`} />
    </span>
  );
}

/** A command line with its copy button. */
export function Command({ line, label }: { line: string; label: string }) {
  return (
    <div className="command">
      <code>{line}</code>
      <CopyControl value={line} label={label} />
    </div>
  );
}
