"""What ``benchmarks/peers.py`` counts, refuses and prints; its networks need libraries that are not installed here."""

import importlib
from pathlib import Path

import pytest


@pytest.fixture
def peers(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent.parent / "benchmarks"))
    return importlib.import_module("peers")


def test_multiplications_of_a_row_are_those_counted_by_hand(peers):
    first = 52 * (26 * 100 * 2 + 25 * 100)  # forward, of the weights; below: states, not returns
    second = 52 * 35 * 40 * 3
    dense = 3 * (27 * 10 + 10)
    for batch in (32, 512):
        assert peers.multiplications(peers.stacked_products(batch), batch) == first + second + dense
    gru = 100 * (82 * 96 * 2 + 32 * 96) + 3 * 32  # word vectors are not trained
    assert peers.multiplications(peers.gru_products(256), 256) == gru


def test_a_table_is_sorted_and_has_the_ratio_to_ours(peers):
    taken = {"slow": [(0.9, 4.0), (0.8, 2.0)], "ours": [(0.4, 0.5), (0.5, 0.4)]}
    heading, *lines = peers.table("one", peers.least(taken, 10_000))
    assert heading.split() == ["one", "processor", "wall", "a", "second", "processor,", "to", "ours"]
    assert [line.split() for line in lines] == [
        ["ours", "40.00", "µs", "40.00", "µs", "25,000", "1.00", "x"],
        ["slow", "80.00", "µs", "200.00", "µs", "5,000", "2.00", "x"],
    ]


def test_another_network_is_not_compared(peers):
    peers.check_first_losses({"ours": [0.7, 0.6], "peer": [0.70001, 0.6]})
    with pytest.raises(SystemExit, match="peer is not our network"):
        peers.check_first_losses({"ours": [0.7, 0.6], "peer": [0.7, 0.61]})


def test_a_process_is_told_its_threads_and_not_another_processors_kernels(peers, monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    found = peers.environment(2)
    assert found["OMP_NUM_THREADS"] == found["TF_NUM_INTRAOP_THREADS"] == "2"
    assert "OPENBLAS_CORETYPE" not in found


def test_without_the_extra_nothing_is_measured(peers, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name in peers.EXTRA else True)
    monkeypatch.setattr("sys.argv", ["peers.py"])
    peers.main()
    assert capsys.readouterr().out.startswith("Not installed: JAX scan (jax), PyTorch nn.GRU, packed (torch)")
