// How much of something is used: the figures in words, the bar only repeats them.

export function Meter({ used, of, text }: { used: number; of: number; text: string }) {
  const share = of <= 0 ? 0 : Math.min(100, Math.max(0, (used / of) * 100));
  return (
    <div className="tabular nowrap">
      {text}
      <div className="meter" aria-hidden="true">
        <span style={{ width: `${share}%` }} />
      </div>
    </div>
  );
}
