"""marshmallow fields that take nothing for something else: its own take "12.5", 1 for true, and "yes"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from marshmallow import ValidationError, fields, missing

from service.api.error_messages import MOMENT_NEEDED, TRUTH_NEEDED, invalid_value, not_a_number, one_of, unknown_fields
from service.api.problems import Entry
from service.clinical.measurement.limits import LONGEST_NAME
from service.clinical.panel.moment import is_moment

LONGEST_LIST = 200
Value = TypeVar("Value")


class Checked(fields.Field[Value]):
    """A field that has checked what it returns."""

    def _validate(self, value: Any) -> None:
        """Do nothing: there are no validators beside it, and marshmallow would make a list of none each time."""


class Part(Checked[dict[str, Any]]):
    """An object, the request itself or one inside it: as a schema, without the cost of one.

    Every unknown key is named, with the nearest known one. ``null`` is the same as absent.
    """

    def __init__(self, *, none: bool = True, **parts: fields.Field[Any]) -> None:
        super().__init__(allow_none=none)
        self._parts = parts

    @property
    def example(self) -> str:
        """The form of the object: its first key, with a value left open."""
        return f'{{"{next(iter(self._parts))}": ...}}'

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _error(
                invalid_value((), f"An object with {' and '.join(self._parts)} is needed here, such as {self.example}.")
            )
        found: dict[str, Any] = {}
        faults: dict[str, Any] = {}
        for key, part in self._parts.items():
            if key in value or part.required:
                _load_into(found, faults, key, part, value)
        if not value.keys() <= self._parts.keys():
            faults |= {fault.where[0]: [fault] for fault in unknown_fields(value, self._parts)}
        if faults:
            raise ValidationError(faults, valid_data=found)
        return found


class Parts(fields.List[dict[str, Any]]):
    """A list of at most 200 objects, counted before any of them is read."""

    def __init__(self, **parts: fields.Field[Any]) -> None:
        self._part = Part(none=False, **parts)
        super().__init__(self._part, allow_none=True)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> list[dict[str, Any] | None]:
        if not isinstance(value, list) or len(value) > LONGEST_LIST:
            needed = f"A list of at most {LONGEST_LIST} objects is needed here, such as [{self._part.example}]."
            raise _error(invalid_value((), needed))
        found: list[dict[str, Any] | None] = []
        faults: dict[int, Any] = {}
        for place, item in enumerate(value):
            try:
                found.append(self.inner.deserialize(item, attr, data))
            except ValidationError as error:
                faults[place] = error.messages
                found.append(error.valid_data if isinstance(error.valid_data, dict) else {})  # each keeps its place
        if faults:
            raise ValidationError(faults, valid_data=found)
        return found


def _load_into(found: dict[str, Any], faults: dict[str, Any], key: str, part: fields.Field[Any], value: Any) -> None:
    try:
        found[key] = part.deserialize(value.get(key, missing), key, value)
    except ValidationError as error:
        faults[key] = error.messages
        if error.valid_data:
            found[key] = error.valid_data


class StrictNumber(Checked[Decimal]):
    """A JSON number between two ends, as an exact Decimal."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__(allow_none=True)
        self._low, self._high = Decimal(low), Decimal(high)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Decimal:
        if not isinstance(value, Decimal):
            raise _error(not_a_number(()))
        if not self._low <= value <= self._high:
            raise _error(Entry((), "implausible_value", f"A number from {self._low} to {self._high} is needed here."))
        return value


class Moment(Checked[str]):
    """An RFC 3339 date or date and time with its offset, kept as sent."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        if not isinstance(value, str) or not is_moment(value):
            raise _error(invalid_value((), MOMENT_NEEDED))
        return value


class Flag(Checked[bool]):
    """True or false."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> bool:
        if not isinstance(value, bool):
            raise _error(invalid_value((), TRUTH_NEEDED))
        return value


class Choice(Checked[str]):
    """One word of a closed list."""

    def __init__(self, accepted: Sequence[str], *, none: bool = True) -> None:
        super().__init__(allow_none=none)
        self._accepted = tuple(accepted)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        if not isinstance(value, str) or value not in self._accepted:
            raise _error(one_of((), self._accepted, value))
        return value


class Choices(Checked[tuple[str, ...]]):
    """Several words of a closed list."""

    def __init__(self, accepted: Sequence[str], *, at_least: int = 0) -> None:
        super().__init__(allow_none=True)
        self._accepted, self._at_least = tuple(accepted), at_least

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not self._at_least <= len(value) <= LONGEST_LIST:
            raise _error(invalid_value((), f"A list of {self._at_least} to {LONGEST_LIST} words is needed here."))
        wrong = {
            str(at): [one_of((), self._accepted, word)] for at, word in enumerate(value) if word not in self._accepted
        }
        if wrong:
            raise ValidationError(wrong)
        return tuple(value)


class Text(Checked[str]):
    """A text of 1 to 200 characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> str:
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= LONGEST_NAME:
            raise _error(invalid_value((), f"A text of 1 to {LONGEST_NAME} characters is needed here."))
        return value


def flatten(messages: Any, where: tuple[str, ...] = ()) -> list[Entry]:
    """Turn marshmallow's nested messages into entries with their full path."""
    if isinstance(messages, Mapping):
        return [entry for key, below in messages.items() for entry in flatten(below, (*where, str(key)))]
    return [_placed(message, where) for message in messages]


def _placed(message: Entry | str, where: tuple[str, ...]) -> Entry:
    if isinstance(message, Entry):
        return replace(message, where=where)
    if "required" in message:
        return invalid_value(where, "This field is required.")
    if "null" in message:
        return invalid_value(where, "A value is needed here, not null.")
    return invalid_value(
        where, "An object or a value of another kind is needed here; see the description of the field."
    )


def _error(entry: Entry) -> ValidationError:
    return ValidationError([entry])
