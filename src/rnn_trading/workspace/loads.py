"""What a session is told that loads a file which its configuration would make from another source."""

import logging
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol, DatasetError
from kedro.pipeline import Pipeline

from rnn_trading.workspace.lineage import Lineage, differing_sources, is_read_as_made
from rnn_trading.workspace.origins import origin_of

logger = logging.getLogger(__name__)


class Loads:
    """Tells of each dataset once.

    Parameters
    ----------
    catalog
        Of the session.
    registered
        Gives all pipelines, by name.
    made_from
        See :meth:`rnn_trading.config.ConfigLoader.made_from`; asked when a file is there whose origin is known.
    project
        Folder of the project.
    """

    def __init__(
        self,
        catalog: CatalogProtocol,
        registered: Callable[[], dict[str, Pipeline]],
        made_from: Callable[[], dict[str, Any]],
        project: Path,
    ) -> None:
        self._catalog, self._registered, self._made_from, self._project = catalog, registered, made_from, project
        self._told: set[str] = set()

    @cached_property
    def _lineage(self) -> Lineage:
        return Lineage(Pipeline([]), self._registered(), self._made_from(), self._catalog, self._project)

    def tell(self, name: str) -> None:
        """Warn if the file of a dataset was made from another source than this session names."""
        dataset: Any = self._catalog.get(name)
        if name in self._told or not is_read_as_made(dataset):
            return
        self._told.add(name)
        origin = origin_of(self._project, Path(dataset._filepath))
        if origin is None:
            return
        try:
            here = self._lineage.of(origin["dataset"])
        except DatasetError:  # a source that is not named, or not rightly: a run says so, and nobody needs it here
            return
        found = list(differing_sources(origin, here))
        if found:
            logger.warning("%s was made from another source (%s), and is loaded as it is.", name, "; ".join(found))
