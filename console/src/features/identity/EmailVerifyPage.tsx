// The link from the mail ends here. The token is in the fragment, which browsers never send to a server or a referrer.
import { Button, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import { paths } from "../../paths";
import { ProblemAlert } from "../../ui/ProblemView";
import { emailVerify } from "./api";
import { Doorway } from "./Doorway";
import { takeFragment } from "./fragment";

export function EmailVerifyPage() {
  const [token] = useState(takeFragment);
  const verify = useMutation({ mutationFn: () => emailVerify(token) });
  if (token === "") {
    return (
      <Doorway title={t`This link is incomplete`}>
        <Text>
          <Trans>Open the link from the mail again, or copy all of it into the address bar.</Trans>
        </Text>
      </Doorway>
    );
  }
  if (verify.isSuccess) {
    return (
      <Doorway title={t`Your address is confirmed`}>
        <Stack>
          <Text>
            <Trans>You can sign in now.</Trans>
          </Text>
          <Button component={Link} to={paths.signIn()}>
            <Trans>Sign in</Trans>
          </Button>
        </Stack>
      </Doorway>
    );
  }
  return (
    <Doorway title={t`Confirm your address`}>
      <Stack>
        <Text>
          <Trans>One click confirms that this e-mail address is yours.</Trans>
        </Text>
        <ProblemAlert problem={verify.isError ? asProblem(verify.error) : null} />
        <Button loading={verify.isPending} onClick={() => verify.mutate()}>
          <Trans>Confirm my address</Trans>
        </Button>
      </Stack>
    </Doorway>
  );
}
