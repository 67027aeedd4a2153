"""`Summarizer`: documents in, a summary with its evidence out. A LangChain `Runnable`."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForChainRun
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import patch_config

from quoth.journal import Journal
from quoth.models import LocalModel
from quoth.summarize.evidence import SentenceLinker
from quoth.summarize.parts import Part, SummaryInput, as_documents, split_parts
from quoth.summarize.reduce import AnswerLength, MapReduce, measure_room
from quoth.summarize.refine import refine, stuff
from quoth.summarize.run import Monitor, SummaryRun
from quoth.summarize.schema import check_schema, fill_schema
from quoth.summarize.values import Strategy, Summary, SummaryNode, SummaryOptions, SummaryPlan
from quoth.text import count_solid
from quoth.text import sentences as sentence_spans
from quoth.types import Document

_SMALL_PART = 600
"""Tokens of a part for a small model, which loses the thread in longer ones."""


class Summarizer(Runnable[SummaryInput | Sequence[SummaryInput], Summary]):
    """Summarizes a text, a document, or several documents into one.

    Give a text, a `Document` of Quoth or of LangChain, or a list of them. `journal` keeps every
    finished call; `folders` hold prompts that override ours. One summarizer may be used from many
    threads: together they make as many calls at once as the model decodes in parallel.

    Raises `NoTextError` for a document without text, `ContextOverflowError` when the window is too
    small for the strategy, `GenerationError` when the model writes nothing usable, and
    `BackendError` when it fails.
    """

    def __init__(
        self,
        model: LocalModel,
        *,
        journal: Journal | None = None,
        options: SummaryOptions | None = None,
        folders: Sequence[Path] = (),
    ) -> None:
        self.model = model
        self.journal = journal
        self.options = options or SummaryOptions()
        self.folders = tuple(folders)
        self._gate: threading.Semaphore | None = None
        self._opening = threading.Lock()

    def with_options(self, options: SummaryOptions) -> Summarizer:
        """Return a summarizer with other options on the same model and journal."""
        other = Summarizer(self.model, journal=self.journal, options=options, folders=self.folders)
        other._gate = self._shared_gate()
        return other

    def invoke(
        self,
        input: SummaryInput | Sequence[SummaryInput],
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Summary:
        """Return the summary. `watch` may be given as a keyword, to follow and to stop it."""
        watch = kwargs.get("watch") or Monitor()

        def work(
            source: SummaryInput | Sequence[SummaryInput],
            run_manager: CallbackManagerForChainRun,
            config: RunnableConfig,
        ) -> Summary:
            inner = patch_config(config, callbacks=run_manager.get_child())
            return self._summarize(source, inner, watch)

        return self._call_with_config(work, input, config, run_type="chain")

    def plan(self, source: SummaryInput | Sequence[SummaryInput]) -> SummaryPlan:
        """Return what the summary will take, without making a call. Loads the model to count."""
        run = self._run(None, Monitor())
        plan: SummaryPlan | None = None
        documents = as_documents(source)
        for document in documents:
            strategy, parts, work = self._prepared(run, document, self._words(documents))
            one = self._planned(run, strategy, parts, work)
            plan = one if plan is None else plan + one
        assert plan is not None
        return plan

    def _summarize(
        self, source: SummaryInput | Sequence[SummaryInput], config: RunnableConfig, watch: Monitor
    ) -> Summary:
        if self.options.schema is not None:
            check_schema(self.options.schema)
        documents = as_documents(source)
        run = self._run(config, watch)
        words = self._words(documents)
        roots: list[SummaryNode] = []
        strategies: list[Strategy] = []
        read: list[Part] = []
        for document in documents:
            strategy, parts, work = self._prepared(run, document, words)
            strategies.append(strategy)
            read += parts
            roots.append(self._root(run, strategy, parts, work, words))
        if len(documents) == 1:
            tree = roots[0]
        else:
            joined = MapReduce(run, read, self.options.words).combined(roots, self.options.words)
            tree = joined if len(roots) == 1 else replace(joined, kind="corpus")
        return self._finished(run, documents, read, strategies[0], tree)

    def _root(
        self,
        run: SummaryRun,
        strategy: Strategy,
        parts: Sequence[Part],
        work: MapReduce,
        words: int,
    ) -> SummaryNode:
        if strategy == "stuff":
            return stuff(run, work, parts, words)
        if strategy == "refine":
            return refine(run, work, parts, words)
        return work.summarize()

    def _finished(
        self,
        run: SummaryRun,
        documents: Sequence[Document],
        read: Sequence[Part],
        strategy: Strategy,
        tree: SummaryNode,
    ) -> Summary:
        chunks = [chunk for part in read for chunk in part.chunks]
        evidence = SentenceLinker(chunks)
        text = tree.text
        sentences = tuple(evidence.sentence(text[a:b]) for a, b in sentence_spans(text))
        data = None
        if self.options.schema is not None:
            data = fill_schema(run, self.options.schema, text)
        coverage, unread = _coverage(documents, tree)
        return Summary(
            text=text,
            sentences=sentences,
            titles={document.source: document.title for document in documents},
            coverage=coverage,
            unread=unread,
            notes=(*run.notes, *(note for document in documents for note in document.notes)),
            strategy=strategy,
            options=self.options,
            model=run.description.name,
            fingerprint=run.description.fingerprint,
            prompts=run.prompts,
            calls=run.calls,
            cached_calls=run.cached_calls,
            timings=run.timings,
            seconds=time.perf_counter() - run.started,
            tree=tree,
            data=data,
        )

    def _prepared(
        self, run: SummaryRun, document: Document, words: int
    ) -> tuple[Strategy, list[Part], MapReduce]:
        """Return the strategy in force, the parts of a document, and what maps and reduces them."""
        rough = MapReduce(run, (), words)
        most = self.options.map_tokens
        if run.small:
            most = min(most, _SMALL_PART)
        strategy = self.options.strategy
        # The longest answer that a call may give, so that whatever the parts are, they fit.
        answer = AnswerLength(words, run.description.context_window // 4)
        variables = ("text",)
        task = rough.task("map")
        if strategy == "refine":
            # The summary so far is read again with each part.
            most = min(most, measure_room(run, rough.task("refine"), answer, "text", "summary"))
            most = max(1, most - answer.tokens)
        parts = split_parts(
            document, run.model, min(most, measure_room(run, task, answer, *variables))
        )
        work = MapReduce(run, parts, words)
        if strategy == "auto":
            total = sum(part.tokens for part in parts)
            fits = total <= min(2 * most, measure_room(run, task, work.measure(words), *variables))
            strategy = "stuff" if fits else "map-reduce"
        return strategy, parts, work

    def _planned(
        self, run: SummaryRun, strategy: Strategy, parts: Sequence[Part], work: MapReduce
    ) -> SummaryPlan:
        calls = 1 if strategy == "stuff" else len(parts)
        words = self.options.words
        measure = work.map_measure if strategy == "map-reduce" else work.measure(words)
        task = work.task("map")
        known = 0
        head = self.model.count_prompt(
            run.messages(task, {"text": "", "query": self.options.query, **measure.values})
        )
        if strategy == "map-reduce":
            for part in parts:
                known += run.knows(work.request(part, measure))
            if len(parts) > 1 and not work.selects:
                calls += 1
        prompt_tokens = sum(part.tokens for part in parts) + calls * head
        answer_tokens = calls * measure.tokens
        return SummaryPlan(
            documents=1,
            parts=len(parts),
            calls=calls,
            known_calls=known,
            prompt_tokens=prompt_tokens,
            answer_tokens=answer_tokens,
            seconds=self._seconds(run, calls - known),
        )

    def _seconds(self, run: SummaryRun, calls: int) -> float | None:
        """Return the seconds that so many calls take, by the last ones that this model made."""
        if not calls:
            return 0.0
        spent = self.journal.spent(run.description.fingerprint) if self.journal else None
        if spent is None or not spent.calls:
            return None
        each = (spent.prompt_seconds + spent.generation_seconds) / spent.calls
        return calls * each / max(1, min(calls, run.description.parallel))

    def _words(self, documents: Sequence[Document]) -> int:
        """Return the words for one document, of which there may be many to put together."""
        if len(documents) == 1:
            return self.options.words
        return max(40, 2 * self.options.words // len(documents))

    def _run(self, config: RunnableConfig | None, watch: Monitor) -> SummaryRun:
        return SummaryRun(
            self.model,
            self.options,
            journal=self.journal,
            gate=self._shared_gate(),
            folders=self.folders,
            config=config,
            watch=watch,
        )

    def _shared_gate(self) -> threading.Semaphore:
        with self._opening:
            if self._gate is None:
                self._gate = threading.BoundedSemaphore(max(1, self.model.describe().parallel))
            return self._gate


def _coverage(documents: Sequence[Document], tree: SummaryNode) -> tuple[float, tuple[str, ...]]:
    """Return the share of the characters that were read, and why it is not all of them.

    What stands on pages that were not to be read is taken to be as much as on the others.
    """
    read: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for node in tree.walk():
        for chunk in node.chunks:
            read.setdefault((chunk.source, chunk.page), set()).add((chunk.start, chunk.end))
    total = seen = 0.0
    why: list[str] = []
    for document in documents:
        missed = []
        before = total
        for page in document.pages:
            size = count_solid(page.text)
            spans = read.get((document.source, page.number), set())
            part = sum(count_solid(page.text[start:end]) for start, end in spans)
            total += size
            seen += part
            if part < size:
                missed.append(str(page.number))
        if document.left_out:
            total += (total - before) * document.left_out / max(1, len(document.pages))
            loaded = len(document.pages)
            of = f"{loaded} of {loaded + document.left_out} pages"
            why.append(f"{document.source}: only {of} were asked for")
        if missed:
            why.append(f"{document.source}: text on pages {', '.join(missed)} was not read")
        if document.unreadable:
            pages = ", ".join(map(str, document.unreadable))
            why.append(f"{document.source}: pages {pages} hold no text (scans)")
    if fillers := sum(node.unread for node in tree.walk()):
        seen -= fillers
        why.append("fillers and turns of up to three words in conversations were left out")
    return (seen / total if total else 0.0), tuple(why)
