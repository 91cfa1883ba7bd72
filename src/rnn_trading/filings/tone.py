"""Words of praise and of warning in annual reports, and their shares: a crude measure of tone.

Short lists of our own, after the idea of Loughran and McDonald (2011): the language of finance has its own good and bad
words. Theirs are far longer and not free to copy.
"""

import numpy as np
from numpy.typing import NDArray

from rnn_trading.text.phrases import DELIMITER
from rnn_trading.text.text import TokenSequences

POSITIVE = frozenset(
    "achieve achieved advantage attractive benefit benefited best better breakthrough efficient enhance enhanced "
    "excellent exceed exceeded expansion favorable gain gained gains growth grow grew highest improve improved "
    "improvement increase increased innovative leading momentum opportunity opportunities outperform positive "
    "profitable profitability progress rebound record recovery renewal reward robust solid strength strengthen "
    "strengthened strong stronger succeed success successful superior surpass upturn winning".split()
)
NEGATIVE = frozenset(
    "abandon adverse adversely allegation attrition bankruptcy breach claim claims closure complaint covenant damage "
    "damages decline declined declining decrease decreased default deficiency deficit delay delays delinquent "
    "deteriorate deterioration difficult difficulty disruption downgrade downturn failure fail failed fraud harm "
    "impair impaired impairment inability insolvency investigation layoff liquidation litigation lose losses loss lost "
    "misstatement negative obsolete penalty penalties problem recall recession restatement restructuring risk risks "
    "severe shortage shutdown slowdown sued terminate terminated termination unable unfavorable violation volatile "
    "volatility waiver weak weaken weakness worse writedown writeoff".split()
)


def length_and_tone(sequences: TokenSequences, vocabulary: list[str]) -> NDArray[np.float64]:
    """Logarithm of the number of tokens, and shares of words of praise and of warning.

    Parameters
    ----------
    sequences
        Ids of words and phrases; a phrase counts for each of its words that is on a list.
    vocabulary
        Words by id.

    Returns
    -------
    numpy.ndarray
        float64, ``(filings, 3)``.
    """
    weights = np.array(
        [
            [sum(part in words for part in word.split(DELIMITER)) for words in (POSITIVE, NEGATIVE)]
            for word in vocabulary
        ]
    )
    lengths = np.maximum(sequences.lengths, 1)
    shares = (sequences.counts(len(vocabulary)) @ weights) / lengths[:, None]
    return np.column_stack([np.log(lengths), shares])
