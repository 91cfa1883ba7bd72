import math

import numpy as np

from rnn_trading.skill.formats import format_interval, format_p_value, format_published, format_score, format_signed


def test_numbers_are_written_for_readers():
    assert format_score(np.float64(0.6815)) == format_score(0.6815) == "0.681"
    assert format_score(-0.0001) == "0.000"
    assert [format_score(value) for value in (22.444, 793.14, 1234.56)] == ["22.44", "793.1", "1,235"]
    assert [format_published(value) for value in (0.6815, 0.0195, 0.27, 22.15)] == ["0.6815", "0.0195", "0.27", "22.15"]
    assert format_interval(22.4444, 20.0, 25.0) == "22.44 (20.00 to 25.00)"
    assert format_interval(0.5, math.nan, math.nan) == "0.500"
    assert format_interval(0.5, 0.4, 0.6, signed=True) == "+0.500 (0.400 to 0.600)"
    assert format_interval(-0.0001, -0.1, 0.1, signed=True) == "0.000 (−0.100 to 0.100)"
    assert format_interval(None, None, None) == format_interval(math.nan, 0.1, 0.2) == "—"
    assert [format_signed(value) for value in (0.04, -0.04, -0.0001, 1234.0)] == ["+0.040", "−0.040", "0.000", "+1,234"]
    assert [format_p_value(value) for value in (0.0456, 0.0009, 1.0)] == ["p = 0.046", "p < 0.001", "p = 1.000"]
    assert format_p_value(math.nan) == format_p_value(None) == ""
