"""Splits of documents without a date: stratified, with everything that belongs together on one side."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rnn_trading.parameters import parameters
from rnn_trading.splits.chronological import SplitName

FEWEST_OF_A_LABEL = 3
Share = Annotated[float, Field(gt=0, lt=1)]


@parameters
class DocumentSplitParameters:
    """How documents are divided.

    Parameters
    ----------
    test_share, validation_share
        Shares of all documents; of the training documents, where the source says which documents are the test.
    neighbours
        So many documents that follow each other in the source stay together: 1 for none. Reviews of one film often
        are neighbours.
    validate_on
        ``validation``, or ``test`` to stop training on the test documents, as was published: then all other documents
        are training documents, and the score on the test is biased upwards.
    seed
        Seed of the draw.
    copies_of_the_test
        What becomes of a training or validation document whose text stands in the test, where the source says which
        documents are the test: ``leave_out``; ``keep``, as published.
    """

    test_share: Share
    validation_share: Share
    neighbours: Annotated[int, Field(ge=1)]
    validate_on: Literal["validation", "test"]
    seed: Annotated[int, Field(ge=0)]
    # A default, as in parameter sets of before, which had none.
    copies_of_the_test: Literal["leave_out", "keep"] = "leave_out"

    @model_validator(mode="after")
    def _check_shares(self) -> "DocumentSplitParameters":
        if self.test_share + self.validation_share >= 1:
            raise ValueError(
                "test_share and validation_share leave nothing to train on: expected a sum below 1. Received: "
                f"{self.test_share} and {self.validation_share}"
            )
        return self


def split_documents(labels: pd.Series, texts: pd.Series, given: pd.Series, split: DocumentSplitParameters) -> pd.Series:
    """Assign every document to train, validation or test.

    Parameters
    ----------
    labels
        0 or 1, ``(documents,)``: both parts of a draw get the same share of each.
    texts
        By which duplicates are told. Documents with one text are never on two sides, if the split is drawn here.
    given
        ``train``, ``validation`` or ``test`` where the source says it, all missing otherwise. If some are missing, none
        counts.
    split
        See :class:`DocumentSplitParameters`.

    Returns
    -------
    pandas.Series
        An ordered categorical of ``train``, ``validation``, ``test``, ``(documents,)``, with the index of ``labels``.
        Missing: a training or validation document whose text stands in the test of the source too, unless
        ``copies_of_the_test`` keeps it. Copies in the training and the validation part of the source stay.

    Raises
    ------
    ValueError
        If a part does not hold three documents of each label.

    Examples
    --------
    Forty documents; the last one is a copy of the second. Drawn one by one, the copy might be a test document whose
    text a network has trained on. Documents with one text are drawn together.

    >>> labels = pd.Series([0, 1] * 20)
    >>> texts = pd.Series([f"text {number}" for number in range(39)] + ["text 1"])
    >>> given = pd.Series([None] * 40, dtype="str")
    >>> split = DocumentSplitParameters(
    ...     test_share=0.2, validation_share=0.2, neighbours=1, validate_on="validation", seed=0
    ... )
    >>> parts = split_documents(labels, texts, given, split)
    >>> parts.value_counts(sort=False).to_dict()
    {'train': 24, 'validation': 8, 'test': 8}
    >>> bool(parts[1] == parts[39])
    True
    """
    groups = _groups(texts, split.neighbours)
    parts = np.full(len(labels), "train", dtype=object)
    generator = np.random.default_rng(split.seed)
    outside = np.zeros(len(labels), dtype=bool)
    if given.notna().all():
        parts = given.to_numpy(dtype=object).copy()
        held_out = parts == "test"
        if split.copies_of_the_test == "leave_out":
            outside = texts.isin(texts[held_out]).to_numpy() & ~held_out
    else:
        parts[_draw(labels.to_numpy(), groups, parts == "train", split.test_share, generator)] = "test"
    if split.validate_on == "test":
        parts[parts == "validation"] = "train"
    elif not (parts == "validation").any():
        share = split.validation_share if given.notna().all() else split.validation_share / (1 - split.test_share)
        candidates = (parts == "train") & ~outside
        parts[_draw(labels.to_numpy(), groups, candidates, share, generator)] = "validation"
    parts[outside] = None
    result = pd.Series(
        pd.Categorical(parts, categories=get_args(SplitName), ordered=True),
        index=labels.index,
        name="split",
    )
    _check(result, labels, texts, split, bool(given.notna().all()))
    return result


def _groups(texts: pd.Series, neighbours: int) -> NDArray[np.int64]:
    """Number of the group of each document: those linked by a common text or a common block of neighbours."""
    text_of = pd.factorize(texts)[0]
    if neighbours == 1:
        return text_of
    blocks = np.arange(len(texts)) // neighbours
    nodes = blocks.max() + 1 + text_of.max() + 1
    links = scipy.sparse.csr_array((np.ones(len(texts)), (blocks, blocks.max() + 1 + text_of)), shape=(nodes, nodes))
    return scipy.sparse.csgraph.connected_components(links, directed=False)[1][blocks]


def _draw(
    labels: NDArray[np.int8],
    groups: NDArray[np.int64],
    candidates: NDArray[np.bool_],
    share: float,
    generator: np.random.Generator,
) -> NDArray[np.bool_]:
    """Mask of whole groups of candidates, about a share of the candidates of each label."""
    table = pd.DataFrame({"group": groups, "label": labels})[candidates]
    by_group = table.groupby("group")["label"].agg(["first", "size"]).sample(frac=1, random_state=generator)
    before = by_group.groupby("first")["size"].cumsum() - by_group["size"]
    wanted = share * by_group.groupby("first")["size"].transform("sum")
    return candidates & np.isin(groups, by_group.index[before < wanted.round()])


def _check(parts: pd.Series, labels: pd.Series, texts: pd.Series, split: DocumentSplitParameters, given: bool) -> None:
    remedy = (
        "leave out the column split, so that it is drawn" if given else "change split.test_share or .validation_share"
    )
    kinds = [0, 1] if _are_two_kinds(labels) else sorted(labels.unique())
    for part in ("train", "test") if split.validate_on == "test" else get_args(SplitName):
        counts, of_all = (_counts(each, kinds) for each in (labels[parts == part], labels))
        if counts.min() < FEWEST_OF_A_LABEL:
            raise ValueError(
                f"The {part} part of the split needs at least {FEWEST_OF_A_LABEL} documents with each label, "
                f"{_listed(map(str, kinds))}. Received: {_in_words(counts)}, of {len(labels):,} documents with "
                f"{texts.nunique():,} different texts, {_in_words(of_all)}. Add documents, or {remedy}."
            )


def _are_two_kinds(labels: pd.Series) -> bool:
    """Whether labels are 0 and 1 alone, and not stars."""
    return bool(labels.isin([0, 1]).all())


def _counts(labels: pd.Series, kinds: list[int]) -> pd.Series:
    return labels.value_counts().reindex(kinds, fill_value=0)


def _in_words(counts: pd.Series) -> str:
    return _listed(f"{count:,} with {label}" for label, count in counts.items())


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def describe_documents(parts: pd.Series, labels: pd.Series) -> dict[str, Any]:
    """Documents and share of positive ones in each part, or how many have which stars, and ``unused`` ones.

    Parameters
    ----------
    parts
        Result of :func:`split_documents`.
    labels
        0 or 1, or stars, with the index of ``parts``.

    Returns
    -------
    dict
        ``train``, ``validation``, ``test``: ``rows``, and ``positive_share`` (NaN without rows) or, of stars,
        ``labels``: how many have each; ``unused``: ``rows``.

    Examples
    --------
    >>> parts = pd.Series(["train", "train", "validation", "test", None])
    >>> for name, part in describe_documents(parts, pd.Series([0, 1, 1, 0, 0])).items():
    ...     print(name, part)
    train {'rows': 2, 'positive_share': 0.5}
    validation {'rows': 1, 'positive_share': 1.0}
    test {'rows': 1, 'positive_share': 0.0}
    unused {'rows': 1}
    """
    two = _are_two_kinds(labels)

    def of_labels(of_part: pd.Series) -> dict[str, Any]:
        if two:
            return {"positive_share": float(of_part.mean())}
        return {"labels": {str(label): int(count) for label, count in of_part.value_counts().sort_index().items()}}

    described: dict[str, Any] = {
        part: {"rows": int((parts == part).sum()), **of_labels(labels[parts == part])} for part in get_args(SplitName)
    }
    return described | {"unused": {"rows": int(parts.isna().sum())}}
