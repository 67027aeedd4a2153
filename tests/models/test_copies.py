"""Copies of a model: pickled, deep, and written down by LangChain; each connects by itself."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest
from langchain_core.load import dumps, loads
from quoth import open_model
from quoth.config import ModelSettings
from quoth.models import LocalModel

SERVED = ModelSettings(model="openai-compatible:small", url="http://127.0.0.1:9", temperature=0.5)


def written_down(model: LocalModel) -> LocalModel:
    copied = loads(dumps(model), valid_namespaces=["quoth"], allowed_objects=[type(model)])
    assert isinstance(copied, LocalModel)
    return copied


@pytest.mark.filterwarnings("ignore:The function `loads`")  # in beta
@pytest.mark.parametrize(
    "copied",
    [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy, written_down],
    ids=["pickled", "deep", "written down"],
)
@pytest.mark.parametrize("settings", [SERVED, ModelSettings(model="llamacpp:embedded")])
def test_a_copy_of_a_model_has_its_fields_and_a_connection_of_its_own(
    copied: Callable[[LocalModel], LocalModel], settings: ModelSettings
) -> None:
    model = open_model(settings).model_copy(update={"max_tokens": 7})
    again = copied(model)
    assert type(again) is type(model)
    assert {name: getattr(again, name) for name in type(model).model_fields} == {
        name: getattr(model, name) for name in type(model).model_fields
    }
    assert again.settings.temperature == again.temperature == settings.temperature
    assert (again.address, again.weights_file()) == (model.address, model.weights_file())
    again.close()
    model.close()
