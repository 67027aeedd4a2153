"""The tools that answer: ask, and the check of what an agent wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig

from quoth.answer import WrittenReply
from quoth.collection import Scope
from quoth.errors import CancelledError, UsageError
from quoth.library import Library, Watcher
from quoth.mcp.addresses import Address, page_uri
from quoth.mcp.reading import Reader
from quoth.mcp.shapes import AnswerShape, AskResult, CiteResult, Place
from quoth.mcp.work import Work
from quoth.retrieve import check_question
from quoth.text import detect_language, find_sentences, language
from quoth.types import Answer, Chunk, Citation
from quoth.views import answer_json, citation_json

_MOST_SENTENCES = 40
_PASSAGES_FOR_A_SENTENCE = 3


class Answering:
    """Answers questions, and looks up claims, in the documents that a server shows."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.bounds = reader.bounds

    def ask(
        self, work: Work, library: Library, question: str, scope: Scope | None, *, max_tokens: int
    ) -> AskResult:
        """Return the answer to a question. Raises `CancelledError` when the work is to stop."""
        answerer = library.answerer_within(scope)
        watched: RunnableConfig = {"callbacks": [Watcher(work.check)]}
        for written, part in enumerate(answerer.stream(check_question(question), watched)):
            if isinstance(part, Answer):
                return self._shape(library, part, max_tokens)
            work.report(written, 0, "writing")
        raise CancelledError("The call was cancelled.")  # an answer always ends the stream

    def cite(
        self,
        text: str,
        *,
        question: str = "",
        collection: str = "",
        ids: Sequence[str] = (),
        max_tokens: int = 0,
    ) -> CiteResult:
        """Return where the claims of a text stand, in passages by their ids or in all documents."""
        if not text.strip():
            raise UsageError("There is no text to check.")
        library = self._library_of(ids, collection)
        chunks = (
            [self._chunk(library, id) for id in ids] if ids else self._search_claims(library, text)
        )
        reply = WrittenReply(
            question, chunks, language=language(detect_language(text, likely=("en",)))
        )
        reply.feed(text)
        written = reply.finish()
        unfound = [s.text for s in written.sentences if s.support == "unsupported"]
        places = self._places(library, written.citations)
        shown = places[: self._fit(library, places, self.reader.limit(max_tokens))]
        return CiteResult(
            citations=shown,
            left_out=len(places) - len(shown),
            unfound=unfound or ([text.strip()] if not written.citations else []),
            unsupported_numbers=list(written.unsupported_numbers),
        )

    def _library_of(self, ids: Sequence[str], collection: str) -> Library:
        named = {Address.read(id).collection for id in ids}
        if collection:
            named.add(collection)
        if len(named) > 1:
            raise UsageError("The passages are in several collections.", hint="Check each alone.")
        return self.bounds.open(next(iter(named), ""))

    def _chunk(self, library: Library, id: str) -> Chunk:
        number = Address.read(id).passage
        if number is None:
            raise UsageError(f"{id!r} is no passage.", hint="Use the ids of `search`.")
        return self.reader.chunk(library, number)

    def _search_claims(self, library: Library, text: str) -> list[Chunk]:
        """Return the passages that fit the sentences of a text, each once."""
        scope = self.bounds.narrow(library)
        found: dict[int | None, Chunk] = {}
        for start, end in [*find_sentences(text)][:_MOST_SENTENCES]:
            sentence = text[start:end].strip()
            if not any(letter.isalnum() for letter in sentence):
                continue
            for hit in library.search(sentence, k=_PASSAGES_FOR_A_SENTENCE, scope=scope):
                found.setdefault(hit.chunk.id, hit.chunk)
        return [*found.values()]

    def _shape(self, library: Library, answer: Answer, max_tokens: int) -> AskResult:
        value: dict[str, Any] = answer_json(answer)
        left = self.reader.limit(max_tokens) - library.embedder.count_tokens(answer.text)
        cited = self._places(library, answer.citations)
        value["citations"] = shown = cited[: self._fit(library, cited, left)]
        left -= sum(library.embedder.count_tokens(place.quote) for place in shown)
        near = self._places(library, answer.nearest)
        value["nearest"] = shown_near = near[: self._fit(library, near, left)]
        value["model"] = self.bounds.settings.tell(answer.model)
        left_out = len(cited) - len(shown) + len(near) - len(shown_near)
        return AskResult(answer=AnswerShape.model_validate(value), left_out=left_out)

    @staticmethod
    def _fit(library: Library, places: Sequence[Place], left: int) -> int:
        """Return how many places fit into a number of tokens; the first one always does."""
        for number, place in enumerate(places):
            left -= library.embedder.count_tokens(place.quote)
            if left < 0 and number:
                return number
        return len(places)

    def _places(self, library: Library, citations: Sequence[Citation]) -> list[Place]:
        return [self._place(library, citation) for citation in citations]

    def _place(self, library: Library, citation: Citation) -> Place:
        document, name = self.bounds.place_of(library, citation.source)
        own = {
            "document": document,
            "source": name,
            "url": page_uri(document, citation.page),
        }
        return Place.model_validate({**citation_json(citation), **own})
