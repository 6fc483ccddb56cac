// A change of the privacy policy that the person has not seen yet: what changes, from when, and that going on agrees to nothing.
import { Alert, Anchor, Button, Group, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { paths } from "../../paths";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { noticeSee, noticesQuery } from "./api";

export function PolicyNotice() {
  // Not waited for: a page is never later because of a notice.
  const notices = useQuery(noticesQuery).data ?? [];
  const unseen = notices.find((each) => each.channel === "in_app" && each.seen_at == null);
  const see = useAction({ run: noticeSee, refresh: ["notices"] });
  if (unseen === undefined) return null;
  return (
    <Alert mb="md" className="policy-notice" icon={<Icon name="privacy" />} title={t`Our privacy policy changes`}>
      <Text size="sm" mb="xs">
        <Trans>
          Version {unseen.version} is in force from <When at={unseen.effective_at} dateOnly />. Going on to use the service agrees to nothing; what is optional waits for your choice.
        </Trans>
      </Text>
      <Group gap="sm">
        <Anchor href={paths.publicPolicyVersion(unseen.version)} size="sm">
          <Trans>See what changes</Trans>
        </Anchor>
        {unseen.materiality === "notice_and_new_consent" && (
          <Anchor href={paths.publicChoices()} size="sm">
            <Trans>Choose anew</Trans>
          </Anchor>
        )}
        <Button size="compact-sm" variant="default" loading={see.isPending} onClick={() => see.mutate(unseen.id)}>
          <Trans>I have seen it</Trans>
        </Button>
      </Group>
    </Alert>
  );
}
