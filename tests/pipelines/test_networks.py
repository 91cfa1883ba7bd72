"""What was tried of several networks that are judged as one."""

import pandas as pd

from rnn_trading.pipelines.univariate_regression.networks import choose_network, count_networks
from rnn_trading.register.counting import tried, tries_now
from rnn_trading.register.entries import Register, as_table
from tests.register.entries_made_up import entry


def test_trials_of_networks_add_up_and_say_nothing_of_the_first_alone():
    lstm = [entry("aa", experiment="mine.lstm", test=0.3), entry("b", "d2", experiment="mine.lstm", test=0.1)]
    gru = [entry("aaa", experiment="mine.gru", test=0.2), entry("bbb", experiment="mine.gru", seed=43)]
    register = Register(as_table([*lstm, *gru]))
    found = count_networks(lstm=tried(register, lstm[:1]), gru=tried(register, gru[:1]))
    assert (found["configurations"], found["tries"], found["fits"], found["new"]) == (3, 4, 4, False)
    assert (found["metric"], found["best_test_score"]) == ("r2", 0.3)
    assert not {"test_score", "validation_score", "configuration"} & found.keys()
    assert tries_now(register, found["of"]) == 4


def test_every_fold_takes_its_own_network_however_long_each_was_allowed_to_train():
    table = pd.DataFrame({"fold": [1, 2], "prediction": 0.0})
    tables = {
        f"{network}_{each}": table.assign(network=network)
        for network in ("gru", "lstm")
        for each in ("model_predictions", "rival_predictions", "forecasts_by_seed", "history")
    }
    losses = {("gru", 1): 0.2, ("gru", 2): 0.4, ("lstm", 1): 0.3, ("lstm", 2): 0.1}
    facts = {
        f"{network}__fold_{fold}__seed_42": {"best_validation_loss": loss, "best_epoch": 3, "seconds": 1.0}
        | (
            {"epochs_allowed": 1, "stopped_on": None, "chosen_on": "validation"}
            if network == "gru"
            else {"epochs_allowed": 100, "stopped_on": "validation"}
        )
        for (network, fold), loss in losses.items()
    }
    found = choose_network(**tables, **facts)
    assert found["model_predictions"]["network"].tolist() == ["gru", "lstm"]
    assert found["training"]["chosen"] == {"fold_1": "gru", "fold_2": "lstm"}
    assert found["training"]["epochs_allowed"] == {"fold_1": 1, "fold_2": 100}
    assert (found["training"]["stopped_on"], found["training"]["chosen_on"]) == (None, "validation")
