"""The rules of a natural language: a frozen value, read from one file.

`languages/CODE.yaml` has a section for each field of `Language` below. A new language needs only
its file. A new field needs a type and a description in the class of its section
(`language_words.py`, `language_questions.py`, …), and a value in every file.

Rules for all languages are code, not data: the marks that end a sentence in any script, the ways to
write a number, scripts without spaces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from quoth.errors import ConfigurationError
from quoth.text.language_conversations import ConversationRules
from quoth.text.language_documents import DocumentRules
from quoth.text.language_fields import STRICT
from quoth.text.language_questions import QuestionRules
from quoth.text.language_summaries import SummaryRules
from quoth.text.language_words import SentenceRules, WordRules

_FOLDER = Path(__file__).parent / "languages"
_UNKNOWN = "unexpected_keyword_argument"


@dataclass(frozen=True, slots=True, eq=False, config=STRICT)
class Language:
    """A natural language. `name` is its English name; each other field is a section of its file."""

    name: str
    words: WordRules
    sentences: SentenceRules
    documents: DocumentRules
    questions: QuestionRules
    conversations: ConversationRules
    summaries: SummaryRules


def languages() -> tuple[str, ...]:
    """Return the codes (ISO 639-1) of the languages that have a file, sorted."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


@lru_cache
def language(code: str = "en") -> Language:
    """Return the rules of the language with this code (ISO 639-1).

    Raises `ConfigurationError` when there is no such language.
    """
    if code not in languages():
        raise ConfigurationError(
            f"There is no language {code!r}.", hint=f"Choose one of: {', '.join(languages())}."
        )
    return read_language(_FOLDER / f"{code}.yaml")


def read_language(file: Path) -> Language:
    """Read the language that a file describes.

    Raises `ConfigurationError`, which names the file and the key, for a key that is unknown,
    missing or set to an invalid value.
    """
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # "no" stays a word
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
        return TypeAdapter(Language).validate_python(content)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"The language file {file} cannot be read: {error}.") from error
    except ValidationError as error:
        raise _explain(file, error) from error


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
