// The links from mails that prove an address end here: the first one, and another one. The token is in the fragment, which browsers
// never send to a server or a referrer.
import { Button, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ReactNode } from "react";
import { asProblem } from "../../api/problem";
import { paths } from "../../paths";
import { ProblemAlert } from "../../ui/ProblemView";
import { emailChangeComplete, emailVerify } from "./api";
import { Doorway } from "./Doorway";
import { takeFragment } from "./fragment";

export function EmailVerifyPage() {
  return (
    <Confirmation send={emailVerify} title={t`Confirm your address`} doneTitle={t`Your address is confirmed`} done={<Trans>You can sign in now.</Trans>}>
      <Trans>One click confirms that this e-mail address is yours.</Trans>
    </Confirmation>
  );
}

export function EmailChangePage() {
  return (
    <Confirmation
      send={emailChangeComplete}
      title={t`Confirm your new address`}
      doneTitle={t`Your address is changed`}
      done={<Trans>Sign in with it from now on; all mail goes there.</Trans>}
    >
      <Trans>One click gives your account this e-mail address.</Trans>
    </Confirmation>
  );
}

interface Props {
  send: (token: string) => Promise<unknown>;
  title: string;
  doneTitle: string;
  done: ReactNode;
  children: ReactNode;
}

function Confirmation({ send, title, doneTitle, done, children }: Props) {
  const [token] = useState(takeFragment);
  const confirm = useMutation({ mutationFn: () => send(token) });
  if (token === "") {
    return (
      <Doorway title={t`This link is incomplete`}>
        <Text>
          <Trans>Open the link from the mail again, or copy all of it into the address bar.</Trans>
        </Text>
      </Doorway>
    );
  }
  if (confirm.isSuccess) {
    return (
      <Doorway title={doneTitle}>
        <Stack>
          <Text role="status">{done}</Text>
          <Button component={Link} to={paths.signIn()}>
            <Trans>Sign in</Trans>
          </Button>
        </Stack>
      </Doorway>
    );
  }
  return (
    <Doorway title={title}>
      <Stack>
        <Text>{children}</Text>
        <ProblemAlert problem={confirm.isError ? asProblem(confirm.error) : null} />
        <Button loading={confirm.isPending} onClick={() => confirm.mutate()}>
          <Trans>Confirm my address</Trans>
        </Button>
      </Stack>
    </Doorway>
  );
}
