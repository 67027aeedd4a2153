"""Map-reduce over the parts of a document, in a number of steps that is known to be finite.

- A part that does not fit its call is halved, until it does or is a single character.
- An answer counts for at most half of the tokens of what was read, however long it is. So each
  level of collapsing leaves at most half of the tokens of the level below.
- A partial summary that does not fit the window is split like a document.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from langchain_core.messages import BaseMessage

from quoth.errors import ContextOverflowError, GenerationError
from quoth.models import Call, ChatRequest
from quoth.summarize.evidence import SentenceLinker
from quoth.summarize.parts import Part, halve
from quoth.summarize.run import SummaryRun
from quoth.summarize.select import select_sentences
from quoth.summarize.talk import count_unread, narrate, transcribe, turns_of
from quoth.summarize.tidy import drop_repetitions, take_words, tidy
from quoth.summarize.values import NodeKind, SummaryNode
from quoth.text import SourceVocabulary, count_words
from quoth.text import sentences as sentence_spans

_SENTENCE_WORDS = 25
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SEPARATOR = "\n\n"
_SEPARATOR_TOKENS = 2
NOTHING = "Nothing on this."
_NOTHING = re.compile(r"nothing on this\b", re.IGNORECASE)
_TALKED_OF = 0.3
"""Share of the longer words about a conversation that must have been said in it."""
_LEAST = 24
"""Tokens of text below which a call makes no sense, and words below which no summary does."""


@dataclass(frozen=True, slots=True)
class AnswerLength:
    """How long an answer may be: words asked for, tokens allowed."""

    words: int
    tokens: int

    @property
    def values(self) -> dict[str, str]:
        """Return the variables of a prompt that tell the length."""
        count = max(1, round(self.words / _SENTENCE_WORDS))
        noun = "sentence" if count == 1 else "sentences"
        number = _NUMBERS[count - 1] if count <= len(_NUMBERS) else str(count)
        return {"length": str(self.words), "sentences": f"{number} {noun}"}


class MapReduce:
    """Summarizes parts and combines the summaries, within one run."""

    def __init__(self, run: SummaryRun, parts: Sequence[Part], words: int) -> None:
        self._run = run
        self._parts = parts
        self._words = words
        self._per_word = _tokens_per_word(parts)
        self._query = run.options.query
        reduction = run.options.reduction
        self.selects = reduction == "select" or (reduction == "auto" and run.small)

    @property
    def map_measure(self) -> AnswerLength:
        """Return how long the summary of one part is.

        It changes in steps, so that an edit to a document leaves the other parts' calls alone.
        """
        if len(self._parts) == 1:
            return self.measure(self._words)
        share = (1.6 if self.selects else 2.5) * self._words / len(self._parts)
        steps = max(1, min(10, round(share / _SENTENCE_WORDS)))
        return self.measure(steps * _SENTENCE_WORDS)

    def measure(self, words: int) -> AnswerLength:
        """Return the measure of a summary of so many words, at most a quarter of the window."""
        words = max(_LEAST, words)
        allowed = self._run.description.context_window // 4
        return AnswerLength(words, max(8, min(allowed, int(words * self._per_word * 1.1) + 24)))

    def enough(self, measure: AnswerLength) -> int:
        """Return the words with which the summary of a part may end, 0 where it ends by itself.

        A small model writes on until its tokens are used up, whatever length it is asked for.
        """
        return measure.words if self._run.small and len(self._parts) > 1 else 0

    def task(self, step: str) -> str:
        """Return the name of the prompt for a step."""
        task = f"summarize-query-{step}" if self._query else f"summarize-{step}"
        return f"{task}-small" if self._run.small and step == "map" else task

    def request(self, part: Part, measure: AnswerLength) -> ChatRequest:
        """Return the request for the summary of one part."""
        messages = self.asked(part, measure)
        return self._run.request(messages, measure.tokens, self.enough(measure))

    def asked(self, part: Part, measure: AnswerLength) -> list[BaseMessage]:
        """Return the messages that ask for the summary of a part, by itself."""
        task, text = self.task("map"), part.text
        if turns := self._turns(part):
            task, text = "summarize-talk-small", narrate(turns)
        return self._run.messages(task, {"text": text, "query": self._query, **measure.values})

    def _turns(self, part: Part) -> list[tuple[str, str]]:
        """Return the turns of a conversation, where the model has to be told of them."""
        return turns_of(part.text) if self._run.small and not self._query else []

    def summarize(self) -> SummaryNode:
        """Return the root of the tree. Raises `GenerationError` when the model writes nothing."""
        self._run.watch.planned(len(self._parts))
        leaves = [node for nodes in self._run.gather(self._mapped, self._parts) for node in nodes]
        if all(leaf.silent for leaf in leaves):
            raise GenerationError(
                f"{self._run.model.model} wrote nothing about any of the {len(leaves)} parts.",
                hint="Try another model, or look at the prompt: quoth prompts show summarize-map",
            )
        if count := sum(leaf.extracted for leaf in leaves):
            self._run.notes[
                f"The model wrote nothing that holds about {count} of {len(leaves)} parts; "
                "sentences of the text stand in."
            ] = None
        return self.combined(leaves, self._words)

    def combined(self, partials: Sequence[SummaryNode], words: int) -> SummaryNode:
        """Return the node that makes one summary of several."""
        if len(partials) == 1:
            return partials[0]
        said = [partial for partial in partials if partial.text]
        if not said:
            return SummaryNode("select", NOTHING if self._query else "", children=tuple(partials))
        if self.selects or len(said) == 1:
            return self.select(partials, words)
        measure = self.measure(words)
        room = measure_room(self._run, self.task("reduce"), measure, "summaries")
        level = [piece for partial in said for piece in self._fitting(partial, room)]
        while len(groups := self._grouped(level, room)) > 1:
            self._run.watch.planned(len(groups))
            level = self._run.gather(lambda group: self._collapsed(group, measure), groups)
        if len(level) == 1 and level[0].kind == "collapse":
            node = level[0]
        else:
            self._run.watch.planned(1)
            node = self._reduced(level, "reduce", measure)
        silent = [partial for partial in partials if not partial.text]
        return node.under(*node.children, *silent)

    def select(self, partials: Sequence[SummaryNode], words: int) -> SummaryNode:
        """Return the node that takes the sentences that stand for most of the others."""
        sentences: list[str] = []
        groups: list[int] = []
        for index, partial in enumerate(partials):
            for start, end in sentence_spans(partial.text):
                sentences.append(partial.text[start:end])
                groups.append(index)
        unique = drop_repetitions(sentences)
        positions = {sentence: index for index, sentence in reversed([*enumerate(sentences)])}
        kept_groups = [groups[positions[sentence]] for sentence in unique]
        chosen = select_sentences(unique, kept_groups, words, self._query)
        text = " ".join(unique[index] for index in chosen)
        return SummaryNode("select", text, children=tuple(partials))

    def node(
        self,
        kind: NodeKind,
        call: Call,
        texts: Sequence[str],
        measure: AnswerLength,
        part: Part | None,
    ) -> SummaryNode:
        """Return what a call wrote as a node: tidied, and not longer than it may be."""
        read = SourceVocabulary(texts)
        turns = self._turns(part) if part else []
        places = SentenceLinker(part.chunks) if part and self.selects and not turns else None

        def doubtful(sentence: str) -> bool:
            if read.unsupported(sentence):
                return True
            # What is said of a conversation stands in no single turn of it.
            if turns:
                return read.share(sentence) < _TALKED_OF
            return places is not None and not places.supports(sentence)

        tidied = tidy(call.text, doubtful=doubtful, torn=call.finish == "length")
        text = " ".join(take_words(tidied.kept, 2 * measure.words))
        extracted = not text
        if self._query and _NOTHING.match(text):
            text = ""
        elif part is not None and not self._query:
            # What a small model invents is not corrected by what it writes next.
            invented = self.selects and all(map(doubtful, tidied.kept))
            if not text or invented:
                tidied = replace(tidied, dropped=(*tidied.kept, *tidied.dropped))
                text = _verbatim(transcribe(turns) or _sentences(part.text), measure.words)
                extracted = True
        return SummaryNode(
            kind,
            self._clipped(text, measure.tokens),
            chunks=part.chunks if part else (),
            key=call.key,
            cached=call.cached,
            timings=call.timings,
            dropped=tidied.dropped,
            extracted=extracted,
            unread=count_unread(part.text, turns) if part and turns else 0,
        )

    def _mapped(self, part: Part) -> list[SummaryNode]:
        """Return the summary of a part, or of its halves where it does not fit after all."""
        measure = self.map_measure
        try:
            call = self._run.ask(self.request(part, measure))
        except ContextOverflowError:
            if len(part.text) < 2:
                raise
            return [node for half in halve(part, self._run.model) for node in self._mapped(half)]
        return [self.node("map", call, [part.text], measure, part)]

    def _collapsed(self, group: Sequence[SummaryNode], most: AnswerLength) -> SummaryNode:
        tokens = sum(self._tokens(partial) for partial in group)
        words = max(1, int(tokens / self._per_word / 2.6))
        measure = AnswerLength(min(words, most.words), max(1, min(tokens // 2, most.tokens)))
        return self._reduced(group, "collapse", measure)

    def _reduced(
        self, group: Sequence[SummaryNode], kind: NodeKind, measure: AnswerLength
    ) -> SummaryNode:
        texts = [partial.text for partial in group]
        values = {
            "summaries": _SEPARATOR.join(texts),
            "query": self._query,
            **measure.values,
        }
        messages = self._run.messages(self.task("reduce"), values)
        call = self._run.ask(self._run.request(messages, measure.tokens))
        node = self.node(kind, call, texts, measure, None)
        if node.extracted:
            taken = self.select(group, measure.words).text
            node = replace(node, text=self._clipped(taken, measure.tokens))
            self._run.notes[
                "The model wrote nothing when it combined partial summaries; "
                "their sentences stand in."
            ] = None
        return node.under(*group)

    def _fitting(self, partial: SummaryNode, room: int) -> list[SummaryNode]:
        """Return a partial summary in pieces that each take at most a third of the room."""
        most = max(1, room // 3)
        pieces: list[str] = []
        rest = partial.text
        while self._run.model.count_tokens(rest) > most:
            head = self._clipped(rest, most) or rest[:1]
            pieces.append(head)
            rest = rest[len(head) :].strip()
        if not pieces:
            return [partial]
        whole = [piece for piece in (*pieces, rest) if piece]
        return [
            SummaryNode(partial.kind, piece, chunks=partial.chunks, children=(partial,))
            for piece in whole
        ]

    def _grouped(self, level: Sequence[SummaryNode], room: int) -> list[list[SummaryNode]]:
        groups: list[list[SummaryNode]] = []
        held = 0
        for partial in level:
            tokens = self._tokens(partial)
            if not groups or held + tokens > room:
                groups.append([])
                held = 0
            groups[-1].append(partial)
            held += tokens
        return groups

    def _tokens(self, partial: SummaryNode) -> int:
        return self._run.model.count_tokens(partial.text) + _SEPARATOR_TOKENS

    def _clipped(self, text: str, limit: int) -> str:
        """Return the start of the text that takes at most so many tokens, to whole sentences.

        A model that keeps to its limit is never clipped.
        """
        model = self._run.model
        while text and model.count_tokens(text) > limit:
            starts = model.token_starts(text)
            cut = starts[limit] if limit < len(starts) else len(text) - 1
            whole = [end for _, end in sentence_spans(text) if end <= cut]
            text = text[: whole[-1] if whole else min(cut, len(text) - 1)].rstrip()
        return text


def measure_room(run: SummaryRun, task: str, measure: AnswerLength, *variables: str) -> int:
    """Return the tokens that a call has for the text in these variables of a prompt.

    Raises `ContextOverflowError` when the window has next to nothing left for it.
    """
    values = {**dict.fromkeys(variables, ""), "query": run.options.query, **measure.values}
    room = run.room(task, values, measure.tokens)
    if room < _LEAST:
        window = run.description.context_window
        raise ContextOverflowError(
            prompt_tokens=window - room - measure.tokens,
            answer_tokens=measure.tokens,
            window=window,
            what=f"The prompt {task}, before any text,",
        )
    return room


def _tokens_per_word(parts: Sequence[Part]) -> float:
    """Return the tokens of a word in this text, in steps of a half."""
    words = sum(count_words(chunk.text) for part in parts for chunk in part.chunks)
    tokens = sum(part.tokens for part in parts)
    return min(8.0, max(1.5, math.ceil(2 * tokens / max(1, words)) / 2))


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text, not its headings."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    body = "\n".join(lines) or text
    return [" ".join(body[start:end].split()) for start, end in sentence_spans(body)]


def _verbatim(pieces: Sequence[str], words: int) -> str:
    """Return the pieces that stand for most of all."""
    return " ".join(pieces[index] for index in select_sentences(pieces, [0] * len(pieces), words))
