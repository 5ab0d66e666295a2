"""For the tests of ingest."""

import pytest

from ingest import session


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost connection is tried again at once."""
    monkeypatch.setattr(session, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(session, "LONGEST_WAIT_S", 0.1)
