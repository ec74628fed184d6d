// The bar of bulk actions appears with the first picked row.
export function countPicked(bar) {
  const picks = [...document.querySelectorAll("[data-pick]")];
  const all = document.querySelector("[data-pick-all]");
  if (!all) return;
  const show = () => {
    const count = picks.filter((pick) => pick.checked).length;
    bar.hidden = count === 0;
    const said = bar.querySelector("[data-bulk-count]");
    said.textContent = (count > 1 ? said.dataset.many : said.dataset.one).replace("{n}", count);
    all.checked = count > 0 && count === picks.length;
    all.indeterminate = count > 0 && count < picks.length;
  };
  const setAll = (checked) => {
    for (const pick of picks) pick.checked = checked;
    show();
  };
  picks.forEach((pick) => pick.addEventListener("change", show));
  all.addEventListener("change", () => setAll(all.checked));
  bar.querySelector("[data-bulk-clear]").addEventListener("click", () => setAll(false));
  show();
}
