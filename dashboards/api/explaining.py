"""A month explained: `/api/explain`, and the same in words for the command line."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from dashboards.api.params import check_ids
from dashboards.api.problems import Problem, ProblemDetails
from dashboards.api.wrong import Words
from dashboards.language import SCALES
from dashboards.parts import Parts
from energy.cost.explain import ExplainedLine, ExplainedMeter, ExplainedShare, ExplainedSum, Explanation
from energy.cost.explain_query import Asked, Whose, explain
from energy.cost.money import euros
from estate.calendar import floor
from estate.model import Estate
from store.base import Store


class ExplainParams(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tenant: Annotated[str, Field(description="Of this tenant; `common` for the common parts.")] = ""
    meter: Annotated[str, Field(description="Of this meter.")] = ""
    building: Annotated[str, Field(description="Of this building's site meters.")] = ""
    month: Annotated[str, Field(description="The month, like 2026-11. Default: the one under way.")] = ""

    def asked(self, estate: Estate, now_ms: int) -> Asked:
        """Whose month; one thing at a time. Raises Problem."""
        given: list[tuple[Whose, str]] = [("tenant", self.tenant), ("meter", self.meter), ("building", self.building)]
        chosen = [(kind, name) for kind, name in given if name]
        if len(chosen) > 1:
            next_step = "give one of tenant, meter and building, or none for the site"
            fr = Words(f"il y a {len(chosen)} choses à expliquer", "donnez-en une, ou aucune pour le site")
            raise Problem("tenant", f"{len(chosen)} things to explain", next_step, fr)
        check_ids(estate, {kind: [name] for kind, name in chosen})
        zone = estate.site.zone
        month_ms = _month(self.month, zone) if self.month else floor(now_ms, "1mo", zone)
        if month_ms > now_ms:
            fr = Words(f"le mois {self.month} est à venir", "donnez-en un qui a commencé")
            raise Problem("month", f"month {self.month} lies in the future", "give one that has begun", fr)
        kind, name = chosen[0] if chosen else ("site", estate.site.id)
        return Asked(kind, name, month_ms)


def explain_router(parts: Parts) -> APIRouter:
    """`/api/explain`; never cached."""
    router = APIRouter(
        prefix="/api",
        tags=["api"],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
    )

    @router.get("/explain")
    async def explained(asked: Annotated[ExplainParams, Query()]) -> Explanation:
        """A month of a tenant, a meter, a building or the site, taken apart: steps, shares, prices, factors."""
        return await read_explanation(parts.estate, parts.store, asked, parts.clock())

    return router


async def read_explanation(estate: Estate, store: Store, asked: ExplainParams, now_ms: int) -> Explanation:
    """The explanation, as far as the month is settled."""
    return await explain(store, estate, asked.asked(estate, now_ms), now_ms)


def words(found: Explanation) -> Iterator[str]:
    """The explanation for people; amounts in kWh, m³ and EUR."""
    yield f"{found.kind} {found.id}, {found.month}: an allocation by the estate's own prices, no invoice"
    yield from _of_site(found) if found.kind == "site" else _of_meters(found)
    yield ""
    yield f"in all {euros(found.cents)} EUR, {found.nano_kg / 1e9:.3f} kg CO₂e"


def _of_site(found: Explanation) -> Iterator[str]:
    """What its delivery points come to together, line by line, and each of them in one line."""
    for carrier in dict.fromkeys(meter.carrier for meter in found.meters):
        own = [meter for meter in found.meters if meter.carrier == carrier]
        unit, used = own[0].unit, sum(meter.quantity for meter in own)
        yield ""
        yield f"{carrier} · {quantity(used, unit)} of {_meters(len(own))}"
        yield from (f"  {_sum(line)}" for line in found.lines if line.carrier == carrier)
        for meter in own:
            cost = f"{euros(meter.cents)} EUR" if meter.priced else "cost unknown, it has no row in contracts.csv"
            emitted = f", {meter.nano_kg / 1e9:.3f} kg CO₂e" if meter.carbon else ""
            yield f"    {meter.meter}: {quantity(meter.quantity, unit)}, {cost}{emitted}"


def _of_meters(found: Explanation) -> Iterator[str]:
    for meter in found.meters:
        yield ""
        yield f"{meter.meter} · {meter.carrier} · building {meter.building or '–'}"
        yield from _used(meter)
        yield from (f"  share of {_share(share, meter.unit)}" for share in meter.shares)
        yield from (f"  {_line(line)}" for line in meter.lines)
        if meter.priced:
            yield f"  costs {euros(meter.cents)} EUR"
        else:
            yield "  costs: unknown, it has no row in contracts.csv"
        for row in meter.carbon:
            amount = f"{quantity(row.quantity, 'Wh')} × {row.kg_per_kwh} kg/kWh = {row.nano_kg / 1e9:.3f} kg CO₂e"
            yield f"  emits, {row.start} to {row.end}: {amount} ({row.source})"


def quantity(amount: int, unit: str) -> str:
    """An amount as people read it, exact but for hours."""
    name, scale = SCALES.get(unit, (unit, 1))
    number = f"{amount / scale:,.3f}".rstrip("0").rstrip(".") if scale > 1 else f"{amount:,}"
    return f"{number.replace(',', ' ')} {name}"


def _used(meter: ExplainedMeter) -> Iterator[str]:
    share = meter.guessed / meter.quantity if meter.quantity else 0
    estimated = f", of it estimated {quantity(meter.guessed, meter.unit)} ({share:.1%})" if meter.guessed else ""
    yield f"  used {quantity(meter.quantity, meter.unit)} in {meter.steps} steps until {_at(meter.until)}{estimated}"
    if meter.settled:
        yield f"  last settled {_at(meter.settled)}"


def _share(share: ExplainedShare, unit: str) -> str:
    by = f"{share.part:g} of {share.of:g} {share.unit}" if share.part is not None else "by day"
    amounts = f"{quantity(share.amount, unit)} of {quantity(share.of_amount, unit)}"
    return f"{share.meter} by {share.key}, {_at(share.start)[:10]} to {_at(share.end)[:10]}: {by}: {amounts}"


def _line(line: ExplainedLine) -> str:
    name = " ".join(filter(None, (line.name, line.period)))
    if line.unit == "%":
        what = f"{line.price} % of {', '.join(line.of)}: {euros(round(line.quantity / 1e7))} EUR"
    else:
        steps = f" in {line.steps} steps" if line.steps is not None else ""
        what = f"{quantity(line.quantity, line.quantity_unit)}{steps} × {line.price} {line.unit}"
    if line.whole != line.amount:
        what += f" = {line.whole / 1e9:.6f}, of which {line.amount / line.whole:.3%} by energy"
    return f"{name}, {line.start} to {line.end}: {what} = {line.amount / 1e9:.6f} → {euros(line.cents)} EUR"


def _sum(line: ExplainedSum) -> str:
    name = " ".join(filter(None, (f"{line.tariff}: {line.name}", line.period)))
    if line.unit == "%":
        what = f"{line.price} % of {', '.join(line.of)}: {euros(round(line.quantity / 1e7))} EUR"
    else:
        what = f"{quantity(line.quantity, line.quantity_unit)} × {line.price} {line.unit}"
    return f"{name}, {_meters(line.meters)}: {what} = {line.amount / 1e9:.6f} → {euros(line.cents)} EUR"


def _meters(count: int) -> str:
    return f"{count} meter{'s' if count != 1 else ''}"


def _at(rfc3339: str) -> str:
    return rfc3339[:16].replace("T", " ")


def _month(text: str, zone: ZoneInfo) -> int:
    if not re.fullmatch(r"(19[789]|2[01])\d{1,2}-(0[1-9]|1[0-2])", text, re.ASCII) or len(text) != 7:
        fr = Words(f"« {text} » n’est pas un mois", "écrivez année-mois, comme 2026-11")
        raise Problem("month", f"month {text!r} is no month", "write year-month, like 2026-11", fr)
    return int(datetime(int(text[:4]), int(text[5:]), 1, tzinfo=zone).timestamp() * 1000)
