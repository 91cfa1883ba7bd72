"""One file as people have it, what must come of it, and the row that it has in the docs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from tests.field.running import Outcome, ingest

What = Literal["read", "mended", "left out", "refused"]
LONGEST = 450


@dataclass(frozen=True)
class Case:
    """A case.

    Parameters
    ----------
    has
        What is odd about the file, in words that need no second reading.
    files
        Content by name; text is written as UTF-8, a function writes to the path that it is given. The first is the file
        that is named to the run.
    outcome
        ``read`` as it is meant; ``mended`` or ``left out``, and counted; ``refused``.
    says
        What a user must read: part of the error, of the log, or of the report.
    gives
        Whether the table, and the report, have the right values. None for a refusal.
    params
        Further runtime parameters; ``{folder}`` is where the files lie.
    """

    has: str
    files: dict[str, str | bytes | Callable[[Path], Any]]
    outcome: What
    says: str
    gives: Callable[[Outcome], bool] | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def run(self, source: str, parameter: str, folder: Path) -> Outcome:
        """Write the files and read them."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if callable(content):
                content(path)
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        first = next(iter(self.files))
        given = {name: _placed(value, folder) for name, value in self.params.items()}
        return ingest(source, **({parameter: str(folder / first)} | given))


def _placed(value: Any, folder: Path) -> Any:
    return value.replace("{folder}", str(folder)) if isinstance(value, str) else value


def said_of(outcome: Outcome, folder: Path) -> str:
    """What the docs quote: a refusal without the folder, or what the report says and counts, and the log warns of."""
    if outcome.error is not None:
        text = " ".join(outcome.error.replace(f"{folder}/", "").replace(str(folder), "folder").split())
        text = text.replace(str(date.today() + timedelta(days=1)), "tomorrow")
        return text if len(text) <= LONGEST else f"{text[:LONGEST].rpartition(' ')[0]} ..."
    counts = {
        reason: count
        for name in ("left_out_or_mended", "dropped", "price_rows_left_out")
        for reason, count in outcome.report.get(name, {}).items()
        if isinstance(count, int) and count
    }
    counted = [f"`{reason}` {count:,}" for reason, count in counts.items()]
    warned = [line.replace(f"{folder}/", "") for line in outcome.warnings if "left out" not in line]
    return "; ".join([*outcome.report.get("read_as", []), *counted, *warned])
