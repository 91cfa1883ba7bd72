"""The average of networks that differ in their seed alone."""

from rnn_trading.models.backend import keras


def build_ensemble(networks: list[keras.Model]) -> keras.Model:
    """Average the forecasts of networks with the same inputs.

    Parameters
    ----------
    networks
        At least one. Their names count for nothing; a single one comes back as it is.

    Returns
    -------
    keras.Model
        Its layers are the networks, ``network_1`` and so on, and their mean.
    """
    if len(networks) == 1:
        return networks[0]
    inputs = [keras.Input(each.shape[1:], name=each.name, dtype=each.dtype) for each in networks[0].inputs]
    forecasts = []
    for number, network in enumerate(networks, start=1):
        # Networks of one architecture have one name, and layers of a model must have several.
        network.name = f"network_{number}"
        forecasts.append(network(inputs))
    return keras.Model(inputs, keras.layers.Average(name="Mean")(forecasts), name="Ensemble")
