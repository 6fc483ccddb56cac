// Shares of a whole for drawing: the largest parts by themselves, the rest as the last one.

export interface Part {
  name: string;
  minor: number;
}

export interface Share {
  name: string;
  percent: number;
}

export function shares(parts: readonly Part[], most: number): Share[] {
  const positive = parts.filter((part) => part.minor > 0).toSorted((a, b) => b.minor - a.minor);
  const whole = positive.reduce((sum, part) => sum + part.minor, 0);
  if (whole === 0) return [];
  const single = positive.length <= most ? positive : positive.slice(0, most - 1);
  const rest = positive.slice(single.length);
  const all = rest.length === 0 ? single : [...single, { name: `+${rest.length}`, minor: rest.reduce((sum, part) => sum + part.minor, 0) }];
  return all.map((part) => ({ name: part.name, percent: (part.minor / whole) * 100 }));
}
