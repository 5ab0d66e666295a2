"""The API's description at `/docs`, from its OpenAPI schema: nothing is loaded from elsewhere, no script runs."""

from typing import Any, NamedTuple

Schema = dict[str, Any]

EXAMPLES = {
    "/api/latest": "/api/latest?quantity=climate.co2",
    "/api/series": "/api/series?quantity=electricity.power&every=1h&by=building",
    "/api/consumption": "/api/consumption?carrier=electricity&every=1d",
    "/api/allocation": "/api/allocation?building=b02&every=1d",
    "/api/cost": "/api/cost?building=b02&every=1mo",
    "/api/carbon": "/api/carbon?by=building&every=1mo",
    "/api/indicators": "/api/indicators?of=building&id=b02",
    "/api/explain": "/api/explain?building=b02&month=2026-11",
    "/api/changes": "/api/changes",
    "/api/rebuild": "/api/rebuild",
    "/api/devices": "/api/devices",
    "/api/quarantine": "/api/quarantine?limit=10",
    "/api/account": "/api/account?days=7",
    "/api/mails": "/api/mails",
    "/api/notes": "/api/notes",
    "/healthz": "/healthz",
    "/readyz": "/readyz",
    "/metrics": "/metrics",
}


class Answer(NamedTuple):
    name: str
    about: str
    many: bool
    fields: list[str]


class Reference:
    """What the template asks of the schema."""

    def __init__(self, schema: Schema) -> None:
        self._models: Schema = schema.get("components", {}).get("schemas", {})
        self.operations = [
            (verb.upper(), path, operation)
            for path, verbs in schema["paths"].items()
            for verb, operation in verbs.items()
        ]

    def body(self, operation: Schema) -> list[Schema]:
        """What is sent, field by field: `name`, `required`, `description` and `schema`, as parameters have them."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        model = self._resolved(content["schema"]) if content else {}
        required = model.get("required", [])
        return [
            {"name": name, "required": name in required, "description": field.get("description", ""), "schema": field}
            for name, field in model.get("properties", {}).items()
        ]

    def shape(self, schema: Schema) -> str:
        """What values a parameter takes, and its default, in a few words."""
        schema = self._resolved(schema)
        choices = schema.get("enum") or schema.get("items", {}).get("enum") or []
        words = [f"one of {', '.join(map(str, choices))}"] if choices else []
        if schema.get("default"):
            default = schema["default"]
            words.append(f"default {', '.join(default) if isinstance(default, list) else default}")
        return "; ".join(words)

    def answer(self, operation: Schema) -> Answer | None:
        """The model a successful answer has; None when it is no model."""
        content = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
        many = content.get("type") == "array"
        name = content.get("items" if many else "", content).get("$ref", "").rpartition("/")[2]
        model = self._models.get(name)
        if model is None:
            return None
        return Answer(name, model.get("description", ""), many, list(model["properties"]))

    def _resolved(self, schema: Schema) -> Schema:
        """The schema itself, without the wrapping of what may be absent."""
        options = [option for option in schema.get("anyOf", []) if option.get("type") != "null"]
        inner: Schema = {**schema, **options[0]} if options else schema
        name = inner.get("$ref", "").rpartition("/")[2]
        return {**inner, **self._models[name]} if name else inner
