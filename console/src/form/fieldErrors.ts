// Puts a refusal where it belongs: messages of the server beside the fields they name, the rest above the form.
import type { ApiProblem } from "../api/problem";

export interface MappedErrors {
  /** Message per form field. */
  fields: Record<string, string>;
  /** Messages that name no field of this form. */
  general: string[];
}

/**
 * `known` are the fields of the form; `renamed` maps the API's name to the form's where they differ.
 * A nested name ("owner.email") finds its field by the whole name first, then by its last part.
 */
export function mapFieldErrors(problem: ApiProblem, known: readonly string[], renamed: Readonly<Record<string, string>> = {}): MappedErrors {
  const mapped: MappedErrors = { fields: {}, general: [] };
  for (const { field, message } of problem.errors) {
    const name = [renamed[field], field, field.split(/[./]/).at(-1)].find((each) => each !== undefined && known.includes(each));
    if (name === undefined) mapped.general.push(message);
    else mapped.fields[name] = mapped.fields[name] ? `${mapped.fields[name]} ${message}` : message;
  }
  return mapped;
}
