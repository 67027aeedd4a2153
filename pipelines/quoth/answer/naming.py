"""Documents by the words of their names, as people speak of them: "the lease", "this file"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePath

from quoth.collection import Source
from quoth.text import Language, count_terms, is_unspaced, split_name


def find_named(text: str, sources: Sequence[Source], language: Language) -> list[Source]:
    """Return the sources whose file name and title have all words of a text.

    A text that names none in particular means the only one there is: "this document", or "the
    report", of a kind as good as any document's name.
    """
    whole = [source for source in sources if _file_name(source).casefold() in text.casefold()]
    if whole:
        return whole
    rules = language.collections
    named = _without(rules.generic, text)
    if len(sources) == 1 and not count_terms(_without(rules.kinds, named), language):
        return list(sources)
    wanted = count_terms(named, language).keys()
    if not wanted:
        return []
    return [source for source in sources if wanted <= _name_terms(source, language)]


def name_of(source: Source) -> str:
    """Return the file name of a source, with its title where it has another one."""
    file = _file_name(source)
    title = " ".join(source.title.split())
    return f"{file} ({title})" if title and title not in (file, PurePath(file).stem) else file


def _file_name(source: Source) -> str:
    return PurePath(source.path).name


def _name_terms(source: Source, language: Language) -> set[str]:
    stem = PurePath(source.path).stem
    names = f"{stem.replace('_', ' ')} {source.title}"
    return {*split_name(stem, language), *count_terms(names, language)}


def _without(words: Collection[str], text: str) -> str:
    """Return a text without these words."""
    for word in sorted(words, key=len, reverse=True):
        bounds = "" if is_unspaced(word) else r"\b"
        text = re.sub(f"{bounds}{re.escape(word)}{bounds}", " ", text, flags=re.IGNORECASE)
    return text
