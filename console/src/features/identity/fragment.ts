// One-time tokens travel in the fragment of a link; once read they leave the address bar and the history.

let taken: string | null = null;

export function takeFragment(): string {
  const fragment = decodeURIComponent(window.location.hash.slice(1));
  if (fragment !== "") {
    taken = fragment;
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }
  return taken ?? "";
}
