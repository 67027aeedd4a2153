"""What leaks into a reply from the format of the model: special tokens, and thinking."""

from __future__ import annotations

import re

_THINKING = (
    (r"<(?:think|thinking|thought|thoughts|reasoning|scratchpad|reflection|analysis)>",
     r"</(?:think|thinking|thought|thoughts|reasoning|scratchpad|reflection|analysis)>"),
    (r"\[THINK\]", r"\[/THINK\]"),
    (r"<\|START_THINKING\|>", r"<\|END_THINKING\|>"),
    (r"<seed:think>", r"</seed:think>"),
    (r"◁think▷", r"◁/think▷"),
    (r"<\|channel\|>\s*(?:analysis|commentary)[^<]*<\|message\|>",
     r"<\|channel\|>\s*final[^<]*<\|message\|>"),
    (r"\A(?-i:analysis(?![^A-Z]))", r"(?-i:assistantfinal)"),
)  # fmt: skip
"""The marks around thinking in the families of models, wherever a reply has them."""
_OPENED = re.compile("|".join(open_ for open_, _ in _THINKING), re.IGNORECASE)
_CLOSED = re.compile("|".join(close for _, close in _THINKING), re.IGNORECASE)
_CLOSING = {index: re.compile(close, re.IGNORECASE) for index, (_, close) in enumerate(_THINKING)}
_OPENING = {index: re.compile(open_, re.IGNORECASE) for index, (open_, _) in enumerate(_THINKING)}
_END = re.compile(
    r"<\|?(?:im_end|eot_id|endoftext|end_of_text|eom_id|end|return|user|eot|end_of_turn|END_OF_TURN_TOKEN"
    r"|EOT)\|?>|</?s>(?=\s*$|\s*\[INST\]|\s*<)|</s>|<(?:end_of_turn|eos|EOS)>|\[/?INST\]"
    r"|<｜end▁of▁sentence｜>|<\|im_start\|>\s*(?:user|system)|<start_of_turn>\s*user"
    r"|<\|start_header_id\|>\s*(?:user|system)|(?<=\n)#{2,3} ?(?:Instruction|Input|Human|User)\b"
)
"""The end of a turn; what follows is another turn, which the model made up."""
_TOKEN = re.compile(
    r"<\|(?:start_of_role|header_start)\|>\s*assistant\s*<\|(?:end_of_role|header_end)\|>\s*|"
    r"<\|im_start\|>\s*(?:assistant)?\n?|<start_of_turn>\s*(?:model)?\n?"
    r"|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>|<bos>|<s>|<pad>|<unk>"
    r"|<[|｜][\w▁]{2,40}[|｜]>|\[\|\w{2,40}\|\]|\[/?INST\]|\[(?:END|EOS)\]\s*\Z"
)
_ROLE = re.compile(
    r"\A\s*(?:(?:assistant|ai|model|bot|a)\s*[:：]|assistant\s*\n)\s*", re.IGNORECASE
)
"""The name of the writer before a reply, as some formats have it."""
_CUT_TOKEN = re.compile(r"<[|｜/]?[A-Za-z_▁|｜]*$|\\boxed\{[^{}]*$")
_UNFINISHED = re.compile(r"<[^<>\n]{0,40}$|\\boxed\{[^{}]*$|◁[^▷]{0,8}$|\[/?[A-Z]{0,5}$")


def remove_leaks(reply: str, *, last: bool) -> tuple[str, str]:
    """Return a reply without thinking and special tokens, and the thinking.

    Thinking may stand anywhere, and may be unclosed: then it is all of the rest. A closing mark
    without an opening one ends thinking that the prompt opened. `last` is false while the reply is
    being written. The beginning of a possible mark at the end is left out.
    """
    if begun := (_CUT_TOKEN if last else _UNFINISHED).search(reply):
        reply = reply[: begun.start()]
    text, thinking = _split_thinking(reply)
    if end := _end_of_turn(text):
        text = text[:end]
    return _ROLE.sub("", _TOKEN.sub("", text)), thinking.strip()


def _split_thinking(reply: str) -> tuple[str, str]:
    """Return the text outside thinking, and the thinking."""
    thoughts: list[str] = []
    opened, closed = _OPENED.search(reply), _CLOSED.search(reply)
    if closed and (opened is None or closed.start() < opened.start()):
        thoughts.append(reply[: closed.start()])
        reply = reply[closed.end() :]
    kept: list[str] = []
    while opened := _OPENED.search(reply):
        kept.append(reply[: opened.start()])
        kind = next(index for index, mark in _OPENING.items() if mark.fullmatch(opened[0]))
        end = _CLOSING[kind].search(reply, opened.end())
        thoughts.append(reply[opened.end() : end.start() if end else len(reply)])
        reply = reply[end.end() :] if end else ""
        if kept[-1].endswith(" "):
            reply = reply.lstrip(" ")
    return "".join((*kept, reply)), "\n".join(thoughts)


def _end_of_turn(text: str) -> int:
    """Return where the first turn that holds a word ends; 0 if no token ends it."""
    for end in _END.finditer(text):
        if re.search(r"\w", _TOKEN.sub("", _END.sub("", text[: end.start()]))):
            return end.start()
    return 0
