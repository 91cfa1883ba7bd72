"""What was tried of several networks that are judged as one."""

from rnn_trading.pipelines.univariate_regression.networks import count_networks
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
