"""`Summarizer`, a LangChain `Runnable`: documents → a summary with its evidence."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForChainRun
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import patch_config

from quoth.journal import CallRecord
from quoth.models import LocalModel, check_schema
from quoth.summarize.conversation import is_conversation
from quoth.summarize.coverage import measure_coverage
from quoth.summarize.doubts import tell_doubted
from quoth.summarize.extract import Extract, extract
from quoth.summarize.fields import find_fields
from quoth.summarize.gate import Gate
from quoth.summarize.languages import choose_language, tell_language
from quoth.summarize.lengths import longest_answer
from quoth.summarize.links import SentenceLinker, tell_unlinked
from quoth.summarize.map_reduce import combine, map_reduce
from quoth.summarize.options import Strategy, SummaryOptions
from quoth.summarize.part_calls import PartCalls
from quoth.summarize.parts import SummaryInput, as_documents, split_parts
from quoth.summarize.planning import EXTRACT_PLAN, plan_summary
from quoth.summarize.refine import refine, stuff
from quoth.summarize.run import Monitor, SummaryRun
from quoth.summarize.schema import fill_schema
from quoth.summarize.tidy import join_sentences
from quoth.summarize.values import Summary, SummaryNode, SummaryPlan
from quoth.text import find_sentences as sentence_spans
from quoth.types import Document

_SMALL_PART = 600
"""The most tokens of a part for a small model, which loses the thread in longer parts."""
_FEWEST_WORDS = 40
"""The fewest words for each of many documents; shorter summaries say too little to combine."""


class Summarizer(Runnable[SummaryInput | Sequence[SummaryInput], Summary]):
    """Summarizes a text, a document, or several documents into one.

    The input is a text, a `Document` of Quoth or of LangChain, or a list of them. `journal` records
    every finished call; `folders` hold prompts that override ours. Threads may share a summarizer:
    together they make as many calls at once as the model decodes in parallel.

    Raises `NoTextError` for a document without text, `ContextOverflowError` when the window is too
    small for the strategy, `GenerationError` when the model writes nothing usable, and
    `BackendError` when the backend fails.

    >>> summary = library.summarizer().invoke("The mill has two wheels. Both turn in winter.")
    >>> summary.coverage
    1.0
    """

    def __init__(
        self,
        model: LocalModel,
        *,
        journal: CallRecord | None = None,
        options: SummaryOptions | None = None,
        folders: Sequence[Path] = (),
    ) -> None:
        self.model = model
        self.journal = journal
        self.options = options or SummaryOptions()
        self.folders = tuple(folders)
        self._gate = Gate(model)

    def with_options(self, options: SummaryOptions) -> Summarizer:
        """Return a summarizer with other options; both share one limit of parallel calls."""
        other = copy(self)
        other.options = options
        return other

    def __repr__(self) -> str:
        return f"<Summarizer by {self.model.model}>"

    def invoke(
        self,
        input: SummaryInput | Sequence[SummaryInput],
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Summary:
        """Summarize the input. The keyword `monitor` takes a `Monitor`, which can stop the work."""
        monitor = kwargs.get("monitor") or Monitor()

        def work(
            source: SummaryInput | Sequence[SummaryInput],
            run_manager: CallbackManagerForChainRun,
            config: RunnableConfig,
        ) -> Summary:
            inner = patch_config(config, callbacks=run_manager.get_child())
            documents = as_documents(source)
            return self._summarize(documents, self._run(documents, inner, monitor))

        if self.options.schema is not None:
            check_schema(self.options.schema)
        return self._call_with_config(work, input, config, run_type="chain")

    def plan(self, source: SummaryInput | Sequence[SummaryInput]) -> SummaryPlan:
        """Estimate the cost of the summary without a call; the model is loaded to count tokens."""
        documents = as_documents(source)
        run = self._run(documents, None, Monitor())
        plans = [
            EXTRACT_PLAN
            if self._extracts(run, document)
            else plan_summary(*self._prepare(run, document, _words(run, documents)), self.journal)
            for document in documents
        ]
        return sum(plans[1:], start=plans[0])

    def _summarize(self, documents: Sequence[Document], run: SummaryRun) -> Summary:
        words = _words(run, documents)
        roots: list[SummaryNode] = []
        all_calls: list[PartCalls] = []
        strategies: list[Strategy] = []
        kinds: list[str] = []
        for document in documents:
            if self._extracts(run, document):
                found = self._extract(run, document, words)
                roots.append(found.node)
                strategies.append("extract")
                kinds.append(found.kind.name)
                run.notes[found.kind.note] = None
                continue
            strategy, calls = self._prepare(run, document, words)
            strategies.append(strategy)
            all_calls.append(calls)
            roots.append(_root(strategy, calls))
        parts = [part for calls in all_calls for part in calls.parts]
        if len(roots) == 1:
            tree = roots[0]
        elif not all_calls:
            text = join_sentences((root.text for root in roots if root.text), run.language)
            tree = SummaryNode("corpus", text, children=tuple(roots), extracted=True)
        else:
            joined = combine(PartCalls(run, parts, run.words), roots, run.words)
            tree = replace(joined, kind="corpus")
        chunks = [chunk for node in tree.walk() for chunk in node.chunks]
        told = {document.source for document in documents if is_conversation(document)}
        linker = all_calls[0].linker if len(documents) == len(all_calls) == 1 else None
        if linker is None or not linker.is_of(chunks, told):
            linker = SentenceLinker(chunks, language=run.language, conversations=told)
        sentences = tuple(
            linker.link(tree.text[start:end])
            for start, end in sentence_spans(tree.text, run.language)
        )
        schema = self.options.schema
        coverage, unread = measure_coverage(documents, tree)
        return Summary(
            text=tree.text,
            sentences=sentences,
            titles={document.source: document.title for document in documents},
            coverage=coverage,
            unread=unread,
            data=None if schema is None else self._fill(run, documents, tree, schema),
            notes=(
                *run.notes,
                *tell_doubted(tree, run.language),
                *(tell_unlinked(sentences) if all_calls else ()),
                *tell_language(tree.text, run.language),
                *(note for document in documents for note in document.notes),
            ),
            strategy=next((way for way in strategies if way != "extract"), "extract"),
            options=self.options,
            model=run.description.name,
            fingerprint=run.description.fingerprint,
            prompts=run.prompts,
            calls=run.calls,
            cached_calls=run.cached_calls,
            timings=run.timings,
            seconds=time.perf_counter() - run.started,
            tree=tree,
            kinds=tuple(dict.fromkeys(kinds)),
        )

    def _fill(
        self,
        run: SummaryRun,
        documents: Sequence[Document],
        tree: SummaryNode,
        schema: Mapping[str, Any],
    ) -> Any:
        """Return the object of a schema; with an extract, what the documents say word for word."""
        if any(node.kind != "extract" for node in tree.walk() if not node.children):
            return fill_schema(run, schema, tree.text)
        fields = find_fields(documents, schema)
        if missing := [name for name, value in fields.items() if value is None]:
            run.notes[f"Not found in the text: {', '.join(missing)}."] = None
        return fields

    def _extracts(self, run: SummaryRun, document: Document) -> bool:
        """Whether the summary of a document is an extract: a small model tells only what is said.

        Measured: it writes better summaries of conversations than their own sentences are, and no
        better ones of other texts.
        """
        if self.options.strategy != "auto":
            return self.options.strategy == "extract"
        return run.small and (bool(self.options.query) or not is_conversation(document))

    def _extract(self, run: SummaryRun, document: Document, words: int) -> Extract:
        return extract(
            document, words, kind=self.options.kind, query=self.options.query, folders=run.folders
        )

    def _prepare(
        self, run: SummaryRun, document: Document, words: int
    ) -> tuple[Strategy, PartCalls]:
        """Choose the strategy, and prepare the calls for the parts of a document."""
        rough = PartCalls(run, (), words)
        strategy = self.options.strategy
        part_limit = (
            min(self.options.map_tokens, _SMALL_PART) if run.small else self.options.map_tokens
        )
        # With the longest answer that a call may give, parts fit in any case.
        longest = longest_answer(words, run.description.context_window)
        if strategy == "refine":
            # Each call reads the summary so far again.
            room = rough.room(rough.names.refine, longest, "text", "summary")
            part_limit = max(1, min(part_limit, room) - longest.tokens)
        limit = min(part_limit, rough.room(rough.names.map, longest, "text"))
        calls = PartCalls(run, split_parts(document, run.model, limit), words)
        if strategy == "auto":
            total = sum(part.tokens for part in calls.parts)
            room = calls.room(calls.names.map, calls.length(words), "text")
            strategy = "stuff" if total <= min(2 * part_limit, room) else "map-reduce"
        return strategy, calls

    def _run(
        self, documents: Sequence[Document], config: RunnableConfig | None, monitor: Monitor
    ) -> SummaryRun:
        return SummaryRun(
            self.model,
            self.options,
            journal=self.journal,
            gate=self._gate,
            folders=self.folders,
            config=config,
            monitor=monitor,
            language=choose_language(self.options.language, documents),
        )


def _words(run: SummaryRun, documents: Sequence[Document]) -> int:
    """Return the words for the summary of each document."""
    if len(documents) == 1:
        return run.words
    if run.options.strategy == "extract" or (run.options.strategy == "auto" and run.small):
        return max(_FEWEST_WORDS, run.words // len(documents))
    return max(_FEWEST_WORDS, 2 * run.words // len(documents))


def _root(strategy: Strategy, calls: PartCalls) -> SummaryNode:
    """Return the tree of one document's summary."""
    if strategy == "stuff":
        return stuff(calls)
    if strategy == "refine":
        return refine(calls)
    return map_reduce(calls)
