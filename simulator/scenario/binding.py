"""Trees with parameters in them, filled in for a variant."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.scenario.fields import Param
from simulator.trace import Scalar

Fill = Callable[[Mapping[str, Scalar]], Any]


class Template:
    """A tree of dicts and tuples, prepared once and filled in for many variants.

    Only what holds a parameter is made anew; all the rest is the same object in
    every variant, so nobody may change it.
    """

    __slots__ = ("_fill", "_tree")

    def __init__(self, tree: Any) -> None:
        self._tree = tree
        self._fill = _filler(tree)

    def fill(self, params: Mapping[str, Scalar]) -> Any:
        """Return the tree with each Param replaced by its value in this variant."""
        return self._tree if self._fill is None else self._fill(params)


def _filler(tree: Any) -> Fill | None:
    """Return what fills the tree in; None when it holds no parameter."""
    if isinstance(tree, Param):
        name = tree.name
        return lambda params: params[name]
    if isinstance(tree, dict):
        return _filler_of_dict(tree)
    if isinstance(tree, tuple):
        return _filler_of_tuple(tree)
    return None


def _filler_of_dict(tree: dict[str, Any]) -> Fill | None:
    found = {key: _filler(value) for key, value in tree.items()}
    moving = [(key, fill) for key, fill in found.items() if fill is not None]

    def fill_in(params: Mapping[str, Scalar]) -> dict[str, Any]:
        result = tree.copy()
        for key, fill in moving:
            result[key] = fill(params)
        return result

    return fill_in if moving else None


def _filler_of_tuple(tree: tuple[Any, ...]) -> Fill | None:
    found = [_filler(value) for value in tree]
    moving = [(place, fill) for place, fill in enumerate(found) if fill is not None]

    def fill_in(params: Mapping[str, Scalar]) -> tuple[Any, ...]:
        result = list(tree)
        for place, fill in moving:
            result[place] = fill(params)
        return tuple(result)

    return fill_in if moving else None
