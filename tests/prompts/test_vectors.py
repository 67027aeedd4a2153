"""The vectors of the test material: what transformers renders, and what Hugging Face expects."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from places import TESTDATA
from quoth.errors import PromptError
from quoth.prompts.rendering import render_file

MATERIAL = TESTDATA / "chat_templates"

NAMING = ("name", "template", "scenario", "add_generation_prompt")

pytestmark = pytest.mark.testdata("chat_templates")


def _rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a file; one empty row, to be skipped, where the file is absent."""
    file = MATERIAL / name
    return json.loads(file.read_text("utf-8")) if file.is_file() else [{}]


def _name(row: dict[str, Any]) -> str:
    return "-".join(str(row[key]) for key in NAMING if key in row) or "absent"


RENDERED = _rows("vectors_rendered.json")
HUGGING_FACE = _rows("vectors_hf_jinja_e2e.json")


def _written(folder: Path, data: object) -> Path:
    file = folder / "messages.json"
    file.write_text(json.dumps(data), "utf-8")
    return file


def test_all_rows_are_there() -> None:
    assert (len(RENDERED), len(HUGGING_FACE)) == (174, 53)


@pytest.mark.parametrize(
    "row",
    RENDERED,
    ids=_name,
)
def test_rendered_as_transformers_does(row: dict[str, Any], tmp_path: Path) -> None:
    def render() -> str:
        return render_file(
            _written(tmp_path, row["messages"]),
            template=MATERIAL / row["template"],
            bos_token=row["bos_token"],
            eos_token=row["eos_token"],
            now=datetime.fromisoformat(row["strftime_now"]),
            add_generation_prompt=row["add_generation_prompt"],
        )

    if "error" in row:
        with pytest.raises(PromptError) as error:
            render()
        assert str(error.value).endswith(row["error"].split(": ", 1)[1])
    else:
        assert render() == row["expected"]


@pytest.mark.parametrize("row", HUGGING_FACE, ids=_name)
def test_rendered_as_hugging_face_expects(row: dict[str, Any], tmp_path: Path) -> None:
    if row["name"] == "MadeAgents/Hammer2.1":
        pytest.skip("it expects JavaScript's quotes; Jinja prints those of Python")
    template = tmp_path / "template.jinja"
    template.write_bytes(row["chat_template"].encode())
    # What a row leaves out means no prompt for an answer, but to Jamba's template. The only target
    # that names a day is SmolLM3's.
    left_out = row["name"].startswith("ai21labs/")
    text = render_file(
        _written(tmp_path, {"add_generation_prompt": left_out, **row["data"]}),
        template=template,
        now=datetime(2025, 7, 10),
    )
    assert text == row["expected"]
