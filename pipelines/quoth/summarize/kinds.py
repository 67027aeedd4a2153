"""Kinds of documents as data: what tells each of them, and what its summary needs.

`kinds/NAME.yaml` describes a kind. A file of that name under `kinds/` in the user's folder of
prompts replaces ours, and a new name adds a kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from functools import cache
from pathlib import Path

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from quoth.errors import ConfigurationError, UsageError
from quoth.summarize.candidates import Candidate
from quoth.system import parse_yaml, read_text_file
from quoth.text import Language
from quoth.types import Document

_FOLDER = Path(__file__).parent / "kinds"
_READ = 12_000
"""The first characters of a document that tell its kind."""
_HEAD = 600
"""The first characters, the title among them, that hold the head."""
AUTO = "auto"
"""The wish that the kind is found from the text."""
DEFAULT_KIND = "report"
"""The kind of a document that shows the signs of no other one."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Kind:
    """A kind of document.

    `head` is a pattern by language that the title or the first lines have, and `signs` are patterns
    of which the first pages have at least `enough`; `speech` is the least share of its sentences
    that quote somebody. `opening` is the share of an extract that the first sentences take, `lead`
    whether the first section comes before the rest where it sums up the document, and `even`
    whether the rest comes in equal shares from equal parts of the document. `needs` are the things
    that a summary says, most important first, each with the pattern of a sentence that says it, by
    language. `follows` matches a sentence that belongs to the one before, such as the votes of a
    decision. `quotes` is whether a summary may quote people. `note` says what an extract of this
    kind is worth.
    """

    name: str = ""
    signs: Mapping[str, tuple[re.Pattern[str], ...]] = field(default_factory=dict)
    head: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    enough: int = 1
    speech: float = 0.0
    opening: float = 0.0
    lead: bool = False
    even: bool = False
    quotes: bool = True
    needs: Mapping[str, Mapping[str, re.Pattern[str]]] = field(default_factory=dict)
    follows: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    note: str = ""

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("-", " ")

    def wants(self, language: Language) -> tuple[re.Pattern[str], ...]:
        """Return the pattern of each thing that a summary says, where the language has one."""
        return tuple(by[language.code] for by in self.needs.values() if language.code in by)

    def count_signs(self, text: str, language: Language) -> int:
        """Return how many of the signs a text shows; none without the head."""
        head = self.head.get(language.code)
        if head and not head.search(text[:_HEAD]):
            return 0
        return sum(bool(sign.search(text)) for sign in self.signs.get(language.code, ()))


def list_kinds(folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """Return the names of all kinds, sorted."""
    return tuple(
        sorted({file.stem for folder in _places(folders) for file in folder.glob("*.yaml")})
    )


def load_kind(name: str, folders: Sequence[Path] = ()) -> Kind:
    """Return the kind with this name. Raises `UsageError` when there is none.

    A file that is no kind raises `ConfigurationError`, which names the file and the key.
    """
    for folder in _places(folders):
        file = folder / f"{name}.yaml"
        if file.is_file():
            return _read(file, file.stat().st_mtime_ns)
    raise UsageError(
        f"There is no kind of document {name!r}.",
        hint=f"Kinds: auto, {', '.join(list_kinds(folders))}.",
    )


def find_kind(
    document: Document,
    sentences: Sequence[Candidate],
    language: Language,
    *,
    folders: Sequence[Path] = (),
) -> Kind:
    """Return the kind of a document, by its title, its first pages and the share of speech.

    Other texts than stories quote people too, so speech tells a kind where no sign tells another.
    """
    text = "\n".join((document.title, *(page.text for page in document.pages)))[:_READ]
    speech = sum(sentence.is_speech for sentence in sentences) / max(1, len(sentences))
    best, most = load_kind(DEFAULT_KIND, folders), 1.0
    for name in list_kinds(folders):
        kind = load_kind(name, folders)
        fit = kind.count_signs(text, language) / kind.enough
        if kind.speech:
            fit = min(1.0, speech / kind.speech)
        if fit >= most and (fit > most or best.name == DEFAULT_KIND):
            best, most = kind, fit
    return best


def _places(folders: Sequence[Path]) -> tuple[Path, ...]:
    return (*(folder / "kinds" for folder in folders), _FOLDER)


@cache
def _read(file: Path, _changed: int) -> Kind:
    try:
        value = parse_yaml(read_text_file(file))
        return replace(TypeAdapter(Kind).validate_python(value), name=file.stem)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"The kind {file} cannot be read: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "the file"
        raise ConfigurationError(f"{file}: {key}: {first['msg']}.") from error
