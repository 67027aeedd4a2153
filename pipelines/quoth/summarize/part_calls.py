"""The calls that read the parts of one document: their prompts, lengths and answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from quoth.errors import ContextOverflowError
from quoth.models import Call, ChatRequest
from quoth.summarize.conversation import (
    Utterance,
    count_unread,
    narrate,
    read_transcript,
    transcribe,
)
from quoth.summarize.languages import language_of
from quoth.summarize.lengths import AnswerLength, count_replies, length_of, tokens_per_word
from quoth.summarize.links import SentenceLinker
from quoth.summarize.parts import Part
from quoth.summarize.prompt_names import CONVERSATION_SMALL, TURN_SMALL, prompt_names
from quoth.summarize.run import SummaryRun
from quoth.summarize.select import select_sentences
from quoth.summarize.tidy import join_sentences, take_words, tidy
from quoth.summarize.values import NodeKind, SummaryNode
from quoth.text import (
    ENGLISH,
    UNDETERMINED,
    Language,
    SourceVocabulary,
    detect_language,
)
from quoth.text import find_sentences as sentence_spans

_STEP_WORDS = 25
_MOST_STEPS = 10
_MAP_SHARE = 2.5
"""Words of all partial summaries for each word of the summary."""
_MAP_SHARE_SELECTED = 1.6
"""The same ratio when sentences of the partial summaries are selected."""
_SAID_SHARE = 0.3
"""Share of a sentence's longer words that the conversation must contain."""
_FEWEST_TOKENS = 24
"""The fewest tokens of text that are worth a call."""


