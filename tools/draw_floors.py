"""Draw the floors of the house from its imports: ``python tools/draw_floors.py`` writes docs/figures/floors.svg."""

import ast
import io
import pathlib
import tomllib
from collections import defaultdict

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

SOURCE, PACKAGE = pathlib.Path("src"), "rnn_trading"
PICTURE = pathlib.Path("docs/figures/floors.svg")
SPAN, MARGIN, WIDTH, HEIGHT, STEP = 8.4, 0.15, 1.55, 0.5, 1.2
Point, Edge = tuple[float, float], tuple[str, str]
# The command line catches errors of tables; all may use the lowest floor. docs/architecture.md says so.
UNDRAWN = {"__init__", "cli", "parameters", "progress", "matplotlib_lock", "differences", "redaction", "place"}
COLOURS = ("#DCE9F5", "#F4F4F4")


def floors() -> list[list[str]]:
    """Packages and modules of each floor, top down, as the contract in pyproject.toml has them."""
    project = tomllib.loads(pathlib.Path("pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (contract,) = [contract for contract in contracts if contract["id"] == "floors"]
    return [[name.strip() for name in floor.split("|")] for floor in contract["layers"]]


def imports() -> dict[str, set[str]]:
    """Of each package or module of the root, those that it imports."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in (SOURCE / PACKAGE).rglob("*.py"):
        parts = path.relative_to(SOURCE / PACKAGE).parts
        if any(part.startswith(".") for part in parts):
            continue  # checkpoints of an editor
        importer = parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module] if node.module != PACKAGE else [f"{PACKAGE}.{each.name}" for each in node.names]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            found[importer] |= {name.split(".")[1] for name in names if name.startswith(f"{PACKAGE}.")} - {importer}
    return found


def without_shortcuts(imports: dict[str, set[str]]) -> dict[str, set[str]]:
    """Arrows without those that other arrows lead to as well."""

    def below(name: str) -> set[str]:
        return imports[name] | {each for other in imports[name] for each in below(other)}

    return {
        name: imported - {each for other in imported for each in below(other)}
        for name, imported in list(imports.items())
    }


def places(rows: list[list[str]]) -> dict[str, tuple[float, float]]:
    """Where the middle of each box lies."""
    return {
        name: (SPAN * (position + 0.5) / len(row), -STEP * number)
        for number, row in enumerate(rows)
        for position, name in enumerate(row)
    }


def spread(low: float, high: float, count: int) -> list[float]:
    """That many places, evenly between two."""
    return [low + (high - low) * (place + 1) / (count + 1) for place in range(count)]


def lanes(edges: list[Edge], rows: list[list[str]], at: dict[str, tuple[float, float]]) -> dict[Edge, list[Point]]:
    """Of each arrow, where it passes the floors between its ends: in the gap of boxes that is nearest to its line."""
    through: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    gaps = {}
    for number, row in enumerate(rows):
        sides = [MARGIN, *(at[name][0] + side * WIDTH / 2 for name in row for side in (-1, 1)), SPAN - MARGIN]
        gaps[number] = list(zip(sides[::2], sides[1::2], strict=True))
    for edge in edges:
        (x, y), (to_x, to_y) = at[edge[0]], at[edge[1]]
        for number in range(round(-y / STEP) + 1, round(-to_y / STEP)):
            line = x + (to_x - x) * (y + STEP * number) / (y - to_y)
            away = [max(low - line, line - high, 0) for low, high in gaps[number]]
            through[number, away.index(min(away))].append(edge)
    passed: dict[Edge, list[Point]] = defaultdict(list)
    for (number, gap), crossing in sorted(through.items()):
        crossing.sort(key=lambda edge: (at[edge[1]][0], at[edge[0]][0]))
        for edge, x in zip(crossing, spread(*gaps[number][gap], len(crossing)), strict=True):
            passed[edge] += [(x, -STEP * number + HEIGHT / 2), (x, -STEP * number - HEIGHT / 2)]
    return passed


def routes(edges: list[Edge], rows: list[list[str]], at: dict[str, tuple[float, float]]) -> dict[Edge, list[Point]]:
    """Corners of each arrow; those that leave a box or end at it do so side by side."""
    passed = lanes(edges, rows, at)
    found = {edge: [at[edge[0]], *passed[edge], at[edge[1]]] for edge in edges}
    for end, after, side in ((0, 1, -1), (-1, -2, 1)):
        for name, (x, y) in at.items():
            here = sorted((edge for edge in edges if edge[end] == name), key=lambda edge: found[edge][after])
            for edge, port in zip(here, spread(x - WIDTH / 2, x + WIDTH / 2, len(here)), strict=True):
                found[edge][end] = (port, y + side * HEIGHT / 2)
    return found


def draw() -> Figure:
    """A band for each floor, a box for each package, an arrow from each to what it knows of first."""
    rows = floors()
    at = places(rows)
    figure = Figure(figsize=(SPAN, 0.94 * len(rows)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, SPAN), ylim=(-STEP * (len(rows) - 1) - 0.5, 0.5))
    axes.axis("off")
    for number in range(len(rows)):
        low = MARGIN, -STEP * number - 0.4
        band = FancyBboxPatch(low, SPAN - 2 * MARGIN, 0.8, "round,pad=0,rounding_size=0.08", lw=0)
        band.set_facecolor(COLOURS[number % 2])
        axes.add_patch(band)
    edges = [
        (importer, name)
        for importer, imported in sorted(without_shortcuts(imports()).items())
        for name in sorted(imported & set(at))
        if importer not in UNDRAWN and name not in UNDRAWN
    ]
    for corners in routes(edges, rows, at).values():
        arrow = FancyArrowPatch(path=Path(corners), arrowstyle="-|>", mutation_scale=9, linewidth=1.1, zorder=2)
        arrow.set(color="#666666", joinstyle="round")
        axes.add_patch(arrow)
    for name, (x, y) in at.items():
        folder = (SOURCE / PACKAGE / name).is_dir()
        box = FancyBboxPatch((x - WIDTH / 2, y - HEIGHT / 2), WIDTH, HEIGHT, "round,pad=0,rounding_size=0.06", zorder=3)
        box.set(facecolor="white" if folder else "none", edgecolor="#0072B2" if folder else "none", linewidth=1.4)
        axes.add_patch(box)
        axes.text(x, y, name + "/" * folder, ha="center", va="center", fontsize=11.5, zorder=4)
    return figure


def svg() -> str:
    """The picture as text; equal imports give equal text."""
    written = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": PACKAGE, "svg.fonttype": "none", "font.family": "sans-serif"}):
        draw().savefig(written, format="svg", metadata={"Date": None})
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().decode().splitlines())


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
