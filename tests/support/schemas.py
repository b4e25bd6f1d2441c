"""JSON Schemas to hold documents against; the library takes a second to load, so that only its tests load it."""

from typing import Any


def validator(schema: dict[str, Any]) -> Any:
    """Return a validator of JSON Schema 2020-12, which OpenAPI 3.1 speaks, that checks formats too."""
    from jsonschema import Draft202012Validator, FormatChecker

    return Draft202012Validator(schema, format_checker=FormatChecker())
