"""Document → the sentences that can stand in an extract, each with its place.

A sentence stands by itself when a reader needs no sentence before it: it is whole, and it does not
begin with a word that refers back. Headings, contents, licences and navigation are no sentences.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from quoth.text import Language, count_solid, count_words, find_sentences, is_complete
from quoth.types import Document, Page

_SHORTEST = 6
_SHORTEST_ROW = 3
_SHORTEST_HEADED = 12
_LONGEST = 70
_NARROW = 0.6
"""The share of the width of a page below which a line was not wrapped, but ended."""
_LONGEST_LABEL = 3
"""The most words of a label such as "Decision 4."."""
_LABEL = re.compile(r"^((?:[^\W\d_][^\s.:]*)(?: [^\s.:]+){0,2})\.(?= \w)")
_HEADED = re.compile(r"[\w,] \d{1,2}\.$")
"""The end of a heading with the number of the next one."""
_PARAGRAPH = re.compile(r"\n\s*\n")
_LINK = re.compile(r" ?\((?:https?:|mailto:|/)[^()\n]*(?:\n[^()\n ]*)?\)")
_LETTERS = 0.6
_OPENERS = "\"'“”„«»‘’‚「」『』‹›"
_BRACKETS = ("(", "[", "（", "【")
"""What an aside, a stage direction or the rest of a cut sentence begins with."""
_SPEECH = re.compile(
    r"[\"“”„«»「」『』‟]\s?[^\"“”„«»「」『』]{2,}?[,.!?…—–。！？，]\s?[\"“”«»」』]"
    r"|^[\"“„«「『‘'](?=\w)[^\"“”„«»「」『』]*$|^\s*[—–] ?\w"
    r"|(?:^|\s)[‘'](?=\w)[^’']{2,}[,.!?…—][’'](?!\w)"
)
"""Direct speech: a quote with a mark before its end, one that goes on, or a dash."""
_ROW = re.compile(r"[^\W\d_][^:：\n.]{1,50}[:：]\s*\S.*", re.DOTALL)
_LEADERS = re.compile(
    r"\.{4,}|(?:\. ){4,}|…{2,}|\|.*\||\| \d+\b|_{4,}|-{4,}|={4,}|https?://\S+\s*$"
)
_MARKER = re.compile(
    r"^\s*(?:[•·‣◦▪●■□○]\s*|(?:[-–*o]|#{1,6}|\d{1,3}[.)]|\(?[a-z\d]{1,3}\)|\d+(?:\.\d+)+\.?)\s+)"
)
_CLAUSE_NUMBER = re.compile(r"^\d{1,3} (?=([^\W\d_]+)\b)")
"""The number of a clause or a footnote, without a mark, and the word after it."""
_CUT = re.compile(r"(?:^|[\s(])([^\W\d_]+(?:\.[^\W\d_])*)\.$")
"""The last word of a sentence."""
_EMPHASIS = re.compile(r"\*\*|__|`+|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)")
_REFERENCES = re.compile(r"(?<=[\w.,;:!?)”\"])(?:\[\d{1,3}\])+")
_NO_TEXT = re.compile(r"^(?:(?:file|image):|\[\d+\]\s|\d+: )", re.IGNORECASE)
"""The start of a caption of a picture, of an entry in a list of references, or of its pages."""
_HEADING_MARK = re.compile(r"\s*#{1,6} ")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a document: characters `start` to `end` of a page, and its `text` in one line.

    `position` is where it begins, as a share of the document. `is_speech` is whether it quotes
    somebody.
    """

    text: str
    page: Page
    start: int
    end: int
    position: float
    is_speech: bool = False


def find_sentences_of(document: Document, language: Language) -> list[Candidate]:
    """Return all sentences and rows of a document in order, each once."""
    total = sum(len(page.text) for page in document.pages) or 1
    repeated = _find_repeated_lines(document.pages)
    found: dict[str, Candidate] = {}
    before = 0
    for page in document.pages:
        for start, end in _find_pieces(page, language, repeated):
            text = _close_label(
                _drop_number(clean_sentence(page.text[start:end]), language), language
            )
            speech = bool(_SPEECH.search(text))
            sentence = Candidate(text, page, start, end, (before + start) / total, speech)
            found.setdefault(text, sentence)
        before += len(page.text)
    return list(found.values())


def clean_sentence(text: str) -> str:
    """Return a sentence in one line, without marks of lists and references, emphasis and links."""
    text = _REFERENCES.sub("", _LINK.sub("", text))
    return _EMPHASIS.sub("", _MARKER.sub("", " ".join(text.split()))).strip()


def _drop_number(text: str, language: Language) -> str:
    """Return a sentence without the number of its clause, which stands before a capital word.

    Only a word that is no name has its capital from the start of a sentence: "7 The tenant pays".
    """
    number = _CLAUSE_NUMBER.match(text)
    word = number[1] if number else ""
    is_first = word[:1].isupper() and word.lower() in language.words.stop
    return text[number.end() :] if number and is_first else text


