"""Map-reduce over the parts of a document, in a finite number of steps.

- A part that does not fit its call is halved, down to a single character.
- An answer keeps at most half as many tokens as its call has read, so each level of collapsing has
  at most half of the tokens of the level below.
- A partial summary that does not fit the window is split like a document.
- A summary too long for one reply is made of several, each of neighbouring parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quoth.errors import ContextOverflowError, GenerationError
from quoth.summarize.lengths import AnswerLength
from quoth.summarize.part_calls import PartCalls
from quoth.summarize.parts import Part, halve
from quoth.summarize.select import select_sentences
from quoth.summarize.tidy import drop_repetitions, join_sentences
from quoth.summarize.values import NodeKind, SummaryNode
from quoth.text import find_sentences as sentence_spans

_SEPARATOR = "\n\n"
_SEPARATOR_TOKENS = 2
_COLLAPSE_SHARE = 2.6
"""Tokens of a group of partial summaries, for each token that its summary is asked to have."""


def map_reduce(calls: PartCalls) -> SummaryNode:
    """Return the summary of all parts. Raises `GenerationError` when the model writes nothing."""
    run = calls.run
    run.monitor.planned(len(calls.parts))
    lists = run.gather(lambda part: _summarize_part(calls, part), calls.parts)
    leaves = [node for nodes in lists for node in nodes]
    if all(leaf.silent for leaf in leaves):
        raise GenerationError(
            f"{run.model.model} wrote nothing about any of the {len(leaves)} parts.",
            hint="Try another model, or check the prompt: quoth prompts show summarize-map",
        )
    if calls.tells_turns:
        leaves = _leave_out_turns(leaves)
    extracted = [leaf for leaf in leaves if leaf.extracted]
    for count, told in (
        (sum(bool(leaf.text) for leaf in extracted), "sentences of the text are used."),
        (sum(not leaf.text for leaf in extracted), "the summary does not tell of them."),
    ):
        if count:
            said = f"The model wrote nothing usable about {count} of {len(leaves)} parts"
            run.notes[f"{said}; {told}"] = None
    return combine(calls, leaves, calls.words)


def _leave_out_turns(leaves: Sequence[SummaryNode]) -> list[SummaryNode]:
    """Return the summaries of parts, those that are turns of a conversation without their text.

    What somebody said cannot be read between sentences about the conversation. The turns stay where
    the model wrote of no part.
    """
    if all(leaf.extracted for leaf in leaves):
        return list(leaves)
    return [replace(leaf, text="") if leaf.extracted else leaf for leaf in leaves]


def combine(calls: PartCalls, nodes: Sequence[SummaryNode], words: int) -> SummaryNode:
    """Combine several summaries into one of about `words` words."""
    if len(nodes) == 1:
        return nodes[0]
    answered = [node for node in nodes if node.text]
    if not answered:
        return SummaryNode("select", calls.refusal, children=tuple(nodes))
    if calls.selects or len(answered) == 1:
        return _select(calls, nodes, words)
    if (count := min(len(answered), calls.count_replies(words))) > 1:
        return _join_sections(calls, nodes, words, count)
    length = calls.length(words)
    room = calls.room(calls.names.reduce, length, "summaries")
    level = [piece for node in answered for piece in _split(calls, node, room)]
    while len(groups := _group(calls, level, room)) > 1:
        calls.run.monitor.planned(len(groups))
        level = calls.run.gather(lambda group: _collapse(calls, group, length), groups)
    if len(level) == 1 and level[0].kind == "collapse":
        root = level[0]
    else:
        calls.run.monitor.planned(1)
        root = _reduce(calls, level, "reduce", length)
    empty = [node for node in nodes if not node.text]
    return root.with_children(*root.children, *empty)


def _join_sections(
    calls: PartCalls, nodes: Sequence[SummaryNode], words: int, count: int
) -> SummaryNode:
    """Join the summaries of `count` sections of neighbouring parts, about equally long."""
    sizes = [_count_tokens(calls, node) if node.text else 0 for node in nodes]
    total = sum(sizes)
    sections: list[list[SummaryNode]] = [[] for _ in range(count)]
    before = 0
    for node, size in zip(nodes, sizes, strict=True):
        sections[min(count - 1, (2 * before + size) * count // (2 * total))].append(node)
        before += size
    sections = [section for section in sections if section]
    joined = [combine(calls, section, words // count) for section in sections]
    language = calls.run.language
    sentences = [
        node.text[start:end]
        for node, section in zip(joined, sections, strict=True)
        if any(part.text for part in section)
        for start, end in sentence_spans(node.text, language)
    ]
    text = join_sentences(drop_repetitions(sentences), language)
    return SummaryNode("join", text, children=tuple(joined))


def _summarize_part(calls: PartCalls, part: Part) -> list[SummaryNode]:
    """Return the summary of a part, or those of its halves when the part does not fit."""
    length = calls.map_length
    try:
        call = calls.run.ask(calls.request(part, length, curtail=True))
    except ContextOverflowError:
        if len(part.text) < 2:
            raise
        pieces = halve(part, calls.run.model)
        return [node for piece in pieces for node in _summarize_part(calls, piece)]
    return [calls.node("map", call, [part.text], length, part)]


def _select(calls: PartCalls, nodes: Sequence[SummaryNode], words: int) -> SummaryNode:
    """Select the most central sentences of several summaries."""
    group_of: dict[str, int] = {}
    sentences: list[str] = []
    for index, node in enumerate(nodes):
        for start, end in sentence_spans(node.text, calls.run.language):
            sentences.append(node.text[start:end])
            group_of.setdefault(node.text[start:end], index)
    unique = drop_repetitions(sentences)
    groups = [group_of[sentence] for sentence in unique]
    indexes = select_sentences(unique, groups, words, calls.query)
    text = join_sentences((unique[index] for index in indexes), calls.run.language)
    return SummaryNode("select", text, children=tuple(nodes))


def _collapse(calls: PartCalls, group: Sequence[SummaryNode], limit: AnswerLength) -> SummaryNode:
    tokens = sum(_count_tokens(calls, node) for node in group)
    words = max(1, int(tokens / calls.tokens_per_word / _COLLAPSE_SHARE))
    length = AnswerLength(min(words, limit.words), max(1, min(tokens // 2, limit.tokens)))
    return _reduce(calls, group, "collapse", length)


def _reduce(
    calls: PartCalls, group: Sequence[SummaryNode], kind: NodeKind, length: AnswerLength
) -> SummaryNode:
    run = calls.run
    texts = [node.text for node in group]
    values = {"summaries": _SEPARATOR.join(texts), "query": calls.query, **length.values}
    messages = run.messages(calls.names.reduce, values)
    node = calls.node(kind, run.ask(run.request(messages, length.tokens)), texts, length)
    if node.extracted:
        extract = _select(calls, group, length.words).text
        node = replace(node, text=calls.clip(extract, length.tokens))
        run.notes[
            "The model wrote nothing when it combined partial summaries; their sentences are used."
        ] = None
    return node.with_children(*group)


def _split(calls: PartCalls, node: SummaryNode, room: int) -> list[SummaryNode]:
    """Split a summary into pieces that each take at most a third of the room."""
    limit = max(1, room // 3)
    pieces: list[str] = []
    rest = node.text
    while calls.run.model.count_tokens(rest) > limit:
        head = calls.clip(rest, limit) or rest[:1]
        pieces.append(head)
        rest = rest[len(head) :].strip()
    if not pieces:
        return [node]
    return [
        SummaryNode(node.kind, piece, chunks=node.chunks, children=(node,))
        for piece in (*pieces, rest)
        if piece
    ]


def _group(calls: PartCalls, level: Sequence[SummaryNode], room: int) -> list[list[SummaryNode]]:
    """Group neighbouring summaries of a level so that each group fits one call."""
    groups: list[list[SummaryNode]] = []
    total = 0
    for node in level:
        tokens = _count_tokens(calls, node)
        if not groups or total + tokens > room:
            groups.append([])
            total = 0
        groups[-1].append(node)
        total += tokens
    return groups


def _count_tokens(calls: PartCalls, node: SummaryNode) -> int:
    return calls.run.model.count_tokens(node.text) + _SEPARATOR_TOKENS
