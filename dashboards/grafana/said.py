"""How carriers, tenants, reasons and states are called and coloured where they are drawn."""

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.models.dashboard import Panel

from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Name, renamed
from dashboards.grafana.scale import GREY
from dashboards.grafana.words import Pair
from dashboards.pages.colours import CARRIER_COLOURS
from dashboards.reasons import REASONS
from estate.vocabulary import CARRIERS
from sensors.model import Unused


def carriers(kit: Kit, names: Sequence[str] = tuple(CARRIERS), prefix: str = "") -> list[Name]:
    """How the series of carriers are called and coloured; water is dots on the right, in m³."""
    found = []
    for row in (CARRIERS[name] for name in names):
        title = kit.say(row.fr, row.en)
        water = row.unit == "L" and not prefix
        called = Name(prefix + row.name, title[0].upper() + title[1:], CARRIER_COLOURS[row.name])
        found.append(called._replace(unit="m3", right=True, dots=True) if water else called)
    return found


def flow_names(kit: Kit) -> list[Name]:
    """How the series of `flows` are called: what is estimated is a grey part of the bars, water dots of its own."""
    return [*carriers(kit), Name("estimated", kit.say("dont estimé", "of which estimated"), GREY, over=True)]


CARRIERS_SAID: Mapping[str, tuple[Pair, str]] = {row.name: ((row.fr, row.en), "") for row in CARRIERS.values()}
"""Words for carriers in tables."""


def tenants_said(kit: Kit, panel: Panel) -> Panel:
    """Series by tenant and carrier (`BY_TENANT`) in words."""
    panel.transformations = [
        renamed(f"^(.*) {row.name}$", f"$1, {kit.say(row.fr, row.en)}") for row in CARRIERS.values()
    ]
    return panel


BY_TENANT = "$tag_device $tag_channel"

_UNUSED: Mapping[str, Pair] = {
    Unused.CONTROL: ("message de service", "control"),
    Unused.RETAINED_WITHOUT_TIME: ("retenu, sans date", "retained, without a time"),
    Unused.NO_VALUE: ("le capteur n'a pas de valeur", "the sensor has no value"),
    Unused.NOTHING_TAKEN: ("rien qui soit repris", "nothing that is taken"),
}
REASONS_SAID: Mapping[str, tuple[Pair, str]] = {
    **{reason: ((said.fr.name, said.en.name), "") for reason, said in REASONS.items()},
    **{reason: (said, "") for reason, said in _UNUSED.items()},
}
"""Why messages were refused or ignored, in tables."""


def reasons(kit: Kit) -> list[Name]:
    """And of series called after them."""
    return [Name(reason, kit.say(*said)) for reason, (said, _) in REASONS_SAID.items()]


YES_NO: Mapping[str, tuple[tuple[str, str], str]] = {
    "0": (("non", "no"), "#009E73"),
    "1": (("oui", "yes"), "#D55E00"),
}
