"""Draw the floors of the house from its imports: ``python tools/draw_floors.py`` writes docs/figures/floors.svg."""

import ast
import io
import tomllib
from collections import defaultdict
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

SOURCE, PACKAGE = Path("src"), "rnn_trading"
PICTURE = Path("docs/figures/floors.svg")
WIDTH, HEIGHT, STEP = 1.7, 0.5, 1.05
# The command line catches errors of tables; all may use the lowest floor.
UNDRAWN = {"__init__", "cli", "parameters", "progress"}
COLOURS = ("#DCE9F5", "#F4F4F4")


def floors() -> list[list[str]]:
    """Packages and modules of each floor, top down, as the contract in pyproject.toml has them."""
    contracts = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
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


def draw() -> Figure:
    """A band for each floor, a box for each package, an arrow from each to what it knows of first."""
    rows = floors()
    figure = Figure(figsize=(8.4, 0.82 * len(rows)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 8.4), ylim=(-STEP * (len(rows) - 1) - 0.5, 0.5))
    axes.axis("off")
    at = {}
    for number, row in enumerate(rows):
        height = -STEP * number
        band = FancyBboxPatch((0.15, height - 0.4), 8.1, 0.8, "round,pad=0,rounding_size=0.08", lw=0)
        band.set_facecolor(COLOURS[number % 2])
        axes.add_patch(band)
        for position, name in enumerate(row, start=1):
            at[name] = 8.4 * (position + (0.12 if number % 2 else -0.12)) / (len(row) + 1), height
    for importer, imported in sorted(without_shortcuts(imports()).items()):
        for name in sorted(imported & set(at)):
            if importer not in UNDRAWN and name not in UNDRAWN:
                (x, y), (to_x, to_y) = at[importer], at[name]
                arrow = FancyArrowPatch((x, y - HEIGHT / 2), (to_x, to_y + HEIGHT / 2), arrowstyle="-|>", zorder=2)
                arrow.set(mutation_scale=9, linewidth=1.1, color="#666666")
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
