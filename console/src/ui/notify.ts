// Short notices in the corner, for what succeeded and for refusals that belong to no form.
import { notifications } from "@mantine/notifications";
import { asProblem } from "../api/problem";
import { problemAdvice, problemTitle } from "./ProblemView";

export function notifyDone(message: string): void {
  notifications.show({ message, color: "keep" });
}

export function notifyProblem(error: unknown): void {
  const problem = asProblem(error);
  const number = problem.requestId === null ? "" : ` (${problem.requestId})`;
  notifications.show({ title: problemTitle(problem), message: problemAdvice(problem) + number, color: "red", autoClose: 10_000 });
}
