// Help while typing. The server reads and computes everything again.

import { cents, halfUp, printed } from "./money.js";

// Typing one of net and gross derives the other; the one typed last is the master.
export function linkNetAndGross(group) {
  const [net, vat, gross, master] = ["net", "vat", "gross", "master"].map((name) => priceField(group, name));
  const rate = Number(group.dataset.vatRate); // 20 % is 2000
  if (!net || !gross || Number.isNaN(rate)) return;
  const derive = (from) => {
    const amount = cents((from === "net" ? net : gross).value);
    if (master) master.value = from;
    if (amount === null) return;
    const base = from === "net" ? amount : halfUp(amount * 10000, 10000 + rate);
    const tax = from === "net" ? halfUp(amount * rate, 10000) : amount - base;
    if (vat) vat.value = printed(tax);
    if (from === "net") gross.value = printed(amount + tax);
    else net.value = printed(base);
  };
  net.addEventListener("input", () => derive("net"));
  gross.addEventListener("input", () => derive("gross"));
}

// The hidden master stands outside the fieldset, and bears the name of its price: asking_net, asking_master.
function priceField(group, part) {
  const own = group.querySelector(`[data-price=${part}]`);
  if (own || part !== "master") return own;
  const kind = group.querySelector("[data-price=net]")?.name.replace(/_net$/, "");
  return group.closest("form")?.querySelector(`[name=${kind}_master]`);
}

// A plate typed in any way leaves as AA-123-BB.
export function tidyPlate(input) {
  input.addEventListener("change", () => {
    const typed = input.value.toUpperCase().replace(/[\s\-–—\u200b]/g, "");
    const siv = /^([A-Z]{1,2})(\d{3})([A-Z]{2})$/.exec(typed);
    if (siv) input.value = siv.slice(1).join("-");
  });
}

// A VIN leaves in capitals, without the blanks of the certificate.
export function tidyVin(input) {
  input.addEventListener("change", () => {
    input.value = input.value.toUpperCase().replace(/\s/g, "");
  });
}

// 14092018, 14.09.2018 and 14-09-2018 leave as 14/09/2018.
export function tidyDate(input) {
  input.addEventListener("change", () => {
    const parts = /^\s*(\d{2})[.\-/ ]?(\d{2})[.\-/ ]?(\d{4})\s*$/.exec(input.value);
    if (parts) input.value = parts.slice(1).join("/");
  });
}

// The decimal key of the keypad writes the reader's decimal mark.
const decimalMark = new Intl.NumberFormat(document.documentElement.lang).formatToParts(1.1).find((part) => part.type === "decimal").value;

export function keypad(event) {
  const { target } = event;
  if (event.code !== "NumpadDecimal" || decimalMark === "." || !target.matches?.("[inputmode=decimal]")) return;
  event.preventDefault();
  target.setRangeText(decimalMark, target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

// The sums beside an order follow what is typed: [data-sum=…] gives, [data-total=…] shows.
export function keepSums(form) {
  const shown = Object.fromEntries([...document.querySelectorAll("[data-total]")].map((place) => [place.dataset.total, place]));
  if (!shown.total) return;
  const sum = (name) => [...form.querySelectorAll(`[data-sum=${name}]`)].reduce((all, input) => all + (cents(input.value) ?? 0), 0);
  const show = () => {
    const fees = sum("fee");
    const total = sum("price") + fees;
    const amounts = { fees, total, big: total, due: total - sum("trade-in") - sum("deposit"), discount: Math.max(sum("asking") - sum("price"), 0) };
    for (const [name, place] of Object.entries(shown)) {
      if (place.matches("input")) place.value = printed(amounts[name] ?? 0);
      else if (name in amounts) place.textContent = `${printed(amounts[name])}\u00a0€`;
    }
  };
  form.addEventListener("input", show);
}

// What a search finds below its field, [data-finds=id of the field], is chosen without the mouse: the WAI-ARIA combobox with a listbox.
// The focus stays in the field. Without this script each line is a button like any other.
export function combobox(place) {
  const input = document.getElementById(place.dataset.finds);
  if (!input) return;
  if (input.role !== "combobox") listen(place, input);
  const list = place.querySelector("ul");
  if (list) {
    list.id = `${place.id}-list`;
    list.role = "listbox";
    for (const line of list.children) line.role = "presentation";
    lines(place).forEach((line, at) => Object.assign(line, { id: `${list.id}-${at}`, role: "option", tabIndex: -1, ariaSelected: "false" }));
    input.setAttribute("aria-controls", list.id);
  } else {
    input.removeAttribute("aria-controls");
  }
  input.ariaExpanded = String(Boolean(list));
  input.removeAttribute("aria-activedescendant");
}

const lines = (place) => [...place.querySelectorAll("button")];

function listen(place, input) {
  Object.assign(input, { role: "combobox", ariaAutoComplete: "list" });
  const chosen = () => lines(place).findIndex((line) => line.ariaSelected === "true");
  const choose = (at) => {
    lines(place).forEach((line, one) => (line.ariaSelected = String(one === at)));
    const line = lines(place)[at];
    input.setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    place.replaceChildren();
    combobox(place);
  };
  const keys = {
    ArrowDown: (count, at) => choose((at + 1) % count),
    ArrowUp: (count, at) => choose(at > 0 ? at - 1 : count - 1),
    Enter: (_count, at) => lines(place)[at]?.click(),
    Escape: close,
  };
  input.addEventListener("keydown", (event) => {
    const [count, at] = [lines(place).length, chosen()];
    if (!count || event.isComposing || !(event.key in keys) || (event.key === "Enter" && at < 0)) return;
    event.preventDefault();
    keys[event.key](count, at);
  });
  input.addEventListener("blur", close);
  place.addEventListener("mousedown", (event) => event.preventDefault()); // a click on a line leaves the focus in the field
}
