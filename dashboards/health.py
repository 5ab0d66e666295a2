"""Whether the service does its work: what `/readyz` and the page's header say."""

from typing import Literal, NamedTuple


class Readiness(NamedTuple):
    """`degraded`: readings are safe but late (the store is down, the spool works); `failing`: they are not safe."""

    status: Literal["ready", "degraded", "failing"]
    cause: str  # for people: the thing, the cause, the next step; "" when ready
