"""`microville energy explain`: a month of a tenant, a meter, a building or the site, taken apart."""

import asyncio
from dataclasses import asdict
from typing import Annotated
from urllib.parse import urlencode

import typer
from pydantic import TypeAdapter

from dashboards.api.explaining import ExplainParams, read_explanation, words
from dashboards.api.problems import Problem
from dashboards.commands import settling
from dashboards.commands.output import AsJson, Config, print_json
from dashboards.configuration import Settings, read
from dashboards.remote import ask, local
from dashboards.service import clock
from energy.cost.explain import Explanation

app = typer.Typer(no_args_is_help=True, help="Consumption, what it costs and emits.")
app.command("rebuild")(settling.rebuild)
app.command("changes")(settling.changes)


@app.command("explain")
def explain_(
    tenant: Annotated[str, typer.Option(help="Of this tenant; `common` for the common parts.")] = "",
    meter: Annotated[str, typer.Option(help="Of this meter.")] = "",
    building: Annotated[str, typer.Option(help="Of this building's site meters.")] = "",
    month: Annotated[str, typer.Option(help="Like 2026-11 (default: the month under way).")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Explain a month's figure to the last kWh: steps, shares, prices and factors; of the site, where none is named."""
    asked = ExplainParams(tenant=tenant, meter=meter, building=building, month=month)
    try:
        found = asyncio.run(_explain(read(config), asked))
    except Problem as error:
        raise typer.BadParameter(": ".join(error.fault.words)) from error
    if as_json:
        print_json(asdict(found))
    else:
        print("\n".join(words(found)))


async def _explain(settings: Settings, asked: ExplainParams) -> Explanation:
    given = asked.model_dump(exclude_defaults=True)
    if (answer := await ask(settings, "GET", f"/api/explain?{urlencode(given)}")) is not None:
        return TypeAdapter(Explanation).validate_python(answer)
    now_ms = clock()
    async with local(settings, now_ms) as there:
        return await read_explanation(there.estate, there.store, asked, now_ms)
