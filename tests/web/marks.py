"""How far the marks of a page are from the words that they mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_MEASURE = """
([quote, isLast]) => {
  const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\\p{L}\\p{N}]/gu, "");
  const around = (boxes) => ["left", "top", "right", "bottom"].map((side) =>
    Math[side === "left" || side === "top" ? "min" : "max"](...boxes.map((box) => box[side])));
  const all = (selector) => [...document.querySelectorAll(selector)];
  const words = all(".words span").filter((word) => fold(word.textContent));
  const wanted = fold(quote);
  let distance = Infinity;
  for (let first = 0; first < words.length; first += 1) {
    let text = "";
    for (let last = first; last < words.length && text.length < wanted.length; last += 1) {
      text += fold(words[last].textContent);
      if (text === wanted) {
        const marks = all(".mark").map((mark) => mark.getBoundingClientRect());
        const inked = words.slice(first, last + 1).map((word) => word.getBoundingClientRect());
        const [one, other] = [around(marks), around(inked)];
        distance = Math.max(...one.map((edge, at) => Math.abs(edge - other[at])));
        if (!isLast) return distance;
      }
    }
  }
  return distance;
}
"""


def distance_of_marks(page: Page, quote: str, *, last: bool = False) -> float:
    """Return the largest distance, in pixels, of an edge of the marks from that of the words.

    The words are the first that are the quote, or the last ones.
    """
    return float(page.evaluate(_MEASURE, [quote, last]))
