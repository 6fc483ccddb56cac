// The mark: a small keep with an open gate, in the colour of the text around it.

export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path fill="currentColor" d="M4 4h5v4h4.5V4h5v4H23V4h5v24h-6.5v-7.5a5.5 5.5 0 0 0-11 0V28H4z" />
      <path fill="currentColor" opacity=".28" d="M16 18.6a2 2 0 0 1 2 2V28h-4v-7.4a2 2 0 0 1 2-2z" />
    </svg>
  );
}
