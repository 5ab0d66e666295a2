"""What the page and the API are built from: the parts of the service they look at."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alerts.state import AlertState
from dashboards.health import Readiness
from dashboards.settings import WebSettings
from dashboards.viewers import Viewers
from energy.settle import Settlement
from estate.model import Estate
from ingest.account.ledger import Ledger
from ingest.intake import Intake
from store.base import Store
from store.state import State


@dataclass(frozen=True)
class Parts:
    """What is looked at, and what may be asked to change."""

    estate: Estate
    store: Store
    ledger: Ledger | None  # None when this process does not ingest
    intake: Intake | None  # the same
    state: State
    readiness: Callable[[], Readiness]
    mail_folder: Path | None  # where the demo's mails are kept, one .eml each; None when mail goes out for real
    clock: Callable[[], int]  # ms since the epoch
    alerts: Callable[[], Awaitable[Sequence[AlertState]]]
    estate_folder: Path | None = None  # where the inventories are; None when they are not to be changed
    settlement: Settlement | None = None  # None when this process does not settle
    web: WebSettings = field(default_factory=WebSettings)
    viewers: Viewers = field(default_factory=Viewers)
