// What stands in for a page while it is fetched, when it fails, and when it does not exist.
import { Skeleton, Stack } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { problemFrom } from "../api/problem";
import { ProblemPage } from "../ui/ProblemView";

export function Pending() {
  return (
    <div className="page" role="status" aria-label={t`The page is being fetched`}>
      <Skeleton height={34} width={240} />
      <Stack gap="sm">
        <Skeleton height={64} />
        <Skeleton height={64} />
        <Skeleton height={64} />
      </Stack>
    </div>
  );
}

export function RouteProblem({ error }: ErrorComponentProps) {
  const router = useRouter();
  const { reset } = useQueryErrorResetBoundary();
  function again(): void {
    reset();
    void router.invalidate();
  }
  return <ProblemPage error={error} retry={again} />;
}

export function NotFound() {
  return <ProblemPage error={problemFrom(404, null, null)} />;
}
