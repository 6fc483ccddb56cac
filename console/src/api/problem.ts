// Errors of the API (RFC 9457) as one class, so that pages and forms treat every failure alike.
import type { FieldError } from "./types";

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  /** HTTP status; 0 when no answer came at all. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly errors: readonly FieldError[];

  constructor(parts: { status: number; title: string; detail: string; requestId: string | null; errors: readonly FieldError[] }) {
    super(parts.detail || parts.title);
    this.status = parts.status;
    this.title = parts.title;
    this.detail = parts.detail;
    this.requestId = parts.requestId;
    this.errors = parts.errors;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((entry) => ({ field: text(entry.field), message: text(entry.message) }));
}

/** Reads a problem document; anything else (a proxy's HTML page, nothing at all) still becomes a usable problem. */
export function problemFrom(status: number, body: unknown, requestId: string | null): ApiProblem {
  const source = isRecord(body) ? body : {};
  return new ApiProblem({
    status,
    title: text(source.title) || `HTTP ${status}`,
    detail: text(source.detail),
    requestId: text(source.request_id) || requestId,
    errors: fieldErrors(source.errors),
  });
}

export function unreachable(cause: unknown): ApiProblem {
  return new ApiProblem({ status: 0, title: "unreachable", detail: cause instanceof Error ? cause.message : "", requestId: null, errors: [] });
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const detail = error instanceof Error ? error.message : "";
  return new ApiProblem({ status: -1, title: "unexpected", detail, requestId: null, errors: [] });
}
