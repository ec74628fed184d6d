// Amounts are integer cents, never floats.

const twoPlaces = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export function cents(typed) {
  const parts = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(typed.replace(/[\s€]/g, "").replace(",", "."));
  if (!parts) return null;
  const amount = Number(parts[2]) * 100 + Number((parts[3] ?? "").padEnd(2, "0"));
  return parts[1] ? -amount : amount;
}

export const printed = (amount) => twoPlaces.format(amount / 100);

export const halfUp = (a, b) => Math.sign(a) * Math.floor((2 * Math.abs(a) + b) / (2 * b));
