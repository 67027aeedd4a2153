"""Measures how well a claim that stands in an excerpt is told from one that was changed.

    python -m bench.support FOLDER… [--half 0|1]

Each folder has a `corpus.jsonl` of passages, and its name ends in the code of their language. A
claim is a sentence of a passage, or a part of one that can stand alone. It is changed in one place:
a number, a name, a unit, a negation; or it is cited to another passage. The short answers to the
questions about the passages (`questions.jsonl`) are true claims too, and the answer to another
question is a wrong one. The table tells how many true claims count as supported, and how many
others do not, by the kind of change. The half is
that of the passages by the CRC-32 of their names: rules were chosen on half 0.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quoth.answer import SupportFinder
from quoth.text import (
    Language,
    find_names,
    find_numbers,
    find_sentences,
    find_unit,
    language,
    languages,
    split_words,
)
from quoth.types import Chunk

FEWEST_WORDS = 6
TRUE = ("true", "answer")
"""The kinds of claims that are true."""
OTHER_UNITS = {
    "m": "feet", "km": "miles", "%": "kg", "$": "€", "kg": "tonnes", "yr": "days", "d": "years",
    "ft": "metres", "mi": "km", "h": "minutes", "min": "hours", "mo": "weeks", "wk": "months",
    "€": "dollars", "£": "$", "people": "km", "century": "years", "t": "kg", "cm": "m", "mm": "m",
}  # fmt: skip
NEGATIONS = {
    "en": (r"\b(is|was|are|were|has|had|can|will|could|would|did|does)\b", r"\1 not"),
    "de": (r"\b(ist|war|wurde|wird|hat|sind|waren|wurden|kann|haben|hatte)\b", r"\1 nicht"),
    "es": (r"\b(es|fue|era|son|fueron|tiene|está|había|puede|hay|han|ha)\b", r"no \1"),
    "fr": (r"\b(est|était|fut|sont|a|avait|peut)\b", r"n'\1 pas"),
    "zh": (r"(是|在|有|能|会|被)", r"不\1"),
    "ru": (r"\b(был|была|было|были|является|имеет|может|есть)\b", r"не \1"),
}


@dataclass(frozen=True)
class Pair:
    """A claim, the passage that it cites, what it is, and the question that it answers, if any."""

    claim: str
    passage: Chunk
    change: str
    question: str = ""


def read_passages(folder: Path, half: int | None) -> list[Chunk]:
    """Return the passages of one half of a folder, with the language that its name ends in."""
    code = folder.name.rpartition("_")[2]
    spoken = code if code in languages() else "en"
    chunks = []
    for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if half is None or zlib.crc32(entry["_id"].encode()) % 2 == half:
            text = entry["text"]
            title = entry.get("title", "")
            chunks.append(Chunk(entry["_id"], title, 1, None, 0, len(text), text, language=spoken))
    return chunks


def make_pairs(passages: list[Chunk], rules: Language, chance: random.Random) -> Iterator[Pair]:
    """Yield the true and the changed claims of passages."""
    for passage in passages:
        other = chance.choice(passages)
        for start, end in find_sentences(passage.text, rules):
            for claim in forms_of(passage.text[start:end], rules):
                yield Pair(claim, passage, "")
                for kind, changed in change(claim, passage, other, rules, chance):
                    yield Pair(changed, passage, kind)
                if other is not passage:
                    yield Pair(claim, other, "passage")


def make_answers(folder: Path, passages: list[Chunk], chance: random.Random) -> Iterator[Pair]:
    """Yield the short answers to the questions about passages, and those to other questions."""
    named = {passage.source: passage for passage in passages}
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [
        entry
        for entry in map(json.loads, lines)
        if entry["passage_id"] in named and not entry["is_impossible"]
    ]
    for entry in asked:
        passage = named[entry["passage_id"]]
        yield Pair(entry["answers"][0], passage, "answer", entry["question"])
        other = chance.choice(asked)["answers"][0]
        if other not in entry["answers"]:
            yield Pair(other, passage, "other answer", entry["question"])


def forms_of(sentence: str, rules: Language) -> list[str]:
    """Return a sentence, and its first part where that is long enough to stand alone."""
    bare = re.sub(r"\s*[(（][^()（）]*[)）]", "", sentence)
    first = re.split(r"[,;，；]\s*", bare)[0].rstrip(".。") + "."
    forms = [form for form in (bare, first) if len(split_words(form, rules)) >= FEWEST_WORDS]
    return list(dict.fromkeys(forms))


def change(
    claim: str, passage: Chunk, other: Chunk, rules: Language, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield a claim with one thing changed, and the kind of the change."""
    numbers = list(find_numbers(claim))
    if numbers:
        number = chance.choice(numbers)
        after = claim[number.start + len(number.text) :]
        digits = re.sub(r"\d(?=\D*$)", lambda m: str((int(m[0]) + 3) % 10), number.text)
        yield "number", claim[: number.start] + digits + after
        others = [n.text for n in find_numbers(passage.text) if n.text not in claim]
        if others:
            yield "other number", claim[: number.start] + chance.choice(others) + after
        if unit := OTHER_UNITS.get(find_unit(claim, number)):
            changed = re.sub(r"^[\s-]*[^\W\d]+|^\s*%", f" {unit}", after)
            if changed != after:
                yield "unit", claim[: number.start] + number.text + changed
    names = [claim[start:end] for start, end in find_names(claim, rules)]
    strange = [other.text[start:end] for start, end in find_names(other.text, rules)]
    strange = [
        name for name in strange if name not in passage.text and name[:4] not in passage.text
    ]
    if names and strange:
        yield "name", claim.replace(chance.choice(names), chance.choice(strange))
    if rules.code in NEGATIONS:
        pattern, negated = NEGATIONS[rules.code]
        once = re.sub(pattern, negated, claim, count=1)
        if once != claim and not rules.claims.negations.search(claim):
            yield "negation", once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--limit", type=int, help="take this many passages, at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", default="", help="print the pairs of this kind that fail")
    arguments = parser.parse_args()
    for folder in arguments.folders:
        passages = read_passages(folder, arguments.half)
        rules = language(passages[0].language)
        chance = random.Random(arguments.seed)
        if arguments.limit and arguments.limit < len(passages):
            passages = chance.sample(passages, arguments.limit)
        right: Counter[str] = Counter()
        total: Counter[str] = Counter()
        finders: dict[tuple[str, str], SupportFinder] = {}
        pairs = [*make_pairs(passages, rules, chance), *make_answers(folder, passages, chance)]
        for pair in pairs:
            key = pair.passage.source, pair.question
            if key not in finders:
                finders[key] = SupportFinder(pair.question, [pair.passage], language=rules)
            fit = finders[key].find(pair.claim)
            kind = pair.change or "true"
            is_right = (fit is not None and fit.supports) == (kind in TRUE)
            total[kind] += 1
            right[kind] += is_right
            if kind == arguments.show and not is_right:
                print(f"  {pair.claim!r} | {fit}\n")
        figures = "  ".join(f"{kind} {right[kind] / n:.3f} of {n}" for kind, n in total.items())
        print(f"{folder.name}: {figures}")


if __name__ == "__main__":
    main()
