"""HDF5 files of strangers: no code of theirs is run, and nothing but tables of pandas is read."""

import os
import pickle
import warnings
from decimal import Decimal

import h5py
import numpy as np
import pandas as pd
import pytest
import tables
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.io import DatasetError

from rnn_trading.datasets.filings_file import FilingPricesFileDataset
from rnn_trading.datasets.hdf_store import HDFStoreDataset
from rnn_trading.datasets.plain_hdf5 import plain_store
from rnn_trading.datasets.plain_pickles import NotPlainError
from rnn_trading.datasets.prices_file import PricesFileDataset
from rnn_trading.tables.checks import TableError
from tests.datasets.test_forms_of_pandas import NUMBERS, PANEL, PRICES
from tests.datasets.test_plain_pickles import Harmful


def attribute_of(node, name="note"):
    def spoil(file, harmful):
        with h5py.File(file, "a") as opened:
            opened[node].attrs[name] = np.bytes_(harmful)

    return spoil


def objects(node):
    """A column of objects; PyTables unpickles it when it is read."""

    def spoil(file, harmful):
        with tables.open_file(file, "a") as opened:
            parent, _, name = node.rpartition("/")
            if node in opened:
                opened.remove_node(node)
            column = opened.create_vlarray(parent or "/", name, tables.UInt8Atom(), createparents=True)
            column.append(np.frombuffer(harmful, dtype="uint8"))
            column._v_attrs.PSEUDOATOM = "object"

    return spoil


PLACES = {
    "root": attribute_of("/"),
    "title of the root": attribute_of("/", "TITLE"),
    "filters": attribute_of("/", "FILTERS"),
    "group": attribute_of("/prices"),
    "name that pandas reads": attribute_of("/prices", "info"),
    "kind of the table": attribute_of("/prices", "pandas_type"),
    "axis": attribute_of("/prices/axis1_level0", "freq"),
    "leaf": attribute_of("/prices/block0_values"),
    "shape": attribute_of("/prices/block0_values", "shape"),
    "beside the table": objects("/other/objects"),
    "values of the table": objects("/prices/block0_values"),
    "names of the columns": objects("/prices/axis0"),
}


@pytest.fixture
def prices(tmp_path):
    file = tmp_path / "prices.h5"
    PRICES.to_hdf(file, key="prices")
    return file


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("protocol", [0, 2, 5])
@pytest.mark.parametrize("place", PLACES)
def test_code_is_not_run(place, protocol, prices, tmp_path):
    made = tmp_path / "made"
    PLACES[place](prices, pickle.dumps({"a": Harmful(os.mkdir, str(made))}, protocol))
    for read in (
        PricesFileDataset(filepath=str(prices)).load,
        FilingPricesFileDataset(filepath=str(prices)).load,
        HDFStoreDataset(filepath=str(prices)).load,
    ):
        with pytest.raises(Exception, match=r"posix\.mkdir.*Nothing in the file was run.*to_parquet") as error:
            read()
        assert str(prices) in str(error.value)
        assert "fetch it again" not in str(error.value)
        assert not made.exists()
    # The attack is one: as it is usually read, it makes the folder.
    _read_by_pandas(prices)
    assert made.exists()


def _read_by_pandas(file):
    with pd.HDFStore(file, mode="r") as store:
        for node in store.root._v_file.walk_nodes("/"):
            node._v_attrs  # noqa: B018  is read when it is asked for
            if isinstance(node, tables.VLArray):
                node[0]


def linked(link):
    def spoil(file):
        with h5py.File(file, "a") as opened:
            opened["prices/more"] = link

    return spoil


def dataset(make):
    def spoil(file):
        with h5py.File(file, "a") as opened:
            make(opened)

    return spoil


def virtual(file):
    layout = h5py.VirtualLayout(shape=(3,), dtype="f8")
    layout[:] = h5py.VirtualSource("/etc/passwd", "values", shape=(3,))
    file.create_virtual_dataset("prices/values", layout)


def claim(file):
    file["prices/block0_values"].attrs["shape"] = (10**9, 1)


