"""How many facts that a reader needs are in a summary, and what it invents.

    python -m bench.facts public --words 200

`everyday.yaml` names ten documents of everyday kinds, with the facts of each. The first words of a
document, and as many as its summary has, are measured beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import yaml
from quoth.config import load_config
from quoth.evaluate import first_words
from quoth.load import load_document
from quoth.models import open_model
from quoth.summarize import Summarizer, SummaryOptions
from quoth.text import find_sentences

ROOT = Path(__file__).parents[1]
FACTS = Path(__file__).with_name("everyday.yaml")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="the folder that holds testdata/")
    parser.add_argument("--words", type=int, default=200)
    parser.add_argument("--model", default="llamacpp:embedded")
    parser.add_argument("--texts", action="store_true", help="print the summaries too")
    given = parser.parse_args()

    settings = load_config(overrides={"backend.model": given.model}).config
    options = SummaryOptions(length=given.words)
    summarizer = Summarizer(open_model(settings.backend), options=options)
    shares: list[float] = []
    leads: list[float] = []
    for name, facts in read_facts(FACTS).items():
        root = given.folder if name.startswith("testdata/") else ROOT
        document = load_document(root / name)
        summary = summarizer.invoke(document)
        source = "\n".join(page.text for page in document.pages)
        lead = first_words(source, len(summary.text.split()))
        shares.append(count_facts(summary.text, facts) / len(facts))
        leads.append(count_facts(lead, facts) / len(facts))
        print(
            f"{name}: {shares[-1]:.2f} (first words {leads[-1]:.2f}), "
            f"{len(summary.text.split())} words, read as {', '.join(summary.kinds)}, "
            f"invented {len(summary.unsupported)}"
        )
        if given.texts:
            print(f"{summary.text}\n")
    print(f"mean {fmean(shares):.3f}, first words {fmean(leads):.3f}")


def read_facts(file: Path) -> dict[str, list[list[str]]]:
    """Return the facts of each document: the words of a fact stand together in one sentence."""
    facts: dict[str, list[list[str]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return facts


def count_facts(text: str, facts: Sequence[Sequence[str]]) -> int:
    """Return how many facts a text holds: those with all of their words in one sentence."""
    sentences = [
        " ".join(text[start:end].casefold().split()) for start, end in find_sentences(text)
    ]
    return sum(
        any(all(word.casefold() in sentence for word in fact) for sentence in sentences)
        for fact in facts
    )


if __name__ == "__main__":
    main()
