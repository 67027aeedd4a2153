"""A document → sentences of it, word for word: the summary of a model too small to write one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quoth.summarize.candidates import Candidate, find_sentences_of, stands_alone
from quoth.summarize.followers import join_followers
from quoth.summarize.kinds import AUTO, Kind, find_kind, load_kind
from quoth.summarize.languages import find_document_language
from quoth.summarize.lead import count_lead
from quoth.summarize.spread import answer_query, spread
from quoth.summarize.tidy import close_sentence, join_sentences
from quoth.summarize.values import SummaryNode
from quoth.text import Language, language
from quoth.types import Chunk, Document, Page

_FEWEST = 3
"""The fewest sentences that are worth being selected from."""


@dataclass(frozen=True, slots=True)
class Extract:
    """The sentences taken from a document, in order, and the kind that it was read as."""

    document: Document
    kind: Kind
    language: Language
    sentences: tuple[Candidate, ...]

    @property
    def text(self) -> str:
        """The sentences as one text."""
        closed = (close_sentence(sentence.text, self.language) for sentence in self.sentences)
        return join_sentences(closed, self.language)

    @property
    def node(self) -> SummaryNode:
        """The extract as the tree of a summary, which has read every page."""
        chunks = tuple(self._as_chunk(page) for page in self.document.pages)
        return SummaryNode("extract", self.text, chunks=chunks, extracted=True)

    def _as_chunk(self, page: Page) -> Chunk:
        document = self.document
        return Chunk(
            source=document.source,
            title=document.title,
            page=page.number,
            page_label=page.label,
            start=0,
            end=len(page.text),
            text=page.text,
            language=self.language.code,
        )


def extract(
    document: Document,
    words: int,
    *,
    kind: str = AUTO,
    query: str = "",
    folders: Sequence[Path] = (),
) -> Extract:
    """Take sentences of about `words` words from a document. No model is asked.

    With a query, they are those that share most of its words; there are none when no sentence has
    any. A document without whole sentences gives the lines that it has.
    """
    spoken = language(find_document_language((document,)))
    sentences = find_sentences_of(document, spoken)
    known = find_kind(document, sentences, spoken, folders=folders)
    if kind != AUTO:
        known = load_kind(kind, folders)
    if not query:
        sentences = join_followers(sentences, known, spoken)
    candidates = [sentence for sentence in sentences if stands_alone(sentence.text, spoken)]
    if len(candidates) < _FEWEST:
        candidates = sentences
    if query:
        taken = answer_query(candidates, query, words, spoken)
    else:
        quiet = [candidate for candidate in candidates if known.quotes or not candidate.is_speech]
        chosen = quiet if len(quiet) >= _FEWEST else candidates
        lead = count_lead(document, chosen) if known.lead else 0
        taken = spread(chosen, known, words, spoken, lead=lead)
    return Extract(document, known, spoken, tuple(taken))