def _close_label(text: str, language: Language) -> str:
    """Return a sentence with a colon after its label, so that both stay one sentence."""
    label = _LABEL.match(text)
    if (
        label
        and _is_label(label[0], language)
        and text[label.end() + 1 : label.end() + 2].isupper()
    ):
        return f"{label[1]}:{text[label.end() :]}"
    return text


def stands_alone(text: str, language: Language) -> bool:
    """Whether a sentence, or a row of a name and a value, can be read without what precedes it."""
    words = count_words(text)
    whole = is_complete(text)
    if not (_SHORTEST if whole else _SHORTEST_ROW) <= words <= _LONGEST * _factor(language):
        return False
    if not whole and not _is_row_with_number(text):
        return False
    first = text.lstrip(_OPENERS + "([*_ ")[:1]
    letters = sum(map(str.isalpha, text))
    rules = language.summaries
    return (
        not first.islower()
        and not text.startswith(_BRACKETS)
        and not _is_cut(text, language)
        and not text.rstrip(_OPENERS + ")] ").endswith(("?", "？", "؟", "…", "..."))
        and (letters >= _LETTERS * count_solid(text) or not whole)
        and not (text.isupper() and whole)
        and not _LEADERS.search(text)
        and not _NO_TEXT.match(text)
        and not (words < _SHORTEST_HEADED and _HEADED.search(text))
        and text.count("(") == text.count(")")
        and not rules.dangling.match(text.lstrip(_OPENERS))
        and not rules.boilerplate.search(text)
    )


def _is_row_with_number(text: str) -> bool:
    """Whether a text is a row whose value has a number; in "Schedule 2: Works", its name has it."""
    name, _, value = text.replace("：", ":").partition(":")
    is_row = bool(_ROW.fullmatch(text)) and "|" not in name
    return is_row and any(map(str.isdigit, value))


def _is_cut(text: str, language: Language) -> bool:
    """Whether a sentence ends with an initial or an abbreviation, so that the rest is missing."""
    last = _CUT.search(text)
    if not last:
        return False
    is_initial = len(last[1]) == 1 and last[1].isupper() and count_words(text) > 1
    return is_initial or last[1] in language.sentences.abbreviations


def _factor(language: Language) -> float:
    return max(1.0, language.summaries.length_factor)


def _find_repeated_lines(pages: Sequence[Page]) -> frozenset[str]:
    """Return the lines that several pages have: running heads and feet."""
    if len(pages) < 3:
        return frozenset()
    counts = Counter(
        line for page in pages for line in {line.strip() for line in page.text.splitlines()}
    )
    return frozenset(line for line, count in counts.items() if line and count >= 3)


def _find_pieces(
    page: Page, language: Language, repeated: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences of a page; one never runs over a heading or a row."""
    text = page.text
    for begin, stop in pairwise(_find_borders(page, repeated)):
        block = text[begin:stop]
        first_line = block.strip().partition("\n")[0]
        if _HEADING_MARK.match(block) or block.strip() in repeated or not first_line:
            continue
        label: int | None = None
        for start, end in find_sentences(block, language):
            if label is not None and _PARAGRAPH.search(block[label:start]):
                label = None
            opens_line = not block[:start].strip(" ") or "\n" in block[:start][-3:]
            if label is None and opens_line and _is_label(block[start:end], language):
                label = start
                continue
            yield begin + (start if label is None else label), begin + end
            label = None


def _is_label(text: str, language: Language) -> bool:
    """Whether a piece such as "Decision 4." belongs to the sentence after it; "Ms." does not."""
    words = clean_sentence(text)
    is_short = words.endswith(".") and 0 < count_words(words) <= _LONGEST_LABEL
    return is_short and words[:2].isalpha() and not _is_cut(words, language)


def _find_borders(page: Page, repeated: frozenset[str]) -> list[int]:
    """Return the offsets at which no sentence goes on, from 0 to the end of the text."""
    text = page.text
    lines = [*re.finditer(r"[^\n]*\n?", text)]
    lengths = sorted(len(line[0].strip()) for line in lines if line[0].strip())
    width = lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0
    titles = {" ".join(heading.title.split()) for heading in page.headings}
    borders = {0, len(text)}
    for line, after in pairwise(lines):
        words = line[0].strip()
        is_title = " ".join(_MARKER.sub("", words).split()) in titles or words in repeated
        if is_title or _HEADING_MARK.match(line[0]):
            borders |= {line.start(), line.end()}
        follows = after[0].lstrip()[:1]
        if len(words) < _NARROW * width and words and not follows.islower():
            borders.add(line.end())
    return sorted(borders)
