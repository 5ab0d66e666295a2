"""A query as Grafana sends it: what its front end replaces in the browser, then what its server replaces.

After Grafana's own sources (public/app/features/templating, pkg/tsdb/influxdb/models/query.go; the format registry of
@grafana/scenes 5, 6 and 9 was run on the same names, with the same result): the front end knows the variables and the
ends of the time shown; quotes are never escaped, but the format `regex` puts a backslash before what a regular
expression would take for itself, and alternates several values. A custom "all" value is put in as it is. The time
filter and the interval it leaves to the server, or, before Grafana 10, replaces them itself by the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ALL = "$__all"

_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(\w+)")
_SPECIAL = re.compile(r"[\\^$*+?.()|\[\]{}/]")


@dataclass(frozen=True)
class Looking:
    """What somebody looks at: a time in ms, the values chosen of each variable, the width of a window."""

    start_ms: int
    end_ms: int
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)  # a variable that is not named is All
    interval: str = "15m"

    def query(self, text: str) -> str:
        """The query as InfluxDB gets it."""
        asked = _VARIABLE.sub(self._front_end, text)
        asked = asked.replace("$timeFilter", f"time >= {self.start_ms}ms and time <= {self.end_ms}ms")
        return asked.replace("$interval", self.interval)

    def _front_end(self, found: re.Match[str]) -> str:
        name, how = found[1] or found[3], found[2]
        known = {"__from": str(self.start_ms), "__to": str(self.end_ms)}
        if found[1] and name in known:
            return known[name]
        if name in ("timeFilter", "interval"):  # the server's
            return found[0]
        values = self.chosen.get(name, [ALL])
        if list(values) == [ALL]:
            return ".*"
        return _regex(values) if how == "regex" else ",".join(values)


def _regex(values: Sequence[str]) -> str:
    escaped = [_SPECIAL.sub(r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
