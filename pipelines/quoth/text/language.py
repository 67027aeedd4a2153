"""The rules of a natural language: a frozen value, read from one file.

`languages/CODE.yaml` has a section for each field of `Language` below. A new language needs only
its file, and the file needs only a name: each section and each key has a neutral default, which
holds for every language. A new field needs a type, a default and a description in the class of its
section (`language_words.py`, `language_questions.py`, …).

Rules for all languages are code, not data: the marks that end a sentence in any script, the ways to
write a number, scripts without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, fields, is_dataclass, replace
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from quoth.errors import ConfigurationError
from quoth.text.language_answers import AnswerWords
from quoth.text.language_claims import ClaimRules
from quoth.text.language_collections import CollectionRules
from quoth.text.language_conversations import ConversationRules
from quoth.text.language_documents import DocumentRules
from quoth.text.language_fields import STRICT
from quoth.text.language_questions import QuestionRules
from quoth.text.language_replies import ReplyRules
from quoth.text.language_summaries import SummaryRules
from quoth.text.language_words import SentenceRules, WordRules

UNDETERMINED = "und"
"""The code of a language that could not be determined (ISO 639-2)."""
_FOLDER = Path(__file__).parent / "languages"
_NAMES = Path(__file__).parent / "language_names.yaml"
_UNKNOWN = "unexpected_keyword_argument"


@dataclass(frozen=True, slots=True, eq=False, repr=False, config=STRICT)
class Language:
    """A natural language.

    `name` is its English name, `own_name` its name in the language itself, `code` that of ISO 639-1
    or `UNDETERMINED`. Each other field is a section of its file.
    """

    name: str
    own_name: str = ""
    code: str = UNDETERMINED
    words: WordRules = field(default_factory=WordRules)
    sentences: SentenceRules = field(default_factory=SentenceRules)
    documents: DocumentRules = field(default_factory=DocumentRules)
    questions: QuestionRules = field(default_factory=QuestionRules)
    replies: ReplyRules = field(default_factory=ReplyRules)
    claims: ClaimRules = field(default_factory=ClaimRules)
    collections: CollectionRules = field(default_factory=CollectionRules)
    answers: AnswerWords = field(default_factory=AnswerWords)
    conversations: ConversationRules = field(default_factory=ConversationRules)
    summaries: SummaryRules = field(default_factory=SummaryRules)

    def __repr__(self) -> str:
        return f"<Language {self.name} ({self.code})>"

    def name_of(self, other: Language) -> str:
        """Return the name of another language, in the language of the words of answers."""
        return self.answers.languages.get(other.code, other.name)


def languages() -> tuple[str, ...]:
    """Return the codes (ISO 639-1) of the languages that have a file, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


@cache
def language(code: str = "en") -> Language:
    """Return the rules of the language with this code (ISO 639-1).

    A language without a file has the neutral rules, with its own code and name.
    """
    if code in languages():
        return read_language(_FOLDER / f"{code}.yaml")
    return Language(name=_names().get(code, "an unknown language"), code=code)


def find_language(name: str) -> Language:
    """Return the language that a user names: by its code, its English name, or its own name.

    Raises `ConfigurationError` when there is no such language.
    """
    wanted = name.strip().casefold()
    codes = [*languages(), *_names()]
    for code in codes:
        known = language(code)
        if wanted in (code, known.name.casefold(), known.own_name.casefold()) and wanted:
            return known
    raise ConfigurationError(
        f"There is no language {name!r}.",
        hint=f"Use a code of ISO 639-1, for example: {', '.join(languages())}.",
    )


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Return the English name of each language of ISO 639-1 by its code."""
    return TypeAdapter(dict[str, str]).validate_python(_read(_NAMES))


@cache
def heading_words() -> frozenset[str]:
    """Return the words that begin a numbered heading in any language.

    A process that only reads files needs no other rules, and compiling all of them takes time.
    """
    documents = TypeAdapter(DocumentRules)
    sections = (_read(_FOLDER / f"{code}.yaml").get("documents", {}) for code in languages())
    return frozenset().union(*(documents.validate_python(section).headings for section in sections))


def read_sections(name: str) -> str:
    """Return the text of one section of all files, to tell whether any of them changed."""
    section = re.compile(rf"^{name}:\n(?:[ \t].*\n|\n)*", re.MULTILINE)
    files = (_FOLDER / f"{code}.yaml" for code in languages())
    return "".join(
        file.stem + "".join(section.findall(file.read_text(encoding="utf-8"))) for file in files
    )


def read_language(file: Path) -> Language:
    """Read the language that a file describes.

    Raises `ConfigurationError`, which names the file and the key, for a key that is unknown,
    missing or set to an invalid value.
    """
    try:
        known = TypeAdapter(Language).validate_python(_read(file))
        return replace(known, code=file.stem)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"The language file {file} cannot be read: {error}.") from error
    except ValidationError as error:
        raise _explain(file, error) from error


def _read(file: Path) -> Any:
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # "no" stays a word
    return yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


def _explain(file: Path, error: ValidationError) -> ConfigurationError:
    # A misspelt key is unknown, and the right key is missing: the first error says more.
    first = min(error.errors(), key=lambda detail: detail["type"] != _UNKNOWN)
    key = ".".join(map(str, first["loc"])) or "the file"
    if first["type"] != _UNKNOWN:
        return ConfigurationError(f"{file}: {key}: {first['msg']}.")
    known = _keys(first["loc"][:-1])
    near = get_close_matches(str(first["loc"][-1]), known, n=1) or known
    return ConfigurationError(
        f"{file}: the key {key} is unknown.", hint=f"Known keys: {', '.join(near)}." if near else ""
    )


def _keys(section: Sequence[int | str]) -> list[str]:
    kind: Any = Language
    for name in section:
        hints: Mapping[str, Any] = get_type_hints(kind)
        kind = hints[str(name)]
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []


ENGLISH = language("en")