OTHERS = {
    "external link": (
        linked(h5py.ExternalLink("/etc/other.h5", "/")),
        r"/prices: 'more' leads to another place or file",
    ),
    "soft link": (linked(h5py.SoftLink("/prices/axis0")), r"/prices: 'more' leads to another place or file"),
    "circle": (dataset(lambda file: file["prices"].__setitem__("more", file["/"])), "stands in the file twice"),
    "one node at two places": (
        dataset(lambda file: file.__setitem__("more", file["prices/block0_values"])),
        "stands in the file twice",
    ),
    "values of another file": (
        dataset(lambda file: file.create_dataset("prices/x", (3,), "u1", external=[("/etc/passwd", 0, 3)])),
        "/prices/x takes its values from other files",
    ),
    "virtual": (dataset(virtual), "/prices/values takes its values from other files"),
    "type": (dataset(lambda file: file.__setitem__("kind", np.dtype("f8"))), "/kind is neither a group nor a table"),
    "reference": (
        dataset(lambda file: file.create_dataset("refs", data=file["prices"].ref, dtype=h5py.ref_dtype)),
        "/refs holds neither numbers nor text",
    ),
    "reference as attribute": (
        dataset(lambda file: file["prices"].attrs.create("ref", file.ref, dtype=h5py.ref_dtype)),
        "/prices: the attribute 'ref' is neither a number nor text",
    ),
    "opaque": (
        dataset(lambda file: file.create_dataset("raw", data=np.void(b"abc"))),
        "/raw holds neither numbers nor text",
    ),
    "claims rows": (
        dataset(lambda file: file.create_dataset("much", (10**12,), "f8", chunks=(1000,))),
        r"/much claims to hold 8,000,000,000,000 bytes, and the file has [\d,]+\.",
    ),
    "claims a chunk": (
        dataset(lambda file: file.create_dataset("much", (1,), "f8", chunks=(2**28,), maxshape=(None,))),
        "/much claims to hold 2,147,483,648 bytes",
    ),
    "claims a shape": (dataset(claim), "claims to hold values that it does not hold"),
    "broken name": (
        dataset(lambda file: h5py.h5a.create(file.id, b"a\xff", h5py.h5t.NATIVE_INT8, h5py.h5s.create(0))),
        "no text",
    ),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_pandas_does_not_write_is_refused(case, prices):
    spoil, message = OTHERS[case]
    spoil(prices)
    with pytest.raises(DatasetError, match=f"\n{prices} cannot be read: .*{message}"):
        PricesFileDataset(filepath=str(prices)).load()


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning")
def test_harmless_objects_of_other_kinds_are_refused_too(tmp_path):
    file = tmp_path / "table.h5"
    NUMBERS.assign(c=Decimal(1)).to_hdf(file, key="table")
    with pytest.raises(
        NotPlainError, match=r"^/table/block2_values holds decimal\.Decimal, neither numbers nor text\."
    ):
        with plain_store(file):
            pass


def test_text_that_ends_with_a_point_is_text(prices):
    with h5py.File(prices, "a") as file:
        file["prices"].attrs["note"] = np.bytes_(b"Close, adj.")
        file["prices"].attrs["other"] = np.bytes_(b"Price.")
    with plain_store(prices) as store:
        assert store.get_node("prices")._v_attrs["note"] == b"Close, adj."
        pd.testing.assert_frame_equal(store["prices"], PRICES)


def test_a_file_that_is_changed_while_it_is_read_is_refused(prices):
    with pytest.raises(NotPlainError, match="changed while it was read"):
        with plain_store(prices):
            os.utime(prices, ns=(1, 1))


def test_another_file_in_its_place_is_refused(prices, tmp_path, monkeypatch):
    """Looked at is one file, and read another, which was put there meanwhile."""
    other = tmp_path / "other.h5"
    PRICES.to_hdf(other, key="prices")
    attribute_of("/prices")(other, pickle.dumps(Harmful(os.mkdir, str(tmp_path / "made"))))
    opened = pd.HDFStore.__init__
    monkeypatch.setattr(
        pd.HDFStore, "__init__", lambda *a, **options: (os.replace(other, prices), opened(*a, **options))[1]
    )
    with pytest.raises(NotPlainError, match="changed while it was read"):
        with plain_store(prices) as store:
            store["prices"]
    assert not (tmp_path / "made").exists()


def test_python_unpickles_as_before_when_the_store_is_closed(prices):
    for fails in (True, False):
        with pytest.raises(TableError) if fails else warnings.catch_warnings(), plain_store(prices):
            assert tables.atom.pickle is not pickle
            if fails:
                raise TableError("of the reader")
        assert tables.atom.pickle is tables.attributeset.pickle is pickle


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Whole files in both forms, and what is in them."""
    folder = tmp_path_factory.mktemp("whole")
    found = []
    for form in ("fixed", "table"):
        NUMBERS.set_index(PANEL).to_hdf(folder / form, key="table", format=form, index=False)
        found.append((folder / form).read_bytes())
    return folder, found


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_refused_or_read(files, data):
    """Never another error, however it is damaged; and never the end of the process."""
    folder, found = files
    whole = data.draw(st.sampled_from(found))
    changed = bytearray(whole)
    if data.draw(st.booleans()):
        for place in data.draw(st.lists(st.integers(0, len(whole) - 8), min_size=1, max_size=6)):
            piece = data.draw(st.binary(min_size=1, max_size=8))
            changed[place : place + len(piece)] = piece
    else:
        del changed[data.draw(st.integers(0, len(whole) - 1)) :]
    file = folder / "damaged.h5"
    file.unlink(missing_ok=True)
    file.write_bytes(changed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with plain_store(file) as store:
                store["table"]
        except NotPlainError as error:
            assert "\n" not in str(error)
