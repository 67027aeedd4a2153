"""The contract of a backend, checked on every one of them with the same real model."""

from __future__ import annotations

import pytest
from conformance.subjects import WINDOW, Subject
from quoth.config import ModelSettings
from quoth.models import LocalModel, open_model
from quoth.testing import ModelConformance


@pytest.fixture(scope="session")
def reference() -> LocalModel:
    """The embedded model in this process: other backends must count its tokens alike."""
    return open_model(ModelSettings(context_window=WINDOW, threads=1))


class TestContract(ModelConformance):
    window = WINDOW

    @pytest.fixture(autouse=True)
    def _on(self, subject: Subject, reference: LocalModel) -> None:
        self.subject = subject
        self.has_seed = subject.backend != "gpt4all"
        self.reference = reference

    @property
    def model(self) -> LocalModel:  # shared by the checks of a module
        return self.subject.model

    def open_model(self, **settings: object) -> LocalModel:
        model = self.subject.open(**settings)
        self.subject.opened.append(model)
        return model

    def expected_tokens(self, text: str) -> int | None:
        return self.reference.count_tokens(text) if self.subject.embedded else None

    def is_idle(self) -> bool:
        slots = self.subject.slots
        return slots is None or not any(slot["is_processing"] for slot in slots())

    def test_tells_what_it_is(self) -> None:
        super().test_tells_what_it_is()
        if self.subject.embedded:
            description = self.model.describe()
            assert description.counting == "exact"
            assert 130e6 < description.parameters < 140e6
            if description.kind == "text":
                assert description.family == "chatml"
