"""The section `answers` of a language: the words around an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT


@dataclass(frozen=True, slots=True, config=STRICT)
class AnswerWords:
    """The words around an answer, in the language of the question.

    `excerpt` stands above text of the documents. `nearly` is the answer where no sentence says it
    plainly. `nearest` stands above the places near a question, `also` above those that follow an
    answer. `failed` tells why a model gave no answer (`{reason}`). `found` says that a quote was
    found on a page (`{page}`), `supported` that the numbers and names of a sentence were, and
    `closest` that the passage is the one that fits best. `unsupported` stands before a sentence
    that no passage supports, `unsupported_numbers` before numbers that are in none, and `not_read`
    before what an answer does not take into account, whose parts and reasons `terms` translates
    from English ("pages", "no text"). `other_language` tells the language of the passages
    (`{language}`); `languages` are the names of languages by their codes. `unreached` is the answer
    where the embedder does not match the languages of the `{question}` and of the `{evidence}`.
    `quoted` puts a text between quotation marks (`{quote}`). `page` is a page with its number
    (`{page}`), and `file_page` the page of the file, where it has another number.
    """

    excerpt: str = "From your documents, word for word:"
    nearly: str = "No sentence says this plainly."
    nearest: str = "Nearest:"
    also: str = "See also:"
    failed: str = "The model gave no answer: {reason}"
    found: str = "quote found on {page}"
    supported: str = "not word for word; its numbers and names are on {page}"
    closest: str = "no quote of it was found; this passage fits best"
    unsupported: str = "Not found in the passages:"
    unsupported_numbers: str = "Not in the cited passages:"
    not_read: str = "Not read:"
    languages: Mapping[str, str] = field(default_factory=dict)
    other_language: str = "The passages are in {language}."
    unreached: str = (
        "The question is in {question}, the documents are in {evidence}, and this embedder does "
        "not match the two. Ask in {evidence}, or embed with a multilingual model: embedding.model."
    )
    quoted: str = "“{quote}”"
    terms: Mapping[str, str] = field(default_factory=dict)
    page: str = "page {page}"
    file_page: str = "the file's page {page}"
