// Long work that moves by itself, step after step, and can be made to fail.
import { newId } from "./state.mjs";

export const operations = new Map();

/** `steps` are [name, title, milliseconds, failure?]; `end` is called with the final state. */
export function begin(kind, title, steps, end = () => {}) {
  const operation = {
    id: newId("op"), kind, title, subject: "", error: null, state: "running", retry: null, created_at: new Date().toISOString(), finished_at: null,
    steps: steps.map(([name, text]) => ({ name, title: text, state: "waiting", attempt: 1, started_at: null, finished_at: null, error: null, log: [], child: null })),
  };
  operations.set(operation.id, operation);
  run(operation, steps, 0, end);
  return operation;
}

function run(operation, steps, index, end) {
  const step = operation.steps[index];
  const now = () => new Date().toISOString();
  if (step === undefined) {
    Object.assign(operation, { state: "succeeded", finished_at: now() });
    return end("succeeded");
  }
  const [, , milliseconds, failure] = steps[index];
  Object.assign(step, { state: "running", started_at: now(), finished_at: null, error: null });
  step.log.push({ at: now(), text: `${step.title}: begun` });
  return setTimeout(() => {
    if (failure && step.attempt === 1) {
      step.log.push({ at: now(), text: failure }, { at: now(), text: "qemu-system-x86_64: exited with status 1" });
      Object.assign(step, { state: "failed", finished_at: now(), error: failure });
      Object.assign(operation, { state: "failed", retry: "step", finished_at: now(), again: () => retry(operation, steps, index, end) });
      return end("failed");
    }
    Object.assign(step, { state: "done", finished_at: now() });
    step.log.push({ at: now(), text: `${step.title}: done` });
    return run(operation, steps, index + 1, end);
  }, milliseconds);
}

function retry(operation, steps, index, end) {
  operation.steps[index].attempt += 1;
  Object.assign(operation, { state: "running", retry: null, finished_at: null });
  run(operation, steps, index, end);
}

begin("compute.instance.provision", "Set up crashed", [
  ["reserve", "Reserve a place", 5],
  ["boot", "Boot the machine", 10, "The disk image could not be read"],
  ["running", "Wait until it runs", 5],
]);
begin("privacy.export.make", "Export for Ada Lovelace", [["collect", "Collect", 5]]);
