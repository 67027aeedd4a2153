"""Measurements on a file of questions, with the corpus or the documents they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from quoth.answer import Answerer, Catalog, find_calibration
from quoth.config import Config
from quoth.embed import Embedder
from quoth.errors import UsageError
from quoth.evaluate.answers import evaluate_answers
from quoth.evaluate.corpus import corpus_searcher, documents_searcher, read_corpus
from quoth.evaluate.pages import evaluate_pages
from quoth.evaluate.questions import (
    GoldQuestion,
    is_in_half,
    read_questions,
    sample,
    sample_balanced,
)
from quoth.evaluate.ranking import require_measures
from quoth.evaluate.results import Evaluation, merge
from quoth.models import open_embedder, open_model
from quoth.retrieve import OpenedSearcher
from quoth.text import ENGLISH
from quoth.types import Progress


def measure_answers(
    file: Path,
    config: Config,
    *,
    documents: Path | Mapping[str, Path] | None = None,
    half: int | None = None,
    limit: int | None = None,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure the answers of the configured model to the questions in a file.

    Answers come from `documents`, or else from the `corpus.jsonl` or the folder `library` beside
    the file. Where a file is about several sets, `documents` has the folder of each set that is
    measured. `half` 0 or 1 takes the questions whose CRC-32 of the id is even or odd. `limit`
    questions are drawn with `seed`, up to half of them unanswerable.
    """
    read = [question for question in read_questions(file) if is_in_half(question.id, half)]
    folders = _folders(file, read, documents)
    if "" not in folders:
        read = [question for question in read if question.collection in folders]
    questions = sample_balanced(read, limit, seed=seed)
    embedder = open_embedder(config)
    model = open_model(config.backend, prompt_folders=config.prompt_folders, guard=config.guard)
    rules = find_calibration(embedder.fingerprint, ENGLISH.name)
    about = {
        **_about(file, config, embedder, limit),
        "half": half,
        "likelihood": rules.likelihood_in(config.answering),
        "model": config.backend.model,
        "style": config.answering.style,
    }
    parts = []
    try:
        for name, folder in folders.items():
            asked = [each for each in questions if name in ("", each.collection)]
            with _open_searcher(file, embedder, config, folder, cache, progress) as searcher:
                catalog = Catalog(searcher.store)
                answerer = Answerer(searcher, model, config.answering, catalog=catalog)
                read_page = searcher.store.page_text
                parts.append(evaluate_answers(asked, answerer, read_page, progress=progress))
    finally:
        model.unload()
    return merge(parts, about={"questions": len(questions), "seed": seed, **about}, seed=seed)


def _folders(
    file: Path, questions: Sequence[GoldQuestion], documents: Path | Mapping[str, Path] | None
) -> dict[str, Path | None]:
    """Return the folder of documents for each set of questions that is measured.

    An empty name stands for all questions, the folder `None` for what is beside the file.
    """
    known = sorted({question.collection for question in questions})
    if isinstance(documents, Mapping):
        if unknown := sorted(documents.keys() - set(known)):
            raise UsageError(
                f"{file} has no set {unknown[0]!r}.", hint=f"It has: {', '.join(known)}."
            )
        return {**documents}
    if len(known) > 1:
        raise UsageError(
            f"{file} is about several sets of documents: {', '.join(known)}.",
            hint=f"Name the documents of each that is measured: --documents {known[0]}=PATH",
        )
    return {"": documents}


def measure_pages(
    file: Path,
    config: Config,
    *,
    documents: Path | None = None,
    limit: int | None = None,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure how often each search mode finds the page that a question in a file names.

    The documents are those of `measure_answers`. `limit` answerable questions are drawn with
    `seed`.
    """
    require_measures()
    answerable = [question for question in read_questions(file) if question.answerable]
    embedder = open_embedder(config)
    with _open_searcher(file, embedder, config, documents, cache, progress) as searcher:
        return evaluate_pages(
            sample(answerable, limit, seed=seed),
            searcher,
            about=_about(file, config, embedder, limit),
            seed=seed,
            progress=progress,
        )


def _open_searcher(
    file: Path,
    embedder: Embedder,
    config: Config,
    documents: Path | None,
    cache: Path | None,
    progress: Progress | None,
) -> AbstractContextManager[OpenedSearcher]:
    corpus = file.parent / "corpus.jsonl"
    folder = documents or file.parent / "library"
    if documents is None and corpus.is_file():
        return corpus_searcher(
            read_corpus(file.parent),
            embedder,
            config=config,
            cache=cache,
            progress=progress,
        )
    if folder.exists():
        return documents_searcher(folder, embedder, config=config, cache=cache, progress=progress)
    raise UsageError(
        f"There is neither a file corpus.jsonl nor a folder library beside {file}.",
        hint="Name the documents that the questions are about: --documents PATH",
    )


def _about(file: Path, config: Config, embedder: Embedder, limit: int | None) -> dict[str, Any]:
    return {
        "data": file.name,
        "limit": limit,
        "embedder": embedder.fingerprint[:16],
        "mode": config.retrieval.mode,
    }
