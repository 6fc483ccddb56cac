// An amount of money with its currency, digits in columns.
import type { Money } from "../api/types";
import { formatMoney } from "./format";

export function Amount({ money }: { money: Money }) {
  return <span className="tabular nowrap">{formatMoney(money)}</span>;
}

export function TotalLine({ label, money, strong }: { label: string; money: Money; strong?: boolean }) {
  return (
    <div className="total" data-strong={strong || undefined}>
      <span>{label}</span>
      <Amount money={money} />
    </div>
  );
}
