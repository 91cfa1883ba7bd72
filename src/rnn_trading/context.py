"""Kedro's context and catalog, with errors that say where an entry stands, and what makes a file that is not there."""

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from kedro.framework.context import CatalogCommandsMixin, KedroContext
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol, DataCatalog, DatasetError, SharedMemoryDataCatalog
from kedro.io.core import Version
from kedro.validation.exceptions import ParameterValidationError

from rnn_trading import pipeline_registry, plan
from rnn_trading.configuration.files import found_at, tops
from rnn_trading.makers import (
    Asked,
    exists,
    maker,
    refuse_other_protocol,
    refuse_unknown_dataset,
    refuse_unknown_file,
    told,
)
from rnn_trading.workspace.loads import Loads


def plan_pipelines(parameters: dict[str, Any]) -> None:
    """Let the pipelines have the folds and seeds of a session; see :mod:`rnn_trading.plan`.

    Raises
    ------
    ValueError
        If an experiment has no such number of seeds. Then the plan of before stays in use.
    """
    before = plan.current()
    if plan.use(plan.Plan.from_parameters(parameters)):
        # What is registered already has the folds and seeds of another session.
        requested = pipelines._requested_pipelines
        pipelines.configure(pipeline_registry.__name__)
        pipelines.set_requested(requested)
        try:
            pipelines.keys()
        except ValueError:
            plan.use(before)
            raise


class Told:
    """What stands before a catalog of Kedro's in a class, to tell more of its errors.

    Attributes
    ----------
    asked
        Environment and parameters of the run.
    places
        Of each entry that is called by its whole name, where it stands.
    loads
        Tells of files of other sources; None where a session runs pipelines, which refuses or replaces them.
    """

    asked: Asked
    places: dict[str, str]
    loads: Loads | None = None

    def get(self, key: str, fallback_to_runtime_pattern: bool = False, version: Version | None = None) -> Any:
        """A dataset; of an entry that cannot be made into one, the error names its place."""
        try:
            return super().get(key, fallback_to_runtime_pattern, version)  # type: ignore[misc]
        except DatasetError as error:
            raise DatasetError(f"{self.places.get(key, 'The catalog')}: {str(error).strip()}") from error

    def load(self, ds_name: str, version: str | None = None) -> Any:
        """The data of a dataset; of one that a pipeline makes, the error names the command."""
        if self.loads is not None and ds_name in self:  # type: ignore[operator]
            self.loads.tell(ds_name)
        try:
            return super().load(ds_name, version)  # type: ignore[misc]
        except DatasetError as error:
            made_by = maker(ds_name, cast("CatalogProtocol", self), pipelines, self.asked)
            if made_by is None:
                refuse_unknown_dataset(ds_name, pipelines)
                refuse_unknown_file(ds_name, self.get(ds_name))
                raise
            raise DatasetError(told(ds_name, self.get(ds_name), made_by, error)) from error


def plain(message: str) -> str:
    r"""What Pydantic says of refused values, with what was received, and without its codes and addresses.

    Examples
    --------
    >>> plain("lag\n  Input should be at least 0 [type=greater_than_equal, input_value=-1, input_type=int]")
    'lag\n  Input should be at least 0. Received: -1'
    """
    without = re.sub(r"\n\s+For further information visit \S+", "", message)
    return re.sub(r" \[type=\w+, input_value=(.*), input_type=\w+\]", r". Received: \1", without)


class Catalog(Told, DataCatalog, CatalogCommandsMixin):
    """Kedro's catalog."""


class SharedCatalog(Told, SharedMemoryDataCatalog):
    """Kedro's catalog for runs in several processes."""


OURS: dict[type, type] = {DataCatalog: Catalog, SharedMemoryDataCatalog: SharedCatalog}


class Context(KedroContext):
    """Kedro's context; sessions, commands and notebooks get their catalog from it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan_pipelines(self.config_loader["parameters"])

    @property
    def asked(self) -> Asked:
        """Environment and parameters of the run."""
        params = self.config_loader.runtime_params or {}
        protocol = params.get("protocol", self.config_loader["globals"]["protocol"])
        return Asked(self.env, str(protocol), params)

    def _get_catalog(
        self,
        catalog_class: type = DataCatalog,
        save_version: str | None = None,
        load_versions: dict[str, str] | None = None,
    ) -> CatalogProtocol:
        asked = self.asked
        if self._pipelines_to_validate is not None:  # a session is about to run these
            refuse_other_protocol(self._pipelines_to_validate, asked.protocol)
        catalog = super()._get_catalog(OURS.get(catalog_class, catalog_class), save_version, load_versions)
        if isinstance(catalog, Told):
            loader: Any = self.config_loader
            catalog.asked, catalog.places = asked, tops(loader.trees("catalog"))
            if self._pipelines_to_validate is None:
                registered: Callable[[], dict[str, Any]] = functools.partial(dict, pipelines)
                catalog.loads = Loads(catalog, registered, loader.made_from, Path(self.project_path))
        return catalog

    def _get_validated_params(self) -> dict[str, Any]:
        asked_for = self._pipelines_to_validate
        if asked_for is None:
            # What is none in this protocol has no parameters here, or half a block of them from the environment.
            self._pipelines_to_validate = [name for name in pipelines if exists(name, self.asked.protocol)]
        try:
            return super()._get_validated_params()
        except ParameterValidationError as error:
            raise ParameterValidationError(self._with_places(plain(str(error)))) from error
        finally:
            self._pipelines_to_validate = asked_for

    def _with_places(self, message: str) -> str:
        """A message that says where in the files of the environment each parameter stands that it refuses."""
        loader: Any = self.config_loader
        environment = loader.env or loader.default_run_env
        files = {} if environment == loader.base_env else loader.trees("parameters", [environment])

        def with_place(match: re.Match[str]) -> str:
            where = found_at(files, tuple(match[1].split(".")))
            return f"{match[0]} ({where})" if where else match[0]

        return re.sub(r"Parameter '(.+?)'", with_place, message)
