"""Strict fields alone: nothing is ignored, trimmed or converted."""

from typing import Any

import pytest
from rest_framework import serializers

from trapframe.api.serializers.strict import (
    NothingSerializer,
    StrictSerializer,
    Text,
    WholeNumber,
)


class InnerSerializer(StrictSerializer):
    text = Text(max_length=5)


class OuterSerializer(StrictSerializer):
    number = WholeNumber(min_value=0, max_value=9)
    inner = InnerSerializer(required=False)
    many = serializers.ListField(child=Text(), required=False)


def errors(data: Any, serializer: type[StrictSerializer] = OuterSerializer) -> Any:
    reader = serializer(data=data)
    reader.is_valid()
    return reader.errors


def codes(data: Any, field: str) -> list[str]:
    return [detail.code for detail in errors(data)[field]]


@pytest.mark.parametrize("number", [0, 9, 5.0])
def test_a_number_is_a_number(number: float) -> None:
    reader = OuterSerializer(data={"number": number})

    assert reader.is_valid()
    assert reader.validated_data == {"number": int(number)}


@pytest.mark.parametrize("number", ["5", "", [], {}, None, 5.5, -1, 10])
def test_what_only_looks_like_a_number_is_none(number: Any) -> None:
    assert set(errors({"number": number})) == {"number"}


@pytest.mark.parametrize("text", [" a ", "\n", "a\tb", "é", "x" * 5])
def test_a_text_stays_as_it_was_sent(text: str) -> None:
    reader = OuterSerializer(data={"number": 1, "inner": {"text": text}})

    assert reader.is_valid(), reader.errors
    assert reader.validated_data["inner"] == {"text": text}


@pytest.mark.parametrize("text", ["", "x" * 6, "a\x00b", 5, True, None, ["a"], {}])
def test_what_is_no_text(text: Any) -> None:
    assert set(errors({"number": 1, "inner": {"text": text}})["inner"]) == {"text"}


def test_a_nul_character_is_told_of_once() -> None:
    [message] = errors({"number": 1, "inner": {"text": "\x00"}})["inner"]["text"]

    assert message == "A NUL character cannot be stored."


def test_a_list_is_checked_item_by_item() -> None:
    assert set(errors({"number": 1, "many": ["a", 2, "c", None]})["many"]) == {1, 3}


def test_every_unknown_field_is_named() -> None:
    assert set(errors({"number": 1, "b": 1, "a": 2})) == {"a", "b"}
    assert codes({"number": 1, "b": 1}, "b") == ["unknown_field"]


def test_a_missing_field_is_named_too() -> None:
    assert codes({}, "number") == ["required"]


@pytest.mark.parametrize("data", [{}, None])
def test_nothing_is_nothing(data: Any) -> None:
    assert errors(data or {}, NothingSerializer) == {}


@pytest.mark.parametrize("data", [{"a": 1}, [], "x", 1])
def test_something_is_not_nothing(data: Any) -> None:
    assert errors(data, NothingSerializer) != {}
