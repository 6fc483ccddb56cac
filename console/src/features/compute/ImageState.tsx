// How an image stands: in words, how far it is, and why not where it could not be had.
import { Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import type { Image } from "../../api/types";
import { formatBytes } from "../../ui/format";
import { Meter } from "../../ui/Meter";
import { imageLook, State } from "../../ui/State";

export function ImageState({ image }: { image: Image }) {
  const coming = image.state === "uploading" || image.state === "fetching";
  const total = image.total_bytes;
  return (
    <>
      <State look={imageLook(image.state)} />
      {coming &&
        (total == null ? (
          <Text size="xs" className="tabular">
            {formatBytes(image.received_bytes)}
          </Text>
        ) : (
          <Meter used={image.received_bytes} of={total} text={t`${formatBytes(image.received_bytes)} of ${formatBytes(total)}`} />
        ))}
      {image.problem != null && (
        <Text size="xs" c="dimmed" maw={220}>
          {image.problem}
        </Text>
      )}
    </>
  );
}
