// Numbers, money and times as people read them. Money is integer minor units with an ISO 4217 code; never floats in sums.
import type { Money } from "../api/types";

const locale = (): string | undefined => (typeof navigator === "undefined" ? "en" : navigator.language);

/** Digits after the point for a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function currencyDigits(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Minor units as an exact decimal string: (-5, "EUR") → "-0.05". */
export function minorToDecimal(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  const sign = minor < 0 ? "-" : "";
  const padded = String(Math.abs(minor)).padStart(digits + 1, "0");
  if (digits === 0) return sign + padded;
  return `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** Reads what someone typed as an amount; null when it is no amount or finer than the currency. */
export function decimalToMinor(typed: string, currency: string): number | null {
  const digits = currencyDigits(currency);
  const match = /^(\d{1,9})(?:[.,](\d+))?$/.exec(typed.trim());
  if (!match) return null;
  const fraction = match[2] ?? "";
  if (fraction.length > digits) return null;
  return Number(`${match[1] ?? ""}${fraction.padEnd(digits, "0")}`);
}

export function formatMoney(money: Money, language: string | undefined = locale()): string {
  const digits = currencyDigits(money.currency);
  const format = new Intl.NumberFormat(language, { style: "currency", currency: money.currency, currencyDisplay: "code" });
  return format.format(money.minor / 10 ** digits);
}

/** The viewer's own time, with the name of its zone: "1 Mar 2026, 10:30 CET". */
export function formatTime(iso: string, language: string | undefined = locale(), timeZone?: string): string {
  const format = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short", timeZone });
  return format.format(new Date(iso));
}

export function formatDate(iso: string, language: string | undefined = locale()): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso));
}

/** The same instant in UTC, exact to the second: "2026-03-01 09:30:00 UTC". */
export function formatUtc(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago", "in 2 days"; "now" within a minute. */
export function formatAgo(iso: string, now: number, language: string | undefined = locale()): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

/** Elapsed time of a step: "0.4 s", "12 s", "3 min 05 s". */
export function formatElapsed(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(Math.max(milliseconds, 0) / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3_600)} h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, "0")} min`;
}

/** 512 → "512 MiB", 2048 → "2 GiB". */
export function formatMemory(mib: number): string {
  return mib >= 1024 ? `${Number((mib / 1024).toFixed(1))} GiB` : `${mib} MiB`;
}

/** A name of the program at the beginning of a line: "records of actions" → "Records of actions". */
export function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}