class PartCalls:
    """Asks the model to summarize the parts of one document, and checks the answers.

    `selects` is whether partial summaries are combined by selecting sentences from them.
    """

    def __init__(self, run: SummaryRun, parts: Sequence[Part], words: int) -> None:
        self.run = run
        self.parts = parts
        self.words = words
        self.tokens_per_word = tokens_per_word(parts)
        self.query = run.options.query
        self.names = prompt_names(query=bool(self.query), small=run.small)
        reduction = run.options.reduction
        self.selects = reduction == "select" or (reduction == "auto" and run.small)

    @property
    def map_length(self) -> AnswerLength:
        """The length of the summary of one part.

        It changes in steps, so that an edit to a document rarely changes the calls of other parts.
        """
        if len(self.parts) == 1:
            return self.length(self.words)
        share = _MAP_SHARE_SELECTED if self.selects else _MAP_SHARE
        steps = round(share * self.words / len(self.parts) / _STEP_WORDS)
        return self.length(max(1, min(_MOST_STEPS, steps)) * _STEP_WORDS)

    @cached_property
    def tells_turns(self) -> bool:
        """Whether parts of the document are a conversation that the model is to read as prose."""
        return any(map(self._turns, self.parts))

    @cached_property
    def linker(self) -> SentenceLinker:
        """Links sentences to the parts."""
        chunks = [chunk for part in self.parts for chunk in part.chunks]
        told = {chunk.source for chunk in chunks} if self.tells_turns else set()
        return SentenceLinker(chunks, language=self.run.language, conversations=told)

    @property
    def refusal(self) -> str:
        """The reply that prompts ask for when a text says nothing about the query."""
        refusals = self.run.refusals("summarize-query-map") if self.query else ()
        return refusals[0] if refusals else ""

    def length(self, words: int) -> AnswerLength:
        """Return the length of a summary of `words` words, at most a quarter of the window."""
        return length_of(words, self.run.description.context_window, self.tokens_per_word)

    def count_replies(self, words: int) -> int:
        """Return how many replies a summary of `words` words takes."""
        window = self.run.description.context_window
        return count_replies(words, window, self.tokens_per_word)

    def room(self, name: str, length: AnswerLength, *variables: str) -> int:
        """Return the token budget of a call for the text in these variables of a prompt.

        Raises `ContextOverflowError` when the window leaves next to nothing for the text.
        """
        values = {**dict.fromkeys(variables, ""), "query": self.query, **length.values}
        room = self.run.room(name, values, length.tokens)
        if room < _FEWEST_TOKENS:
            window = self.run.description.context_window
            raise ContextOverflowError(
                prompt_tokens=window - room - length.tokens,
                answer_tokens=length.tokens,
                window=window,
                what=f"The prompt {name}, before any text,",
            )
        return room

    def request(self, part: Part, length: AnswerLength, *, curtail: bool = False) -> ChatRequest:
        """Return the request for the summary of one part.

        With `curtail`, a small model is stopped at the end of the sentence in which it reaches the
        requested words; it would write until its tokens are used up. The summary of a document with
        one part is never curtailed.
        """
        name, text = self.names.map, part.text
        if turns := self._turns(part):
            name = CONVERSATION_SMALL
            text = narrate(turns, self.run.prompt(TURN_SMALL), self._spoken(part).summaries)
        messages = self.run.messages(name, {"text": text, "query": self.query, **length.values})
        curtailed = curtail and self.run.small and len(self.parts) > 1
        return self.run.request(messages, length.tokens, length.words if curtailed else 0)

    def node(
        self,
        kind: NodeKind,
        call: Call,
        texts: Sequence[str],
        length: AnswerLength,
        part: Part | None = None,
    ) -> SummaryNode:
        """Return the answer of a call as a node, tidied and clipped to its limit.

        `texts` are the texts that the call has read; `part` is the part of the document among them.
        """
        turns = self._turns(part) if part else []
        answer = tidy(
            call.text,
            is_doubtful=self._doubt(texts, part, turns),
            cut_off=call.finish == "length",
            language=self.run.language,
        )
        text = join_sentences(take_words(answer.kept, 2 * length.words), self.run.language)
        extracted = not text
        if self.query and self._refuses(text):
            text = ""
        elif extracted and part is not None and not self.query:
            sentences = transcribe(turns) or self._body_sentences(part)
            text = _extract(sentences, length.words, self.run.language)
        return SummaryNode(
            kind,
            self.clip(text, length.tokens),
            chunks=part.chunks if part else (),
            key=call.key,
            cached=call.cached,
            timings=call.timings,
            dropped=answer.dropped,
            doubted=answer.doubted,
            extracted=extracted,
            unread=count_unread(part.text, turns) if part and turns else 0,
        )

    def clip(self, text: str, limit: int) -> str:
        """Return the whole sentences at the start of a text that take at most `limit` tokens.

        A model that keeps to the limit never has its answer clipped.
        """
        model = self.run.model
        while text and model.count_tokens(text) > limit:
            starts = model.token_starts(text)
            cut = starts[limit] if limit < len(starts) else len(text) - 1
            whole = [end for _, end in sentence_spans(text, self.run.language) if end <= cut]
            text = text[: whole[-1] if whole else min(cut, len(text) - 1)].rstrip()
        return text

    def _turns(self, part: Part) -> list[Utterance]:
        """Return the turns of a conversation if the model is to read them as prose."""
        if not self.run.small or self.query:
            return []
        return read_transcript(part.text, self._spoken(part).summaries)

    def _doubt(
        self, texts: Sequence[str], part: Part | None, turns: Sequence[Utterance]
    ) -> Callable[[str], bool]:
        """Return a predicate: whether a sentence of an answer may be invented.

        A translation may give names another form, so only its numbers are looked up.
        """
        read = SourceVocabulary(texts, language=self.run.language)
        is_translated = part is not None and self._spoken(part) != self.run.language

        def is_doubtful(sentence: str) -> bool:
            missing = (m.kind for m in read.mentions(sentence) if not m.supported)
            if any(kind == "number" or not is_translated for kind in missing):
                return True
            if not self._is_in_language(sentence):
                return True
            if turns and read.share(sentence) < _SAID_SHARE:
                return True
            if not self.linker.pairs(sentence):
                return True
            return part is not None and self.selects and not self.linker.supports(sentence)

        return is_doubtful

    def _is_in_language(self, sentence: str) -> bool:
        """Whether a sentence of a small model is in the language that it was asked for."""
        wanted = self.run.language.code
        if not self.run.small or wanted in (ENGLISH.code, UNDETERMINED):
            return True
        return detect_language(sentence, likely=(wanted,)) in (wanted, UNDETERMINED)

    @staticmethod
    def _spoken(part: Part) -> Language:
        """Return the language of a part."""
        return language_of(part.chunks[0]) if part.chunks else ENGLISH

    def _body_sentences(self, part: Part) -> list[str]:
        """Return the sentences of a part without its headings."""
        text = part.text
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        body = "\n".join(lines) or text
        return [
            " ".join(body[start:end].split())
            for start, end in sentence_spans(body, self._spoken(part))
        ]

    def _refuses(self, text: str) -> bool:
        refusal = re.escape(self.refusal.rstrip(" .。!"))
        return bool(refusal) and bool(re.match(rf"{refusal}(?!\w)", text, re.IGNORECASE))


def _extract(sentences: Sequence[str], words: int, language: Language) -> str:
    """Join the most central sentences, about `words` words in all."""
    indexes = select_sentences(sentences, [0] * len(sentences), words)
    return join_sentences((sentences[index] for index in indexes), language)
