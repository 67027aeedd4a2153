"""Questions about a collection itself, answered from its metadata, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quoth.answer.describe import chunk_of, describe
from quoth.answer.mentions import find_mentions
from quoth.answer.naming import find_named, name_of
from quoth.answer.places import HEADINGS_BETWEEN, cite_span, number_places
from quoth.collection import Scope, Source, Store
from quoth.retrieve import tell_language
from quoth.text import (
    ENGLISH,
    CollectionForm,
    CollectionRules,
    Language,
    find_quote,
    is_stop_word,
)
from quoth.types import Answer, AnswerSentence, Citation, Document, Heading, NotRead

_MOST_NAMES = 20
"""The most documents that an answer names."""
_MOST_PLACES = 10
"""The most documents of which an answer shows a place."""
_MOST_NAMED = 3
"""The most documents that a question is about; a name that fits more says too little."""
_AUTHORS = ("author", "authors", "creator", "from")
_DATES = ("date", "created", "published")
"""The keys of metadata that a document states itself: front matter, and the head of a mail."""


class Catalog:
    """Answers questions about one collection itself: its documents, their names, pages and authors.

    A question that asks for a content is none of these, and neither is one whose document or
    subject the collection does not have. `scope` limits the documents, if given.
    """

    def __init__(self, store: Store, scope: Scope | None = None) -> None:
        self._store = store
        self._scope = scope

    def answer(self, question: str) -> Answer | None:
        """Return the answer, of the kind `answer`, or `None` for a question of another kind."""
        told = tell_language(question, self._store.languages())
        for spoken in dict.fromkeys((told, ENGLISH)):
            if asked := spoken.collections.recognize(question):
                found = self._find(*asked, spoken)
                if found is not None:
                    return _answer(question, spoken, *found)
        return None

    def complete(self, answer: Answer) -> Answer:
        """Return an answer with what its documents tell, beyond the chunks that were read.

        The heading of a place is the one above it, while a chunk only has those above its start.
        Pages without text in the documents that are named were not read.
        """
        paths = {place.source for place in (*answer.citations, *answer.nearest)}
        count = self._store.count_unreadable(paths)
        unread = (NotRead(count, "pages", "no text"),) * bool(count)
        return replace(
            answer,
            citations=tuple(map(self._with_heading, answer.citations)),
            nearest=tuple(map(self._with_heading, answer.nearest)),
            not_read=(*answer.not_read, *unread),
        )

    def _with_heading(self, place: Citation) -> Citation:
        path: list[Heading] = []
        for page, heading in self._store.headings(place.source, up_to_page=place.page):
            if (page, heading.start) <= (place.page, place.start):
                path = [*(above for above in path if above.level < heading.level), heading]
        titles = (" ".join(heading.title.split()) for heading in path)
        return replace(place, heading=HEADINGS_BETWEEN.join(titles)) if path else place

    def _find(
        self, form: CollectionForm, value: str, spoken: Language
    ) -> tuple[str, Sequence[Citation]] | None:
        """Return the text of an answer and its places; `None` where the metadata tell nothing."""
        rules = spoken.collections
        sources = self._sources()
        if form in ("count", "contents"):
            return _count(sources, rules, named=form == "contents") if sources else None
        if form == "mentions":
            return self._find_mentions(value, sources, spoken)
        named = find_named(value, sources, spoken)
        if not 0 < len(named) <= _MOST_NAMED:
            return None
        if form == "pages":
            lines = [
                rules.pages_of.format(document=name_of(source), pages=source.pages)
                for source in named
            ]
            return " ".join(lines), ()
        documents = [
            document for source in named if (document := self._store.document(source.path))
        ]
        found = [
            describe(document, name_of(source), rules)
            if form == "about"
            else _state_origin(document, name_of(source), rules, form)
            for source, document in zip(named, documents, strict=True)
        ]
        told = [each for each in found if each[0]]
        places = [place for _, part in told for place in part]
        return (" ".join(text for text, _ in told), places) if told else None

    def _find_mentions(
        self, subject: str, sources: Sequence[Source], spoken: Language
    ) -> tuple[str, Sequence[Citation]] | None:
        among = None if self._scope is None else self._store.select(self._scope)
        words = [word for word in subject.split() if not is_stop_word(word, spoken)]
        mentions = find_mentions(" ".join(words), self._store, among=among)
        named = [source.path for source in find_named(subject, sources, spoken)]
        paths = list(dict.fromkeys([*mentions, *named]))
        if not paths:
            return None
        names = {source.path: name_of(source) for source in sources}
        rules = spoken.collections
        text = rules.mentioned.format(subject=subject, count=len(paths))
        places = [
            cite_span(found.chunk, found.start, found.end, match="exact")
            for found in (mention.sentence for mention in mentions.values())
        ]
        listed = _list([names[path] for path in paths if path in names], rules)
        return f"{text} {listed}", places[:_MOST_PLACES]

    def _sources(self) -> list[Source]:
        """Return the sources within the scope."""
        sources = self._store.sources()
        if self._scope is None:
            return sources
        held = self._store.paths_within(self._scope)
        return [source for source in sources if source.path in held]


def _answer(question: str, spoken: Language, text: str, places: Sequence[Citation]) -> Answer:
    citations = number_places(places)
    numbers = tuple(place.n for place in citations)
    return Answer(
        question=question,
        kind="answer",
        text=text,
        sentences=(AnswerSentence(text, "supported", numbers),),
        citations=citations,
        language=spoken.code,
        model="",
    )


def _count(
    sources: Sequence[Source], rules: CollectionRules, *, named: bool
) -> tuple[str, Sequence[Citation]]:
    pages = sum(source.pages for source in sources)
    if not named:
        return rules.counted.format(documents=len(sources), pages=pages), ()
    listed = _list([name_of(source) for source in sources], rules)
    return f"{rules.listed.format(count=len(sources))} {listed}", ()


def _list(names: Sequence[str], rules: CollectionRules) -> str:
    rest = len(names) - _MOST_NAMES
    shown = "; ".join(names[:_MOST_NAMES])
    return f"{shown} {rules.more.format(count=rest)}" if rest > 0 else f"{shown}."


def _state_origin(
    document: Document, name: str, rules: CollectionRules, form: CollectionForm
) -> tuple[str, list[Citation]]:
    """Return who wrote a document and when, as far as it says, and where; empty without."""
    facts = document.metadata
    author = next((facts[key] for key in _AUTHORS if facts.get(key)), "")
    date = next((facts[key] for key in _DATES if facts.get(key)), "")
    if not (author if form == "author" else date):
        return "", []
    lines = [rules.written_by.format(document=name, author=author)] * bool(author)
    lines += [rules.dated.format(document=name, date=date)] * bool(date)
    page = chunk_of(document, document.pages[0])
    found = (find_quote(fact, page.text) for fact in (author, date) if fact)
    places = [cite_span(page, place[0], place[1], match="exact") for place in found if place]
    return " ".join(lines), places
