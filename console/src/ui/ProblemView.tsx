// Every way a page can fail, said plainly: what happened, what to do next, and the number to quote.
import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { asProblem, type ApiProblem } from "../api/problem";
import { paths } from "../paths";
import { CopyId } from "./CopyId";
import { Icon } from "./Icon";

export function problemTitle(problem: ApiProblem): string {
  switch (problem.status) {
    case 0:
      return t`The server does not answer`;
    case -1:
      return t`Something went wrong on this page`;
    case 401:
      return t`You are signed out`;
    case 403:
      return t`You may not see or do this`;
    case 404:
      return t`There is nothing at this address`;
    case 409:
      return t`That does not fit the present state`;
    case 429:
      return t`Too many attempts`;
    case 503:
      return t`The server is busy or being looked after`;
    default:
      return problem.status >= 500 ? t`Something went wrong on our side` : problem.title;
  }
}

export function problemAdvice(problem: ApiProblem): string {
  if (problem.detail !== "" && problem.status > 0) return problem.detail;
  switch (problem.status) {
    case 0:
      return t`Check your connection and try again. Nothing was lost.`;
    case 401:
      return t`Sign in again to go on where you were.`;
    case 403:
      return t`Ask an owner of the organisation if you need it.`;
    case 404:
      return t`It may have been removed, or it belongs to someone else.`;
    case 429:
      return t`Wait a minute, then try again.`;
    default:
      return t`Try again. If it stays, tell us the request number.`;
  }
}

/** A refusal inside a page or above a form. */
export function ProblemAlert({ problem, general = [] }: { problem: ApiProblem | null; general?: readonly string[] }) {
  if (problem === null) return null;
  const said = general.length > 0 ? general.join(" ") : problem.detail;
  // A refusal that explains itself needs no heading over it.
  const explained = said !== "" && problem.status >= 400 && problem.status < 500;
  return (
    <Alert color="red" variant="outline" role="alert" icon={<Icon name="warning" />} title={explained ? undefined : problemTitle(problem)}>
      <Text>{explained ? said : problemAdvice(problem)}</Text>
      <RequestNumber problem={problem} />
    </Alert>
  );
}

function RequestNumber({ problem }: { problem: ApiProblem }) {
  if (problem.requestId === null) return null;
  return (
    <Text size="sm" c="dimmed" mt={4} component="div">
      <Trans>Request number</Trans> <CopyId id={problem.requestId} />
    </Text>
  );
}

/** A page that could not be shown at all. */
export function ProblemPage({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  // To ask again for what is denied or not there changes nothing.
  const final = problem.status === 403 || problem.status === 404;
  return (
    <div className="page" data-narrow>
      <Stack gap="sm" py="xl" role="alert">
        <Icon name="warning" size={32} />
        <Title order={1}>{problemTitle(problem)}</Title>
        <Text>{problem.status === 404 ? t`It may have been removed, or it belongs to someone else.` : problemAdvice(problem)}</Text>
        {problem.status === 403 && (
          <Text>
            <Trans>Ask an owner of the organisation if you need it.</Trans>
          </Text>
        )}
        <RequestNumber problem={problem} />
        <Group mt="sm">
          {problem.status === 401 ? (
            <Button component={Link} to={paths.signIn()}>
              <Trans>Sign in</Trans>
            </Button>
          ) : (
            retry !== undefined &&
            !final && (
              <Button onClick={retry} leftSection={<Icon name="retry" />}>
                <Trans>Try again</Trans>
              </Button>
            )
          )}
          <Button variant={final ? "filled" : "default"} component={Link} to={paths.overview()}>
            <Trans>To the overview</Trans>
          </Button>
        </Group>
      </Stack>
    </div>
  );
}
