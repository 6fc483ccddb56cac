// Sends a file in pieces by tus 1.0 and goes on where it broke off. Nothing is kept in the browser: the list knows what is not whole yet.
import { inPlace, uploadHeaders } from "../../api/client";
import { type ApiProblem, problemFrom, unreachable } from "../../api/problem";
import { paths } from "../../paths";

/** Small enough that the bar moves and a proxy in front does not mind, large enough to be quick. */
const PIECE = 16 * 1024 * 1024;
const RETRIES = [0, 1_000, 3_000, 5_000, 10_000, 20_000, 30_000];

export interface Sending {
  file: File;
  /** Whose it becomes. */
  door: "project" | "operator";
  /** The upload that it goes on with; a new one begins without it. */
  resume?: string | undefined;
  words: Readonly<Record<string, string>>;
  onProgress: (sent: number) => void;
}

/** Resolves once every byte is there; `stop` breaks off, and what has come stays for later. */
export function send({ file, door, resume, words, onProgress }: Sending): { done: Promise<void>; stop: () => void } {
  let stop = () => {};
  const base = door === "operator" ? paths.operatorImageUploads() : paths.imageUploads();
  const done = (async () => {
    // Loaded when the first file is sent, because most people never send one.
    const { DetailedError, Upload } = await import("tus-js-client");
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(file, {
        ...(resume === undefined ? { endpoint: inPlace(base) } : { uploadUrl: inPlace(`${base}/${encodeURIComponent(resume)}`) }),
        chunkSize: PIECE,
        retryDelays: RETRIES,
        metadata: { filename: file.name, ...words },
        headers: uploadHeaders(),
        storeFingerprintForResuming: false,
        onProgress,
        onSuccess: () => resolve(),
        onError: (error) => reject(asRefusal(error instanceof DetailedError ? error.originalResponse : null, error)),
      });
      stop = () => void upload.abort();
      upload.start();
    });
  })();
  return { done, stop: () => stop() };
}

interface Answer {
  getStatus: () => number;
  getBody: () => string;
  getHeader: (name: string) => string | undefined;
}

function asRefusal(answer: Answer | null, error: unknown): ApiProblem {
  if (answer === null || answer.getStatus() === 0) return unreachable(error);
  let body: unknown;
  try {
    body = JSON.parse(answer.getBody());
  } catch {
    body = undefined;
  }
  return problemFrom(answer.getStatus(), body, answer.getHeader("x-request-id") ?? null);
}
