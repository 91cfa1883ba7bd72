"""Names in the files of an environment that nothing would read, refused before anything runs."""

import difflib
import logging
import re
from collections.abc import Iterator, Mapping

from kedro.pipeline import Pipeline

from rnn_trading.configuration.files import ConfigurationError, found_at, tops, used, values
from rnn_trading.configuration.folders import ParsedOnce
from rnn_trading.configuration.names import ALMOST, Known, instead
from rnn_trading.differences import leaves
from rnn_trading.skill.protocols import EVERY

logger = logging.getLogger(__name__)

MOST = 8  # names in one message


def refuse_unread(loader: ParsedOnce, pipelines: Mapping[str, Pipeline]) -> None:
    """Look for names in the files of the run's environment that nothing would read.

    A name that is almost one of ``conf/base``, a name inside a block of ``conf/base`` that this has not, and a hidden
    block that ``conf/base`` alone could use are mistakes. A name at the top that is like no other may be a parameter of
    one's own: a warning tells it.

    Parameters
    ----------
    loader
        Of the run.
    pipelines
        All that are registered, by name.

    Raises
    ------
    ConfigurationError
        Names up to eight of them, with file, line and column, and what to write instead.
    """
    environment = loader.env or loader.default_run_env
    if environment == loader.base_env:
        return
    problems = [
        *_hidden(loader, environment),
        *_unread_parameters(loader, environment, pipelines),
        *_unread_globals(loader, environment),
    ]
    if problems:
        more = [f"and {len(problems) - MOST} more"] if len(problems) > MOST else []
        raise ConfigurationError("\n".join(problems[:MOST] + more))


def _almost(name: str, names: list[str]) -> list[str]:
    return difflib.get_close_matches(name, names, n=1, cutoff=ALMOST)


def _hidden(loader: ParsedOnce, environment: str) -> Iterator[str]:
    """Names with an underscore that the files of the environment do not use, but those of ``conf/base`` have."""
    for key in ("parameters", "catalog", "globals"):
        files = loader.trees(key, [environment])
        hidden = {name: place for name, place in tops(files).items() if name.startswith("_") and not used(name, files)}
        in_base = list(tops(loader.trees(key, [loader.base_env]))) if hidden else []
        for name, place in hidden.items():
            if _almost(name, in_base):
                visible = Known(loader.beside(loader.base_env, None)[key], {}).visible(name)
                instead_of_it = instead(visible) if key != "catalog" else " Write the whole entry of a dataset."
                yield (
                    f"{place}: nothing reads {name} here: what begins with _ is shared inside of one environment, and "
                    f"conf/base has its own.{instead_of_it}"
                )


def _unread_parameters(loader: ParsedOnce, environment: str, pipelines: Mapping[str, Pipeline]) -> Iterator[str]:
    """Parameters that the environment declares, and nothing reads in any protocol."""
    trees = loader.trees("parameters", [environment])
    at_top = tops(trees)
    if not at_top:
        return
    protocol = loader.runtime_params.get("protocol")
    names = [name for name, _ in leaves(loader.own_parameters()) if not name.startswith("_")]
    known = Known(loader.beside(loader.base_env, protocol)["parameters"], pipelines)
    unread = [name for name in names if name not in known]
    if unread:
        others = [Known(loader.beside(loader.base_env, other)["parameters"], {}) for other in EVERY]
        unread = [name for name in unread if not any(name in each for each in others)]
    global_names = loader["globals"] if unread else {}
    for name in dict.fromkeys(name if name.partition(".")[0] in known else name.partition(".")[0] for name in unread):
        place = found_at(trees, tuple(name.split("."))) or at_top.get(name.partition(".")[0], f"conf/{environment}")
        closest = known.closest(name) if "." in name else next(iter(_almost(name, known.tops)), None)
        if name in global_names:
            yield f"{place}: {name} is no parameter. It belongs into globals.yml of this folder."
        elif "." in name or closest:
            hint = f" Did you mean {closest}?" if closest else ""
            yield f"{place}: nothing reads the parameter {name}.{hint} Parameters are declared in conf/base."
        else:
            logger.warning("%s: no pipeline reads the parameter %s.", place, name)
    for name, place in at_top.items():
        if "." in name and name in known:
            yield f"{place}: nothing reads {name} as one name with dots in it. Write a block for each part of it."


def _unread_globals(loader: ParsedOnce, environment: str) -> Iterator[str]:
    """Globals of the environment that none of its files, and none of ``conf/base``, has in braces."""
    files = loader.trees("globals", [environment])
    names = {name: place for name, place in tops(files).items() if not name.startswith("_")}
    if not names:
        return
    texts = [text for key in ("parameters", "catalog", "credentials") for _, text in values(loader.trees(key))]
    wanted = {name for text in texts for name in re.findall(r"globals:\s*(\w+)", text)}
    parameters = loader.beside(loader.base_env, None)["parameters"]
    elsewhere = {each: set(tops(loader.trees("globals", [each]))) for each in loader.environments()}
    for name, place in names.items():
        others = sorted(each for each, there in elsewhere.items() if name in there and each != environment)
        if name in wanted:
            continue
        if name in parameters:
            yield f"{place}: {name} is no global. It belongs into parameters.yml of this folder."
        elif others:
            ways = " or ".join(f"conf/{other}/globals.yml (--env {other})" for other in others)
            yield f"{place}: nothing reads {name} in this environment. It belongs into {ways}."
        elif near := _almost(name, sorted(wanted)):
            yield f"{place}: nothing reads {name}. Did you mean {near[0]}?"
        else:
            logger.warning("%s: nothing reads the global %s.", place, name)
