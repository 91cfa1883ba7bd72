"""Parameters of architectures and of training. Free of TensorFlow, so that pipelines load without it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from rnn_trading.models.own_network import NetworkParameters
from rnn_trading.parameters import parameters

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
Rate = Annotated[float, Field(ge=0, lt=1)]
# What may stand together; the last states stand alone.
Pooled = Literal["mean", "max", "attention"]


@parameters
class StackedLstmParameters(NetworkParameters):
    """Architecture of the stacked LSTM.

    With 52 lags and 2,489 tickers, ``lstm_units: [25, 10]``, ``embedding: 5``, ``batch_normalisation: true``
    and ``dense_units: 10`` give the published 16,984 parameters; ``embedding: 10`` without batch
    normalisation gives the 29,371 of the older book.

    Parameters
    ----------
    lstm_units
        Count of each LSTM layer, from the input up.
    dropout, recurrent_dropout
        Share of inputs and of states that are dropped in training. Recurrent dropout forbids fast kernels.
    embedding
        Dimensions of the ticker embedding.
    batch_normalisation
        Whether the joined features are normalised by batch.
    dense_units, dense_activation
        The hidden dense layer; ``linear`` as published, where it adds no expressive power.
    output
        ``sigmoid`` for a probability, ``linear`` for a return; in the book ``linear`` for a probability, too, which the
        loss clips.
    standardise
        Whether past returns enter, and a ``linear`` output leaves, in units of their standard deviation in the
        training rows. As published they are raw fractions near zero, from which an LSTM learns slowly.
    lstm
        ``fused``: :class:`rnn_trading.models.lstm.FusedLSTM`; ``keras``: `keras.layers.LSTM`. The same
        function up to rounding, at different speed.
    vocabulary
        Tickers with an embedding of their own: those in the training rows (``train``; all others share one),
        or in every row (``all``, as published).
    skip
        Whether every LSTM but the first reads the past returns beside the outputs of the layer below; see
        :func:`rnn_trading.models.skips.beside_input`.
    """

    lstm_units: Annotated[tuple[Count, ...], Field(min_length=1)]
    dropout: Rate
    recurrent_dropout: Rate
    embedding: Count
    batch_normalisation: bool
    dense_units: Count
    dense_activation: Literal["linear", "relu", "tanh", "elu"]
    output: Literal["sigmoid", "linear"]
    standardise: bool
    lstm: Literal["fused", "keras"]
    vocabulary: Literal["train", "all"]
    skip: bool = False  # a default, unlike elsewhere: parameter sets of before had none

    @model_validator(mode="after")
    def _check_layers(self) -> "StackedLstmParameters":
        _check_skip(self.skip, "lstm_units", self.lstm_units)
        return self


@parameters
class SequenceNetworkParameters(NetworkParameters):
    """Architecture of a network from a window of one or more series to their next values.

    For one series ``layer: lstm, units: [10]`` has the published 491 parameters, ``units: [20]`` the 1,781 of the book;
    for two series ``units: [12], dense_units: [6]`` the published 812, ``units: [12, 6], dense_units: [10]`` the 1,268
    of the book.

    Parameters
    ----------
    layer
        ``rnn`` (the simple RNN of Elman, 1990), ``lstm``, ``gru``; ``rnn_by_gates``, ``lstm_by_gates``,
        ``gru_by_gates``: the same, written out equation by equation (:mod:`rnn_trading.models.gates`); ``dense``: no
        recurrence, the window is one vector.
    units
        Units of each layer, from the input up; an empty list of ``dense`` is a linear regression.
    input_dropout, recurrent_dropout
        Share of the inputs and of the states of each recurrent layer that is dropped in training.
    dropout
        Share of each layer's outputs that is dropped in training.
    dense_units
        Units of dense layers between the last of these and the forecast.
    dense_activation
        Activation of dense layers.
    lstm
        As in :class:`StackedLstmParameters`.
    skip
        Whether every recurrent layer but the first reads the input of the network beside the outputs of the layer
        below; see :func:`rnn_trading.models.skips.beside_input`.
    """

    layer: Literal["rnn", "lstm", "gru", "rnn_by_gates", "lstm_by_gates", "gru_by_gates", "dense"]
    units: tuple[Count, ...]
    input_dropout: Rate
    recurrent_dropout: Rate
    dropout: Rate
    dense_units: tuple[Count, ...]
    dense_activation: Literal["relu", "tanh", "elu", "linear"]
    lstm: Literal["fused", "keras"]
    skip: bool = False  # a default, unlike elsewhere: parameter sets of before had none

    @model_validator(mode="after")
    def _check_units(self) -> "SequenceNetworkParameters":
        if not self.units and self.layer != "dense":
            raise ValueError(f"a network of {self.layer} layers needs at least one entry in units. Received: none")
        plain = self.layer == "dense" or self.layer.endswith("_by_gates")
        if plain and (self.input_dropout or self.recurrent_dropout):
            raise ValueError(f"{self.layer} layers have no input_dropout and no recurrent_dropout. Expected 0 for both")
        if self.skip and self.layer == "dense":
            raise ValueError("skip joins the input to recurrent layers. Expected skip: false. Received: layer: dense")
        _check_skip(self.skip, "units", self.units)
        return self


def pooled(states: str | tuple[str, ...]) -> tuple[str, ...]:
    """What is made of a GRU's states, as a list.

    Examples
    --------
    >>> pooled("mean"), pooled(("mean", "max"))
    (('mean',), ('mean', 'max'))
    """
    return (states,) if isinstance(states, str) else states


def _check_dimensions(embeddings: str, dimensions: int | None) -> None:
    if (embeddings != "pretrained") != (dimensions is not None):
        raise ValueError(
            "embeddings: learned and both need model.dimensions, pretrained needs dimensions: null. Received: "
            f"{embeddings} with dimensions={'null' if dimensions is None else dimensions}"
        )


def _check_counted(counted: "CountedParameters | None", *, masked: bool) -> None:
    if counted is not None and not masked:
        raise ValueError("what is counted must not see padding. Expected mask_padding: true beside counted")


def _check_skip(skip: bool, name: str, units: tuple[int, ...]) -> None:
    if skip and not units[1:]:
        raise ValueError(
            f"skip joins the input to the second recurrent layer and those above it. Expected at least two entries in "
            f"{name}, or skip: false. Received: {name}: {list(units)}"
        )


@parameters
class EncoderDecoderParameters(NetworkParameters):
    """Architecture of a network from a window of one or more series to the whole path that follows.

    Parameters
    ----------
    layer
        ``lstm`` or ``gru``, of the encoder and of the decoder.
    units
        Units of each layer of the encoder, from the input up.
    decoder_units
        Units of the decoder.
    dropout
        Share of the outputs of each layer of the encoder that is dropped in training.
    forecasts
        Whether what comes out of the decoder are the ``values`` of the path, or their ``changes`` from the last value
        of the window.
    """

    layer: Literal["lstm", "gru"]
    units: Annotated[tuple[Count, ...], Field(min_length=1)]
    decoder_units: Count
    dropout: Rate
    forecasts: Literal["values", "changes"]


@parameters
class ResidualNetworkParameters(NetworkParameters):
    """Architecture of a recurrent network that corrects a simple forecast, the start.

    Parameters
    ----------
    layer
        ``lstm`` or ``gru``.
    units
        Units of each layer, from the input up.
    dropout
        Share of the last states that is dropped in training.
    link
        What the last layer's x makes of the start: ``add``, start + x; ``multiply``, start times exp(x), which is
        positive where the start is.
    last_layer
        Initial weights of the last layer: ``zeros``, so that the untrained network forecasts the start; or as Keras
        draws them (``drawn``; Glorot and Bengio, 2010).
    """

    layer: Literal["lstm", "gru"]
    units: Annotated[tuple[Count, ...], Field(min_length=1)]
    dropout: Rate
    link: Literal["add", "multiply"]
    last_layer: Literal["zeros", "drawn"]


@parameters
class CountedParameters:
    """What a network counts beside the words that it reads in order; see :mod:`rnn_trading.models.counted`.

    Parameters
    ----------
    fewest_texts
        Pairs of words that stand in fewer training texts are not counted.
    scale
        Of the score of all that is counted: how far a step of the optimizer moves it, beside the rest of the network.
    """

    fewest_texts: Count
    scale: Positive


@parameters
class TextNetworkParameters(NetworkParameters):
    """Architecture of a network from the words of a text to one number.

    20,000 ids, ``dimensions: 100`` and ``units: 32`` give the published 2,012,897 parameters, with
    ``reset_after: false`` the 2,012,801 of the book; 88,586 frozen vectors of
    100 dimensions the published 8,871,497, of which 12,897 are trained.

    Parameters
    ----------
    embeddings
        ``learned``: with the network; ``pretrained``: given, and left as they are; ``both``, beside each other.
    dimensions
        Of a learned embedding; null for pretrained ones, which have their own.
    embedding_rows
        Ids with a row in the matrix of pretrained embeddings: those of the vocabulary, or of all words of the texts
        that it was fitted on (``all_words``), as published, where most rows are never looked at.
    mask_padding
        Whether padded steps leave the state as it is.
    embedding_dropout
        Share of the embedding's dimensions that is dropped in training, the same at all steps.
    units
        Units of the GRU, in each direction.
    input_dropout, recurrent_dropout
        Share of the inputs and of the states of the GRU that is dropped in training. Recurrent dropout forbids fast
        kernels.
    reset_after
        Whether the GRU's reset gate acts on the state after the matrix product, as Keras has it today, with a second
        bias; false: before it (Cho et al., 2014), as in the book.
    states
        What is made of the GRU's states: the ``last`` of each direction; their ``mean`` over the words; the largest of
        each (``max``); or a mean weighted by ``attention``, see
        :class:`rnn_trading.models.text_layers.AttentionPooling`. A list of the three latter: beside each other.
    bidirectional
        Whether a second GRU reads from the last word to the first.
    words_mean
        Whether the mean of the embedded words stands beside what is made of the states.
    dropout
        Share of these that is dropped in training.
    zero_start
        Whether the last layer begins at zero, so that the untrained network forecasts the training share for every
        text.
    counted
        See :class:`CountedParameters`; null: the network counts nothing.
    """

    embeddings: Literal["learned", "pretrained", "both"]
    dimensions: Count | None
    embedding_rows: Literal["vocabulary", "all_words"]
    mask_padding: bool
    embedding_dropout: Rate
    units: Count
    input_dropout: Rate
    recurrent_dropout: Rate
    # Defaults: parameter sets of before had none of these.
    reset_after: bool = True
    states: Literal["last"] | Pooled | Annotated[tuple[Pooled, ...], Field(min_length=1)] = "last"
    bidirectional: bool = False
    words_mean: bool = False
    dropout: Rate = 0.0
    zero_start: bool = False
    counted: CountedParameters | None = None

    @property
    def takes_a_mean(self) -> bool:
        """Whether a text without any word has no forecast."""
        return self.words_mean or "mean" in pooled(self.states)

    @model_validator(mode="after")
    def _check_embeddings(self) -> "TextNetworkParameters":
        _check_dimensions(self.embeddings, self.dimensions)
        if self.embeddings != "pretrained" and self.embedding_rows != "vocabulary":
            raise ValueError("learned embeddings have one row for each id. Expected embedding_rows: vocabulary")
        _check_counted(self.counted, masked=self.mask_padding)
        return self


@parameters
class FilingNetworkParameters(NetworkParameters):
    """Architecture of a network from the words of a long document to one number.

    25,000 ids, ``dimensions: 100``, ``units: 32`` and ``dense_units: 5`` give the published 2,526,715 parameters, of
    which 2,526,387 are trained.

    Parameters
    ----------
    dimensions
        Of a learned embedding; null for pretrained ones, which have their own.
    embedding_dropout
        Share of the embedding's dimensions that is dropped in training, the same at all steps.
    mask_padding
        Whether padded steps leave the states as they are.
    momentum
        Of the means and variances that batch normalisation keeps for forecasts: .99, Keras' own, needs hundreds of
        batches to reach them.
    units
        Units of the GRU in each direction.
    states
        What is made of the GRU's states: the ``last`` of each direction, as published; or as in
        :class:`TextNetworkParameters`.
    dropout
        Share of these that is dropped in training.
    dense_units, dense_activation
        The hidden dense layer; ``linear`` as published, where it adds no expressive power.
    standardise
        Whether the network forecasts in units of the target's standard deviation in the training rows.
    embeddings
        ``learned``: with the network; ``pretrained``: given, and left as they are; ``both``, beside each other.
    bidirectional
        Whether a second GRU reads from the last word to the first.
    words_mean
        Whether the mean of the embedded words stands beside what is made of the states.
    zero_start
        Whether the last layer begins at zero, so that the untrained network forecasts the mean training return.
    changes
        Whether the network is told which words are new against the firm's previous report; see
        :func:`rnn_trading.filings.changes.changes_of`.
    counted
        See :class:`CountedParameters`, a high label being a return above the mean; null: the network counts nothing.
    """

    dimensions: Count | None
    embedding_dropout: Rate
    mask_padding: bool
    momentum: Rate
    units: Count
    states: Literal["last"] | Pooled | Annotated[tuple[Pooled, ...], Field(min_length=1)]
    dropout: Rate
    dense_units: Count
    dense_activation: Literal["linear", "relu", "tanh", "elu"]
    standardise: bool
    # Defaults: parameter sets of before had none of these.
    embeddings: Literal["learned", "pretrained", "both"] = "learned"
    bidirectional: bool = True
    words_mean: bool = False
    zero_start: bool = False
    changes: bool = False
    counted: CountedParameters | None = None

    @model_validator(mode="after")
    def _check_embeddings(self) -> "FilingNetworkParameters":
        _check_dimensions(self.embeddings, self.dimensions)
        _check_counted(self.counted, masked=self.mask_padding)
        return self


@parameters
class UnrollingParameters:
    """How a long series is read by a stateful network.

    Parameters
    ----------
    readers
        Rows of a batch, each at its own place in the series.
    steps
        Values in a segment; gradients reach back to its start, states further.
    segments
        Segments that a reader reads in an epoch; fewer if the series ends before. Null: as many as there are values for
        each reader, as published.
    targets_within
        1: the target of a step is the next value. More: one drawn from so many next values, as published.
    """

    readers: Count
    steps: Count
    segments: Count | None
    targets_within: Count


@parameters
class OptimizerParameters:
    """RMSprop (Hinton, 2012) or Adam (Kingma and Ba, 2015, with its decay rates .9 and .999).

    Parameters
    ----------
    learning_rate, epsilon
        Step size; constant that keeps the division by the root mean squared gradient finite.
    rho
        Decay of RMSprop's mean squared gradient; null for Adam, which has none.
    clip_norm
        Largest norm of all gradients together (Pascanu, Mikolov and Bengio, 2013); null: any.
    weight_decay
        Share of a weight that each step takes away, in units of the learning rate (Loshchilov and Hutter, 2019); of
        biases and of the scales of normalisations none. Null: of no weight.
    """

    name: Literal["rmsprop", "adam"]
    learning_rate: Positive
    epsilon: Positive
    rho: Rate | None
    clip_norm: Positive | None
    weight_decay: Positive | None = None  # a default, unlike elsewhere: parameter sets of before had none

    @model_validator(mode="after")
    def _check_rho(self) -> "OptimizerParameters":
        if (self.name == "rmsprop") != (self.rho is not None):
            raise ValueError(f"rmsprop needs rho, adam needs rho: null. Received: {self.name} with rho={self.rho}")
        return self


@parameters
class PlateauParameters:
    """When the learning rate is lowered.

    Parameters
    ----------
    factor
        What it is multiplied by.
    patience
        Epochs without improvement of the monitored quantity before that.
    smallest
        It is not lowered below this.
    """

    factor: Annotated[float, Field(gt=0, lt=1)]
    patience: Count
    smallest: Annotated[float, Field(ge=0)]


@parameters
class TrainingParameters:
    """How a model is fitted.

    Parameters
    ----------
    loss
        ``binary_crossentropy`` (accuracy and AUC are recorded too), ``mse`` or ``mae`` (with the RMSE);
        ``summed_half_mse``: of sequences, half the squared error, summed over the steps and averaged over the rows (a
        factor in the loss matters where gradients are clipped, and for the epsilon of the optimizer); for an ordered
        label alone, ``ordinal_crossentropy`` (see :class:`rnn_trading.models.ordinal.OrdinalCrossentropy`); of a
        volatility ``qlike`` (see :class:`rnn_trading.models.losses.Qlike`); of paths whose last steps may be unknown,
        ``mae_of_known``; of panels ``correlation_by_date`` (see :class:`rnn_trading.models.by_date.CorrelationByDate`).
    optimizer
        See :class:`OptimizerParameters`.
    batch_size, epochs
        Rows in a step; most passes over the training rows.
    monitor
        Quantity on the watched rows that decides when to stop, which epoch to keep, and when the learning rate is
        lowered; ``run_half_mse``: of runs of several steps, which the network continues by itself; ``ic``:
        of panels, the mean information coefficient by date, of annual reports the rank correlation; ``first_step``:
        of paths under ``mae_of_known``, the absolute error of the first step.
    patience
        Epochs without improvement after which training stops; null: all epochs are run, and the last is kept.
    min_delta
        Smallest change that counts as an improvement.
    start_from_epoch
        First epoch, from 1, whose result is watched; earlier ones are neither a best nor a wasted epoch. 0: the network
        is watched before it is trained, too, and kept as it is if no epoch makes it better.
    reduce_on_plateau
        See :class:`PlateauParameters`; null: the learning rate stays.
    shuffle
        Whether rows are drawn in a new order in every epoch.
    seed
        Of all that is drawn: initial weights, dropout, the order of rows, drawn targets.
    device
        ``auto`` takes a GPU if TensorFlow sees one.
    validation_split
        Share of the training rows that is watched and not trained on: the last ones, after the rows were shuffled
        once. Null: the rows that the split names are watched. It needs ``patience: null``: these rows lie among those
        that are trained on, and choose nothing.
    steps_per_execution
        Batches that go through the network in one call of the compiled step. More save time between them; numbers
        are the same.
    """

    loss: Literal[
        "binary_crossentropy",
        "mse",
        "mae",
        "summed_half_mse",
        "ordinal_crossentropy",
        "qlike",
        "mae_of_known",
        "correlation_by_date",
    ]
    optimizer: OptimizerParameters
    batch_size: Count
    epochs: Count
    monitor: Literal["loss", "auc", "accuracy", "mae", "run_half_mse", "ic", "first_step"]
    patience: Count | None
    min_delta: Annotated[float, Field(ge=0)]
    start_from_epoch: Annotated[int, Field(ge=0)]
    reduce_on_plateau: PlateauParameters | None
    shuffle: bool
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    device: Literal["auto", "cpu", "gpu"]
    validation_split: Annotated[float, Field(gt=0, lt=1)] | None = None
    steps_per_execution: Count = 1  # a default, unlike elsewhere: parameter sets of before had none

    @property
    def may_stop(self) -> bool:
        """Whether training may end before the last epoch."""
        return self.patience is not None and self.start_from_epoch + self.patience < self.epochs

    @model_validator(mode="after")
    def _check_watched(self) -> "TrainingParameters":
        if self.validation_split is not None and (self.patience is not None or self.reduce_on_plateau is not None):
            raise ValueError(
                "a share of the training rows is watched and decides nothing: expected patience: null and "
                f"reduce_on_plateau: null beside training.validation_split. Received: patience={self.patience}, "
                f"reduce_on_plateau={self.reduce_on_plateau}"
            )
        return self

    @model_validator(mode="after")
    def _check_start(self) -> "TrainingParameters":
        if self.start_from_epoch == 0 and self.patience is None:
            raise ValueError(
                "start_from_epoch=0 keeps the untrained network where no epoch is better: expected a number as "
                "training.patience. Received: null, so that the last epoch is kept, whatever it is worth"
            )
        if self.start_from_epoch > self.epochs:
            raise ValueError(
                f"no epoch would be watched: expected start_from_epoch of at most epochs. Received: "
                f"{self.start_from_epoch} with epochs={self.epochs}. Lower training.start_from_epoch too"
            )
        return self
