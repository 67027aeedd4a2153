"""Writes docs/configuration.md and docs/cli.md, and the tables of other pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import typer
import yaml
from quoth.cli import EXIT_CODES
from quoth.cli.app import app
from quoth.config import Config, describe_setting, load_config, preset_names, write_setting
from quoth.embed import Family, KnownModel, families
from quoth.prompts import list_languages
from quoth.system import presets_folder
from quoth.text import ENGLISH, NEVER, Language, language
from quoth.text import languages as language_codes
from quoth.weights import chat_models_date, list_chat_models

_KNOWN, _KEPT, _LANGUAGES = "<!-- known -->", "<!-- kept -->", "<!-- languages -->"
_ADVISED = "<!-- advised -->"
_END = "<!-- end -->"
_MEMORIES = (4, 8, 16, 32, 64)
FOLDER = Path(__file__).parents[1] / "docs"


def configuration() -> str:
    """Return the reference of all settings."""
    lines = [
        "# Configuration",
        "",
        "Settings of `quoth.yaml`: yours is in the home (`quoth config path`), and that of a",
        "project, in the working folder, stands above it. `quoth config set KEY VALUE` changes",
        "yours, and keeps the comments in it. Each setting is also an environment variable",
        "(`retrieval.k` is `QUOTH_RETRIEVAL__K`) and an argument (`--set retrieval.k=5`). An",
        "unknown name is an error that names the nearest one and the line. `quoth config show`",
        "prints what is in force and where it came from.",
    ]
    for name, section in Config.model_fields.items():
        fields = getattr(section.annotation, "model_fields", None)
        if fields is None:
            value = section.default
            lines += ["", f"## `{name}`", "", f"{section.description} Default: `{value!r}`."]
            continue
        assert section.annotation is not None
        lines += ["", f"## `{name}`", "", (section.annotation.__doc__ or "").strip(), ""]
        lines += ["| setting | default | takes | what it does |", "|---|---|---|---|"]
        for key in fields:
            facts = describe_setting(f"{name}.{key}")
            shown = f"`{default}`" if (default := write_setting(facts.default)) else "—"
            lines.append(f"| `{facts.name}` | {shown} | {facts.takes} | {facts.description} |")
    lines += [
        "",
        "## Presets",
        "",
        "`preset: NAME` in the file, `--preset NAME`, or `QUOTH_PRESET`. What it sets stands in",
        "for the defaults, below everything else; none of them changes what is in a collection.",
        "",
        "| preset | for | sets |",
        "|---|---|---|",
    ]
    for name in preset_names():
        text = (presets_folder() / f"{name}.yaml").read_text()
        purpose = text.splitlines()[0].removeprefix("# ")
        origin = f"preset {name}"
        rows = load_config(overrides={"preset": name}, environment={}).rows()
        values = ", ".join(f"`{key}: {value}`" for key, value, place in rows if place == origin)
        lines.append(f"| `{name}` | {purpose} | {values} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the reference of all commands."""
    lines = ["# Commands", "", *_exit_codes(), *_completion()]

    def describe(command: Any, path: list[str]) -> None:
        context = command.make_context(path[-1], [], resilient_parsing=True)
        context.info_name = " ".join(path)
        if getattr(command, "commands", None):
            for name in sorted(command.commands):
                if command.commands[name].hidden:
                    continue
                describe(command.commands[name], [*path, name])
            return
        lines.extend([f"## `{' '.join(path)}`", "", str(command.help).strip(), ""])
        lines.extend(["| option | default | what it does |", "|---|---|---|"])
        for parameter in command.params:
            if parameter.name == "help":
                continue
            names = ", ".join(getattr(parameter, "opts", [])) or parameter.name
            lines.append(
                f"| `{names}` | {_default(parameter)} | {getattr(parameter, 'help', None) or ''} |"
            )
        lines.append("")

    describe(typer.main.get_command(app), ["quoth"])
    return "\n".join(lines)


