"""A network of the user's own, named in the parameters: ``model.builder: my_package.my_module.build``.

It is imported and its arguments are checked when parameters are read, before a pipeline starts.
"""

import contextlib
import dataclasses
import importlib
import inspect
from collections.abc import Callable
from dataclasses import field
from typing import Any

from pydantic import model_validator

from rnn_trading.parameters import parameters

HOW = "See CONTRIBUTING.md, 'A network of your own'."


@parameters
class NetworkParameters:
    """What every architecture has.

    Parameters
    ----------
    builder
        Dotted name of a function ``build(interface, **options)`` that builds another network in the place of the
        architecture's own; null: the architecture's own. The function is given a
        :class:`rnn_trading.models.interface.Interface` and returns an untrained `keras.Model`.
        ``rnn_trading.models.layered.build`` builds a network from a list of Keras' layers.
    options
        Keyword arguments of that function; empty without one.
    grid
        Capacities that are all trained, of which the watched rows choose: each entry has values of other fields that
        take the place of those here, which must be those of one entry. Empty: there is one network.
    """

    # Defaults, unlike elsewhere: parameter sets of before had neither.
    builder: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    grid: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _check_grid(self) -> "NetworkParameters":
        names = {each.name for each in dataclasses.fields(self)} - {"grid"}
        entries = []
        for options in self.grid:
            if not options or not set(options) <= names:
                raise ValueError(
                    f"model.grid: each entry expects values of {', '.join(sorted(names))}. Received: {options}."
                )
            entries.append(dataclasses.replace(self, grid=(), **options))
        if any(entry in entries[:place] for place, entry in enumerate(entries)):
            raise ValueError(f"model.grid: expected entries that differ. Received: {[*self.grid]}.")
        # A value beside a grid would otherwise be set and do nothing.
        if entries and dataclasses.replace(self, grid=()) not in entries:
            told = ", ".join(f"{name}={getattr(self, name)}" for name in sorted({*self.grid[0]}))
            raise ValueError(
                f"model.grid: expected the values beside it to be those of one entry. Received: {told} beside "
                f"{[*self.grid]}. Add them as an entry, or set model.grid=[] for the one network."
            )
        return self

    @model_validator(mode="after")
    def _check_builder(self) -> "NetworkParameters":
        if self.builder is not None:
            find_builder(self.builder, self.options)
        elif self.options:
            raise ValueError(
                f"model.options are arguments of model.builder, which is null. Received: {', '.join(self.options)}. "
                f"Name a builder, or remove them. {HOW}"
            )
        return self


def find_builder(name: str, options: dict[str, Any]) -> Callable[..., Any]:
    """Import a function by its dotted name, and check that it can be called as a builder.

    Parameters
    ----------
    name
        ``my_package.my_module.build``.
    options
        Keyword arguments that it will be given.

    Raises
    ------
    ValueError
        If there is no such module or function, it is no function, or it does not take an interface and the options.
    """
    module_name, _, attribute = name.rpartition(".")
    if not module_name or not all(part.isidentifier() for part in name.split(".")):
        raise ValueError(
            f"model.builder: expected a dotted name, my_package.my_module.build. Received: {name!r}. {HOW}"
        )
    module = _import(module_name, name)
    if not hasattr(module, attribute):
        raise ValueError(f"model.builder: the module {module_name} has no {attribute!r}. Received: {name!r}. {HOW}")
    builder = getattr(module, attribute)
    if not callable(builder) or inspect.iscoroutinefunction(builder) or inspect.isgeneratorfunction(builder):
        kind = "a coroutine or generator" if callable(builder) else type(builder).__name__
        raise ValueError(f"model.builder: {name} is no function that returns a network, but {kind}. {HOW}")
    try:
        signature: Any = inspect.signature(builder)
    except ValueError as error:
        raise ValueError(f"model.builder: {name} does not say which arguments it takes. {HOW}") from error
    try:
        signature.bind("interface", **options)
    except TypeError as error:
        given = f"options {', '.join(options)}" if options else "no options"
        raise ValueError(
            f"model.builder: {name} cannot be called as build(interface, **options) with {given}: {error}. "
            f"Received: {attribute}{signature}. {HOW}"
        ) from error
    return builder


def _import(module: str, name: str) -> Any:
    # A builder imports TensorFlow, which gets in the way of curl_cffi, that fetches live data, unless that comes first.
    with contextlib.suppress(ImportError):
        importlib.import_module("curl_cffi")
    importlib.import_module("rnn_trading.models.backend")  # without TensorFlow's start-up lines
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:  # whatever a module of the user's does while it is imported
        if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
            raise ValueError(
                f"model.builder: there is no module {error.name!r}. Received: {name!r}. Install its package, or put it "
                f"into src; a method of a class is no function of a module. {HOW}"
            ) from error
        raise ValueError(
            f"model.builder: {module} cannot be imported: {type(error).__name__}: {error}. Received: {name!r}."
        ) from error
