"""What staff may ask the running service to do: below `/api`, as JSON.

A page of another site cannot: it may send forms, but no JSON without being asked first, and it gets past neither the
check of the host's name nor the cookie, which goes with no request of another site.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from dashboards.api.commissioning import add_beside_service
from dashboards.api.french import french
from dashboards.api.models import DeviceAdded, DeviceAsked, ReleasedAnswer, SelectionAsked
from dashboards.api.problems import Problem, ProblemDetails
from dashboards.api.wrong import Words
from dashboards.given import DESCRIBED, TakenAnswer, take_given
from dashboards.parts import Parts
from estate.inventory import NotAdded
from ingest.intake import Intake
from ingest.release import purge_all, release


def action_router(parts: Parts) -> APIRouter:
    """The routes that change something."""
    router = APIRouter(
        prefix="/api",
        tags=["actions"],
        responses={400: {"model": ProblemDetails}, 503: {"model": ProblemDetails}},
        dependencies=[Depends(json_only)],
    )

    def intake() -> Intake:
        if parts.intake is None:
            fr = Words("ce processus ne collecte pas", "demandez à celui qui tourne avec --only ingest")
            raise Problem("only", "this process does not ingest", "ask the one that runs with --only ingest", fr)
        return parts.intake

    @router.post("/quarantine/release")
    async def release_quarantined(asked: Annotated[SelectionAsked, Body()]) -> ReleasedAnswer:
        """Run the selected messages again through today's decoders and estate, with their own time of receipt."""
        done = await release(intake(), asked.selection(), lambda tried, total: None)
        return ReleasedAnswer(**done._asdict())

    @router.post("/quarantine/purge")
    async def purge_quarantined(asked: Annotated[SelectionAsked, Body()]) -> int:
        """Throw the selected messages away for good; how many that were."""
        taking = intake()
        return await purge_all(taking.books, taking.state, asked.selection())

    @router.post("/devices")
    async def add_device(asked: Annotated[DeviceAsked, Body()]) -> DeviceAdded:
        """Add a device to the inventory, and say what became of what it sent before; takes up to 15 s."""
        taking = intake()
        if parts.estate_folder is None:
            fr = Words("l’inventaire est l’exemple fourni, qui ne change pas",
                       "copiez-le, et donnez la copie à [estate] path ; voyez estate/README.md")  # fmt: skip
            raise Problem("estate", "the estate is the shipped sample, which is not changed",
                          "copy it, and set [estate] path to the copy; see estate/README.md", fr)  # fmt: skip
        try:
            return await add_beside_service(parts.estate_folder, asked, parts.store, taking, parts.clock())
        except NotAdded as error:
            fr = Words(french(str(error)), "")  # it says the next step itself
            raise Problem("device", str(error), "", fr) from error

    @router.post("/readings", openapi_extra=DESCRIBED)
    async def take_readings(request: Request) -> TakenAnswer:
        """Take readings of any age, all or none, 5,000 at most: imports, meters read by hand."""
        return await take_given(request, parts.estate, intake())

    return router


async def json_only(request: Request) -> None:
    """Also where a browser forgets to ask first: it says itself that another site's page sends this."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        fr = Words("un autre site le demande", "ouvrez la page du service lui-même, et faites-le là")
        next_step = "open the service's own page, and do it there"
        raise Problem(None, "another site asks for this", next_step, fr, 403)
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Problem("content-type", "only JSON is taken here", "send Content-Type: application/json")
