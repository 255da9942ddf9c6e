"""What the tests of groups share."""

import pytest

from hrplatform import context


@pytest.fixture(autouse=True)
def _instance_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is asked for again every five seconds: on a slow machine in the middle of a test that counts queries."""
    monkeypatch.setattr(context, "_LIVES_SECONDS", 600.0)
