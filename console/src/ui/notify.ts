// Short notices in the corner, for what succeeded and for refusals that belong to no form.
import { notifications } from "@mantine/notifications";
import { t } from "@lingui/core/macro";
import { asProblem } from "../api/problem";
import { problemAdvice, problemTitle } from "./ProblemView";

const closing = () => ({ "aria-label": t`Close the notice` });

export function notifyDone(message: string): void {
  notifications.show({ message, color: "keep", closeButtonProps: closing() });
}

export function notifyProblem(error: unknown): void {
  const problem = asProblem(error);
  const number = problem.requestId === null ? "" : ` (${problem.requestId})`;
  notifications.show({ title: problemTitle(problem), message: problemAdvice(problem) + number, color: "red", autoClose: 10_000, closeButtonProps: closing() });
}
