"""An answer as lines: the words for its kind, its text, its places, and what was checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quoth.types import Answer, Chunk, Citation
from quoth.views.lines import format_copies, make_printable, shorten_paths
from quoth.views.quote import MarkedText, shorten_quote, wrap_marked

if TYPE_CHECKING:
    from quoth.text import AnswerWords

Role = Literal["text", "kind", "phrase", "place", "detail", "quote", "warning"]
"""What a line of an answer is, for its style."""
WIDTH = 100
_INDENT = " " * 6
_FEW_WORDS = 14
"""The most words of a place that is shown although nothing near the question was found."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer, what it is, and the spans of it that are marked."""

    text: str
    role: Role
    marks: tuple[tuple[int, int], ...] = ()


def answer_lines(answer: Answer, *, width: int = WIDTH, with_text: bool = True) -> list[Line]:
    """Return the lines of an answer, at most `width` columns wide but for paths.

    `with_text` false leaves out the text of a written answer, which was shown as it was written.
    """
    words = words_of(answer)
    names = names_of_sources(answer)
    lines = [*_head(answer, words, with_text=with_text)]
    for citation in answer.citations:
        lines += _place(citation, answer, names, width)
    lines += _notes(answer)
    if answer.nearest and answer.kind != "failed":
        lines += [Line("", "text"), Line(nearest_title(answer, words), "kind")]
        for place in answer.nearest:
            lines += _place(place, answer, names, width)
    return lines


def words_of(answer: Answer) -> AnswerWords:
    """Return the words around an answer, in the language of its question."""
    from quoth.text import language

    return language(answer.language or "en").answers


def nearest_title(answer: Answer, words: AnswerWords) -> str:
    """Return the words above the nearest places: below an answer they are others to look at."""
    return words.also if answer.citations else words.nearest


def cited_text(answer: Answer) -> str:
    """Return the text of an answer, with the numbers of its citations behind each sentence."""
    parts, end = [], 0
    for sentence in answer.sentences:
        start = answer.text.find(sentence.text, end)
        if start < 0:
            continue
        stop = start + len(sentence.text)
        parts.append(answer.text[end:stop])
        if sentence.citations and not answer.text[stop:].lstrip().startswith("["):
            parts.append(" " + "".join(f"[{n}]" for n in sentence.citations))
        end = stop
    return "".join([*parts, answer.text[end:]])


def names_of_sources(answer: Answer) -> Mapping[str, str]:
    """Return the sources of an answer by their paths, as short as they differ from each other."""
    chunks: list[Chunk | Citation] = [hit.chunk for hit in answer.hits]
    places = [*answer.citations, *answer.nearest, *chunks]
    return shorten_paths(path for place in places for path in (place.source, *place.also_at))


def format_place(place: Citation, words: AnswerWords, names: Mapping[str, str]) -> str:
    """Return the page of a place, as `lease.pdf, page iv (the file's page 4)`.

    `names` are the sources as they are shown. Where several collections were asked, its own is
    named behind it.
    """
    page = format_page_number(place, words)
    if place.page_label and place.page_label != str(place.page):
        page = f"{page} ({words.file_page.format(page=place.page)})"
    collection = f" ({place.collection})" if place.collection else ""
    return f"{names[place.source]}, {page}{collection}"


def format_page_number(place: Citation, words: AnswerWords) -> str:
    """Return the page of a place as it is printed on it, as `page iv`."""
    return words.page.format(page=make_printable(place.page_label or str(place.page)))


def format_check(place: Citation, answer: Answer, words: AnswerWords) -> str:
    """Return what was checked of a citation of a written answer; nothing for other places."""
    if answer.kind != "answer" or place not in answer.citations:
        return ""
    page = format_page_number(place, words)
    if place.verified:
        return words.found.format(page=page)
    if any(part.support != "unsupported" for part in answer.sentences if place.n in part.citations):
        return words.supported.format(page=page)
    return words.closest


def format_language(answer: Answer) -> str:
    """Return the language of the passages where the question is in another one; else nothing.

    An answer that was declined for its language has told it.
    """
    from quoth.text import UNDETERMINED, language

    spoken, unknown = answer.evidence_language, ("", UNDETERMINED)
    if answer.language == spoken or answer.language in unknown or spoken in unknown:
        return ""
    name = language(answer.language).name_of(language(spoken))
    if answer.kind == "declined" and name in answer.text:
        return ""
    return words_of(answer).other_language.format(language=name)


def notes_of(answer: Answer) -> list[str]:
    """Return what a reader should know: what nothing supports, and what was not read."""
    words = words_of(answer)
    notes = [
        f"{words.unsupported} {part.text}"
        for part in answer.sentences
        if part.support == "unsupported"
    ]
    if answer.unsupported_numbers:
        notes.append(f"{words.unsupported_numbers} {', '.join(answer.unsupported_numbers)}")
    if answer.not_read:
        terms = words.terms
        parts = (
            f"{part.count} {terms.get(part.what, part.what)}"
            f" ({terms.get(part.reason, part.reason)})"
            for part in answer.not_read
        )
        notes.append(f"{words.not_read} {', '.join(parts)}")
    return notes


def _head(answer: Answer, words: AnswerWords, *, with_text: bool) -> Iterator[Line]:
    if answer.kind == "excerpt":
        yield Line(words.excerpt, "kind")
        if answer.phrase:
            yield from (Line("", "text"), Line(f"  {make_printable(answer.phrase)}", "phrase"))
    elif with_text or answer.kind != "answer":
        yield Line(make_printable(cited_text(answer)), "text")


def _place(place: Citation, answer: Answer, names: Mapping[str, str], width: int) -> Iterator[Line]:
    words = words_of(answer)
    yield Line("", "text")
    yield Line(f"  [{place.n}] {format_place(place, words, names)}", "place")
    for detail in details_of(place, answer, names):
        yield Line(_INDENT + detail, "detail")
    for line in wrap_marked(quoted(place, answer), max(20, width - len(_INDENT))):
        marks = tuple((start + len(_INDENT), end + len(_INDENT)) for start, end in line.marks)
        yield Line(_INDENT + line.text, "quote", marks)
    if check := format_check(place, answer, words):
        yield Line(f"{_INDENT}({check})", "detail")


def details_of(place: Citation, answer: Answer, names: Mapping[str, str]) -> list[str]:
    """Return the headings above a place and the copies of it; none where nothing is near."""
    if answer.kind == "declined":
        return []
    details = (make_printable(place.heading), format_copies(place.also_at, names))
    return [detail for detail in details if detail]


def quoted(place: Citation, answer: Answer) -> MarkedText:
    """Return the quote of a place between quotation marks, shortened; a glimpse, if declined."""
    before, _, after = words_of(answer).quoted.partition("{quote}")
    if answer.kind == "declined":
        quote = _glimpse(place)
    else:
        quote = shorten_quote(place.quote, place.marks)
    return MarkedText(before) + quote + MarkedText(after)


def _glimpse(place: Citation) -> MarkedText:
    """Return how the best sentence of a place begins, on one line."""
    start = place.marks[0][0] if place.marks else 0
    begins = shorten_quote(place.quote[start:], most_words=_FEW_WORDS).text.replace("\n", " ")
    return MarkedText(f"… {begins}" if start else begins)


def _notes(answer: Answer) -> Iterator[Line]:
    for note in notes_of(answer):
        yield from (Line("", "text"), Line(f"  ! {make_printable(note)}", "warning"))
    if spoken := format_language(answer):
        yield from (Line("", "text"), Line(f"  {spoken}", "detail"))
