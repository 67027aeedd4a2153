"""The backends that speak to a server, behind a proxy that fails on request."""

from __future__ import annotations

import pytest
from quoth.models import LocalModel
from quoth.testing import FaultyProxy, ServerFaultConformance


class TestServerFaults(ServerFaultConformance):
    @pytest.fixture(autouse=True)
    def _behind_a_proxy(self, faulted: tuple[LocalModel, FaultyProxy]) -> None:
        self.model, self.proxy = faulted
