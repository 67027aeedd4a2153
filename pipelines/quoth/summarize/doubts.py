"""The share of a model's sentences that its text does not carry."""

from __future__ import annotations

from quoth.summarize.values import SummaryNode
from quoth.text import Language, find_sentences


def tell_doubted(tree: SummaryNode, language: Language) -> tuple[str, ...]:
    """Return a note of how many sentences that the model wrote were left out, if there are."""
    calls = [node for node in tree.walk() if node.key]
    doubted = sum(node.doubted for node in calls)
    if not doubted:
        return ()
    kept = sum(
        1 for node in calls if not node.extracted for _ in find_sentences(node.text, language)
    )
    return (
        f"{doubted} of {doubted + kept} sentences that the model wrote were left out, "
        "because the text does not carry them.",
    )
