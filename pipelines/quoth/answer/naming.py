"""Documents by the words of their names, as people speak of them: "the lease", "this file"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from quoth.collection import Source
from quoth.text import Language, count_terms, is_unspaced, split_name


def find_named(text: str, sources: Sequence[Source], language: Language) -> list[Source]:
    """Return the sources whose file name and title have all words of a text.

    A text that names none in particular ("this document") means the only one there is.
    """
    whole = [source for source in sources if _file_name(source).casefold() in text.casefold()]
    if whole:
        return whole
    wanted = count_terms(_without_generic(text, language), language).keys()
    if not wanted:
        return list(sources) if len(sources) == 1 else []
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


def _without_generic(text: str, language: Language) -> str:
    """Return a text without the words that name no document in particular."""
    for word in sorted(language.collections.generic, key=len, reverse=True):
        bounds = "" if is_unspaced(word) else r"\b"
        text = re.sub(f"{bounds}{re.escape(word)}{bounds}", " ", text, flags=re.IGNORECASE)
    return text