def _exit_codes() -> list[str]:
    rows = [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    return ["## Exit codes", "", "| code | all commands |", "|---|---|", *rows, ""]


def _completion() -> list[str]:
    return [
        "## Completion",
        "",
        "`quoth --install-completion` lets bash, zsh, fish or PowerShell complete commands and",
        "options, and the names of collections, documents, models, jobs, presets, languages and",
        "settings.",
        "",
    ]


def _default(parameter: Any) -> str:
    """Return the default of an option as it is typed, and a dash for none."""
    if getattr(parameter, "required", False):
        return "required"
    value = getattr(parameter, "default", None)
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value}`" if isinstance(value, str | int | float) and value != "" else "–"


def embedders() -> str:
    """Return the page on embedders with the table of known models."""
    lines = [
        "| model | parameters | before a question | before a passage | pooling | dimensions "
        "| tokens | languages | licence |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_known(family, model) for family in families() for model in family.models),
    ]
    return _with_table("embedders.md", _KNOWN, lines)


def better_model() -> str:
    """Return the page on a better model with the table of the models that fit by memory."""
    window = Config().backend.context_window
    lines = ["| model | licence | to fetch | needs | fits into |", "|---|---|---|---|---|"]
    for model in list_chat_models():
        fitting = (size for size in _MEMORIES if model.needs(window) <= size * 0.7 * 0.92 * 2**30)
        lines.append(
            f"| {model.name}{'' if model.checked else ' (?)'} | {model.licence} "
            f"| {model.bytes / 1e9:.1f} GB | {model.needs(window) / 1e9:.1f} GB "
            f"| {next(fitting, 'more')} GB |"
        )
    lines += ["", f"The list is of {chat_models_date()}, the weakest model first."]
    return _with_table("howto/better-model.md", _ADVISED, lines)


def ingestion() -> str:
    """Return the page on ingestion with the table of what is kept of each format."""
    table = yaml.safe_load(Path(__file__).with_name("formats.yaml").read_text("utf-8"))
    words = {"kept": "yes", "unread": "not read"}
    lines = [
        f"| format | {' | '.join(table['columns'])} |",
        "|---|" + ":-:|" * len(table["columns"]),
        *(
            f"| {name} | {' | '.join(words.get(state, state) for state in states)} |"
            for name, states in table["formats"].items()
        ),
    ]
    return _with_table("ingestion.md", _KEPT, lines)


def languages() -> str:
    """Return the page on languages with the table of what is known of each."""
    lines = [
        "| language | code | stemmer | abbreviations | questions | refusals | follow-ups "
        "| summaries | prompts |",
        "|---|---|:-:|:-:|:-:|:-:|:-:|:-:|:-:|",
        *(
            f"| {rules.name} | {rules.code} | {' | '.join(_known_of(rules))} |"
            for rules in sorted(map(language, language_codes()), key=lambda rules: rules.name)
        ),
    ]
    return _with_table("languages.md", _LANGUAGES, lines)


def _known_of(rules: Language) -> list[str]:
    facts = (
        rules.words.stemmer,
        rules.sentences.abbreviations,
        rules.questions.kinds,
        rules.replies.refusals != NEVER,
        rules.conversations.references != NEVER,
        rules.summaries.preamble != NEVER,
        rules.code in {ENGLISH.code, *list_languages()},
    )
    return ["yes" if fact else "–" for fact in facts]


def _with_table(name: str, mark: str, lines: list[str]) -> str:
    """Return a page with a table between its mark and the next end."""
    before, _, rest = (FOLDER / name).read_text().partition(mark)
    _, _, after = rest.partition(_END)
    return "\n".join([f"{before}{mark}", "", *lines, "", f"{_END}{after}"])


def _known(family: Family, model: KnownModel) -> str:
    query, passage = (
        f"`{prompt}`".replace("\n", "⏎") if prompt else "–"
        for prompt in (family.query_prompt, family.passage_prompt)
    )
    cells = (
        f"{model.repository}{'' if model.checked else ' (?)'}",
        f"{model.parameters} M",
        *(("reranker", "", "", "") if model.kind == "reranker" else (query, passage)),
        *(
            ()
            if model.kind == "reranker"
            else (family.pooling, ", ".join(map(str, model.dimensions)))
        ),
        str(model.tokens),
        " ".join(model.languages),
        model.licence,
    )
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Write the pages; with `--check`, only check whether they are up to date."""
    stale = []
    pages = {
        "configuration.md": configuration(),
        "cli.md": commands(),
        "embedders.md": embedders(),
        "howto/better-model.md": better_model(),
        "ingestion.md": ingestion(),
        "languages.md": languages(),
    }
    for name, text in pages.items():
        path = FOLDER / name
        if "--check" in sys.argv[1:]:
            stale += [name] if not path.is_file() or path.read_text() != text else []
        else:
            path.write_text(text)
    if stale:
        print(f"out of date: {', '.join(stale)}; run: make docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
