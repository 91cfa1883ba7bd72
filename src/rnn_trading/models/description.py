"""What a network consists of, layer by layer.

Keras has ``model.summary``. Its text is cut at 80 characters where there is no terminal, and its total counts the
values of the optimizer with the parameters.
"""

import math
from collections.abc import Iterator
from typing import Any

HEADS = ("Layer", "Type", "Output shape", "Parameters")
INDENT = "  "
Row = tuple[str, str, str, str]


def describe(model: Any) -> str:
    """The layer table of a network: each layer with its type, output shape and parameters, and the totals.

    Parameters
    ----------
    model
        A `keras.Model`. Of a network within it the layers follow, indented; where several in a row have the same, once.

    Returns
    -------
    str
        Lines of text. The size of the batch is ``None`` in shapes, and so is a length that is not fixed.

    Examples
    --------
    >>> import keras
    >>> values = keras.Input((3,), name="Values")
    >>> print(describe(keras.Model(values, keras.layers.Dense(2, name="Forecast")(values), name="Line")))
    Line: 8 parameters, 8 of them trained
    <BLANKLINE>
    Layer     Type        Output shape  Parameters
    ----------------------------------------------
    Values    InputLayer  (None, 3)              0
    Forecast  Dense       (None, 2)              8
    <BLANKLINE>
    """
    rows = [HEADS, *_rows(model.layers)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    head, *lines = (
        "  ".join(
            [*(text.ljust(width) for text, width in zip(row[:-1], widths, strict=False)), row[-1].rjust(widths[-1])]
        )
        for row in rows
    )
    trained = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    total = f"{model.name}: {model.count_params():,} parameters, {trained:,} of them trained"
    return "\n".join([total, "", head, "-" * len(head), *(line.rstrip() for line in lines), ""])


def _rows(layers: list[Any]) -> Iterator[Row]:
    shown: list[Row] = []
    for layer in layers:
        yield layer.name, type(layer).__name__, _output_shape(layer), f"{layer.count_params():,}"
        within = [(f"{INDENT}{row[0]}", *row[1:]) for row in _rows(getattr(layer, "layers", []))]
        if within and within == shown:
            yield f"{INDENT}the same layers", "", "", ""
        else:
            yield from within
        shown = within or shown


def _output_shape(layer: Any) -> str:
    """Of its first output; empty for a layer of a model that is no graph of layers."""
    try:
        output = layer.output
    except (AttributeError, ValueError):  # Keras has both for a layer without a known call
        return ""
    return str((output[0] if isinstance(output, list) else output).shape)
