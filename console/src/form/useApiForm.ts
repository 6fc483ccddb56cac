// A form that speaks to the API: client-side checks first, then the server's refusals at their fields.
import { useForm, type UseFormInput, type UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { ApiProblem, asProblem } from "../api/problem";
import { mapFieldErrors } from "./fieldErrors";

export interface ApiForm<V extends Record<string, unknown>> {
  form: UseFormReturnType<V>;
  /** What was refused and belongs to no field. */
  problem: ApiProblem | null;
  general: string[];
  busy: boolean;
  onSubmit: (event?: React.FormEvent<HTMLFormElement>) => void;
}

export function useApiForm<V extends Record<string, unknown>>(
  input: UseFormInput<V>,
  send: (values: V) => Promise<void>,
  renamed: Readonly<Record<string, string>> = {},
): ApiForm<V> {
  const form = useForm<V>(input);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [general, setGeneral] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);

  async function submit(values: V): Promise<void> {
    setBusy(true);
    setProblem(null);
    setGeneral([]);
    try {
      await send(values);
    } catch (error) {
      const refused = asProblem(error);
      const mapped = mapFieldErrors(refused, Object.keys(values), renamed);
      form.setErrors(mapped.fields);
      setGeneral(mapped.general);
      if (Object.keys(mapped.fields).length === 0 || mapped.general.length > 0) setProblem(refused);
      focusFirstFault();
    } finally {
      setBusy(false);
    }
  }

  return { form, problem, general, busy, onSubmit: form.onSubmit((values) => void submit(values), focusFirstFault) };
}

/** Moves to the first field at fault once it is marked, so that nobody has to search for it. */
function focusFirstFault(): void {
  requestAnimationFrame(() => {
    const fault = document.querySelector("form [aria-invalid='true']");
    if (fault instanceof HTMLElement) fault.focus();
  });
}
