from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import pytest
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import Document, Page
from scripted_model import Scripted

FACT = re.compile(r"Contract K\d+ with \w+ costs [\d,]+ crowns\.")
SYLLABLES = ("Ada", "Bo", "Cy", "Dag", "Eva", "Finn", "Gil", "Hal", "Ida", "Jon")
TOLD = re.compile(r"K\d+: the contract with \w+ costs [\d,]+ crowns\.")
NOTHING = "The meeting went on as usual."


def name(number: int) -> str:
    first, second, third = (SYLLABLES[number // 10**place % 10] for place in range(3))
    return first + second.lower() + third.lower()


def fact(number: int) -> str:
    return f"Contract K{number} with {name(number)} costs {1000 + 37 * number:,} crowns."


def write(*, parts: int, facts: int) -> str:
    """Return a text of paragraphs, each of the size of a part, over which facts are spread."""
    talk = "{} spoke for a while on that day, and the meeting went on as it had the day before. "
    paragraphs = [talk.format(name(500 + part)) * 2 for part in range(parts)]
    for number in range(facts):
        paragraphs[number * parts // facts] += fact(number) + " "
    return "\n\n".join(paragraphs)


def keep(prompt: str) -> str:
    """Keep four fifths of the facts of a part, and all facts of partial summaries."""
    facts = list(dict.fromkeys(FACT.findall(prompt)))
    if "spoke for a while" in prompt:
        facts = [found for found in facts if zlib.crc32(found.encode()) % 10 < 8]
    return " ".join(facts) or NOTHING


def write_up(prompt: str) -> str:
    """Keep the same facts as `keep`, in the form in which capable models write them."""
    lines = []
    for found in FACT.findall(keep(prompt)):
        contract, _, partner, _, sum_of_money, _ = found.removeprefix("Contract ").split()
        lines.append(f"- **{contract}**: the contract with {partner} costs {sum_of_money} crowns.")
    lines += [f"- {told}" for told in TOLD.findall(prompt) if f"- {told}" not in lines]
    return "Here is a summary of the text:\n\n**Contracts**\n\n" + "\n".join(lines or [NOTHING])


def tell_facts(text: str) -> set[tuple[str, str, str]]:
    """Return contract, partner and sum of each fact that a text tells in one sentence."""
    found = re.findall(r"(K\d+)\W[^.]*?with (\w+) costs ([\d,]+) crowns\.", text)
    return {(contract, partner, sum_of_money) for contract, partner, sum_of_money in found}


@pytest.mark.parametrize("answer", [keep, write_up])
def test_facts_of_a_hundred_parts_are_in_a_summary_longer_than_one_reply(
    answer: Callable[[str], str],
) -> None:
    text = write(parts=100, facts=271)
    options = SummaryOptions(strategy="map-reduce", length=3600, map_tokens=110)
    document = Document("minutes", "Minutes", "text", (Page(1, text),))
    summary = Summarizer(Scripted(answer=answer, window=8192), options=options).invoke(document)
    leaves = [node.text for node in summary.tree.walk() if node.kind == "map"]
    kept = set().union(*map(tell_facts, leaves))
    end = tell_facts(summary.text)
    assert len(kept) > 200
    assert len(end & kept) >= 0.95 * len(kept)
    assert end <= tell_facts(" ".join(map(fact, range(271))))
    order = [int(number) for number in re.findall(r"K(\d+)", summary.text)]
    assert order == sorted(order)


@pytest.mark.parametrize("window", [4096, 8192])
@pytest.mark.parametrize("facts", [10, 20, 30])
@pytest.mark.parametrize("parts", [1, 10, 100])
def test_facts_that_the_first_calls_kept_are_in_the_summary(
    parts: int, facts: int, window: int
) -> None:
    text = write(parts=parts, facts=facts)
    size = 110 if parts > 1 else 2000
    options = SummaryOptions(strategy="map-reduce", length="250", map_tokens=size)
    document = Document("minutes", "Minutes", "text", (Page(1, text),))
    summary = Summarizer(Scripted(answer=keep, window=window), options=options).invoke(document)
    leaves = [node.text for node in summary.tree.walk() if node.kind == "map"]
    kept = {found for leaf in leaves for found in FACT.findall(leaf)}
    end = set(FACT.findall(summary.text))
    assert kept
    assert len(end & kept) >= 0.95 * len(kept)
    assert end <= {fact(number) for number in range(facts)}
