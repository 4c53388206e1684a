/** Scrolls a row of links or tabs that is wider than the window, so that the chosen one can be seen. */
export function showInRow(row: Element | null, chosen: Element | null | undefined): void {
  if (row === null || chosen == null) return;
  const { left, right, width } = row.getBoundingClientRect();
  const box = chosen.getBoundingClientRect();
  if (box.left < left || box.right > right) row.scrollLeft += box.left - left - (width - box.width) / 2;
}
