"""Answers of Quoth against LangChain's documented RetrievalQA, on the same questions.

    python -m bench.answers public/squad2/questions.jsonl --limit 200 --seed 7

RetrievalQA is used as its documentation has it: `RetrievalQA.from_chain_type(llm, retriever=…)`,
chain type "stuff", its default prompt, four chunks. Both sides have the same weights (through the
same `LocalModel`, which is a LangChain chat model), the same embedder and the same questions.
LangChain's retriever is its InMemoryVectorStore over chunks of its RecursiveCharacterTextSplitter.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from quoth.answer import Answerer
from quoth.config import load_config
from quoth.evaluate import (
    Corpus,
    GoldQuestion,
    bootstrap,
    corpus_searcher,
    evaluate_answers,
    read_corpus,
    read_questions,
    sample_balanced,
    token_f1,
    write_evaluation,
)
from quoth.models import open_embedder, open_model

# What counts as declining for RetrievalQA, whose prompt asks to say that one doesn't know.
DECLINED = re.compile(
    r"(?:do|does)(?: not|n['’]?t) (?:know|mention|provide|say|contain)"
    r"|not (?:mentioned|provided|stated|specified|in the)",
    re.IGNORECASE,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--articles",
        choices=("all", "even", "odd"),
        default="all",
        help="every second article only, to calibrate on the others",
    )
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument(
        "--baseline-tokens",
        type=int,
        default=256,
        help="tokens of a RetrievalQA answer at most; LangChain sets no limit",
    )
    parser.add_argument("--save", type=Path)
    given = parser.parse_args()

    settings = load_config().config
    asked = read_questions(given.questions)
    if given.articles != "all":
        names = sorted({article_of(question) for question in asked})
        chosen = set(names[given.articles == "odd" :: 2])
        asked = [question for question in asked if article_of(question) in chosen]
    asked = sample_balanced(asked, given.limit, seed=given.seed)
    corpus = read_corpus(given.questions.parent)
    embedder, model = open_embedder(settings), open_model(settings.backend)

    begin = time.perf_counter()
    with corpus_searcher(
        corpus,
        embedder,
        config=settings,
    ) as searcher:
        made = time.perf_counter() - begin
        begin = time.perf_counter()
        answerer = Answerer(searcher, model, settings.answering)
        ours = evaluate_answers(asked, answerer, searcher.store.page_text, seed=given.seed)
        seconds = time.perf_counter() - begin
    print(
        f"{len(asked)} questions, seed {given.seed}, articles: {given.articles}, "
        f"model {model.model}; collection in {made:.0f} s"
    )
    for name, metric in ours.metrics.items():
        print(f"quoth      {name:22} {metric.value:.3f}  ({metric.low:.3f} to {metric.high:.3f})")
    print(f"quoth      seconds a question     {seconds / len(asked):.2f}", flush=True)
    if given.save:
        write_evaluation(ours, given.save)
    if not given.no_baseline:
        theirs = retrieval_qa(asked, corpus, embedder, model, given.baseline_tokens)
        for name, value in theirs.items():
            print(f"RetrievalQA {name:22} {value:.3f}")
        ratio = ours.metrics["f1_answerable"].value / theirs["f1_answerable"]
        print(f"ratio       f1_answerable          {ratio:.2f}")


def article_of(question: GoldQuestion) -> str:
    """Return the article of Wikipedia that a question of SQuAD is about."""
    return question.places[0].source.split("#")[0]


def retrieval_qa(
    asked: list[GoldQuestion], corpus: Corpus, embedder: Any, model: Any, most_tokens: int
) -> dict[str, float]:
    """Return the same figures for LangChain's RetrievalQA."""
    from langchain_core.vectorstores import InMemoryVectorStore
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langchain_classic.chains import RetrievalQA

        splitter = RecursiveCharacterTextSplitter(chunk_size=800, chunk_overlap=0)
        texts = [d.pages[0].text for d in corpus.documents.values()]
        store = InMemoryVectorStore(embedder)
        store.add_documents(splitter.create_documents(texts))
        chain = RetrievalQA.from_chain_type(
            model.model_copy(update={"max_tokens": most_tokens}), retriever=store.as_retriever()
        )
    f1, answered, declined, seconds = [], [], [], []
    for done, question in enumerate(asked, start=1):
        print(f"\rRetrievalQA, question {done} of {len(asked)}", end="", file=sys.stderr)
        begin = time.perf_counter()
        text = str(chain.invoke({"query": question.text})["result"])
        seconds.append(time.perf_counter() - begin)
        says_no = bool(DECLINED.search(text))
        if question.answerable:
            f1.append(token_f1(text, question.answers))
            answered.append(float(not says_no))
        else:
            declined.append(float(says_no))
    print(
        "RetrievalQA intervals:",
        json.dumps({"f1": [round(bootstrap(f1).low, 3), round(bootstrap(f1).high, 3)]}),
    )
    return {
        "f1_answerable": statistics.fmean(f1),
        "answered_answerable": statistics.fmean(answered),
        "declined_unanswerable": statistics.fmean(declined) if declined else 0.0,
        "seconds a question": statistics.fmean(seconds),
    }


if __name__ == "__main__":
    main()
